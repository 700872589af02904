"""Decision tables: read, asked, and searched for gaps."""
