"""What is tried of every balancer: as many settings of each, of its own main hyper-parameter."""

from __future__ import annotations

import dataclasses
import enum
import functools
from collections.abc import Mapping, Sequence
from typing import Any, Final

from models.balancers import BALANCERS, Balancer, Normalize, Scope, Segments, TaskParameters
from models.tasks import Loss

__all__ = ["BUDGET", "PLAIN", "REPRESENTATION", "SEGMENTED", "Asked", "Candidate", "candidates"]

BUDGET: Final = 4  # Settings a method, the static sum included.
PLAIN: Final = tuple(key for key in BALANCERS if key != "personal")  # Those that need not be told segments.
SEGMENTED: Final = ("mgda by segment", "pe_ltr by segment", "personal by segment")
REPRESENTATION: Final = ("mgda, representation", "pe_ltr, representation")  # The same without segments.

_WINDOWS: Final = 20  # Windows, or periods, in a training run.
_CAP: Final = 10.0  # Of learned weights of binary losses.

# By balancer, its settings; those that it does not name are its defaults.
_GRIDS: Final[Mapping[str, tuple[dict[str, Any], ...]]] = {
    "uncertainty": tuple({"learning_rate": rate, "cap": _CAP} for rate in (0.001, 0.003, 0.01, 0.03)),
    "imtl_l": tuple({"learning_rate": rate, "cap": _CAP} for rate in (0.001, 0.003, 0.01, 0.03)),
    "dwa": tuple({"temperature": value} for value in (0.5, 1.0, 2.0, 5.0)),
    "famo": tuple({"learning_rate": rate} for rate in (0.005, 0.025, 0.1, 0.3)),
    "stch": tuple({"mu": value} for value in (0.01, 0.03, 0.1, 0.3)),
    "mgda": tuple({"normalize": value} for value in Normalize),
    "cagrad": tuple({"c": value} for value in (0.1, 0.25, 0.5, 0.9)),
    "gradvac": tuple({"beta": value} for value in (0.001, 0.01, 0.1, 0.5)),
    "gradnorm": tuple({"alpha": value} for value in (0.0, 0.5, 1.5, 3.0)),
    "metabalance": tuple({"relax": value} for value in (0.2, 0.5, 0.7, 1.0)),
    "nash_mtl": tuple({"max_norm": value} for value in (None, 0.5, 1.0, 2.0)),
    "fairgrad": tuple({"alpha": value} for value in (0.5, 1.0, 2.0, 5.0)),
    # Without a hyper-parameter of their own: where gradients are compared, and what towers receive.
    **dict.fromkeys(
        ("pcgrad", "imtl_g"),
        tuple(
            {"scope": scope, "task_parameters": received}
            for scope in (Scope.PARAMETERS, Scope.REPRESENTATION)
            for received in TaskParameters
        ),
    ),
}
_BY_FACTOR: Final = ("static", "random", "geometric")  # Their setting is what each loss counts.
_BY_PREFERENCE: Final = ("upgrad", "dualproj", "aligned_mtl")
_BOUND_SHARES: Final = (0.0, 0.25, 0.5, 0.8)  # Of all weight, what `pe_ltr` deals evenly beforehand.
_PERSONAL: Final = ((0.03, 0.5), (0.1, 0.0), (0.1, 0.5), (0.3, 0.5))  # Learning rate, and share bound as above.
_LAST_FACTORS: Final = (0.1, 1 / 3, 3.0, 10.0)  # What the first task's weight ends at, times where it began.


@dataclasses.dataclass(frozen=True, kw_only=True)
class Asked:
    """What settings hang on.

    Attributes:
        losses: What is balanced.
        tilts: By task, `BUDGET` ways to count them, for methods that take such factors or preferences.
        steps: Of a training run.
        users: Inputs that tell users; the first tells their segment.
    """

    losses: Sequence[Loss]
    tilts: Sequence[Mapping[str, float]]
    steps: int
    users: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class Candidate:
    """One setting of a method.

    Attributes:
        label: Tells it from the method's others.
        balancer: With this setting.
        factors: By task, what multiplies its `loss_weight`; 1 where not given.
    """

    label: str
    balancer: Balancer
    factors: Mapping[str, float] = dataclasses.field(default_factory=dict)


def candidates(method: str, asked: Asked) -> tuple[Candidate, ...]:
    """`BUDGET` settings of `method`: a key of the catalogue, or one of `SEGMENTED` or `REPRESENTATION`."""
    key = method.split(maxsplit=1)[0].rstrip(",")
    fixed: dict[str, Any] = {}
    if method in SEGMENTED:
        fixed = {"scope": Scope.REPRESENTATION, "segments": Segments(feature=asked.users[0])}
    elif method in REPRESENTATION:
        fixed = {"scope": Scope.REPRESENTATION}
    make = functools.partial(BALANCERS[key], **fixed)
    if key in _BY_FACTOR:
        return tuple(Candidate(_label(tilt), make(), tilt) for tilt in asked.tilts)
    return tuple(Candidate(_label(shown), make(**given)) for shown, given in _grid(key, asked))


def _grid(key: str, asked: Asked) -> list[tuple[Mapping[str, Any], dict[str, Any]]]:
    """What is shown of each setting, and the setting."""
    window = max(1, asked.steps // _WINDOWS)
    if key == "dwa":
        return [(given, {**given, "window": window}) for given in _GRIDS[key]]
    if key == "schedule":
        first = asked.losses[0].name
        ratios = [{first: last ** (1 / _WINDOWS)} for last in _LAST_FACTORS]
        shown = [{f"{first} ends at": f"{last:.2g}"} for last in _LAST_FACTORS]
        return [(text, {"period": window, "ratio": ratio}) for text, ratio in zip(shown, ratios, strict=True)]
    if key in _BY_PREFERENCE:
        return [
            (tilt, {"preference": {loss.name: tilt.get(loss.task, 1.0) for loss in asked.losses}})
            for tilt in asked.tilts
        ]
    if key == "pe_ltr":
        return [({"bounds": share}, {"bounds": _even(share, asked)}) for share in _BOUND_SHARES]
    if key == "personal":
        shown = [{"learning_rate": rate, "bounds": share} for rate, share in _PERSONAL]
        return [(one, {**one, "bounds": _even(one["bounds"], asked), "features": asked.users}) for one in shown]
    return [(given, given) for given in _GRIDS[key]]


def _even(share: float, asked: Asked) -> dict[str, float]:
    return {loss.name: share / len(asked.losses) for loss in asked.losses}


def _label(given: Mapping[str, Any]) -> str:
    """Such as `alpha 1.5`; of a tilt that changes nothing `as declared`."""
    values = {name: value.value if isinstance(value, enum.Enum) else value for name, value in given.items()}
    return ", ".join(f"{name} {value}" for name, value in values.items()) or "as declared"
