"""How a request advances: bytes and values in, bytes and values out."""
