"""The embedded model server; importing it imports TensorFlow."""

from pipeline.serving.server.local import LocalModelServer

__all__ = ["LocalModelServer"]
