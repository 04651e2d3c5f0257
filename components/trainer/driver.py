"""Tells TFX's cache with which fusion weights a model is exported."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final, final

from tfx.orchestration.portable import data_types
from tfx.types import standard_component_specs as keys
from typing_extensions import override

from components.artifacts import Properties
from components.cache_driver import CacheDriver
from components.fusion.kept import WEIGHTS_KEY, weights_to_carry
from components.trainer.plan import PLAN_KEY, TrainerPlan
from models.fusion import weights_text

__all__ = ["DIRECTORY_KEY", "Driver", "carried_text"]

DIRECTORY_KEY: Final = "served"  # In `custom_config`, of a plan with a fusion.


@final
class Driver(CacheDriver):
    """Adds the weights: set while the rows are the same, they make another model."""

    @override
    def added(self, execution_info: data_types.ExecutionInfo) -> Mapping[str, str]:
        """See the base class."""
        text = carried_text(execution_info.exec_properties)
        return {WEIGHTS_KEY: text} if text else {}


def carried_text(given: Properties) -> str:
    """The weights as they lie beside a model; empty without a fusion.

    Args:
        given: The Trainer's properties; without the driver's, as where an orchestrator runs none, they are told now.
    """
    if given.get(WEIGHTS_KEY):
        return str(given[WEIGHTS_KEY])
    told = json.loads(given[keys.CUSTOM_CONFIG_KEY])
    fusion = TrainerPlan.from_json(told[PLAN_KEY]).fusion
    return "" if fusion is None else weights_text(weights_to_carry(fusion, told[DIRECTORY_KEY]))
