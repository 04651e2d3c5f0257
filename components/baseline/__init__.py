"""Publishes what serves now, or a pinned earlier version, as a model to compare with."""
