"""The node that trains single-task twins, or takes the last ones where it is not their turn."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Final, final

import tensorflow_transform as tft
from tfx import types
from tfx.dsl.components.base import base_component, base_executor, executor_spec
from tfx.dsl.io import fileio
from tfx.types import artifact_utils, channel, standard_artifacts
from tfx.types.component_spec import ChannelParameter, ComponentSpec, ExecutionParameter
from tfx.types.standard_component_specs import MODEL_KEY, TRANSFORM_GRAPH_KEY, TRANSFORMED_EXAMPLES_KEY
from tfx.utils import io_utils, path_utils

from components.artifacts import Artifacts, Properties
from components.baseline.published import Published
from components.example_gen.split import TRAIN
from components.twins.last import LastTwins, is_usable, read_last, write_last
from components.twins.plan import PLAN_KEY, TwinsPlan
from components.twins.training import train_twins

__all__ = ["AGE_KEY", "Executor", "SingleTaskTwins", "SingleTaskTwinsSpec"]

AGE_KEY: Final = "age"  # Custom property of the model: runs on other rows since they were trained.

_EVERY: Final = "every"
_LAST: Final = "last"


@final
class Executor(base_executor.BaseExecutor):
    """Trains, or takes what was trained before."""

    def Do(self, input_dict: Artifacts, output_dict: Artifacts, exec_properties: Properties) -> None:
        """Fills the Model artifact."""
        self._log_startup(input_dict, output_dict, exec_properties)
        plan = TwinsPlan.from_json(exec_properties[PLAN_KEY])
        model = artifact_utils.get_single_instance(output_dict[MODEL_KEY])
        rows = " ".join(sorted(artifact.uri for artifacts in input_dict.values() for artifact in artifacts))
        path, every = exec_properties[_LAST], exec_properties[_EVERY]
        last, diverged = read_last(path), {}
        if is_usable(last, plan=plan.fingerprint, rows=rows, every=every) and _is_there(last):
            io_utils.copy_dir(last.uri, model.uri)
            last = LastTwins(**{**vars(last), "age": last.age + (last.rows != rows)})
        else:
            diverged = _train(plan, input_dict, model)
            now = datetime.datetime.now(tz=datetime.UTC).strftime("%Y-%m-%d %H:%M UTC")
            last = LastTwins(uri=model.uri, plan=plan.fingerprint, rows=rows, trained=now)
            if diverged:
                path = None  # The next run is to try again.
        if path is not None:
            write_last(path, last)
        model.set_int_custom_property(AGE_KEY, last.age)
        none = len(diverged) == len(plan.twins)
        Published(version=_name(last), reason=" ".join(diverged.values()), is_empty=none).write(model)


def _train(plan: TwinsPlan, input_dict: Artifacts, model: types.Artifact) -> dict[str, str]:
    graph = artifact_utils.get_single_uri(input_dict[TRANSFORM_GRAPH_KEY])
    examples = input_dict[TRANSFORMED_EXAMPLES_KEY]
    train, watched = (
        [io_utils.all_files_pattern(uri) for uri in artifact_utils.get_split_uris(examples, split)]
        for split in (TRAIN, plan.watched_split)
    )
    serving = path_utils.serving_model_dir(model.uri)
    return train_twins(plan, tft.TFTransformOutput(graph), files=(train, watched), serving=serving, folder=model.uri)


def _is_there(last: LastTwins) -> bool:
    """Whether nobody has cleared them away."""
    return fileio.exists(path_utils.serving_model_dir(last.uri))


def _name(last: LastTwins) -> str:
    """By which a report names them."""
    if not last.age:
        return f"trained {last.trained} on the same rows"
    return f"trained {last.trained} on the rows of {last.age} run{'s' * (last.age > 1)} earlier"


@final
class SingleTaskTwinsSpec(ComponentSpec):
    """The plan as JSON, when it is their turn, and where it is written down; transformed examples; one model."""

    PARAMETERS: Mapping[str, ExecutionParameter] = {
        PLAN_KEY: ExecutionParameter(type=str),
        _EVERY: ExecutionParameter(type=int),
        _LAST: ExecutionParameter(type=str),
    }
    INPUTS: Mapping[str, ChannelParameter] = {
        TRANSFORMED_EXAMPLES_KEY: ChannelParameter(type=standard_artifacts.Examples),
        TRANSFORM_GRAPH_KEY: ChannelParameter(type=standard_artifacts.TransformGraph),
    }
    OUTPUTS: Mapping[str, ChannelParameter] = {MODEL_KEY: ChannelParameter(type=standard_artifacts.Model)}


@final
class SingleTaskTwins(base_component.BaseComponent):
    """Trains one network an output, of the multi-task model's size, on the same rows.

    On the same rows by the same plan TFX's cache answers, whatever else of the configuration has changed. On new rows
    it is their turn in every `every`th run; the runs in between get the last ones, and say how old they are. The count
    is in a file, not in TFX's metadata, so that it is the same under every orchestrator.

    Outputs:
        model: `standard_artifacts.Model` with `Format-Serving/`, laid out as a Trainer's; its version, in words, and
            age in the custom properties; `is_empty` 1 where all diverged.
    """

    SPEC_CLASS = SingleTaskTwinsSpec
    EXECUTOR_SPEC = executor_spec.ExecutorClassSpec(Executor)

    def __init__(
        self,
        plan: TwinsPlan,
        *,
        examples: channel.BaseChannel,
        transform_graph: channel.BaseChannel,
        every: int,
        last: str,
    ) -> None:
        """Takes what to train; `last` is the file that says which were trained last."""
        parameters = {
            PLAN_KEY: plan.to_json(),
            _EVERY: every,
            _LAST: last,
            TRANSFORMED_EXAMPLES_KEY: examples,
            TRANSFORM_GRAPH_KEY: transform_graph,
            MODEL_KEY: channel.Channel(type=standard_artifacts.Model),
        }
        super().__init__(spec=SingleTaskTwinsSpec(**parameters))
