"""How far feature values have moved: drift from what the served model learned from, skew of what it is asked."""
