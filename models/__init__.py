"""Multi-task ranking models in plain Keras, usable without TFX."""

import os

# TFRS and the TFX libraries are written for Keras 2; TensorFlow reads this at its first import.
os.environ.setdefault("TF_USE_LEGACY_KERAS", "1")

__all__: list[str] = []
