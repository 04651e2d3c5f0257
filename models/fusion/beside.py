"""What lies beside a model that serves scores: the declaration its graph was made of, and its weights now."""

from __future__ import annotations

import json
import pathlib
from typing import Final

from models.binding import bind_or_raise, unbind
from models.fusion.config import FusionConfig
from models.fusion.weights import FILE, parse_weights

__all__ = ["DECLARATION", "read_declaration", "read_weights", "write_declaration"]

DECLARATION: Final = "assets.extra/fusion.json"  # In a SavedModel's folder.


def write_declaration(folder: str, fusion: FusionConfig) -> None:
    """Writes it where `read_declaration` looks."""
    path = pathlib.Path(folder, DECLARATION)
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(unbind(fusion), indent=1) + "\n", encoding="utf-8")


def read_declaration(folder: str) -> FusionConfig | None:
    """What was written; None where the model serves no scores.

    Raises:
        ConfigError: The file was edited, or is of another release.
    """
    path = pathlib.Path(folder, DECLARATION)
    return bind_or_raise(FusionConfig, json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else None


def read_weights(folder: str) -> dict[str, float]:
    """The weights that a server reads.

    Raises:
        ConfigError: The file was edited.
        OSError: There is none.
    """
    return parse_weights(pathlib.Path(folder, FILE).read_text(encoding="utf-8"))
