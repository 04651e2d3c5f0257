"""The Evaluator of task graphs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, final

from tfx.dsl.components.base import base_beam_component, executor_spec
from tfx.types import channel, standard_artifacts
from tfx.types.component_spec import ChannelParameter, ComponentSpec, ExecutionParameter
from tfx.types.standard_component_specs import EVALUATION_KEY, EXAMPLES_KEY, MODEL_KEY, SCHEMA_KEY

from components.comparison.cell import Reference
from components.evaluator.executor import REFERENCES, Executor
from components.evaluator.plan import PLAN_KEY, EvaluatorPlan

__all__ = ["PairedEvaluator", "PairedEvaluatorSpec"]

_BASELINE: Final = REFERENCES[Reference.BASELINE]
_ANCHOR: Final = REFERENCES[Reference.ANCHOR]
_TWINS: Final = REFERENCES[Reference.TWINS]


@final
class PairedEvaluatorSpec(ComponentSpec):
    """The plan as JSON, examples, schema and up to four models; one evaluation."""

    PARAMETERS: Mapping[str, ExecutionParameter] = {PLAN_KEY: ExecutionParameter(type=str)}
    INPUTS: Mapping[str, ChannelParameter] = {
        EXAMPLES_KEY: ChannelParameter(type=standard_artifacts.Examples),
        SCHEMA_KEY: ChannelParameter(type=standard_artifacts.Schema),
        MODEL_KEY: ChannelParameter(type=standard_artifacts.Model),
        _BASELINE: ChannelParameter(type=standard_artifacts.Model, optional=True),
        _ANCHOR: ChannelParameter(type=standard_artifacts.Model, optional=True),
        _TWINS: ChannelParameter(type=standard_artifacts.Model, optional=True),
    }
    OUTPUTS: Mapping[str, ChannelParameter] = {
        EVALUATION_KEY: ChannelParameter(type=standard_artifacts.ModelEvaluation)
    }


@final
class PairedEvaluator(base_beam_component.BaseBeamComponent):
    """Scores a split with the candidate and the models to compare it with, in one pass over batches.

    Outputs:
        evaluation: `standard_artifacts.ModelEvaluation` with `comparison.json` (see `components.comparison.stored`) and
            a report's `figures.json`.
    """

    SPEC_CLASS = PairedEvaluatorSpec
    EXECUTOR_SPEC = executor_spec.BeamExecutorSpec(Executor)

    def __init__(
        self,
        plan: EvaluatorPlan,
        *,
        examples: channel.BaseChannel,
        schema: channel.BaseChannel,
        model: channel.BaseChannel,
        baseline_model: channel.BaseChannel | None = None,
        anchor_model: channel.BaseChannel | None = None,
        twins_model: channel.BaseChannel | None = None,
    ) -> None:
        """Takes what to evaluate; the models to compare with may be those of `components.baseline`, empty or not.

        A model that is left out was not asked for, so it is not said to be missing.
        """
        parameters = {
            PLAN_KEY: plan.to_json(),
            EXAMPLES_KEY: examples,
            SCHEMA_KEY: schema,
            MODEL_KEY: model,
            _BASELINE: baseline_model,
            _ANCHOR: anchor_model,
            _TWINS: twins_model,
            EVALUATION_KEY: channel.Channel(type=standard_artifacts.ModelEvaluation),
        }
        super().__init__(spec=PairedEvaluatorSpec(**parameters))
