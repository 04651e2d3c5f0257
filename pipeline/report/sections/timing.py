"""How long every node took, on one clock."""

from __future__ import annotations

import dataclasses
from typing import ClassVar, Self, final

from typing_extensions import override

from pipeline.report import numbers
from pipeline.report.record import NodeState, RunRecord
from pipeline.report.sections.section import Section

__all__ = ["NodeBar", "TimingSection"]


@dataclasses.dataclass(frozen=True)
class NodeBar:
    """One node.

    Attributes:
        name: The node's id.
        state: How it ended.
        seconds: As text; empty for one that never ran.
        left: Where its bar begins, in percent of the run.
        width: How long its bar is, in percent of the run.
    """

    name: str
    state: NodeState
    seconds: str
    left: float
    width: float


@final
@dataclasses.dataclass(frozen=True)
class TimingSection(Section):
    """All nodes.

    Attributes:
        nodes: In order.
        total: From the first start to the last end.
        num_cached: Nodes whose earlier outputs were taken.
    """

    title: ClassVar[str] = "Timing"

    nodes: tuple[NodeBar, ...]
    total: str
    num_cached: int

    @classmethod
    @override
    def of(cls, run: RunRecord) -> Self | None:
        """None where no node is known."""
        if not run.nodes:
            return None
        whole = run.seconds or 1.0
        bars = tuple(
            NodeBar(
                name=node.name,
                state=node.state,
                seconds="" if node.state is NodeState.NOT_REACHED else numbers.duration(node.seconds),
                left=round(100 * node.start_s / whole, 2),
                width=round(100 * node.seconds / whole, 2),
            )
            for node in run.nodes
        )
        num_cached = sum(node.state is NodeState.CACHED for node in run.nodes)
        return cls(bars, numbers.duration(run.seconds), num_cached)
