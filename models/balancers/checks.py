"""What the settings of balancers have in common, and what can be wrong with them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from models.binding import Problem, nearest
from models.deferred import tf
from models.heads import ZeroInflatedLognormal
from models.relations import ESCM2DR
from models.tasks import Loss

__all__ = ["by_loss", "name_problems", "negative_warnings", "positive_problems", "range_problems"]


def positive_problems(settings: Mapping[str, float]) -> list[str]:
    """Which of `settings`, by field, are not positive and finite."""
    return [
        f"`{field}` must be positive, got {value!r}." for field, value in settings.items() if not 0 < value < math.inf
    ]


def range_problems(field: str, given: Mapping[str, float], *, may_be_zero: bool) -> list[str]:
    """Which numbers of `field`, by loss, are below 0, endless, or 0 where that means nothing."""
    wanted = "0 or positive" if may_be_zero else "positive"
    return [
        f"`{field}` of `{name}` must be {wanted}, got {value!r}."
        for name, value in given.items()
        if not 0 <= value < math.inf or (value == 0 and not may_be_zero)
    ]


def name_problems(field: str, given: Mapping[str, float], losses: Sequence[Loss]) -> list[Problem]:
    """Which names of `field` are of no loss."""
    names = [loss.name for loss in losses]
    return [
        Problem((field, name), f"no loss is called `{name}`. {nearest(name, names)}", at_key=True)
        for name in given
        if name not in names
    ]


def by_loss(given: Mapping[str, float], losses: Sequence[Loss], default: float) -> tf.Tensor:
    """`[tasks]` float32: the number of each loss, `default` where none is given."""
    return tf.constant([given.get(loss.name, default) for loss in losses], tf.float32)


def negative_warnings(losses: Sequence[Loss], consequence: str) -> list[str]:
    """A sentence for each of `losses` that may fall below 0, where the method divides by it.

    Args:
        losses: As declared.
        consequence: What happens below the floor; ends the sentence.
    """
    whys = {loss.name: _why_negative(loss) for loss in losses}
    return [f"the loss `{name}` may be negative, being {why}: {consequence}." for name, why in whys.items() if why]


def _why_negative(loss: Loss) -> str | None:
    if isinstance(loss.kind, ZeroInflatedLognormal):
        return "minus a log density"
    if isinstance(loss.relation, ESCM2DR) and len(loss.chain) == 1:
        return "a doubly robust estimate"
    return None
