"""Two models on the same rows: differences, with what they can be told from chance by."""
