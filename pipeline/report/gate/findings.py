"""What the gate's answers come to beside the picture: harm, rows wanted, clusters, what cannot be compared."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from typing import Final

from components.example_gen.split import EVAL
from components.gate.decision import Asked, Decision, Outcome
from components.gate.metrics import SCALES, Metric
from components.gate.need import factor_of, need_of
from components.gate.report import GateReport
from pipeline.report import numbers
from pipeline.report.gate.panels import harm
from pipeline.report.gate.words import asked_text, metric_title
from pipeline.report.record import RunRecord
from pipeline.report.verdict import slice_text

__all__ = [
    "MOST_HARMED",
    "Harm",
    "clusters_sentence",
    "harms_of",
    "need_sentence",
    "open_sentence",
    "place_text",
    "unlike_of",
    "wanted_of",
]

MOST_HARMED: Final = 10  # Slices in one ranking; every answer is in the table of all.
_OWN_UNITS: Final = (Metric.MSE, Metric.MAE)


@dataclasses.dataclass(frozen=True)
class Harm:
    """Slices of one metric, those that may have lost most first.

    Attributes:
        name: The metric, with the output where outputs share no unit.
        decisions: The first of them.
        more: How many follow.
    """

    name: str
    decisions: tuple[Decision, ...]
    more: int


def harms_of(decisions: Sequence[Decision]) -> tuple[Harm, ...]:
    """Ranks the slices that were compared with the baseline by their lower ends, metric by metric."""
    found: dict[tuple[Metric, str], list[Decision]] = {}
    for decision in decisions:
        is_compared = decision.asked is Asked.DIFFERENCE and SCALES[decision.metric].is_ranked
        if is_compared and decision.slice and decision.low is not None:
            own = decision.output if decision.metric in _OWN_UNITS else ""
            found.setdefault((decision.metric, own), []).append(decision)
    ranked = []
    for (metric, output), slices in found.items():
        ordered = sorted(slices, key=harm, reverse=True)
        name = f"{metric_title(metric)} of {output}" if output else metric_title(metric)
        ranked.append(Harm(name, tuple(ordered[:MOST_HARMED]), max(len(ordered) - MOST_HARMED, 0)))
    return tuple(ranked)


def wanted_of(decisions: Sequence[Decision]) -> tuple[Decision, ...]:
    """What the rows did not settle, what must grow most first; what no number of rows is known to settle last."""
    still_open = [decision for decision in decisions if decision.outcome is Outcome.INCONCLUSIVE]
    return tuple(sorted(still_open, key=lambda decision: -(factor_of(decision) or 0)))


def need_sentence(decisions: Sequence[Decision]) -> str:
    """How many rows of which output would settle all, and what wants that many; empty where none are known to."""
    need = need_of(decisions)
    if need is None:
        return ""
    widest = need.decision
    there = f"which wants {numbers.count(need.wanted)}, there are {numbers.count(widest.rows)}"
    share = f": of {slice_text(widest.slice)}, {there}" if widest.slice else ""
    return (
        f"About {numbers.count(need.rows)} rows of {widest.output}, {need.factor:.1f} times those there are, let an "
        f"equal model pass every rule together four times in five{share}."
    )


def unlike_of(report: GateReport) -> tuple[tuple[str, str], ...]:
    """What is not comparable and why, once for each reason: references that are missing, outputs, rows, slices.

    Without what has never been: a first run is told as one.
    """
    found = {reason: [f"the {name}"] for name, reason in report.missing.items()}
    for decision in report.decisions:
        observed = decision.outcome is Outcome.OBSERVED and decision.value is None
        if decision.outcome is not Outcome.NOT_COMPARABLE and not observed:
            continue
        if decision.against is not None and decision.against.value in report.empty:
            continue
        if any(decision.reason.endswith(reason) for reason in report.missing.values()):
            continue  # Said once, of the reference.
        where = place_text(decision)
        if where not in found.setdefault(decision.reason, []):
            found[decision.reason].append(where)
    unlike = [(_few(places), reason) for reason, places in found.items()]
    lacking = {
        f"{own.output}: {metric_title(own.metric)}": _ungrouped(own)
        for own in report.decisions
        if own.ungrouped and not own.slice
    }
    return (
        *unlike,
        *lacking.items(),
        *((f"slices by {columns}", _left_out(rows)) for columns, rows in report.left_out.items()),
    )


def open_sentence(run: RunRecord) -> str:
    """The share of eval rows whose labels are not known yet, by task; empty where all are."""
    rows = run.split_rows.get(EVAL, 0)
    still_open = {
        task: one.open.get(EVAL, 0) for task, one in (run.label_check.maturity if run.label_check else {}).items()
    }
    told = [f"{task} in {numbers.share(number / rows)}" for task, number in still_open.items() if rows and number]
    return f"Labels still open, of eval rows: {', '.join(told)}; for those tasks they take no part." if told else ""


def clusters_sentence(report: GateReport) -> str:
    """How much wider intervals are because rows of a cluster are alike; empty where nothing was compared."""
    if report.cluster_column is None:
        compared = any(decision.low is not None for decision in report.decisions)
        return (
            "Rows are taken as independent, as no `evaluation.cluster` is declared: where rows of one user or session "
            "are alike, these intervals are too narrow."
            if compared
            else ""
        )
    widths = [
        (math.sqrt(decision.cluster_effect), decision)
        for decision in report.decisions
        if decision.cluster_effect is not None and decision.asked is Asked.DIFFERENCE and not decision.slice
    ]
    if not widths:
        return ""
    least, most = min(width for width, _ in widths), max(width for width, _ in widths)
    between = f"{least:.1f}" if f"{least:.1f}" == f"{most:.1f}" else f"{least:.1f} to {most:.1f}"
    widest = max(widths, key=lambda found: found[0])[1]
    told = f", the most that of {metric_title(widest.metric)} of {widest.output}" if " to " in between else ""
    return (
        f"Rows of one {report.cluster_column} are taken to depend on each other: over all rows, intervals are "
        f"{between} times as wide as if rows were independent{told}."
    )


def place_text(decision: Decision) -> str:
    """What was asked of which output on which rows."""
    where = f" on {slice_text(decision.slice)}" if decision.slice else ""
    return f"{decision.output}: {asked_text(decision)}{where}"


def _left_out(rows: int) -> str:
    return f"{numbers.count(rows)} rows lie in values beyond those that are compared one by one."


def _ungrouped(decision: Decision) -> str:
    lacks = "list" if decision.metric is Metric.NDCG else "user"
    return f"{numbers.count(decision.ungrouped)} rows have no {lacks} and take no part."


def _few(places: Sequence[str], most: int = 4) -> str:
    rest = f" and {numbers.count(len(places) - most)} more" if len(places) > most else ""
    return ", ".join(places[:most]) + rest
