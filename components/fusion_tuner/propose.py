"""From the rows that the Evaluator kept to a proposal of weights."""

from __future__ import annotations

import dataclasses

from components.errors import UnusableInputError
from components.fusion.rows_file import read_rows
from components.fusion_tuner.against import compare_scores
from components.fusion_tuner.change import changes_of
from components.fusion_tuner.config import StackingConfig
from components.fusion_tuner.kept import KeptRows, columns_to_tune, tuner_rows
from components.fusion_tuner.own import own_weights, with_weights
from components.fusion_tuner.plan import FusionTunerPlan
from components.fusion_tuner.proposal import Proposal, Stack
from components.fusion_tuner.rows import halves
from components.fusion_tuner.segments import tune_segments
from components.fusion_tuner.stacking import stack
from components.fusion_tuner.tune import tune
from models.binding import nearest
from models.errors import raise_if_any
from models.fusion import FlatWeights
from models.fusion.weights import vector_of

__all__ = ["propose"]


def propose(plan: FusionTunerPlan, path: str, weights: FlatWeights) -> Proposal:
    """Searches, checks what was found on users whom the search never saw, and changes nothing.

    Args:
        plan: The search.
        path: The file of kept rows.
        weights: Of all keys, as they serve now.

    Raises:
        ConfigError: The search is not about what the rows were scored by.
        UnusableInputError: The rows cannot tell.
    """
    if plan.name not in plan.fusion.formulas:
        known = nearest(plan.name, plan.fusion.formulas)
        raise_if_any("fusion tuner", [f"`formula` must be one that is served, got {plan.name!r}. {known}"])
    kept = tuner_rows(plan, read_rows(path, columns_to_tune(plan)), weights)
    now = vector_of(weights, plan.name, plan.formula.declared)
    tuning = tune(kept.rows, plan.formula, plan.tuning, present=now)
    common = now if tuning.chosen is None else tuning.tried[tuning.chosen].weights
    settings = plan.tune.segments
    segments = None if settings is None else tune_segments(plan, kept, settings, weights=weights, common=common)
    after = with_weights(plan.name, weights, common, {} if segments is None else segments.own)
    raise_if_any("fusion tuner", plan.fusion.weight_problems(after))
    found = Proposal(
        formula=plan.name,
        before=_of(plan.name, weights),
        after=_of(plan.name, after),
        tuning=tuning,
        changes=changes_of(tuning.comparison),
        segments=segments,
        stack=None if plan.tune.stacking is None else _stacked(plan, kept, plan.tune.stacking),
        without_propensity=kept.left_out,
    )
    return found if segments is None else _with_segments(plan, kept, found, after=after)


def _with_segments(plan: FusionTunerPlan, kept: KeptRows, found: Proposal, *, after: FlatWeights) -> Proposal:
    """The proposal, its changes those of the common weights and of segments together."""
    own = {} if kept.segments is None else own_weights(plan.name, kept.segments, after)
    check = halves(kept.rows, seed=plan.tune.seed)[1]
    then = halves(dataclasses.replace(kept.rows, own=own), seed=plan.tune.seed)[1]
    scores = [
        rows.score(plan.formula, vector_of(weights, plan.name, plan.formula.declared))
        for rows, weights in ((then, after), (check, found.before))
    ]
    compared = compare_scores(plan.tuning.judge(check), scores[0], scores[1], weight=plan.gauc_weight)
    return dataclasses.replace(found, changes=changes_of(compared))


def _stacked(plan: FusionTunerPlan, kept: KeptRows, stacking: StackingConfig) -> Stack:
    search, check = halves(kept.rows, seed=plan.tune.seed)
    try:
        found = stack(search, stacking.heads, stacking.target, ridge=stacking.ridge)
    except UnusableInputError as error:
        raise UnusableInputError([f"No stack can be fitted: {problem}" for problem in error.problems]) from error
    formula = found.formula()
    return Stack(
        expression=formula.expression,
        weights=formula.declared,
        target=stacking.target,
        rows=found.rows,
        left_out=found.left_out,
        values=plan.tuning.judge(check).values(formula.score_rows(check.values)),
    )


def _of(formula: str, weights: FlatWeights) -> dict[str, float]:
    return {key: value for key, value in sorted(weights.items()) if key.partition(".")[0] == formula}
