"""The gate's answer as a person reads it: words, marks, pictures' rows and the table on the terminal."""
