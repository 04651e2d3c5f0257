"""TFX's Pusher, which is given besides what the model was compared with, and the statistics of its train rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import final

from tfx.dsl.components.base import base_component, executor_spec
from tfx.proto import pusher_pb2
from tfx.types import channel, standard_artifacts
from tfx.types import standard_component_specs as keys
from tfx.types.component_spec import ChannelParameter, ComponentSpec, ExecutionParameter
from tfx.utils import json_utils

from components.pusher.executor import POLICY_KEY, SERVED_KEY, Executor
from components.pusher.policy import PushPolicy

__all__ = ["VersionPusher", "VersionPusherSpec"]


@final
class VersionPusherSpec(ComponentSpec):
    """TFX's, what served, statistics, and an evaluation; neither model nor blessing may be left out."""

    PARAMETERS: Mapping[str, ExecutionParameter] = keys.PusherSpec.PARAMETERS
    INPUTS: Mapping[str, ChannelParameter] = {
        keys.MODEL_KEY: ChannelParameter(type=standard_artifacts.Model),
        keys.MODEL_BLESSING_KEY: ChannelParameter(type=standard_artifacts.ModelBlessing),
        SERVED_KEY: ChannelParameter(type=standard_artifacts.Model),
        keys.STATISTICS_KEY: ChannelParameter(type=standard_artifacts.ExampleStatistics),
        keys.EVALUATION_KEY: ChannelParameter(type=standard_artifacts.ModelEvaluation, optional=True),
    }
    OUTPUTS: Mapping[str, ChannelParameter] = keys.PusherSpec.OUTPUTS


@final
class VersionPusher(base_component.BaseComponent):
    """Pushes a blessed model over what it was compared with, and beside it what its train rows were like.

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
        served: channel.BaseChannel,
        statistics: channel.BaseChannel,
        push_destination: pusher_pb2.PushDestination,
        policy: PushPolicy,
        evaluation: channel.BaseChannel | None = None,
    ) -> None:
        """Takes all that is asked of a push, and the folder that a model server watches.

        Args:
            model: The candidate.
            model_blessing: The gate's word.
            served: `ServedModel`'s: which version the gate compared it with. Where another serves by now, nothing is
                pushed, and the output's property `reason` says so.
            statistics: What StatisticsGen tells.
            push_destination: The folder.
            policy: What becomes of the other versions.
            evaluation: The Evaluator's, whose kept rows go beside the model; None where it keeps none.
        """
        parameters = {
            keys.MODEL_KEY: model,
            keys.MODEL_BLESSING_KEY: model_blessing,
            SERVED_KEY: served,
            keys.STATISTICS_KEY: statistics,
            keys.PUSH_DESTINATION_KEY: push_destination,
            keys.CUSTOM_CONFIG_KEY: json_utils.dumps({POLICY_KEY: policy.to_json()}),
            keys.EVALUATION_KEY: evaluation,
            keys.PUSHED_MODEL_KEY: channel.Channel(type=standard_artifacts.PushedModel),
        }
        super().__init__(spec=VersionPusherSpec(**parameters))
