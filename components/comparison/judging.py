"""From the rows of a cell to what is said of it."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from typing import Final, NamedTuple

from components.comparison.cell import Cell, Reference, Slice, Status
from components.comparison.kinds import Kind
from components.comparison.metrics import COMPARED, Compared
from components.comparison.plan import OutputPlan
from components.comparison.view import View

__all__ = ["MIN_CLUSTERS", "MIN_GROUPS", "MIN_POSITIVES", "cells_of"]

MIN_POSITIVES: Final = 500  # Of the rarer class; of other outputs rows.
MIN_CLUSTERS: Final = 200
MIN_GROUPS: Final = 500  # Users with both classes, or lists with a label above 0.

_CANDIDATE: Final = 0


def cells_of(plan: OutputPlan, metric: str, name: Slice, view: View | None) -> list[Cell]:
    """One cell for each reference; without references one for the candidate alone.

    Args:
        plan: Of the output.
        metric: Key of `COMPARED`.
        name: The slice.
        view: Its rows; None where it has none.
    """
    against = plan.references or (None,)
    if view is None or view.rows == 0:
        return [
            _blank(plan, metric, name, reference, Status.NO_ROWS, "No rows with a known label.")
            for reference in against
        ]
    judged = COMPARED[metric]
    undefined = judged.undefined(view)
    if undefined is not None:
        return [_counted(_blank(plan, metric, name, reference, *undefined), view) for reference in against]
    return [
        _counted(_measured(plan, metric, name, view, place=place, reference=reference), view)
        for place, reference in enumerate(against, start=1)
    ]


def _measured(
    plan: OutputPlan, metric: str, name: Slice, view: View, *, place: int, reference: Reference | None
) -> Cell:
    judged = COMPARED[metric]
    wrong = [_invalid(plan, view, model=_CANDIDATE, name="candidate")]
    if reference is not None:
        wrong.append(_invalid(plan, view, model=place, name=reference.value))
    are_valid = [not problem for problem in wrong]
    has_both = reference is not None and all(are_valid)
    needs = _needs(judged, plan, view)
    status, reason = _standing(judged, needs)
    return Cell(
        output=plan.output,
        metric=metric,
        slice=name,
        status=status if all(are_valid) else Status.NOT_FINITE,
        reason=reason if all(are_valid) else " ".join(problem for problem in wrong if problem),
        against=reference,
        candidate=judged.estimate(view, _CANDIDATE) if are_valid[0] else None,
        reference=judged.estimate(view, place) if are_valid[-1] and reference is not None else None,
        difference=judged.estimate(view, _CANDIDATE, place) if has_both else None,
        shortfall=max(need.shortfall for need in needs),
    )


def _standing(judged: Compared, needs: Sequence[_Need]) -> tuple[Status, str]:
    few = [f"{need.least} {need.what}, got {need.got}" for need in needs if need.got < need.least]
    if few:
        subject = "An interval" if judged.has_interval else "A value that is more than noise"
        return Status.TOO_FEW, f"{subject} needs {' and '.join(few)}."
    if not judged.has_interval:
        return Status.NO_INTERVAL, "Only its value is claimed: the noise of its bins does not average out."
    return Status.MEASURED, ""


class _Need(NamedTuple):
    """How many of something an interval takes, and how many there are."""

    least: int
    what: str
    got: int

    @property
    def shortfall(self) -> float:
        """How many times as many are needed."""
        return self.least / self.got if self.got else math.inf


def _needs(judged: Compared, plan: OutputPlan, view: View) -> list[_Need]:
    if judged.by_group:
        first = [_Need(MIN_GROUPS, "users or lists that count", view.groups)]
    elif plan.kind is Kind.BINARY:
        counts = {"1": view.positives, "0": view.rows - view.positives}
        first = [_Need(MIN_POSITIVES, f"rows with label {label}", count) for label, count in counts.items()]
    else:
        first = [_Need(MIN_POSITIVES, "rows", view.rows)]
    return [*first, _Need(MIN_CLUSTERS, "clusters", view.clusters)]


def _invalid(plan: OutputPlan, view: View, *, model: int, name: str) -> str:
    count = view.invalid(model)
    what = "are no probabilities" if plan.kind is Kind.BINARY else "are not finite"
    return f"{count} of {view.rows} scores of the {name} {what}." if count else ""


def _blank(
    plan: OutputPlan, metric: str, name: Slice, reference: Reference | None, status: Status, reason: str
) -> Cell:
    return Cell(output=plan.output, metric=metric, slice=name, status=status, reason=reason, against=reference)


def _counted(cell: Cell, view: View) -> Cell:
    clusters = view.groups if COMPARED[cell.metric].by_group else view.clusters
    return dataclasses.replace(cell, rows=view.rows, positives=view.positives, clusters=clusters)
