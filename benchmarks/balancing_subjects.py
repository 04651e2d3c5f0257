"""On what balancers are compared: real data, and two tasks whose relatedness is known."""

from __future__ import annotations

import dataclasses
import functools
import pathlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, Protocol

import numpy as np

from benchmarks.real_cases import CASES, ReadyCase
from models.heads import Regression
from models.seeds import derive
from models.tasks import Role, Task, TaskGraph

if TYPE_CHECKING:
    from benchmarks.in_memory import Rows
    from models.balancers import Balancer

__all__ = ["CENSUS", "NAMES", "SECOND", "Subject", "parts", "shown_name", "subject_of", "with_roles"]

Tilts = tuple[Mapping[str, float], ...]
Split = Mapping[str, "Rows"]

CENSUS: Final = tuple(case.name for case in CASES if case.config == "census_income")
CORRELATION: Final = 0.5
CORRELATED: Final = f"correlated tasks, {CORRELATION}"
NUM_ROWS: Final = {"train": 128_000, "eval": 8_192}  # Two epochs of them are a thousand steps.
SECOND: Final = ("kuairand", "chicago_taxi", CORRELATED)
NAMES: Final = (*CENSUS, *SECOND)
QUICK_SHARE: Final = 0.1

# By task, what multiplies its declared `loss_weight`: four ways to tune a sum by hand, the declared one first.
_TILTS: Final[Mapping[str, Tilts]] = {
    CENSUS[0]: ({}, {"income": 3.0}, {"income": 10.0}, {"never_married": 3.0}),
    CENSUS[1]: ({}, {"degree": 3.0}, {"degree": 10.0}, {"never_married": 3.0}),
    "kuairand": (
        {},
        {"follow": 0.2, "comment": 0.2, "forward": 0.2, "profile_enter": 1 / 3},  # All that are asked for, alike.
        {"follow": 2.0, "comment": 2.0, "forward": 2.0, "profile_enter": 2.0},
        {"click": 3.0, "long_view": 3.0},
    ),
    "chicago_taxi": ({}, {"tipped": 3.0}, {"card": 3.0}, {"log_fare_per_mile": 5.0}),
    CORRELATED: ({}, {"one": 3.0}, {"two": 3.0}, {"one": 10.0}),
}
_USERS: Final[Mapping[str, tuple[str, ...]]] = {
    "kuairand": ("user_active_degree", "follow_user_num_range", "fans_user_num_range", "register_days_range"),
}


class Subject(Protocol):
    """One data set with its tasks.

    Attributes:
        name: Told in results.
        tasks: As declared.
        main: The first task asked for.
        tilts: By task, ways to count them; see `Asked`.
        users: Inputs that tell users; see `Asked`.
        epochs: Of a run.
        batch_size: Of a step.
        made_of: Whatever else changes what its runs come to.
    """

    name: str
    tasks: TaskGraph
    main: str
    tilts: Tilts
    users: tuple[str, ...]
    epochs: int
    batch_size: int
    made_of: tuple[object, ...]

    def rows(self, seed: int) -> Split:
        """Those to train on and those to judge by, "train" and "eval"."""

    def width(self, architecture: str) -> tuple[int, int]:
        """The width at which it meets the budget of parameters, and its parameters there."""

    def model(self, architecture: str, seed: int, *, tasks: TaskGraph, balancer: Balancer) -> Any:
        """A new compiled model; typed where TensorFlow is."""


