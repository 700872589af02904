"""The expression language: what is read, what it means, and the values it knows."""
