"""Loads TensorFlow without its start-up chatter, as the command line does."""

from __future__ import annotations

import models  # noqa: F401  # Picks Keras 2 before TensorFlow is imported.
from pipeline.quiet import hush, muted_stderr

__all__ = ["load_tensorflow"]


def load_tensorflow() -> None:
    """Imports TensorFlow, silent then and later; where something else imported it before, it has spoken already."""
    hush()
    # While it loads, native code writes to the error stream whatever log level `hush` set.
    with muted_stderr():
        import tensorflow  # noqa: F401
