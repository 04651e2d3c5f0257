"""The node that proposes fusion weights, where a configuration asks for it in every run."""

from __future__ import annotations

from typing import Final

from tfx.dsl.components.base import base_component
from tfx.types import Channel

from components.fusion_tuner.component import FusionTuner
from components.tuner.config import When
from pipeline.config import PipelineConfig
from pipeline.fusion.tune import fusion_tuner_plan

__all__ = ["fusion_tuner"]

_PAGE: Final = "pipeline.report.proposal"


def fusion_tuner(
    config: PipelineConfig, *, evaluation: Channel, model: Channel, pusher: base_component.BaseComponent
) -> list[base_component.BaseComponent]:
    """One node, or none. It waits for the push, which no search is to delay.

    Args:
        config: Declares the search.
        evaluation: The Evaluator's, with the rows that it kept.
        model: The Trainer's.
        pusher: The node before it.
    """
    if config.fusion is None or config.fusion_tune is None or config.fusion_tune.when is not When.EVERY_RUN:
        return []
    plan = fusion_tuner_plan(config, config.fusion)
    title = f"{config.name}: weights for the model of a run"
    node = FusionTuner(evaluation=evaluation, model=model, plan=plan.to_json(), page=_PAGE, title=title)
    node.add_upstream_node(pusher)
    return [node]
