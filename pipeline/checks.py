"""What stands before the gate beside the Evaluator: whether the export is the trained model, how far columns moved."""

from __future__ import annotations

from typing import Final

from tfx.types import Channel

from components.parity.component import ParityCheck
from components.shift.component import SHIFT_KEY, ShiftCheck
from components.shift.plan import ShiftPlan
from pipeline.config import PipelineConfig

__all__ = ["parity_check", "shift_checks"]

_ASKER: Final = "pipeline.parity"


def parity_check(config: PipelineConfig, *, model: Channel, model_run: Channel) -> ParityCheck:
    """Asks the exported model for the golden batch that the Trainer kept."""
    return ParityCheck(config.gate.parity, model=model, model_run=model_run, asker=_ASKER)


def shift_checks(
    config: PipelineConfig, delimiters: dict[str, str], *, statistics: Channel, served: Channel
) -> dict[str, ShiftCheck]:
    """By the gate's input, one node, or none where neither drift nor skew is asked for.

    Args:
        config: Asks for them.
        delimiters: As in `components.example_gen.plan.ExampleGenPlan`.
        statistics: StatisticsGen's.
        served: What serves now, which only drift looks at.
    """
    gate = config.gate
    if gate.drift is None and gate.skew is None:
        return {}
    plan = ShiftPlan(
        columns=config.kept_columns,
        read=tuple(config.input_columns),
        data=config.data,
        drift=gate.drift,
        skew=gate.skew,
        delimiters=delimiters,
    )
    baseline = served if gate.drift is not None else None
    return {SHIFT_KEY: ShiftCheck(plan, statistics=statistics, baseline_model=baseline)}
