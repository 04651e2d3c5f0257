"""The search for fusion weights on held-out rows, checked on rows the search never saw."""
