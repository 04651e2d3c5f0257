"""From the rows of a cell to what is said of it."""

from __future__ import annotations

import dataclasses
from typing import Final

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
    status, reason = _standing(judged, plan, view)
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
    )


def _standing(judged: Compared, plan: OutputPlan, view: View) -> tuple[Status, str]:
    if not judged.has_interval:
        return Status.NO_INTERVAL, "Only its value is claimed: the noise of its bins does not average out."
    few = _by_group_few(view) if judged.by_group else _few(plan, view)
    if few:
        return Status.TOO_FEW, f"An interval needs {' and '.join(few)}."
    return Status.MEASURED, ""


def _few(plan: OutputPlan, view: View) -> list[str]:
    few = []
    if plan.kind is not Kind.BINARY:
        if view.rows < MIN_POSITIVES:
            few.append(f"{MIN_POSITIVES} rows, got {view.rows}")
    else:
        for label, count in (("1", view.positives), ("0", view.rows - view.positives)):
            if count < MIN_POSITIVES:
                few.append(f"{MIN_POSITIVES} rows with label {label}, got {count}")
    if view.clusters < MIN_CLUSTERS:
        few.append(f"{MIN_CLUSTERS} clusters, got {view.clusters}")
    return few


def _by_group_few(view: View) -> list[str]:
    few = []
    if view.groups < MIN_GROUPS:
        few.append(f"{MIN_GROUPS} users or lists that count, got {view.groups}")
    if view.clusters < MIN_CLUSTERS:
        few.append(f"{MIN_CLUSTERS} clusters, got {view.clusters}")
    return few


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
