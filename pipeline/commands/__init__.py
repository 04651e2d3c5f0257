"""One command a file, imported when asked for."""
