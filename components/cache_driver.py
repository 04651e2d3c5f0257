"""A driver that tells TFX's cache what else a node's answer hangs on."""

from __future__ import annotations

import abc
from collections.abc import Mapping

from tfx.dsl.components.base import base_driver
from tfx.orchestration import data_types_utils, metadata
from tfx.orchestration.portable import base_driver as portable_driver
from tfx.orchestration.portable import data_types
from tfx.proto.orchestration import driver_output_pb2

__all__ = ["CacheDriver"]


class CacheDriver(base_driver.BaseDriver, portable_driver.BaseDriver):
    """Adds to the execution's properties, by which the cache tells runs apart; the executor is given them, too."""

    def __init__(self, metadata_handle: metadata.Metadata) -> None:
        base_driver.BaseDriver.__init__(self, metadata_handle)
        portable_driver.BaseDriver.__init__(self, metadata_handle)

    @abc.abstractmethod
    def added(self, execution_info: data_types.ExecutionInfo) -> Mapping[str, str]:
        """What is added, by name."""

    def run(self, execution_info: data_types.ExecutionInfo) -> driver_output_pb2.DriverOutput:
        """See the base class."""
        found = driver_output_pb2.DriverOutput()
        for name, text in self.added(execution_info).items():
            data_types_utils.set_metadata_value(found.exec_properties[name], text)
        return found
