"""TFX's Pusher with a push that no reader can see half done."""

from __future__ import annotations

import os
import time

from tfx.components.pusher import executor
from tfx.proto import pusher_pb2
from tfx.types import artifact_utils, standard_component_specs
from tfx.utils import io_utils, proto_utils
from typing_extensions import override

from components.artifacts import Artifacts, Properties
from components.example_gen.split import TRAIN
from components.pusher.publish import publish_version
from components.shift.report import LEARNED_FROM

__all__ = ["Executor"]


class Executor(executor.Executor):
    """Pushes only what is blessed, into a local folder, by one rename, with the statistics of its train rows.

    Differs from TFX 1.21, which copies file by file into the served folder, and pushes a model that nobody judged.
    """

    @override
    def Do(self, input_dict: Artifacts, output_dict: Artifacts, exec_properties: Properties) -> None:
        """Pushes the model if its blessing says so; see the base class."""
        self._log_startup(input_dict, output_dict, exec_properties)
        pushed = artifact_utils.get_single_instance(output_dict[standard_component_specs.PUSHED_MODEL_KEY])
        if not input_dict.get(standard_component_specs.MODEL_BLESSING_KEY) or not self.CheckBlessing(input_dict):
            self._MarkNotPushed(pushed)
            return
        destination = pusher_pb2.PushDestination()
        proto_utils.json_to_proto(exec_properties[standard_component_specs.PUSH_DESTINATION_KEY], destination)
        model = self.GetModelPath(input_dict)
        beside = _statistics(input_dict)
        folder = publish_version(model, destination.filesystem.base_directory, now_s=int(time.time()), beside=beside)
        io_utils.copy_dir(model, pushed.uri)
        self._MarkPushed(pushed, pushed_destination=folder, pushed_version=folder.rsplit("/", maxsplit=1)[-1])


def _statistics(input_dict: Artifacts) -> dict[str, str]:
    """Where they go in the version's folder, and where they are; empty where the node is given none."""
    given = input_dict.get(standard_component_specs.STATISTICS_KEY)
    if not given:
        return {}
    return {LEARNED_FROM: os.path.join(artifact_utils.get_split_uri(given, TRAIN), os.path.basename(LEARNED_FROM))}
