"""The weights that a model which is made now is to carry, by what serves now."""

from __future__ import annotations

import logging
import os
from typing import Final

from components.pusher.folder import versions
from models.errors import ConfigError
from models.fusion import FusionConfig
from models.fusion.beside import read_declaration, read_weights
from models.fusion.kept import kept_weights

__all__ = ["WEIGHTS_KEY", "weights_not_carried", "weights_to_carry"]

WEIGHTS_KEY: Final = "fusion_weights"  # What tells the Trainer with which weights its model is exported.

_LOG: Final = logging.getLogger(__name__)


def weights_to_carry(fusion: FusionConfig, directory: str) -> dict[str, float]:
    """Of all keys, see `kept_weights`.

    Args:
        fusion: What is declared now.
        directory: The served folder; it may be missing, and the highest version need not serve scores.
    """
    known = versions(directory)
    folder = os.path.join(directory, str(known[-1])) if known else ""
    try:
        before = read_declaration(folder) if folder else None
        return dict(fusion.declared) if before is None else kept_weights(fusion, before, read_weights(folder))
    except (ConfigError, OSError) as error:  # Whoever compares with that version stops the run by it.
        _LOG.warning("The weights of version %s cannot be read, so those declared are taken: %s", known[-1], error)
        return dict(fusion.declared)


def weights_not_carried(model: str, directory: str) -> tuple[str, ...]:
    """The keys by which a model that was made differs from one that would be made now: set while it was trained.

    Args:
        model: Folder of its SavedModel.
        directory: The served folder.

    Raises:
        ConfigError, OSError: What lies beside the model is not what was exported.
    """
    fusion = read_declaration(model)
    if fusion is None:
        return ()
    wanted, found = weights_to_carry(fusion, directory), read_weights(model)
    return tuple(key for key in sorted({*wanted, *found}) if wanted.get(key) != found.get(key))
