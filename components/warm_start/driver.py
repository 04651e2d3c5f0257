"""Tells TFX's cache what a training starts from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, final

from tfx.orchestration.portable import data_types
from typing_extensions import override

from components.cache_driver import CacheDriver
from components.warm_start.artifacts import learned_from
from components.warm_start.choose import starting_point

__all__ = ["DIRECTORY_KEY", "PLAN_KEY", "STARTING_POINT_KEY", "Driver"]

DIRECTORY_KEY: Final = "directory"
PLAN_KEY: Final = "plan"
STARTING_POINT_KEY: Final = "starting_point"


@final
class Driver(CacheDriver):
    """Adds the starting point."""

    @override
    def added(self, execution_info: data_types.ExecutionInfo) -> Mapping[str, str]:
        """See the base class."""
        given = execution_info.exec_properties
        learned = learned_from(given[PLAN_KEY], execution_info.input_dict)
        return {STARTING_POINT_KEY: starting_point(given[DIRECTORY_KEY], learned)}
