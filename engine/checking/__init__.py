"""Checking: whether drawings, forms and examples may be deployed."""
