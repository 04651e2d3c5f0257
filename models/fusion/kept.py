"""Which weights a new model serves: those declared, but for what was set since of the model that serves."""

from __future__ import annotations

import dataclasses
from typing import Any, Final

from models.fusion.config import FusionConfig, WeightsFrom
from models.fusion.weights import FlatWeights

__all__ = ["kept_weights", "same_formulas"]

_OF_WEIGHTS: Final = ("weights", "plus", "times")  # Fields of formulas; the others say what the weights mean.


def kept_weights(now: FusionConfig, then: FusionConfig, served: FlatWeights) -> dict[str, float]:
    """A weight that was set since `then` keeps its value where `now` declares what `then` did.

    One that is declared anew is as declared: whoever wrote it came last. So are weights of formulas that are others
    than they were, and all of them where what comes out would give every row the same score.

    Args:
        now: What is declared for the new model.
        then: What was declared for the model that serves.
        served: That it serves with.

    Returns:
        Of all keys; what `now` declares under `weights_from: config`.
    """
    declared, before = dict(now.declared), then.declared
    if now.weights_from is WeightsFrom.CONFIG:
        return declared
    found = dict(declared)
    for key in {*before, *served}:
        was_set = served.get(key) != before.get(key)
        if was_set and declared.get(key) == before.get(key) and _means_the_same(key, now, then):
            found[key] = served.get(key, 0.0)
            if key not in served:  # A segment's own, which was left to the common one.
                del found[key]
    return declared if now.weight_problems(found) else found


def same_formulas(one: FusionConfig | None, other: FusionConfig | None) -> bool:
    """Whether two declarations make the same of the same weights."""
    if one is None or other is None:
        return one is other
    columns = [(fusion.columns, fusion.segment and fusion.segment.column, fusion.served) for fusion in (one, other)]
    names = {*one.formulas, *other.formulas}
    return columns[0] == columns[1] and all(_meaning(one, name) == _meaning(other, name) for name in names)


def _means_the_same(key: str, now: FusionConfig, then: FusionConfig) -> bool:
    name, _, weight = key.partition(".")
    if "@" in weight and (now.segment and now.segment.column) != (then.segment and then.segment.column):
        return False
    return _meaning(now, name) == _meaning(then, name)


def _meaning(fusion: FusionConfig, name: str) -> dict[str, Any] | None:  # Any: fields of any formula.
    formula = fusion.formulas.get(name)
    if formula is None:
        return None
    own = {field.name: getattr(formula, field.name) for field in dataclasses.fields(formula)}
    return {field: value for field, value in own.items() if field not in _OF_WEIGHTS} | {"names": set(formula.declared)}
