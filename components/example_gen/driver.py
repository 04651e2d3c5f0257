"""Tells TFX's cache which files a run reads."""

from __future__ import annotations

from typing import Any, final

from tfx.components.example_gen import driver as tfx_driver
from tfx.components.example_gen import utils
from tfx.orchestration import data_types

from components.example_gen.files import find_files, fingerprint
from components.example_gen.plan import PLAN_KEY, ExampleGenPlan

__all__ = ["Driver"]


@final
class Driver(tfx_driver.Driver):
    """Adds the files' fingerprint and their newest span to the execution's properties."""

    def resolve_exec_properties(
        self,
        exec_properties: dict[str, Any],
        pipeline_info: data_types.PipelineInfo,
        component_info: data_types.ComponentInfo,
    ) -> dict[str, Any]:
        """Raises `UnusableInputError` if there are no files."""
        files = find_files(ExampleGenPlan.from_json(exec_properties[PLAN_KEY]).data)
        exec_properties[utils.FINGERPRINT_PROPERTY_NAME] = fingerprint(files)
        exec_properties[utils.SPAN_PROPERTY_NAME] = max(file.span for file in files)
        exec_properties[utils.VERSION_PROPERTY_NAME] = None
        return exec_properties
