"""What tells one training run from another."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Sequence

from components.trainer.plan import TrainerPlan
from components.trainer.rows import RowStore
from models.binding import unbind
from models.inputs import Input

__all__ = ["fingerprint"]

_LENGTH = 16  # Hexadecimal digits; 64 bits.


def fingerprint(plan: TrainerPlan, inputs: Sequence[Input], stores: Sequence[RowStore]) -> str:
    """The same for the same rows, in whatever files and order, the same declaration and the same seed.

    Args:
        plan: Where its checkpoints lie does not count.
        inputs: The model's, whose vocabularies have sizes.
        stores: The rows of the splits.
    """
    parts = [
        dataclasses.replace(plan, checkpoint_root="").to_json(),
        json.dumps(unbind(list(inputs)), sort_keys=True),
        *(f"{store.num_rows} {store.digest}" for store in stores),
    ]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:_LENGTH]
