"""What artifacts say of a start, and of the rows that are learned from."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Final

from tfx import types
from tfx.utils import path_utils

from components.baseline.published import Published
from components.warm_start.start import Start

__all__ = ["learned_from", "read_start", "write_start"]

# Custom properties of the model to start from, beside those of `Published`.
_POINT: Final = "starting_point"
_LEARNED: Final = "learned"

_ROWS: Final = "input_fingerprint"  # Custom property of ExampleGen's rows.


def read_start(artifact: types.Artifact) -> Start:
    """What the artifact that `WarmStart` has published says."""
    found = Published.read(artifact)
    return Start(
        folder="" if found.is_empty else path_utils.serving_model_dir(artifact.uri),
        version=found.version,
        fingerprint=found.fingerprint,
        reason=found.reason,
        point=artifact.get_string_custom_property(_POINT),
        learned=artifact.get_string_custom_property(_LEARNED),
    )


def write_start(artifact: types.Artifact, start: Start) -> None:
    """Says it in the artifact; files lie there already."""
    is_empty = not start.folder
    Published(version=start.version, fingerprint=start.fingerprint, reason=start.reason, is_empty=is_empty).write(
        artifact
    )
    artifact.set_string_custom_property(_POINT, start.point)
    artifact.set_string_custom_property(_LEARNED, start.learned)


def learned_from(plan: str, inputs: Mapping[str, Sequence[types.Artifact]]) -> str:
    """16 hexadecimal digits that tell a training's rows and plan from others.

    Args:
        plan: The Trainer's, as JSON.
        inputs: Rows and Transform's graph: told by where they lie, and rows also by the files they were read from.
    """
    named = sorted(
        f"{key} {artifact.uri} {artifact.get_string_custom_property(_ROWS)}"
        for key, artifacts in inputs.items()
        for artifact in artifacts
    )
    return hashlib.sha256("\n".join([plan, *named]).encode()).hexdigest()[:16]
