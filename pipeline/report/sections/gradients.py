"""Gradients: which of the three problems of balancing a run has, cosines over layers and steps, weights over steps."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator
from typing import ClassVar, Final, Self, final

from markupsafe import Markup
from typing_extensions import override

from components.trainer.drawing import CosineMap, cosine_maps
from components.trainer.gradient_record import GradientRecord, Rows
from models.tasks import TaskGraph
from pipeline.report import numbers
from pipeline.report.balance import Finding, State, findings_of, overall_sentence
from pipeline.report.balance.direction import PairDirection, pair_directions
from pipeline.report.drawing.cosine_map import draw_cosines
from pipeline.report.drawing.loss_curve import Trace, draw_curve
from pipeline.report.drawing.palette import task_color, task_slot
from pipeline.report.record import RunRecord
from pipeline.report.sections.section import Section

__all__ = ["GradientPanel", "GradientsSection"]

MOST_MAPS: Final = 10  # Ten losses make 45 pairs, and a map has hundreds of cells.
MIN_POINTS: Final = 2


@dataclasses.dataclass(frozen=True)
class GradientPanel:
    """One picture with its caption.

    Attributes:
        name: What it shows.
        picture: A map or a curve.
        note: What stands out.
    """

    name: str
    picture: Markup
    note: str = ""


@final
@dataclasses.dataclass(frozen=True)
class GradientsSection(Section):
    """What was seen at some of the steps.

    Attributes:
        unseen: Why there is nothing else; empty where there is.
        looks: How many, and how often, in a sentence.
        overall: Which problems there are, in a sentence.
        is_fine: Whether there is none.
        findings: One a problem.
        losses: Name and colour of each.
        traces: Weights and lengths over steps.
        constant: What the weights are where they never change; empty elsewhere.
        maps: Cosines over layers and steps, the most opposed pair first.
        num_pairs: Pairs of losses that meet, drawn or not.
        pairs: A line each: names, mean cosine with noise, share of conflicts, layers in conflict.
    """

    title: ClassVar[str] = "Gradients"

    unseen: str
    looks: str = ""
    overall: str = ""
    is_fine: bool = True
    findings: tuple[Finding, ...] = ()
    losses: tuple[tuple[str, int], ...] = ()
    traces: tuple[GradientPanel, ...] = ()
    constant: str = ""
    maps: tuple[GradientPanel, ...] = ()
    num_pairs: int = 0
    pairs: tuple[tuple[str, ...], ...] = ()

    @classmethod
    @override
    def of(cls, run: RunRecord) -> Self | None:
        """None where nobody was to look."""
        record = run.training.gradients if run.training else None
        if record is None:
            return None
        if not record.steps:
            return cls("Nobody looked: under `distribution: mirrored` devices share a step, and none can look alone.")
        findings, maps = findings_of(record), cosine_maps(record)
        return cls(
            unseen="",
            looks=_looks(record),
            overall=overall_sentence(record, findings),
            is_fine=all(finding.state is State.FINE for finding in findings),
            findings=findings,
            losses=tuple((loss.name, task_slot(run.graph, loss.task)) for loss in run.graph.watched),
            traces=tuple(_traces(record, run.graph)) if len(record.steps) >= MIN_POINTS else (),
            constant=_constant(record),
            maps=tuple(_map(drawn) for drawn in maps[:MOST_MAPS]),
            num_pairs=len(maps),
            pairs=tuple(_line(pair) for pair in pair_directions(record)),
        )


def _looks(record: GradientRecord) -> str:
    listed = f", {len(record.steps)} of them here" if len(record.steps) < record.num_looks else ""
    parts = len(record.layers)
    layers = f"the {parts} of the largest gradients of {record.num_layers}" if parts < record.num_layers else str(parts)
    watched = f" Only watched, not trained: {', '.join(record.watched)}." if record.watched else ""
    looks = "1 look" if record.num_looks == 1 else f"{record.num_looks} looks"
    return (
        f"{looks}, one every {numbers.count(record.every)} steps{listed}, at the parameters that two "
        f"or more losses reach: {layers} layers and tables. A look sees the gradients of one batch, whose noise pulls "
        f"cosines towards 0.{watched}"
    )


def _traces(record: GradientRecord, graph: TaskGraph) -> Iterator[GradientPanel]:
    if not _constant(record):
        weights = draw_curve(
            record.steps, _lines(record.weights, graph), selected=None, key="loss-weights", title="Weights of losses"
        )
        yield GradientPanel("weights", weights, f"by {record.balancer}")
    lengths = draw_curve(
        record.steps,
        _lines(record.shared.norms, graph),
        selected=None,
        key="gradient-lengths",
        title="Lengths of gradients",
        is_log=True,
    )
    yield GradientPanel("lengths of gradients", lengths, "before weights")


def _lines(rows: Rows, graph: TaskGraph) -> list[Trace]:
    columns = zip(*rows, strict=True)
    return [
        Trace([math.nan if value is None else value for value in column], task_color(task_slot(graph, loss.task)))
        for loss, column in zip(graph.watched, columns, strict=True)
    ]


def _constant(record: GradientRecord) -> str:
    if len(set(record.weights)) > 1:
        return ""
    weights = zip(record.losses, record.weights[0], strict=True)
    return ", ".join(f"{loss} {numbers.tidy(weight)}" for loss, weight in weights if weight is not None)


def _map(drawn: CosineMap) -> GradientPanel:
    return GradientPanel(f"{drawn.first}, {drawn.second}", draw_cosines(drawn), f"mean {numbers.signed(drawn.mean, 3)}")


def _line(pair: PairDirection) -> tuple[str, ...]:
    cosine = pair.cosine
    mean = numbers.ABSENT if cosine is None else numbers.signed(cosine.value, 3)
    noise = "" if cosine is None else f" \N{PLUS-MINUS SIGN} {numbers.measure(cosine.noise, 3)}"
    return (
        f"{pair.first}, {pair.second}",
        mean + noise,
        numbers.count(pair.num),
        numbers.share(pair.negative) if pair.num else numbers.ABSENT,
        f"{len(pair.layers)} of {pair.num_layers}",
        ", ".join(pair.layers[:3]) or numbers.ABSENT,
    )
