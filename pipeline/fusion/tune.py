"""Searches for other weights of what serves, and changes nothing."""

from __future__ import annotations

from typing import Final

from components.fusion_tuner.plan import FusionTunerPlan
from components.fusion_tuner.proposal import Proposal
from components.fusion_tuner.propose import propose
from components.fusion_tuner.space import space_problems
from models.errors import ConfigError, raise_if_any
from models.fusion import FusionConfig
from pipeline.config import PipelineConfig
from pipeline.fingerprint import code_fingerprint
from pipeline.fusion.served import ServedScores, served_scores

__all__ = ["fusion_tuner_plan", "tune_served"]

_CODE: Final = ("components/comparison", "components/fusion", "components/fusion_tuner", "models/fusion")


def tune_served(config: PipelineConfig) -> tuple[ServedScores, Proposal]:
    """Searches on the rows that the run of what serves has kept.

    Raises:
        ConfigError: No search is declared, or it is not about what serves.
        NoScoresError: Nothing serves that has scores.
        UnusableInputError: The rows cannot tell.
    """
    served = served_scores(config)
    tune, formulas = config.fusion_tune, served.fusion.formulas
    formula = None if tune is None else formulas.get(tune.formula or served.fusion.served)
    if tune is not None and formula is not None:
        problems = space_problems(formula, formula.declared, tune.bounds)
        raise_if_any(f"fusion.tune, for the formula of version {served.version}, not of CONFIG", list(problems))
    return served, propose(fusion_tuner_plan(config, served.fusion), served.rows, served.weights)


def fusion_tuner_plan(config: PipelineConfig, fusion: FusionConfig) -> FusionTunerPlan:
    """What the search is told.

    Args:
        config: Declares it.
        fusion: What the rows were scored by.
    """
    evaluation, tune = config.evaluation, config.fusion_tune
    user = evaluation.user or evaluation.cluster
    if tune is None or user is None:
        message = (
            "`fusion.tune` must be declared, got none: write it, such as tune: {goal: {kind: sum, shares: "
            "{click.gauc: 1}}, bounds: {buy: {least: 0, most: 5}}}."
        )
        raise ConfigError("fusion", [message])
    return FusionTunerPlan(
        fusion=fusion,
        tune=tune,
        user=user,
        list=evaluation.list,
        gauc_weight=evaluation.gauc_weight,
        ndcg_at=evaluation.ndcg_at,
        code=code_fingerprint(*_CODE),
    )
