"""Linear stacking: weights of a fusion by regression of one declared target on the heads' logits."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Final

import numpy as np

from components.errors import UnusableInputError
from components.fusion_tuner.rows import TunerRows
from models.errors import raise_if_any
from models.fusion import ExpressionFormula

__all__ = ["Stacked", "stack"]

_LEAST: Final = 1e-6  # Probabilities are kept this far from 0 and 1, so that log-odds are finite.


@dataclasses.dataclass(frozen=True)
class Stacked:
    """A linear stack.

    Attributes:
        weights: By head, of its log-odds.
        intercept: Without effect on any order.
        rows: With a known target.
        left_out: Rows without one.
    """

    weights: dict[str, float]
    intercept: float
    rows: int
    left_out: int

    def formula(self) -> ExpressionFormula:
        """The stack as a formula that is served, its weights named after the heads."""
        terms = []
        for head in self.weights:
            kept = f'min(max(col("{head}"), {_LEAST!r}), {1 - _LEAST!r})'
            terms.append(f"weight_{head} * (log1p({kept} - 1) - log1p(-{kept}))")
        return ExpressionFormula(
            expression=" + ".join(terms), weights={f"weight_{head}": value for head, value in self.weights.items()}
        )


def stack(rows: TunerRows, heads: tuple[str, ...], target: str, *, ridge: float = 1.0) -> Stacked:
    """Ridge regression of a label on log-odds.

    No row has a label of "how good it is": one target has to stand for it, and rows where it is not known are left
    out. Of a target with labels on clicks only, such as conversion or dwell, the stack is thus fitted on clicked rows
    and says nothing of the others (sample-selection bias): take a target that every impression has, such as spend.

    Source: Hoerl and Kennard, "Ridge Regression", Technometrics 12, 1970, Eq. 2.1, the intercept left unpenalised.

    Args:
        rows: Held out from training.
        heads: Outputs of `rows.values` that are probabilities.
        target: Output of `rows.labels`.
        ridge: Penalty of squared weights, as of so many rows with log-odds of unit variance; 0 or more.

    Raises:
        UnusableInputError: The rows cannot tell.
    """
    if not 0 <= ridge < np.inf:
        raise_if_any("fusion tuner", [f"`ridge` must be 0 or more and finite, got {ridge!r}."])
    _check(rows.values, rows.labels, heads, target)
    labels = np.asarray(rows.labels[target], np.float64)
    is_known = ~np.isnan(labels)
    chances = np.clip(np.stack([rows.values[head][is_known] for head in heads]), _LEAST, 1 - _LEAST)
    logits, wanted = np.log(chances) - np.log1p(-chances), labels[is_known]
    if len(wanted) < 2 or np.ptp(wanted) == 0:
        raise UnusableInputError([f"`labels.{target}` must differ, got one in all {len(wanted)} rows that know it."])
    means, mean = logits.mean(axis=1), wanted.mean()
    centred = logits - means[:, None]
    squares = centred @ centred.T + ridge * np.eye(len(heads))
    found = np.linalg.lstsq(squares, centred @ (wanted - mean), rcond=None)[0]
    if not found.any():
        raise UnusableInputError([f"`heads` must differ between rows, got one value of each of {', '.join(heads)}."])
    return Stacked(
        weights=dict(zip(heads, found.tolist(), strict=True)),
        intercept=float(mean - found @ means),
        rows=len(wanted),
        left_out=len(rows) - len(wanted),
    )


def _check(
    values: Mapping[str, np.ndarray], labels: Mapping[str, np.ndarray], heads: tuple[str, ...], target: str
) -> None:
    problems = [f"`heads` must be among values, got `{head}`." for head in heads if head not in values]
    problems += [
        f"`values.{head}` must be probabilities, got {np.min(values[head])!r} to {np.max(values[head])!r}."
        for head in heads
        if head in values and not ((values[head] >= 0) & (values[head] <= 1)).all()
    ]
    if target not in labels:
        problems.append(f"`target` must be among labels, {', '.join(labels)}, got `{target}`.")
    if problems:
        raise UnusableInputError(problems)
