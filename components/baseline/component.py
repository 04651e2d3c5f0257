"""The node that publishes a served version as the Evaluator's model to compare with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, final

from tfx.dsl.components.base import base_component, base_executor, executor_spec
from tfx.types import artifact_utils, channel, standard_artifacts
from tfx.types.component_spec import ChannelParameter, ComponentSpec, ExecutionParameter
from tfx.types.standard_component_specs import MODEL_KEY
from tfx.utils import path_utils

from components.artifacts import Artifacts, Properties
from components.baseline.published import Published
from components.baseline.taking import HIGHEST, take_version
from components.every_run import RUN_KEY, RUN_PARAMETER, this_run

__all__ = ["Executor", "ServedModel", "ServedModelSpec"]

_DIRECTORY: Final = "directory"
_WHICH: Final = "which"


@final
class Executor(base_executor.BaseExecutor):
    """Takes the version and says which; an empty folder is a finding, not a failure."""

    def Do(self, input_dict: Artifacts, output_dict: Artifacts, exec_properties: Properties) -> None:
        """Fills the Model artifact."""
        self._log_startup(input_dict, output_dict, exec_properties)
        model = artifact_utils.get_single_instance(output_dict[MODEL_KEY])
        folder = path_utils.serving_model_dir(model.uri)
        taken = take_version(exec_properties[_DIRECTORY], folder, which=exec_properties[_WHICH])
        Published(
            version="" if taken.version is None else str(taken.version),
            fingerprint=taken.fingerprint,
            reason=taken.reason,
            is_empty=taken.version is None,
            nothing_serves=taken.nothing_serves,
        ).write(model)


@final
class ServedModelSpec(ComponentSpec):
    """The folder, the version and the run; one model."""

    PARAMETERS: Mapping[str, ExecutionParameter] = {
        _DIRECTORY: ExecutionParameter(type=str),
        _WHICH: ExecutionParameter(type=str),
        RUN_KEY: RUN_PARAMETER,
    }
    INPUTS: Mapping[str, ChannelParameter] = {}
    OUTPUTS: Mapping[str, ChannelParameter] = {MODEL_KEY: ChannelParameter(type=standard_artifacts.Model)}


@final
class ServedModel(base_component.BaseComponent):
    """Publishes a served version, laid out as a Trainer's model, anew in every run.

    Outputs:
        model: `standard_artifacts.Model` with `Format-Serving/` and what `Published` says of it; without files where
            there is no such version.
    """

    SPEC_CLASS = ServedModelSpec
    EXECUTOR_SPEC = executor_spec.ExecutorClassSpec(Executor)

    def __init__(self, directory: str, *, which: str = HIGHEST) -> None:
        """Takes a version of the served folder `directory`; `which` as in `take_version`."""
        parameters = {
            _DIRECTORY: directory,
            _WHICH: which,
            RUN_KEY: this_run(),
            MODEL_KEY: channel.Channel(type=standard_artifacts.Model),
        }
        super().__init__(spec=ServedModelSpec(**parameters))
