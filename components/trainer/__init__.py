"""Trains the multi-task model and exports it."""
