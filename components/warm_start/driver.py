"""Tells TFX's cache what a training starts from."""

from __future__ import annotations

from typing import Final, final

from tfx.dsl.components.base import base_driver
from tfx.orchestration import data_types_utils, metadata
from tfx.orchestration.portable import base_driver as portable_driver
from tfx.orchestration.portable import data_types
from tfx.proto.orchestration import driver_output_pb2

from components.warm_start.artifacts import learned_from
from components.warm_start.choose import starting_point

__all__ = ["DIRECTORY_KEY", "PLAN_KEY", "STARTING_POINT_KEY", "Driver"]

DIRECTORY_KEY: Final = "directory"
PLAN_KEY: Final = "plan"
STARTING_POINT_KEY: Final = "starting_point"


@final
class Driver(base_driver.BaseDriver, portable_driver.BaseDriver):
    """Adds the starting point to the execution's properties, by which the cache tells runs apart."""

    def __init__(self, metadata_handle: metadata.Metadata) -> None:
        base_driver.BaseDriver.__init__(self, metadata_handle)
        portable_driver.BaseDriver.__init__(self, metadata_handle)

    def run(self, execution_info: data_types.ExecutionInfo) -> driver_output_pb2.DriverOutput:
        """See the base class."""
        given = execution_info.exec_properties
        learned = learned_from(given[PLAN_KEY], execution_info.input_dict)
        found = driver_output_pb2.DriverOutput()
        named = starting_point(given[DIRECTORY_KEY], learned)
        data_types_utils.set_metadata_value(found.exec_properties[STARTING_POINT_KEY], named)
        return found
