"""Widths at which one network for one output is as large as the network of all tasks."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from models.architectures import SingleTask
from models.cost import network_size
from models.errors import raise_if_any
from models.inputs import Input
from models.settings import ModelSettings
from models.tasks import Task, TaskGraph

__all__ = ["TOLERANCE", "twin_widths"]

TOLERANCE: Final = 0.05  # How far from the budget, as a share of it, a twin may be.

Widths = tuple[int, ...]


def twin_widths(
    task: Task, model: ModelSettings, inputs: Sequence[Input], *, shape: Widths, budget: int
) -> tuple[int, ...]:
    """Widths of the twin's layers, in about the proportions of `shape`.

    Args:
        task: The twin's.
        model: Whose interaction and towers are the twin's too.
        inputs: What it reads.
        shape: Widths whose proportions are wanted.
        budget: Trainable parameters outside embedding tables.

    Raises:
        ConfigError: No widths come near enough to the budget.
    """

    def count(widths: Widths) -> int:
        settings = dataclasses.replace(model, architecture=SingleTask(expert=widths))
        return network_size(settings, inputs, TaskGraph((task,)))

    told = _formula(count)
    found = min(_candidates(shape, budget, told), key=lambda widths: abs(told(widths) - budget))
    if count(found) != told(found):
        raise ValueError(
            f"`count` must be that of layers one after another, got {count(found):,} at {found}, told {told(found):,}."
        )
    share = told(found) / budget - 1
    if abs(share) > TOLERANCE:
        message = (
            f"`expert` must have widths at which a twin of {task.name!r} has {budget:,} parameters to {TOLERANCE:.0%}, "
            f"got {share:+.0%} at {list(found)}, the nearest to the proportions {list(shape)}: declare others."
        )
        raise_if_any("twins", [message])
    return found


def _formula(count: Callable[[Widths], int]) -> Callable[[Widths], int]:
    """The same count without building a network: three small ones tell what lies before and behind the layers."""
    smallest, wider, wider_behind = count((1, 1)), count((2, 1)), count((1, 2))
    before = wider - smallest - 2  # A unit of the first layer: its inputs, its bias, one of the next layer's inputs.
    behind = wider_behind - smallest - 2
    rest = smallest - _layers((before, 1, 1)) - behind

    return lambda widths: rest + _layers((before, *widths)) + widths[-1] * behind


def _layers(widths: Widths) -> int:
    """Kernels and biases of layers one after another; the first width is that of their inputs."""
    return sum((read + 1) * units for read, units in itertools.pairwise(widths))


def _candidates(shape: Widths, budget: int, told: Callable[[Widths], int]) -> Iterator[Widths]:
    """Widths near the proportions of `shape` and near the budget, those nearest the proportions first."""
    low, high = 1, 2
    while told(_scaled(shape, high)) < budget:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if told(_scaled(shape, middle)) < budget else (low, middle)
    for first in (low, high):
        yield _scaled(shape, first)
    for first, *steps in itertools.product((low, high), *[(0, -1, 1)] * (len(shape) - 1)):
        others = [max(1, width + step) for width, step in zip(_scaled(shape, first)[1:], steps, strict=True)]
        yield (first, *others)


def _scaled(shape: Widths, first: int) -> Widths:
    """Widths in the proportions of `shape`, the first as given."""
    return (first, *(max(1, round(first * width / shape[0])) for width in shape[1:]))
