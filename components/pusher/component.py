"""TFX's Pusher, which is given the statistics of the train rows besides, to keep them with what it pushes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import final

from tfx.dsl.components.base import base_component, executor_spec
from tfx.proto import pusher_pb2
from tfx.types import channel, standard_artifacts
from tfx.types import standard_component_specs as keys
from tfx.types.component_spec import ChannelParameter, ComponentSpec, ExecutionParameter
from tfx.utils import json_utils

from components.pusher.executor import Executor

__all__ = ["VersionPusher", "VersionPusherSpec"]


@final
class VersionPusherSpec(ComponentSpec):
    """TFX's, and statistics; neither model nor blessing may be left out."""

    PARAMETERS: Mapping[str, ExecutionParameter] = keys.PusherSpec.PARAMETERS
    INPUTS: Mapping[str, ChannelParameter] = {
        keys.MODEL_KEY: ChannelParameter(type=standard_artifacts.Model),
        keys.MODEL_BLESSING_KEY: ChannelParameter(type=standard_artifacts.ModelBlessing),
        keys.STATISTICS_KEY: ChannelParameter(type=standard_artifacts.ExampleStatistics),
    }
    OUTPUTS: Mapping[str, ChannelParameter] = keys.PusherSpec.OUTPUTS


@final
class VersionPusher(base_component.BaseComponent):
    """Pushes a blessed model with what a later run asks of it: what its train rows were like.

    Outputs:
        pushed_model: `standard_artifacts.PushedModel`.
    """

    SPEC_CLASS = VersionPusherSpec
    EXECUTOR_SPEC = executor_spec.ExecutorClassSpec(Executor)

    def __init__(
        self,
        *,
        model: channel.BaseChannel,
        model_blessing: channel.BaseChannel,
        statistics: channel.BaseChannel,
        push_destination: pusher_pb2.PushDestination,
    ) -> None:
        """Takes the model, its blessing, what StatisticsGen tells, and the folder that a model server watches."""
        parameters = {
            keys.MODEL_KEY: model,
            keys.MODEL_BLESSING_KEY: model_blessing,
            keys.STATISTICS_KEY: statistics,
            keys.PUSH_DESTINATION_KEY: push_destination,
            keys.CUSTOM_CONFIG_KEY: json_utils.dumps(None),
            keys.PUSHED_MODEL_KEY: channel.Channel(type=standard_artifacts.PushedModel),
        }
        super().__init__(spec=VersionPusherSpec(**parameters))
