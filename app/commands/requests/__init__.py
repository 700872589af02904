"""Requests: everything that changes one, each in one transaction with an entry in its trail."""
