"""The node that measures how far feature values have moved."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Final, final

from tfx.components.statistics_gen.executor import DEFAULT_FILE_NAME
from tfx.dsl.components.base import base_component, base_executor, executor_spec
from tfx.types import artifact_utils, channel, standard_artifacts
from tfx.types.component_spec import ChannelParameter, ComponentSpec, ExecutionParameter
from tfx.types.standard_component_specs import STATISTICS_KEY
from tfx.utils import path_utils

from components.artifacts import Artifacts, Properties
from components.baseline.published import Published
from components.every_run import RUN_KEY, RUN_PARAMETER, this_run
from components.example_gen.split import TRAIN
from components.shift.artifacts import ShiftReportArtifact
from components.shift.check import Served, check_shift, load_statistics
from components.shift.plan import PLAN_KEY, ShiftPlan
from components.shift.report import REPORT_FILE, shift_text
from components.texts import write_text

__all__ = ["SHIFT_KEY", "Executor", "ShiftCheck", "ShiftCheckSpec"]

SHIFT_KEY: Final = "shift"

_BASELINE: Final = "baseline_model"


@final
class Executor(base_executor.BaseExecutor):
    """Measures; what was found is for the gate to judge."""

    def Do(self, input_dict: Artifacts, output_dict: Artifacts, exec_properties: Properties) -> None:
        """Fills the ShiftReport artifact."""
        self._log_startup(input_dict, output_dict, exec_properties)
        split = artifact_utils.get_split_uri(input_dict[STATISTICS_KEY], TRAIN)
        trained = load_statistics(os.path.join(split, DEFAULT_FILE_NAME))
        plan = ShiftPlan.from_json(exec_properties[PLAN_KEY])
        report = check_shift(plan, trained, _served(input_dict))
        write_text(artifact_utils.get_single_uri(output_dict[SHIFT_KEY]), REPORT_FILE, shift_text(report))


def _served(input_dict: Artifacts) -> Served | None:
    if not input_dict.get(_BASELINE):
        return None
    model = artifact_utils.get_single_instance(input_dict[_BASELINE])
    found = Published.read(model)
    if found.is_empty:
        return Served(folder=None, name=found.reason, nothing_serves=found.nothing_serves)
    return Served(folder=path_utils.serving_model_dir(model.uri), name=found.version or model.uri)


@final
class ShiftCheckSpec(ComponentSpec):
    """The plan as JSON and the run; statistics and what serves; one report."""

    PARAMETERS: Mapping[str, ExecutionParameter] = {
        PLAN_KEY: ExecutionParameter(type=str),
        RUN_KEY: RUN_PARAMETER,
    }
    INPUTS: Mapping[str, ChannelParameter] = {
        STATISTICS_KEY: ChannelParameter(type=standard_artifacts.ExampleStatistics),
        _BASELINE: ChannelParameter(type=standard_artifacts.Model, optional=True),
    }
    OUTPUTS: Mapping[str, ChannelParameter] = {SHIFT_KEY: ChannelParameter(type=ShiftReportArtifact)}


@final
class ShiftCheck(base_component.BaseComponent):
    """Measures drift and skew anew in every run: logged requests are no input that TFX's cache knows of.

    Outputs:
        shift: `ShiftReportArtifact`.
    """

    SPEC_CLASS = ShiftCheckSpec
    EXECUTOR_SPEC = executor_spec.ExecutorClassSpec(Executor)

    def __init__(
        self, plan: ShiftPlan, *, statistics: channel.BaseChannel, baseline_model: channel.BaseChannel | None = None
    ) -> None:
        """Takes what StatisticsGen tells, and, for drift, what serves, as `components.baseline` publishes it."""
        parameters = {
            PLAN_KEY: plan.to_json(),
            RUN_KEY: this_run(),
            STATISTICS_KEY: statistics,
            _BASELINE: baseline_model,
            SHIFT_KEY: channel.Channel(type=ShiftReportArtifact),
        }
        super().__init__(spec=ShiftCheckSpec(**parameters))
