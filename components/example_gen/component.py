"""The ExampleGen component of task graphs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final, final

from tfx.dsl.components.base import base_beam_component, executor_spec
from tfx.types import channel, standard_artifacts, standard_component_specs
from tfx.types.component_spec import ChannelParameter, ComponentSpec, ExecutionParameter

from components.example_gen.driver import Driver
from components.example_gen.executor import Executor
from components.example_gen.plan import ExampleGenPlan
from models.binding import unbind

__all__ = ["PLAN_KEY", "TaskExampleGen", "TaskExampleGenSpec"]

PLAN_KEY: Final = "plan"


@final
class TaskExampleGenSpec(ComponentSpec):
    """One parameter, the plan as JSON; one output, examples in the splits train and eval."""

    PARAMETERS: Mapping[str, ExecutionParameter] = {PLAN_KEY: ExecutionParameter(type=str)}
    INPUTS: Mapping[str, ChannelParameter] = {}
    OUTPUTS: Mapping[str, ChannelParameter] = {
        standard_component_specs.EXAMPLES_KEY: ChannelParameter(type=standard_artifacts.Examples),
    }


@final
class TaskExampleGen(base_beam_component.BaseBeamComponent):
    """Reads rows, derives every task's columns, checks both, and writes splits train and eval.

    Outputs:
        examples: `standard_artifacts.Examples`, gzipped TFRecord of tf.Example, with `label_check.json` beside the
            splits (see `label_report.LabelReport`).
    """

    SPEC_CLASS = TaskExampleGenSpec
    EXECUTOR_SPEC = executor_spec.BeamExecutorSpec(Executor)
    DRIVER_CLASS = Driver

    def __init__(self, plan: ExampleGenPlan) -> None:
        examples = channel.Channel(type=standard_artifacts.Examples)
        text = json.dumps(unbind(plan), sort_keys=True)  # One spelling, so that an equal plan is found in the cache.
        super().__init__(spec=TaskExampleGenSpec(plan=text, examples=examples))
