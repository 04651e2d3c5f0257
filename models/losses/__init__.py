"""Losses of the task graph, each over its own sample space."""
