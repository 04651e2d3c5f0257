"""What the Evaluator is told, derived from the task graph and the configuration."""

from __future__ import annotations

from typing import Final

from components.evaluator.plan import EvaluatorPlan
from components.example_gen.split import EVAL
from pipeline.config import PipelineConfig
from pipeline.fingerprint import code_fingerprint

__all__ = ["evaluator_plan"]

_CODE: Final = (
    "components/comparison",
    "components/evaluator",
    "components/fusion",
    "components/gate/metrics.py",
    "models/fusion",
)


def evaluator_plan(config: PipelineConfig) -> EvaluatorPlan:
    """Every output of the task graph over its own sample space, on the eval split."""
    evaluation = config.evaluation
    return EvaluatorPlan(
        tasks=config.graph,
        split=EVAL,
        slices=evaluation.slices,
        cluster=evaluation.cluster,
        user=evaluation.user,
        list=evaluation.list,
        gauc_weight=evaluation.gauc_weight,
        ndcg_at=evaluation.ndcg_at,
        batch_size=evaluation.batch_size,
        fusion=config.fusion,
        propensity=config.propensity_column,
        code=code_fingerprint(*_CODE),
    )
