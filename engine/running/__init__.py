"""Running: the files of an eService compiled, and a case advanced by one step."""
