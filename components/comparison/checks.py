"""Whether a batch is what its plan says."""

from __future__ import annotations

import numpy as np

from components.comparison.kinds import Kind
from components.comparison.plan import OutputPlan
from components.comparison.rows import Rows

__all__ = ["check_groups", "check_rows"]


def check_rows(rows: Rows, plan: OutputPlan) -> None:
    """Raises ValueError with all that is wrong."""
    problems = []
    expected = (plan.num_models, len(rows.labels))
    if np.shape(rows.scores) != expected:
        problems.append(f"`scores` must be [models, rows] = {list(expected)}, got {list(np.shape(rows.scores))}.")
    if plan.kind is Kind.CLASSES and (rows.hits is None or np.shape(rows.hits) != expected):
        problems.append(f"`hits` of several classes must be [models, rows] = {list(expected)}, got {rows.hits!r:.80}.")
    if plan.clustered == (rows.clusters is None):
        what = "there" if plan.clustered else "None"
        problems.append(f"`clusters` must be {what} where `clustered` of the plan is {plan.clustered}.")
    if len(rows.slices) != len(plan.slicings):
        problems.append(f"`slices` must be one for each of {len(plan.slicings)} slicings, got {len(rows.slices)}.")
    problems += _label_problems(rows, plan)
    if problems:
        raise ValueError(f"Rows of {plan.output!r}: " + " ".join(problems))


def check_groups(rows: Rows, groups: np.ndarray) -> None:
    """Raises ValueError where groups are not one for each row."""
    if np.shape(groups) != np.shape(rows.labels):
        raise ValueError(f"`groups` must be [rows] = {list(np.shape(rows.labels))}, got {list(np.shape(groups))}.")


def _label_problems(rows: Rows, plan: OutputPlan) -> list[str]:
    labels = np.asarray(rows.labels)
    known = labels if rows.known is None else labels[np.asarray(rows.known) > 0]
    if plan.kind is Kind.BINARY:
        wrong = known[(known != 0) & (known != 1)]
        what = "0 or 1"
    elif plan.kind is Kind.REGRESSION:
        wrong = known[~np.isfinite(known)]
        what = "finite"
    else:
        return []
    advice = "mark rows without a label by `known`."
    return [f"`labels` must be {what} where they are known, got {wrong[0]}: {advice}"] if len(wrong) else []
