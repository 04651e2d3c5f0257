"""Lets training go on from the model that serves."""
