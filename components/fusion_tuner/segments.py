"""Weights of segments, searched on each one's rows alone, after the common ones."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from typing import Final

import numpy as np

from components.comparison import NO_ID
from components.errors import UnusableInputError
from components.fusion_tuner.change import Change, changes_of
from components.fusion_tuner.config import SegmentTuning
from components.fusion_tuner.kept import KeptRows
from components.fusion_tuner.own import segments_with_own
from components.fusion_tuner.plan import FusionTunerPlan
from components.fusion_tuner.rows import TunerRows
from components.fusion_tuner.tune import tune
from models.fusion import FlatWeights
from models.fusion.weights import vector_of

__all__ = ["SegmentFound", "SegmentsFound", "tune_segments"]

_UNWRITABLE: Final = re.compile(r"[=\t\r\n]")  # What divides weights on a command line, and lines of their file.


@dataclasses.dataclass(frozen=True, kw_only=True)
class SegmentFound:
    """One segment.

    Attributes:
        segment: The value of the column.
        users: With rows of it.
        weights: What it gets of its own; empty: it has the common weights.
        why: Why it has these; else empty.
        changes: Its weights against those that serve there, on its rows that no search saw; empty where none was made.
        optimism: By objective, what of its gain was luck in the search.
    """

    segment: str
    users: int
    weights: dict[str, float] = dataclasses.field(default_factory=dict)
    why: str = ""
    changes: tuple[Change, ...] = ()
    optimism: dict[str, float] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True, kw_only=True)
class SegmentsFound:
    """All segments.

    Attributes:
        column: Whose values they are.
        found: Those that were searched, and those that lose weights of their own; most users first.
        few: How many others stay as they are: of too few users, or of a name that no command line can hold.
        few_rows: Rows of these.
    """

    column: str
    found: tuple[SegmentFound, ...]
    few: int
    few_rows: int

    @property
    def own(self) -> dict[str, dict[str, float]]:
        """By segment, what it gets of its own."""
        return {one.segment: one.weights for one in self.found}


def tune_segments(
    plan: FusionTunerPlan, kept: KeptRows, settings: SegmentTuning, *, weights: FlatWeights, common: Mapping[str, float]
) -> SegmentsFound:
    """Searches for each segment with users enough.

    Args:
        plan: The search.
        kept: All rows, with their segments.
        settings: Which segments, and how long.
        weights: Of all keys, as they serve now.
        common: The common weights that were chosen.
    """
    column = "" if plan.fusion.segment is None else plan.fusion.segment.column
    places = _places(kept.segments if kept.segments is not None else np.empty(0, object))
    had = segments_with_own(plan.name, weights)
    found, few, few_rows = [], 0, 0
    for segment in (*places, *(name for name in had if name not in places)):
        which = places.get(segment, np.empty(0, np.int64))
        users = len(np.unique(kept.rows.users[which][kept.rows.users[which] != NO_ID]))
        is_writable = bool(segment.strip()) and not _UNWRITABLE.search(segment)
        if is_writable and users >= settings.least_users:
            rows = dataclasses.replace(kept.rows.take(which), own={})
            one = SegmentFound(segment=segment, users=users, weights=_own_of(plan.name, weights, segment))
            now = vector_of(weights, plan.name, common, segment=segment)
            found.append(_tuned(plan, rows, one, trials=settings.trials, now=now, common=common))
        elif is_writable and segment in had:
            found.append(SegmentFound(segment=segment, users=users, why=f"fewer than {settings.least_users} users"))
        else:
            few, few_rows = few + 1, few_rows + len(which)
    found.sort(key=lambda one: (-one.users, one.segment))
    return SegmentsFound(column=column, found=tuple(found), few=few, few_rows=few_rows)


def _tuned(
    plan: FusionTunerPlan,
    rows: TunerRows,
    one: SegmentFound,
    *,
    trials: int,
    now: Mapping[str, float],
    common: Mapping[str, float],
) -> SegmentFound:
    tuning = dataclasses.replace(plan.tuning, trials=trials)
    try:
        found = tune(rows, plan.formula, tuning, present=now, start=common)
    except UnusableInputError as error:
        return dataclasses.replace(one, weights={}, why=error.problems[0])
    if found.chosen is None:  # The common ones neither: what it has of its own is kept.
        return dataclasses.replace(one, why="nothing tried meets the goal's bounds")
    weights = found.tried[found.chosen].weights
    checked = next(point for point in found.front if point.place == found.chosen)
    return dataclasses.replace(
        one,
        weights={name: value for name, value in weights.items() if value != common[name]},
        why="" if weights != common else "nothing tried is worth more than the common weights",
        changes=changes_of(found.comparison),
        optimism=checked.optimism,
    )


def _own_of(formula: str, weights: FlatWeights, segment: str) -> dict[str, float]:
    """What a segment has of its own, by weight."""
    keys = {key: key.partition("@") for key in weights if key.partition(".")[0] == formula}
    return {
        common.partition(".")[2]: weights[key] for key, (common, at, name) in keys.items() if at and name == segment
    }


def _places(segments: np.ndarray) -> dict[str, np.ndarray]:
    """By segment, the places of its rows; those without a value are in none."""
    met, codes = np.unique(segments.astype(object), return_inverse=True)
    order = np.argsort(codes, kind="stable")
    ends = np.cumsum(np.bincount(codes, minlength=len(met)))
    parts = np.split(order, ends[:-1]) if len(met) else []
    texts = [bytes(value).decode("utf-8", errors="replace") for value in met]
    return {text: part for text, part in zip(texts, parts, strict=True) if text}
