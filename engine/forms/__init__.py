"""Forms: what a form file says, and what becomes of raw answers."""
