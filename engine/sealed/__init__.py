"""Seals: what nobody changes unnoticed, and how anybody can prove it."""
