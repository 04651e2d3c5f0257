"""TensorFlow, imported when it is first used, so that a declaration can be checked in a moment."""

from __future__ import annotations

import importlib
import types
from typing import TYPE_CHECKING, Any, Final

__all__ = ["tf"]


class _Deferred(types.ModuleType):
    """Stands for a module and imports it on the first look inside."""

    def __getattr__(self, name: str) -> Any:  # A module's attributes have any type.
        return getattr(importlib.import_module(self.__name__), name)


if TYPE_CHECKING:
    import tensorflow as tf
else:
    tf: Final = _Deferred("tensorflow")
