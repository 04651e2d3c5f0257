"""Boosted trees on the rows that a network is trained on: the baseline that it must beat."""
