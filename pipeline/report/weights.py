"""Fusion weights of a run: what its model carries, beside what is declared and what served when it was judged."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Final

from models.fusion import FlatWeights, FusionConfig

__all__ = ["ScoreWeights", "number_text", "weights_notes"]

_MOST: Final = 4  # Named in a sentence; the page has a table of all.


@dataclasses.dataclass(frozen=True, kw_only=True)
class ScoreWeights:
    """The weights of a model.

    Attributes:
        fusion: As its run declared it.
        carried: That it serves with, by key.
        serving: Of what it was compared with; None where nothing served, or no scores.
    """

    fusion: FusionConfig
    carried: FlatWeights
    serving: FlatWeights | None = None

    @property
    def kept(self) -> tuple[str, ...]:
        """The keys that are not as declared: they were set of what serves, and kept."""
        return _others(self.carried, self.fusion.declared)

    @property
    def changed(self) -> tuple[str, ...]:
        """The keys that are not as they serve."""
        return () if self.serving is None else _others(self.carried, self.serving)


def weights_notes(weights: ScoreWeights | None) -> tuple[str, ...]:
    """A sentence where the model's weights are not those declared, and one where they are not those that serve."""
    if weights is None:
        return ()
    found = []
    if weights.kept:
        told = _told(weights.kept, weights.carried, weights.fusion.declared, "declared")
        found.append(
            f"The candidate keeps weights that were set of what serves: {told}. `fusion.weights_from: config` would "
            "take those declared."
        )
    if weights.changed and weights.serving is not None:
        told = _told(weights.changed, weights.carried, weights.serving, "serves")
        found.append(f"The candidate has other weights than what serves: {told}.")
    return tuple(found)


def number_text(value: float | None) -> str:
    """A weight; of a segment that has none of its own, that it is the common one."""
    return "common" if value is None else f"{value:g}"


def _others(mine: FlatWeights, theirs: FlatWeights) -> tuple[str, ...]:
    return tuple(key for key in sorted({*mine, *theirs}) if mine.get(key) != theirs.get(key))


def _told(keys: Sequence[str], mine: FlatWeights, theirs: FlatWeights, called: str) -> str:
    more = f" and {len(keys) - _MOST} more" if len(keys) > _MOST else ""
    named = [f"{key} {number_text(mine.get(key))} ({called}: {number_text(theirs.get(key))})" for key in keys[:_MOST]]
    return ", ".join(named) + more
