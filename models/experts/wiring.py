"""Which expert reads what, and which experts each stream mixes: an architecture as plain values."""

from __future__ import annotations

import dataclasses
import enum

from models.experts.mixing import Mixing, SoftmaxGates

__all__ = ["Expert", "ExpertKind", "Level", "Stream", "Wiring"]


class ExpertKind(enum.Enum):
    """What an expert is made of."""

    MLP = "mlp"
    CROSS = "cross"


@dataclasses.dataclass(frozen=True)
class Expert:
    """One network among others of its level.

    Attributes:
        name: Unique in its level; seeds its initial weights.
        reads: Index of the stream below that it reads; the first level has one, 0, the features.
        kind: What it is made of.
    """

    name: str
    reads: int
    kind: ExpertKind = ExpertKind.MLP


@dataclasses.dataclass(frozen=True)
class Stream:
    """One mix of a level's experts.

    Attributes:
        name: Unique in its level; names the gate.
        experts: Indices of the experts it mixes.
        gate_reads: Index of the stream below that its gate reads.
    """

    name: str
    experts: tuple[int, ...]
    gate_reads: int

    @property
    def is_gated(self) -> bool:
        """Whether there is a choice to make: one expert alone has weight 1 and needs no gate."""
        return len(self.experts) > 1


@dataclasses.dataclass(frozen=True)
class Level:
    """Experts side by side, and the streams that mix them.

    Attributes:
        experts: All of one output width.
        streams: What the next level, or the towers, can read.
        units: Widths of an expert's layers; a cross expert takes the last.
        mixing: How the streams mix the experts.
        distance: Factor of the squared distances between the experts' kernels, added to the loss.
        cross_depth: Cross layers of a cross expert.
    """

    experts: tuple[Expert, ...]
    streams: tuple[Stream, ...]
    units: tuple[int, ...]
    mixing: Mixing = dataclasses.field(default_factory=SoftmaxGates)
    distance: float = 0.0
    cross_depth: int = 2

    @property
    def groups(self) -> tuple[tuple[int, ...], ...]:
        """Indices of experts of one kind that the same streams mix, so that the same losses reach them."""
        by_readers: dict[tuple[str, tuple[str, ...]], list[int]] = {}
        for place, expert in enumerate(self.experts):
            readers = tuple(stream.name for stream in self.streams if place in stream.experts)
            by_readers.setdefault((expert.kind.value, readers), []).append(place)
        return tuple(tuple(places) for places in by_readers.values())


@dataclasses.dataclass(frozen=True)
class Wiring:
    """All levels from the features up.

    Attributes:
        levels: From the features up.
        outputs: For each task the stream of the last level that its tower reads.
    """

    levels: tuple[Level, ...]
    outputs: tuple[int, ...]

    @property
    def shared_groups(self) -> tuple[bool, ...]:
        """For each of the last level's groups, whether several tasks read it."""
        last = self.levels[-1]
        return tuple(
            sum(places[0] in last.streams[stream].experts for stream in self.outputs) > 1 for places in last.groups
        )
