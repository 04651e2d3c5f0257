"""The declared schema, and the stop where rows depart from it."""
