"""By which of the gate's rules other weights are judged."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from components.gate.config import GateConfig
from components.gate.policy import Policy
from models.fusion import SCORE, FusionConfig, score_name
from pipeline.config.gate import resolved_rules
from pipeline.fusion.errors import NoScoresError

__all__ = ["score_of", "score_policy", "unjudged"]


def score_of(fusion: FusionConfig, formula: str) -> str:
    """What a formula's score is called where it is judged."""
    return SCORE if formula == fusion.served else score_name(formula)


def unjudged(gate: GateConfig, fusion: FusionConfig, formula: str) -> str:
    """Why no weights of a formula can pass; empty where they can."""
    try:
        score_policy(gate, fusion, [score_of(fusion, formula)])
    except NoScoresError as error:
        return str(error)
    return ""


def score_policy(gate: GateConfig, fusion: FusionConfig, scores: Sequence[str]) -> Policy:
    """The rules that are about these scores, and nothing else: the heads are the same.

    Raises:
        NoScoresError: No rule could stop weights.
    """
    if fusion.label is None:
        raise NoScoresError("`fusion.label` must name what the score is to rank, got none: declare it, and run again.")
    rules = tuple(rule for rule in resolved_rules(gate) if rule.output in scores)
    judged_by = {rule.output for rule in rules if rule.can_stop}
    if free := [score for score in scores if score not in judged_by]:
        raise NoScoresError(
            f"`gate.rules` must hold a rule about {free[0]} that can stop weights, such as {{output: {free[0]}, "
            "metric: auc, margin: 0.005}: without one anything would pass."
        )
    judged = dataclasses.replace(gate, rules=rules, at_least_one_superior=False, fused_loss=None, drift=None, skew=None)
    return Policy(gate=judged, main_outputs=(), verdict_metrics={}, fused_metrics={})
