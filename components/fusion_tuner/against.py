"""One score against another on the same rows, objective by objective, with errors clustered by user."""

from __future__ import annotations

import numpy as np

from components.comparison import Cell, Comparison, Kind, OutputPlan, Reference
from components.comparison.accumulator import ALL_ROWS, Accumulator
from components.comparison.group_view import GroupCounts, GroupView
from components.comparison.judging import cells_of
from components.comparison.shape import Shape
from components.comparison.table import Table
from components.fusion_tuner.goals import Objective
from components.fusion_tuner.judge import Judge
from components.gauc_weight import GaucWeight

__all__ = ["compare_scores"]

_WEIGHTED = "weighted"


def compare_scores(judge: Judge, candidate: np.ndarray, present: np.ndarray, *, weight: GaucWeight) -> Comparison:
    """Paired differences, as `GroupSums` gives them of two models.

    Args:
        judge: Of rows that neither was searched on.
        candidate: `[rows]` scores.
        present: `[rows]` scores of what serves now.
        weight: What a user counts for; the judge's.
    """
    found = [judge.by_group(scores) for scores in (candidate, present)]
    cells = [_cell(judge, one, np.stack([values[one] for values in found])) for one in judge.metrics]
    return Comparison(
        cells=tuple(cells),
        cluster_column="user",
        references={Reference.BASELINE: "present weights"},
        gauc_weight=weight,
    )


def _cell(judge: Judge, objective: Objective, values: np.ndarray) -> Cell:
    metric, kept = judge.metrics[objective]
    labels = np.asarray(judge.rows.labels[objective.output], np.float64)[kept]
    counted = metric.weights > 0
    first = kept[metric.layout.order[metric.layout.starts]]
    groups = int(counted.sum())
    sums = Accumulator(
        Shape(
            kind=Kind.REGRESSION,  # A group's label is its weight, its scores are weighted values.
            models=len(values),
            quantities=(_WEIGHTED,),
            ranks=False,
            clustered=True,
            weighted=False,
            slicings=(),
            slice_values=1,
            exact_rows=groups,
        )
    )
    table = Table(
        labels=metric.weights[counted],
        scores=(values * metric.weights)[:, counted],
        hits=np.zeros((0, groups)),
        weights=np.ones(groups),
        clusters=judge.rows.users[first][counted],
        slots=np.zeros((0, groups), np.int64),
    )
    sums.add(table, [])
    counts = GroupCounts(
        int(np.count_nonzero(~np.isnan(labels))), int(np.count_nonzero(labels > 0)), np.zeros(len(values), np.int64)
    )
    plan = OutputPlan(
        output=objective.output,
        kind=Kind.BINARY,
        metrics=(objective.metric.value,),
        references=(Reference.BASELINE,),
    )
    return cells_of(plan, objective.metric.value, ALL_ROWS, GroupView(sums.views()[ALL_ROWS], counts))[0]
