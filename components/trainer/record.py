"""What a training run leaves for its report, as JSON files in the `model_run` artifact."""

from __future__ import annotations

import dataclasses
import json
import pathlib
from typing import Final

from components.example_gen.split import EVAL
from components.trainer.gradient_record import GradientRecord
from components.warm_start.record import WarmStartRecord
from models.binding import bind_or_raise, unbind

__all__ = [
    "ConnectionRecord",
    "ExpertRecord",
    "GateRecord",
    "GateSegment",
    "Interval",
    "ListRecord",
    "OrderRecord",
    "RouteRecord",
    "TrainingRecord",
    "read_record",
    "watched_label",
    "write_record",
]

RECORD_FILE: Final = "training.json"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Interval:
    """One epoch or one stretch of steps.

    Attributes:
        epoch: From 1.
        step: Optimizer steps done at its end.
        train: Means over the interval by metric name: "loss", "<loss>_loss".
        watched: The same over the watched split after it, with metrics of outputs such as "<output>_auc".
        score: What the checkpoint rule made of it; larger is better. None where no rule compares.
        seconds: Wall time of the interval, evaluation included.
        inside: Of gates and connections at its end, by what they measure: see `components.trainer.inside`.
    """

    epoch: int
    step: int
    train: dict[str, float]
    watched: dict[str, float]
    score: float | None
    seconds: float
    inside: dict[str, float] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True, kw_only=True)
class GateSegment:
    """How one gate spreads its weight over experts on the sampled rows of one user segment.

    Attributes:
        column: The raw column that divides rows into segments.
        value: Its value on these rows, or in parentheses what several values are together.
        rows: How many of the sample these are; at least 1.
        mean: Mean weight of each expert.
        std: Standard deviation over rows of each expert's weight.
    """

    column: str
    value: str
    rows: int
    mean: tuple[float, ...]
    std: tuple[float, ...]


@dataclasses.dataclass(frozen=True, kw_only=True)
class GateRecord:
    """How one gate spreads its weight over experts, on a sample of watched rows.

    Attributes:
        name: Level and stream, as the model names them, such as "level_1/click".
        experts: Names of the experts.
        mean: Mean weight of each expert.
        std: Standard deviation over rows of each expert's weight.
        segments: The same by segment, those of one column side by side, the most frequent first.
    """

    name: str
    experts: tuple[str, ...]
    mean: tuple[float, ...]
    std: tuple[float, ...]
    segments: tuple[GateSegment, ...] = ()


@dataclasses.dataclass(frozen=True, kw_only=True)
class ExpertRecord:
    """How much one expert is used by the gates that reach it, on a sample of watched rows.

    Attributes:
        level: Such as "level_1".
        name: Unique in its level.
        weight: Mean over its gates of the mean weight that each gives it.
        most: The largest mean weight that any of them gives it, in even shares: 1 is what a gate gives that has no
            preference.
    """

    level: str
    name: str
    weight: float
    most: float


@dataclasses.dataclass(frozen=True, kw_only=True)
class ConnectionRecord:
    """How much of each expert of a level every stream takes when serving, the same for all rows.

    Attributes:
        level: Such as "level_1".
        streams: What takes.
        experts: What is taken.
        values: By stream, by expert: 0 to 1 where connections open and close, any number where they are stitched.
        num_open: Expected number of open connections in training; None where none closes.
    """

    level: str
    streams: tuple[str, ...]
    experts: tuple[str, ...]
    values: tuple[tuple[float, ...], ...]
    num_open: float | None = None


@dataclasses.dataclass(frozen=True, kw_only=True)
class RouteRecord:
    """Which function block of one depth every task is routed through.

    Attributes:
        level: Such as "level_1".
        tasks: Names.
        blocks: Names.
        probabilities: By task, by block; they sum to 1.
        chosen: By task, the likeliest block, which serves.
        entropies: By task, of its probabilities, in nats: 0 is decided, the log of the number of blocks undecided.
    """

    level: str
    tasks: tuple[str, ...]
    blocks: tuple[str, ...]
    probabilities: tuple[tuple[float, ...], ...]
    chosen: tuple[str, ...]
    entropies: tuple[float, ...]


@dataclasses.dataclass(frozen=True, kw_only=True)
class OrderRecord:
    """The lists of one ranking task; rows of no known label or no weight are not in them.

    Attributes:
        loss: The task's.
        ordered: Lists with two labels at least, from which it learns.
        single: Lists of one row, which are skipped.
        equal: Longer lists whose labels are all the same, which are skipped.
    """

    loss: str
    ordered: int
    single: int
    equal: int


@dataclasses.dataclass(frozen=True, kw_only=True)
class ListRecord:
    """The lists of a split.

    Attributes:
        lists: All of them.
        dealt: Those too long for a batch, dealt into parts.
        alone: Rows of no list.
        orders: By ranking task.
    """

    lists: int
    dealt: int
    alone: int
    orders: tuple[OrderRecord, ...]


@dataclasses.dataclass(frozen=True, kw_only=True)
class TrainingRecord:
    """One training run.

    Attributes:
        intervals: In order.
        selected_epoch: Whose weights were exported.
        rule: The checkpoint rule's name.
        watched_split: Whose losses were looked at after every epoch: validation, or eval, by which none was chosen.
        num_parameters: All trainable parameters.
        num_embedding_parameters: Those in embedding tables.
        examples_per_second: Of the training loop, compilation left out.
        input_examples_per_second: Of reading transformed examples alone.
        resumed_from_step: 0 for an unbroken run.
        gates: Empty for an architecture without gates.
        experts: Those that gates weigh.
        connections: By level; empty where none is learned for all rows at once.
        routes: By depth; empty for an architecture without routers.
        gradients: Of the losses; None where they were not to be looked at.
        warm_start: What it went on from; None where it was not to go on from anything.
        lists: Of the train split; None without ranking tasks.
    """

    intervals: tuple[Interval, ...]
    selected_epoch: int
    rule: str
    watched_split: str
    num_parameters: int
    num_embedding_parameters: int
    examples_per_second: float
    input_examples_per_second: float
    resumed_from_step: int
    gates: tuple[GateRecord, ...] = ()
    experts: tuple[ExpertRecord, ...] = ()
    connections: tuple[ConnectionRecord, ...] = ()
    routes: tuple[RouteRecord, ...] = ()
    gradients: GradientRecord | None = None
    warm_start: WarmStartRecord | None = None
    lists: ListRecord | None = None


def watched_label(split: str) -> str:
    """How curves on a split are named to a person: eval judges the model later, so it must not have chosen."""
    return f"{split}, watched only" if split == EVAL else split


def write_record(folder: str, record: TrainingRecord) -> None:
    """Writes `record` into `folder`, which exists."""
    text = json.dumps(unbind(record), allow_nan=False)  # Indented, gradients would be a line a number.
    pathlib.Path(folder, RECORD_FILE).write_text(text, encoding="utf-8")


def read_record(folder: str) -> TrainingRecord:
    """Reads what `write_record` wrote."""
    text = pathlib.Path(folder, RECORD_FILE).read_text(encoding="utf-8")
    return bind_or_raise(TrainingRecord, json.loads(text))
