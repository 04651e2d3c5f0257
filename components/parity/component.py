"""The node between Trainer and gate that holds the exported model against the trained one."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Final, final

from tfx.dsl.components.base import base_component, base_executor, executor_spec
from tfx.dsl.io import fileio
from tfx.types import artifact_utils, channel, standard_artifacts
from tfx.types.component_spec import ChannelParameter, ComponentSpec, ExecutionParameter
from tfx.types.standard_component_specs import MODEL_KEY, MODEL_RUN_KEY
from tfx.utils import path_utils

from components.artifacts import Artifacts, Properties
from components.every_run import RUN_KEY, RUN_PARAMETER, this_run
from components.parity.artifacts import ParityReportArtifact
from components.parity.asking import ask
from components.parity.compare import compare
from components.parity.config import ParityConfig, Process
from components.parity.golden import GOLDEN_FILE, Golden
from components.parity.report import REPORT_FILE, ParityReport, parity_text
from components.texts import read_text, write_text

__all__ = ["PARITY_KEY", "Executor", "ParityCheck", "ParityCheckSpec"]

PARITY_KEY: Final = "parity"

_ASKER: Final = "asker"
_PROCESS: Final = "process"
_ROWS: Final = "rows"


@final
class Executor(base_executor.BaseExecutor):
    """Asks and compares; what was found is for the gate to judge."""

    def Do(self, input_dict: Artifacts, output_dict: Artifacts, exec_properties: Properties) -> None:
        """Fills the ParityReport artifact."""
        self._log_startup(input_dict, output_dict, exec_properties)
        model = artifact_utils.get_single_instance(input_dict[MODEL_KEY])
        run = artifact_utils.get_single_uri(input_dict[MODEL_RUN_KEY])
        if not fileio.exists(os.path.join(run, GOLDEN_FILE)):
            report = ParityReport(rows=0, tolerance=0.0, problem="the Trainer has kept no golden batch")
        else:
            golden = Golden.from_json(read_text(run, GOLDEN_FILE)).first(exec_properties[_ROWS])
            folder = path_utils.serving_model_path(model.uri, path_utils.is_old_model_artifact(model))
            process = Process(exec_properties[_PROCESS])
            report = compare(golden, ask(folder, golden, asker=exec_properties[_ASKER], process=process))
        write_text(artifact_utils.get_single_uri(output_dict[PARITY_KEY]), REPORT_FILE, parity_text(report))


@final
class ParityCheckSpec(ComponentSpec):
    """Who asks, where, for how many rows, and the run; the model and what the Trainer kept; one report."""

    PARAMETERS: Mapping[str, ExecutionParameter] = {
        _ASKER: ExecutionParameter(type=str),
        _PROCESS: ExecutionParameter(type=str),
        _ROWS: ExecutionParameter(type=int),
        RUN_KEY: RUN_PARAMETER,
    }
    INPUTS: Mapping[str, ChannelParameter] = {
        MODEL_KEY: ChannelParameter(type=standard_artifacts.Model),
        MODEL_RUN_KEY: ChannelParameter(type=standard_artifacts.ModelRun),
    }
    OUTPUTS: Mapping[str, ChannelParameter] = {PARITY_KEY: ChannelParameter(type=ParityReportArtifact)}


@final
class ParityCheck(base_component.BaseComponent):
    """Asks the exported model for the golden batch anew in every run, since what asks is no input TFX's cache knows.

    Outputs:
        parity: `ParityReportArtifact`.
    """

    SPEC_CLASS = ParityCheckSpec
    EXECUTOR_SPEC = executor_spec.ExecutorClassSpec(Executor)

    def __init__(
        self, config: ParityConfig, *, model: channel.BaseChannel, model_run: channel.BaseChannel, asker: str
    ) -> None:
        """Takes the Trainer's two outputs; `asker` as in `components.parity.asking.ask`."""
        parameters = {
            MODEL_KEY: model,
            MODEL_RUN_KEY: model_run,
            _ASKER: asker,
            _PROCESS: config.process.value,
            _ROWS: config.rows,
            RUN_KEY: this_run(),
            PARITY_KEY: channel.Channel(type=ParityReportArtifact),
        }
        super().__init__(spec=ParityCheckSpec(**parameters))
