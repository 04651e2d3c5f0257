"""Makes a node run in every run, whatever TFX's cache holds."""

from __future__ import annotations

from typing import Final

from tfx.dsl.compiler import constants
from tfx.orchestration import data_types
from tfx.types.component_spec import ExecutionParameter

__all__ = ["RUN_KEY", "RUN_PARAMETER", "this_run"]

RUN_KEY: Final = "run"
RUN_PARAMETER: Final = ExecutionParameter(type=str)  # Of a spec, under `RUN_KEY`.


def this_run() -> data_types.RuntimeParameter:
    """The run's id, for a node whose answer depends on what is no input that TFX's cache knows of.

    Among a node's parameters it makes each run ask anew; the cache would take yesterday's answer for today's.
    """
    return data_types.RuntimeParameter(name=constants.PIPELINE_RUN_ID_PARAMETER_NAME, ptype=str)
