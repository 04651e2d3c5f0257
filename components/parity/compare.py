"""Holds answers against the golden batch, output by output."""

from __future__ import annotations

import numpy as np

from components.parity.answers import Answers
from components.parity.golden import Golden
from components.parity.report import OutputParity, ParityReport

__all__ = ["compare"]


def compare(golden: Golden, answers: Answers) -> ParityReport:
    """Every output of the golden batch by every route, the worst row of each.

    Probabilities are compared as they are. A mean, a quantile or a level is compared as a share of its own size or,
    where it is near 0, of the output's mean size over the golden rows.
    """
    found = [
        _of_output(golden, name, route=route, outputs=outputs)
        for name in golden.predictions
        if golden.rows
        for route, outputs in answers.by_route.items()
    ]
    problems = [f"{route}: {reason}" for route, reason in answers.failed.items()]
    if not golden.rows:
        problems.append("the golden batch is empty: the eval split has no rows")
    elif not found and not problems:
        problems.append("nothing was asked")
    return ParityReport(
        rows=len(golden.rows),
        tolerance=golden.tolerance,
        server=answers.server,
        answers=tuple(found),
        problem="; ".join(problems),
    )


def _of_output(golden: Golden, name: str, *, route: str, outputs: dict[str, np.ndarray]) -> OutputParity:
    expected, is_relative = golden.predictions[name].astype(np.float64), name in golden.relative
    if name not in outputs:
        known = ", ".join(sorted(outputs)) or "none"
        return OutputParity(output=name, route=route, agrees=False, reason=f"it is not among the outputs: {known}")
    given = outputs[name]
    if given.shape != expected.shape:
        reason = f"it has shape {list(given.shape)}, the trainer's {list(expected.shape)}"
        return OutputParity(output=name, route=route, agrees=False, reason=reason)
    rows = len(expected)
    finite = (np.isfinite(given) & np.isfinite(expected)).reshape(rows, -1).all(axis=1)
    if not finite.all():
        row = int(np.argmin(finite))
        reason = f"it is not finite in {rows - int(finite.sum())} of {rows} rows"
        return OutputParity(output=name, route=route, agrees=False, is_relative=is_relative, row=row, reason=reason)
    difference = np.abs(given - expected)
    if is_relative:
        sizes = np.maximum(np.abs(expected), np.mean(np.abs(expected), axis=0))
        difference = np.divide(difference, sizes, out=difference, where=sizes > 0)
    by_row = difference.reshape(rows, -1).max(axis=1, initial=0.0)
    row = int(np.argmax(by_row))
    largest = float(by_row[row])
    return OutputParity(
        output=name,
        route=route,
        agrees=largest <= golden.tolerance,
        is_relative=is_relative,
        largest=largest,
        row=row,
    )
