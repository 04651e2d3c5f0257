"""Which outputs of two models are compared, and why others are not."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from components.comparison.cell import Reference
from components.comparison.kinds import Kind
from components.evaluator.errors import UnusableModelError
from components.evaluator.lineup import Lineup, line_up
from components.evaluator.plan import EvaluatorPlan
from pipeline.compare.model import ComparedModel

__all__ = ["compared_outputs"]


def compared_outputs(
    plan: EvaluatorPlan, candidate: ComparedModel, reference: ComparedModel
) -> tuple[dict[str, Lineup], tuple[str, ...]]:
    """By output that A serves, and what is not compared."""
    names = list(plan.judged)
    mine, others = candidate.opened, reference.opened
    # A stand-in for what A lacks, so that lineups come of all outputs; those are left out below.
    whole = dataclasses.replace(mine, widths=dict.fromkeys(names, 0) | mine.widths)
    lineups, notes = {}, []
    for output, lineup in line_up(plan, whole, {Reference.BASELINE: dict.fromkeys(others.widths, others)}).items():
        reason = _why_not(lineup, mine.widths)
        if reason:
            notes.append(f"`{output}` is not compared: {reason}")
            continue
        lineups[output] = lineup
        if Reference.BASELINE in lineup.not_comparable:
            notes.append(f"`{output}` is measured of A alone, of B: {lineup.not_comparable[Reference.BASELINE]}")
    for model in (mine, others):
        more = sorted(set(model.widths) - set(names))
        if more:
            named = ", ".join(f"`{name}`" for name in more)
            notes.append(f"{model.name} also serves {named}, not an output of CONFIG.")
    if not any(lineup.plan.references for lineup in lineups.values()):
        raise UnusableModelError(
            f"`A` and `B` must both serve an output of CONFIG, {', '.join(names)}, but A serves "
            f"{', '.join(sorted(mine.widths)) or 'none'}, and B {', '.join(sorted(others.widths)) or 'none'}: "
            "export them with outputs of these names."
        )
    return lineups, tuple(notes)


def _why_not(lineup: Lineup, widths: Mapping[str, int]) -> str:
    output = lineup.plan.output
    if output not in widths:
        return "A does not serve it."
    if (lineup.plan.kind is Kind.CLASSES) == (widths[output] > 0):
        return ""
    wanted = "as many as classes" if lineup.plan.kind is Kind.CLASSES else "one"
    return f"A serves {widths[output] or 1} numbers a row, where the task has {wanted}."
