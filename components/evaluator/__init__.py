"""Scores the eval rows with every model at once and compares them, in one Beam pass over batches."""
