"""TFX's Trainer, which is given raw examples besides, to keep a golden batch of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, final

from tfx.components.trainer import executor
from tfx.dsl.components.base import base_component, executor_spec
from tfx.proto import trainer_pb2
from tfx.types import artifact_utils, channel, standard_artifacts
from tfx.types import standard_component_specs as keys
from tfx.types.component_spec import ChannelParameter, ComponentSpec, ExecutionParameter
from tfx.utils import io_utils, json_utils
from typing_extensions import override

from components.artifacts import Artifacts, Properties
from components.example_gen.split import EVAL, TRAIN
from components.fusion.kept import WEIGHTS_KEY
from components.parity.golden import GOLDEN_FILES_KEY
from components.trainer.driver import DIRECTORY_KEY, Driver, carried_text
from components.trainer.plan import PLAN_KEY, TrainerPlan
from components.warm_start.artifacts import read_start
from components.warm_start.start import START_KEY

if TYPE_CHECKING:
    from tfx.components.trainer.fn_args_utils import FnArgs

__all__ = ["Executor", "GoldenTrainer", "GoldenTrainerSpec"]

_RAW: Final = "raw_examples"
_RUN_FN: Final = "components.trainer.run.run_fn"


@final
class Executor(executor.GenericExecutor):
    """Tells the entry point where the raw eval rows are, what to go on from, and which fusion weights to export."""

    @override
    def _GetFnArgs(self, input_dict: Artifacts, output_dict: Artifacts, exec_properties: Properties) -> FnArgs:
        found = super()._GetFnArgs(input_dict, output_dict, exec_properties)
        folders = artifact_utils.get_split_uris(input_dict[_RAW], EVAL)
        if input_dict.get(keys.BASE_MODEL_KEY):
            start = artifact_utils.get_single_instance(input_dict[keys.BASE_MODEL_KEY])
            found.custom_config[START_KEY] = read_start(start).to_json()
        found.custom_config[WEIGHTS_KEY] = carried_text(exec_properties)
        found.custom_config[GOLDEN_FILES_KEY] = [io_utils.all_files_pattern(folder) for folder in folders]
        return found


@final
class GoldenTrainerSpec(ComponentSpec):
    """TFX's, and raw examples."""

    PARAMETERS: Mapping[str, ExecutionParameter] = keys.TrainerSpec.PARAMETERS
    INPUTS: Mapping[str, ChannelParameter] = {
        **keys.TrainerSpec.INPUTS,
        _RAW: ChannelParameter(type=standard_artifacts.Examples),
    }
    OUTPUTS: Mapping[str, ChannelParameter] = keys.TrainerSpec.OUTPUTS


@final
class GoldenTrainer(base_component.BaseComponent):
    """Trains, exports, and keeps a golden batch of raw eval rows.

    Outputs:
        model: `standard_artifacts.Model`.
        model_run: `standard_artifacts.ModelRun`, with the record of the training and `golden.json`.
    """

    SPEC_CLASS = GoldenTrainerSpec
    EXECUTOR_SPEC = executor_spec.ExecutorClassSpec(Executor)
    DRIVER_CLASS = Driver

    def __init__(
        self,
        plan: TrainerPlan,
        *,
        raw_examples: channel.BaseChannel,
        examples: channel.BaseChannel,
        transform_graph: channel.BaseChannel,
        schema: channel.BaseChannel,
        base_model: channel.BaseChannel | None = None,
        hyperparameters: channel.BaseChannel | None = None,
        directory: str = "",
    ) -> None:
        """Takes transformed examples to train on and raw ones, of which eval gives the golden batch.

        Args:
            plan: What to train, and how.
            raw_examples: ExampleGen's.
            examples: Transform's.
            transform_graph: Transform's.
            schema: The declared one.
            base_model: `WarmStart`'s; None begins with fresh weights, and keeps nothing to go on from.
            hyperparameters: `SearchTuner`'s, which take the place of the plan's; None trains the plan as it is.
            directory: The served folder, of a plan with a fusion: weights that were set there are kept.
        """
        told = {PLAN_KEY: plan.to_json()} | ({DIRECTORY_KEY: directory} if plan.fusion is not None else {})
        parameters = {
            keys.EXAMPLES_KEY: examples,
            keys.TRANSFORM_GRAPH_KEY: transform_graph,
            keys.SCHEMA_KEY: schema,
            _RAW: raw_examples,
            keys.RUN_FN_KEY: _RUN_FN,
            keys.TRAIN_ARGS_KEY: trainer_pb2.TrainArgs(splits=[TRAIN]),
            keys.EVAL_ARGS_KEY: trainer_pb2.EvalArgs(splits=[plan.watched_split]),
            keys.CUSTOM_CONFIG_KEY: json_utils.dumps(told),
            keys.MODEL_KEY: channel.Channel(type=standard_artifacts.Model),
            keys.MODEL_RUN_KEY: channel.Channel(type=standard_artifacts.ModelRun),
        }
        if base_model is not None:
            parameters[keys.BASE_MODEL_KEY] = base_model
        if hyperparameters is not None:
            parameters[keys.HYPERPARAMETERS_KEY] = hyperparameters
        super().__init__(spec=GoldenTrainerSpec(**parameters))
