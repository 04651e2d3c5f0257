"""Streaming metrics that Keras shows while a model trains."""
