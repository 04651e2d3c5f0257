"""Searches for values of a configuration, and repeats the best of them before one is taken."""
