"""The node that publishes a served version as the Evaluator's model to compare with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, final

from tfx.dsl.compiler import constants
from tfx.dsl.components.base import base_component, base_executor, executor_spec
from tfx.orchestration import data_types
from tfx.types import artifact_utils, channel, standard_artifacts
from tfx.types.component_spec import ChannelParameter, ComponentSpec, ExecutionParameter
from tfx.types.standard_component_specs import MODEL_KEY
from tfx.utils import path_utils

from components.artifacts import Artifacts, Properties
from components.baseline.taking import HIGHEST, take_version

__all__ = [
    "FINGERPRINT_KEY",
    "IS_EMPTY_KEY",
    "NOTHING_SERVES_KEY",
    "REASON_KEY",
    "VERSION_KEY",
    "Executor",
    "ServedModel",
    "ServedModelSpec",
]

# Custom properties of the model.
IS_EMPTY_KEY: Final = "is_empty"  # 1: there was nothing to take, and the artifact holds no file.
NOTHING_SERVES_KEY: Final = "nothing_serves"  # 1: it is empty since there is no version at all yet.
VERSION_KEY: Final = "version"  # Of the served folder; empty with `is_empty`.
FINGERPRINT_KEY: Final = "fingerprint"
REASON_KEY: Final = "reason"  # Why it is empty; else empty.

_DIRECTORY: Final = "directory"
_WHICH: Final = "which"
_RUN: Final = "run"


@final
class Executor(base_executor.BaseExecutor):
    """Takes the version and says which; an empty folder is a finding, not a failure."""

    def Do(self, input_dict: Artifacts, output_dict: Artifacts, exec_properties: Properties) -> None:
        """Fills the Model artifact."""
        self._log_startup(input_dict, output_dict, exec_properties)
        model = artifact_utils.get_single_instance(output_dict[MODEL_KEY])
        folder = path_utils.serving_model_dir(model.uri)
        taken = take_version(exec_properties[_DIRECTORY], folder, which=exec_properties[_WHICH])
        model.set_int_custom_property(IS_EMPTY_KEY, int(taken.version is None))
        model.set_int_custom_property(NOTHING_SERVES_KEY, int(taken.nothing_serves))
        model.set_string_custom_property(VERSION_KEY, "" if taken.version is None else str(taken.version))
        model.set_string_custom_property(FINGERPRINT_KEY, taken.fingerprint)
        model.set_string_custom_property(REASON_KEY, taken.reason)


@final
class ServedModelSpec(ComponentSpec):
    """The folder, the version and the run; one model."""

    PARAMETERS: Mapping[str, ExecutionParameter] = {
        _DIRECTORY: ExecutionParameter(type=str),
        _WHICH: ExecutionParameter(type=str),
        _RUN: ExecutionParameter(type=str),
    }
    INPUTS: Mapping[str, ChannelParameter] = {}
    OUTPUTS: Mapping[str, ChannelParameter] = {MODEL_KEY: ChannelParameter(type=standard_artifacts.Model)}


@final
class ServedModel(base_component.BaseComponent):
    """Publishes a served version, laid out as a Trainer's model, anew in every run.

    TFX's cache would take yesterday's answer for today's: what serves is no input that it knows of. The run's id among
    the parameters makes every run ask again.

    Outputs:
        model: `standard_artifacts.Model` with `Format-Serving/`, its version and fingerprint in the custom properties;
            without files, and `is_empty` 1, where there is no such version.
    """

    SPEC_CLASS = ServedModelSpec
    EXECUTOR_SPEC = executor_spec.ExecutorClassSpec(Executor)

    def __init__(self, directory: str, *, which: str = HIGHEST) -> None:
        """Takes a version of the served folder `directory`; `which` as in `take_version`."""
        parameters = {
            _DIRECTORY: directory,
            _WHICH: which,
            _RUN: data_types.RuntimeParameter(name=constants.PIPELINE_RUN_ID_PARAMETER_NAME, ptype=str),
            MODEL_KEY: channel.Channel(type=standard_artifacts.Model),
        }
        super().__init__(spec=ServedModelSpec(**parameters))
