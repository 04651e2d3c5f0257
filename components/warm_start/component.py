"""The node that publishes what the Trainer goes on from."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Final, final

from tfx.dsl.components.base import base_component, base_executor, executor_spec
from tfx.types import artifact_utils, channel, standard_artifacts
from tfx.types.component_spec import ChannelParameter, ComponentSpec, ExecutionParameter
from tfx.types.standard_component_specs import EXAMPLES_KEY, MODEL_KEY, TRANSFORM_GRAPH_KEY
from tfx.utils import path_utils

from components.artifacts import Artifacts, Properties
from components.trainer.plan import TrainerPlan
from components.warm_start.artifacts import learned_from, write_start
from components.warm_start.config import Unusable, WarmStartConfig
from components.warm_start.driver import DIRECTORY_KEY, PLAN_KEY, STARTING_POINT_KEY, Driver
from components.warm_start.taking import take_start

__all__ = ["Executor", "WarmStart", "WarmStartSpec"]

_ROWS: Final = "raw_examples"
_UNUSABLE: Final = "unusable"


@final
class Executor(base_executor.BaseExecutor):
    """Takes the version, if it can be used."""

    def Do(self, input_dict: Artifacts, output_dict: Artifacts, exec_properties: Properties) -> None:
        """Fills the Model artifact; raises `UnusableStartError` if that is what is declared."""
        self._log_startup(input_dict, output_dict, exec_properties)
        model = artifact_utils.get_single_instance(output_dict[MODEL_KEY])
        plan = exec_properties[PLAN_KEY]
        start = take_start(
            exec_properties[DIRECTORY_KEY],
            path_utils.serving_model_dir(model.uri),
            starting_point=exec_properties[STARTING_POINT_KEY],
            plan=TrainerPlan.from_json(plan),
            learned=learned_from(plan, input_dict),
            unusable=Unusable(exec_properties[_UNUSABLE]),
        )
        write_start(model, start)


@final
class WarmStartSpec(ComponentSpec):
    """The Trainer's plan, the served folder and what to do if it cannot be used; rows; one model."""

    PARAMETERS: Mapping[str, ExecutionParameter] = {
        PLAN_KEY: ExecutionParameter(type=str),
        DIRECTORY_KEY: ExecutionParameter(type=str),
        _UNUSABLE: ExecutionParameter(type=str),
    }
    INPUTS: Mapping[str, ChannelParameter] = {
        _ROWS: ChannelParameter(type=standard_artifacts.Examples),
        EXAMPLES_KEY: ChannelParameter(type=standard_artifacts.Examples),
        TRANSFORM_GRAPH_KEY: ChannelParameter(type=standard_artifacts.TransformGraph),
    }
    OUTPUTS: Mapping[str, ChannelParameter] = {MODEL_KEY: ChannelParameter(type=standard_artifacts.Model)}


@final
class WarmStart(base_component.BaseComponent):
    """Publishes what training goes on from: what serves, until it has learned from these very rows.

    A Trainer that goes on from what serves depends on what it itself has pushed, and would train again in every run
    for ever. So each version says which rows and plan it has learned from, and what it went on from then. A run on
    rows and by a plan that a version still there has learned from is given that version's own start, not the version:
    by the cache, this node's output is then the very artifact of that run, the Trainer's too, and nothing is trained.
    Where nothing was pushed, what serves is the same as before, and so is the output. A run on new rows, or by a
    changed plan, goes on from what serves.

    What a refused candidate has learned is not gone on from: it never served. Its rows are learned by a later run as
    far as the window of spans holds them.

    Outputs:
        model: `standard_artifacts.Model` with `Format-Serving/` and what `Start` says of it; without files where
            training begins with fresh weights.
    """

    SPEC_CLASS = WarmStartSpec
    EXECUTOR_SPEC = executor_spec.ExecutorClassSpec(Executor)
    DRIVER_CLASS = Driver

    def __init__(
        self,
        config: WarmStartConfig,
        plan: TrainerPlan,
        *,
        directory: str,
        raw_examples: channel.BaseChannel,
        examples: channel.BaseChannel,
        transform_graph: channel.BaseChannel,
    ) -> None:
        """Takes what the Trainer takes, and the served folder `directory`."""
        parameters = {
            PLAN_KEY: plan.to_json(),
            DIRECTORY_KEY: os.path.abspath(directory),
            _UNUSABLE: config.unusable.value,
            _ROWS: raw_examples,
            EXAMPLES_KEY: examples,
            TRANSFORM_GRAPH_KEY: transform_graph,
            MODEL_KEY: channel.Channel(type=standard_artifacts.Model),
        }
        super().__init__(spec=WarmStartSpec(**parameters))
