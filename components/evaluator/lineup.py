"""Which models' scores of an output are compared, and why others are not."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from components.comparison.cell import Reference
from components.comparison.kinds import Kind
from components.comparison.plan import OutputPlan
from components.evaluator.errors import UnusableModelError
from components.evaluator.models import OpenModel
from components.evaluator.plan import EvaluatorPlan
from components.gate.metrics import SCORE_METRICS, metrics_of
from models.heads import HeadConfig, Multiclass
from models.tasks import Output

__all__ = ["Lineup", "Opponent", "line_up"]

Opponent = Mapping[str, OpenModel] | str  # By output the model to compare with; or why there is none.


@dataclasses.dataclass(frozen=True, kw_only=True)
class Lineup:
    """One output and the models whose scores of it are compared.

    Attributes:
        plan: What is measured.
        models: Names, the candidate first, then one for each of the plan's references.
        not_comparable: References that have nothing to compare with, and why.
        clustered_groups: "gauc" or "ndcg", where users or lists are not the clusters themselves.
    """

    plan: OutputPlan
    models: tuple[str, ...]
    not_comparable: dict[Reference, str]
    clustered_groups: frozenset[str] = frozenset()


def line_up(plan: EvaluatorPlan, candidate: OpenModel, opponents: Mapping[Reference, Opponent]) -> dict[str, Lineup]:
    """A lineup for each output of the task graph, and for each fused score that has a label.

    Args:
        plan: What is evaluated.
        candidate: Must have all outputs.
        opponents: A reference that lacks an output, or has it in another shape, is left out of its lineup.

    Raises:
        UnusableModelError: The candidate lacks an output.
    """
    return {
        name: _lineup(plan, dataclasses.replace(output, name=name), candidate, opponents)
        for name, output in plan.judged.items()
    }


def _lineup(
    plan: EvaluatorPlan, output: Output, candidate: OpenModel, opponents: Mapping[Reference, Opponent]
) -> Lineup:
    if output.name not in candidate.widths:
        known = ", ".join(sorted(candidate.widths))
        raise UnusableModelError(f"the candidate must serve `{output.name}`, but serves {known}: train it again")
    reasons = {reference: _why_not(output.name, candidate, opponent) for reference, opponent in opponents.items()}
    compared = {
        reference: opponent[output.name].name
        for reference, opponent in opponents.items()
        if not reasons[reference] and not isinstance(opponent, str)
    }
    return Lineup(
        plan=plan.output_plan(
            output.name, kind=_kind(output.kind), metrics=_metrics(plan, output), references=tuple(compared)
        ),
        models=(candidate.name, *compared.values()),
        not_comparable={reference: reason for reference, reason in reasons.items() if reason},
        clustered_groups=plan.clustered_groups,
    )


def _why_not(output: str, candidate: OpenModel, opponent: Opponent) -> str:
    if isinstance(opponent, str):
        return opponent
    model = opponent.get(output)
    if model is None or output not in model.widths:
        return f"It has no output {output}."
    if model.widths[output] != candidate.widths[output]:
        given, own = (width or 1 for width in (model.widths[output], candidate.widths[output]))
        return f"Its output {output} has {given} numbers a row, the candidate's {own}."
    return ""


def _kind(head: HeadConfig) -> Kind:
    if isinstance(head, Multiclass):
        return Kind.CLASSES
    return Kind.BINARY if head.is_binary else Kind.REGRESSION


def _metrics(plan: EvaluatorPlan, output: Output) -> list[str]:
    """Those of the head, of a fused score those of order."""
    is_score = plan.fusion is not None and output.name in plan.fusion.judged
    return [metric.value for metric in (SCORE_METRICS if is_score else metrics_of(output.kind))]
