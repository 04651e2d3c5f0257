"""From the rows of a cell to what is said of it."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np

from components.comparison.cell import Cell, Reference, Slice, Status
from components.comparison.kinds import Kind
from components.comparison.metrics import COMPARED, Compared
from components.comparison.plan import OutputPlan
from components.comparison.spread import largest_share
from components.comparison.view import View

__all__ = ["MAX_SHARE", "MIN_CLUSTERS", "MIN_GROUPS", "MIN_POSITIVES", "cells_of"]

MIN_POSITIVES: Final = 500  # Of the rarer class; of other outputs rows.
MIN_CLUSTERS: Final = 200
MIN_GROUPS: Final = 500  # Users with both classes, or lists with a label above 0.
MAX_SHARE: Final = 1 / 3  # Of a cluster: a bound that is to miss in 5 % misses in up to 6.9, at a half in 9.0.

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
        lacking = view.ungrouped if view is not None else 0
        reason = f"None of {lacking} rows has a user or list." if lacking else "No rows with a known label."
        blanks = [_blank(plan, metric, name, reference, Status.NO_ROWS, reason) for reference in against]
        return [dataclasses.replace(cell, ungrouped=lacking) for cell in blanks]
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
    few = [need.text for need in needs if need.shortfall > 1]
    if few:
        subject = "An interval" if judged.has_interval else "A value that is more than noise"
        return Status.TOO_FEW, f"{subject} needs {'; '.join(few)}."
    if not judged.has_interval:
        return Status.NO_INTERVAL, "Only its value is claimed: the noise of its bins does not average out."
    return Status.MEASURED, ""


class _Need(NamedTuple):
    """What an interval takes and what there is, and how many times as many rows are needed."""

    text: str
    shortfall: float

    @classmethod
    def of_count(cls, least: int, what: str, got: int) -> _Need:
        """At least so many."""
        return cls(f"{least} {what}, got {got}", least / got if got else math.inf)

    @classmethod
    def of_share(cls, what: str, share: float) -> _Need:
        """No cluster that outweighs the others; more rows of these are needed."""
        text = f"no cluster with over {MAX_SHARE:.0%} of {what}, got as much as one with {share:.0%}"
        odds = share / (1 - share) if share < 1 else math.inf
        return cls(text, odds * (1 - MAX_SHARE) / MAX_SHARE)


def _needs(judged: Compared, plan: OutputPlan, view: View) -> list[_Need]:
    if judged.by_group:
        first = [_Need.of_count(MIN_GROUPS, "users or lists that count", view.groups)]
    elif plan.kind is Kind.BINARY:
        counts = {"1": view.positives, "0": view.rows - view.positives}
        first = [_Need.of_count(MIN_POSITIVES, f"rows with label {label}", count) for label, count in counts.items()]
    else:
        first = [_Need.of_count(MIN_POSITIVES, "rows", view.rows)]
    needs = [*first, _Need.of_count(MIN_CLUSTERS, "clusters", view.clusters)]
    if view.clusters >= MIN_CLUSTERS:  # Fewer are uneven by chance.
        needs += [_Need.of_share(what, share) for what, share in _shares(judged, plan, view).items()]
    return needs


def _shares(judged: Compared, plan: OutputPlan, view: View) -> dict[str, float]:
    """By what it is a share of, that of the largest cluster."""
    base = view.base()
    units, labels = base.group_units, base.group_labels
    if units is None or labels is None:  # Independent, and only their sums are there.
        if judged.by_group:
            return {"the weight": largest_share(base.labels, base.label_squares)}
        return {"the rows": largest_share(base.units, base.unit_squares)}
    if judged.by_group:
        weights = {"the weight": labels}
    elif plan.kind is Kind.BINARY:
        weights = {"the rows with label 1": labels, "the rows with label 0": units - labels}
    else:
        weights = {"the rows": units}
    return {
        what: largest_share(float(own.sum()), float(np.square(own).sum()), len(own)) for what, own in weights.items()
    }


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
    return dataclasses.replace(
        cell, rows=view.rows, positives=view.positives, clusters=clusters, ungrouped=view.ungrouped
    )
