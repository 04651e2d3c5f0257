"""What can be wrong between a search for fusion weights and what it is about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from components.fusion_tuner.config import FusionTuneConfig, StackingConfig
from components.fusion_tuner.goals import Objective
from components.fusion_tuner.metrics import RankMetric
from components.fusion_tuner.space import end_problems, space_problems
from components.gate.metrics import Metric, metrics_of
from models.binding import Problem, nearest
from models.fusion import FusionConfig
from models.heads import HeadConfig, Multiclass
from models.tasks import Task
from pipeline.config.fusion_check import outputs_of
from pipeline.config.fusion_reading import readable_objectives
from pipeline.config.run import EvaluationConfig

__all__ = ["fusion_tune_problems"]

_PATH = ("fusion", "tune")
_NEEDS = {RankMetric.GAUC: "user", RankMetric.NDCG: "list"}  # Fields of the section `evaluation`.


def fusion_tune_problems(
    tune: FusionTuneConfig | None,
    fusion: FusionConfig | None,
    tasks: Sequence[Task] | None,
    *,
    evaluation: EvaluationConfig | None,
    given: object,
) -> Iterator[Problem]:
    """Whether weights, outputs and groups of rows are there.

    Args:
        tune: As declared; None without a search, or if it could not be read.
        fusion: Whose weights; None if it could not be read.
        tasks: All of them; None if one could not be read.
        evaluation: None if it could not be read.
        given: The section `fusion`, as a YAML reader returned it.
    """
    objectives = tuple(dict.fromkeys(readable_objectives(given)))
    if tasks is not None:
        yield from _objective_problems(objectives, outputs_of(tasks))
    if evaluation is not None:
        yield from _group_problems(objectives, evaluation)
    if tune is None:
        return
    if fusion is not None:
        yield from _formula_problems(tune, fusion)
    if tasks is not None and tune.stacking is not None:
        yield from _stacking_problems(tune.stacking, outputs_of(tasks))
    if evaluation is not None and evaluation.user is None and evaluation.cluster is None:
        yield Problem(_PATH, "needs `evaluation.user`, by whose values rows are halved: name the column.")


def _formula_problems(tune: FusionTuneConfig, fusion: FusionConfig) -> Iterator[Problem]:
    name = tune.formula or fusion.served
    if name not in fusion.formulas:
        yield Problem(_PATH, f"`formula` must be one of `formulas`, got {name!r}. {nearest(name, fusion.formulas)}")
    else:
        formula = fusion.formulas[name]
        for message in space_problems(formula, formula.declared, tune.bounds):
            yield Problem(_PATH, message)
        known = {weight: own for weight, own in tune.bounds.items() if weight in formula.declared}
        for message in end_problems(formula, formula.declared, known):
            yield Problem(_PATH, message)
    if tune.segments is not None and fusion.segment is None:
        yield Problem(_PATH, "`segments` needs `fusion.segment`, got none: declare its column, or leave it out.")


def _objective_problems(
    objectives: Sequence[tuple[str, Objective]], outputs: Mapping[str, HeadConfig]
) -> Iterator[Problem]:
    for field, one in objectives:
        head = outputs.get(one.output)
        if head is None:
            message = f"`{field}` asks for {one.name}, but no task or product is called `{one.output}`. "
            yield Problem(_PATH, message + nearest(one.output, outputs))
        elif Metric(one.metric.value) not in metrics_of(head):
            yield Problem(_PATH, f"`{field}` asks for {one.name}, but a {head.name} output has no {one.metric.value}.")


def _stacking_problems(stacking: StackingConfig, outputs: Mapping[str, HeadConfig]) -> Iterator[Problem]:
    path = (*_PATH, "stacking")
    for name in stacking.heads:
        if name not in outputs:
            yield Problem(path, f"`heads` must name tasks or products, got {name!r}. {nearest(name, outputs)}")
        elif not outputs[name].is_binary:
            yield Problem(path, f"`heads` must be probabilities, got {name!r}, {outputs[name].name}.")
    if stacking.target not in outputs:
        known = nearest(stacking.target, outputs)
        yield Problem(path, f"`target` must name a task or product, got {stacking.target!r}. {known}")
    elif isinstance(outputs[stacking.target], Multiclass):
        yield Problem(path, f"`target` must have one number for a label, got {stacking.target!r}, of several classes.")


def _group_problems(objectives: Sequence[tuple[str, Objective]], evaluation: EvaluationConfig) -> Iterator[Problem]:
    for metric in dict.fromkeys(one.metric for _, one in objectives):
        field = _NEEDS[metric]
        if getattr(evaluation, field) is None:
            message = f"`goal` or `observe` asks for {metric.value}, which needs `evaluation.{field}`: name the column."
            yield Problem(_PATH, message)
