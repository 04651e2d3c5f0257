"""What can be wrong between declared signals and the tasks and inputs beside them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from models.architectures import ArchitectureConfig, Routing
from models.binding import Problem
from models.experts.routers import RouterTraining
from models.inputs.spec import Input
from models.signals.base import Signal
from models.signals.contrastive import Contrastive

if TYPE_CHECKING:
    from models.tasks import Task

__all__ = ["network_problems", "signal_problems"]


def signal_problems(
    signals: Sequence[Signal | None],
    tasks: Sequence[Task] | None,
    *,
    taken: Collection[str],
    inputs: Sequence[Input] | None = None,
) -> list[Problem]:
    """All that is wrong with `signals`; paths begin with their index.

    Args:
        signals: As declared; None for one that could not be read.
        tasks: Of the model; None where they are not known, and nothing is said of them.
        taken: Names of outputs, towers and losses.
        inputs: All; None likewise.
    """
    found, before = [], set(taken)
    known = [signal for signal in signals if signal is not None]
    for place, signal in enumerate(signals):
        if signal is None:
            continue
        if signal.name in before:
            message = f"`name` must be no task's, output's or other signal's, got {signal.name!r}: rename it."
            found.append(Problem((place, "name"), message))
        before.add(signal.name)
        served = None if inputs is None else _readable(signal, known, inputs)
        found += [Problem((place, *one.path), one.message) for one in signal.problems(tasks, served)]
    return found


def network_problems(signals: Sequence[Signal], architecture: ArchitectureConfig) -> list[str]:
    """Why the network cannot be gone through as often as `signals` must."""
    again = [signal.name for signal in signals if isinstance(signal, Contrastive) and not signal.observed]
    if again and isinstance(architecture, Routing) and architecture.training is RouterTraining.POLICY_GRADIENT:
        return [
            f"`model.architecture` must not be routing by policy gradient with the contrastive signal {again[0]!r}: "
            "each view draws routes of its own, and the loss cannot tell which were good. Take gumbel_softmax."
        ]
    return []


def _readable(signal: Signal, signals: Sequence[Signal], inputs: Sequence[Input]) -> list[Input]:
    """The inputs that `signal` may read: those the model reads, or, of one that reads in training alone, all."""
    hidden = {name for other in signals for name in other.training_inputs}
    return [one for one in inputs if signal.training_inputs or one.name not in hidden]
