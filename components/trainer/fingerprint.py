"""What tells one training run from another."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import posixpath
from collections.abc import Sequence

from components.trainer.plan import TrainerPlan
from components.trainer.rows import RowStore
from models.binding import unbind
from models.inputs import Input

__all__ = ["checkpoint_folder", "fingerprint"]

_LENGTH = 16  # Hexadecimal digits; 64 bits.


def checkpoint_folder(
    plan: TrainerPlan, inputs: Sequence[Input], stores: Sequence[RowStore], *, start: str = ""
) -> str:
    """Where the checkpoints of this training lie, and of no other; arguments as for `fingerprint`."""
    return posixpath.join(plan.checkpoint_root, fingerprint(plan, inputs, stores, start=start))


def fingerprint(plan: TrainerPlan, inputs: Sequence[Input], stores: Sequence[RowStore], *, start: str = "") -> str:
    """The same for the same rows, in whatever files and order, the same declaration, seed, start and code.

    Args:
        plan: Where its checkpoints lie does not count, nor by which segments its gates are shown, nor what is asked of
            it when it is served.
        inputs: The model's, whose vocabularies have sizes.
        stores: The rows of the splits.
        start: Fingerprint of what it goes on from; empty for fresh weights.
    """
    parts = [
        dataclasses.replace(plan, checkpoint_root="", segments={}, user=(), fusion=None, fusion_columns={}).to_json(),
        json.dumps(unbind(list(inputs)), sort_keys=True),
        *(f"{store.num_rows} {store.digest}" for store in stores),
        start,
    ]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:_LENGTH]