class _Real:
    """Real data; every seed has the same rows."""

    def __init__(self, ready: ReadyCase, share: float) -> None:
        training, case = ready.config.training, ready.case
        self._ready, self._share = ready, share
        self.name, self.tasks = shown_name(case.name, is_quick=share < 1), ready.tasks
        self.tilts, self.users = _TILTS[case.name], _USERS.get(case.name, ())
        self.main = case.tasks[0] if case.tasks else ready.tasks.tasks[0].name
        self.epochs, self.batch_size = training.epochs, training.batch_size
        optimizers = (training.dense_optimizer, training.embedding_optimizer, training.clip_norm)
        self.made_of = (ready.config.features, ready.config.model, case, optimizers)

    def rows(self, seed: int) -> Split:
        """See `Subject`."""
        del seed
        return self._rows

    @functools.cached_property
    def _rows(self) -> Split:
        return {split: some(rows, self._share) for split, rows in self._ready.rows()[1].items()}

    def width(self, architecture: str) -> tuple[int, int]:
        """See `Subject`."""
        return self._ready.width(architecture)

    def model(self, architecture: str, seed: int, *, tasks: TaskGraph, balancer: Balancer) -> Any:
        """See `Subject`."""
        return self._ready.model(architecture, seed, tasks=tasks, balancer=balancer)


class _Correlated:
    """Two regressions whose weights are at a known angle; every seed has tasks and rows of its own."""

    def __init__(self, share: float) -> None:
        self._share = share
        names = ("one", "two")
        self.name = shown_name(CORRELATED, is_quick=share < 1)
        self.tilts, self.main = _TILTS[CORRELATED], names[0]
        self.users: tuple[str, ...] = ()
        self.tasks = TaskGraph(tuple(Task(name=name, kind=Regression(), label=name) for name in names))
        self.epochs, self.batch_size = 2, 256
        self.made_of = (CORRELATION, NUM_ROWS)
        self._drawn: tuple[int, Split] | None = None

    def rows(self, seed: int) -> Split:
        """See `Subject`; those of one seed are kept."""
        from benchmarks.balancing_correlated import draw

        if self._drawn is None or self._drawn[0] != seed:
            drawn = draw(seed, CORRELATION, {split: int(self._share * count) for split, count in NUM_ROWS.items()})
            self._drawn = seed, drawn
        return self._drawn[1]

    def width(self, architecture: str) -> tuple[int, int]:
        """See `Subject`."""
        from benchmarks.correlation_training import width_of

        return width_of(architecture)

    def model(self, architecture: str, seed: int, *, tasks: TaskGraph, balancer: Balancer) -> Any:
        """See `Subject`."""
        from benchmarks.balancing_correlated import CorrelatedModel
        from benchmarks.sharing import BY_WIDTH
        from models.optimizers import Adam, build

        model = CorrelatedModel(BY_WIDTH[architecture](self.width(architecture)[0]), tasks, balancer, seed=seed)
        model.compile(optimizer=build(Adam()))
        return model


def shown_name(name: str, *, is_quick: bool) -> str:
    """What results of one of `NAMES` are told by: those of fewer rows are another case."""
    return f"{name} ({QUICK_SHARE:.0%} of the rows)" if is_quick else name


def subject_of(name: str, data: pathlib.Path, cache: pathlib.Path, *, is_quick: bool) -> Subject:
    """One of `NAMES`.

    Args:
        name: See `NAMES`.
        data: The folder of data sets.
        cache: The folder of features made before.
        is_quick: Takes a tenth of the rows.
    """
    share = QUICK_SHARE if is_quick else 1.0
    if name == CORRELATED:
        return _Correlated(share)
    case = next(case for case in CASES if case.name == name)
    return _Real(ReadyCase(case, data, cache), share)


def some(rows: Rows, share: float) -> Rows:
    """A share of the rows, the same ones every time, in an order of chance."""
    return rows if share == 1 else parts(rows, share)[0]


def parts(rows: Rows, share: float) -> tuple[Rows, Rows]:
    """A share of the rows, the same ones every time, and all others."""
    order = np.random.default_rng(derive(0, "balancing", "part")).permutation(rows.count)
    cut = round(share * rows.count)
    return rows.chosen(order[:cut]), rows.chosen(order[cut:])


def with_roles(tasks: TaskGraph, main: str) -> TaskGraph:
    """The tasks, all but `main` auxiliary where none is declared so: for methods that need both roles."""
    if any(task.role is Role.AUXILIARY for task in tasks.tasks):
        return tasks
    changed = [task if task.name == main else dataclasses.replace(task, role=Role.AUXILIARY) for task in tasks.tasks]
    return TaskGraph(tuple(changed))
