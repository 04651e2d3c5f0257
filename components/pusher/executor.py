"""TFX's Pusher with a push that no reader can see half done."""

from __future__ import annotations

import os
import time
from typing import Final

from tfx.components.pusher import executor
from tfx.proto import pusher_pb2
from tfx.types import artifact_utils, standard_component_specs
from tfx.utils import io_utils, json_utils, proto_utils
from typing_extensions import override

from components.artifacts import Artifacts, Properties
from components.baseline.published import Published
from components.example_gen.split import TRAIN
from components.fusion.kept import weights_not_carried
from components.fusion.rows_file import KEPT_ROWS, ROWS_FILE
from components.pusher.policy import PushPolicy
from components.pusher.push import push
from components.shift.report import LEARNED_FROM

__all__ = ["POLICY_KEY", "REASON_KEY", "SERVED_KEY", "SERVES_KEY", "Executor"]

POLICY_KEY: Final = "policy"  # In `custom_config`.
SERVED_KEY: Final = "served"  # The input that says what the model was compared with.

# Custom properties of what was not pushed.
REASON_KEY: Final = "reason"  # Why not, though blessed.
SERVES_KEY: Final = "serves"  # The version that holds this very model already.

_SET_SINCE: Final = (
    "Weights of what serves were set while the model was trained, so that it does not carry them: {}. Run again, which "
    "keeps them."
)


class Executor(executor.Executor):
    """Pushes only what is blessed, into a local folder, by one rename, with the statistics of its train rows.

    Differs from TFX 1.21, which copies file by file into the served folder, pushes a model that nobody judged, does
    not ask whether what it was compared with still serves, pushes again what serves already or what was rolled back,
    keeps every version for ever, and when retried after it was killed pushes twice.
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
        directory = destination.filesystem.base_directory
        if set_since := weights_not_carried(model, directory):
            self._MarkNotPushed(pushed)
            pushed.set_string_custom_property(REASON_KEY, _SET_SINCE.format(", ".join(set_since)))
            return
        outcome = push(
            model,
            directory,
            now_s=int(time.time()),
            over=_compared_with(input_dict),
            policy=_policy(exec_properties),
            run=self._run_id(),
            beside=_statistics(input_dict) | _kept_rows(input_dict),
        )
        if outcome.folder is not None:
            io_utils.copy_dir(model, pushed.uri)
            version = os.path.basename(outcome.folder)
            self._MarkPushed(pushed, pushed_destination=outcome.folder, pushed_version=version)
            return
        self._MarkNotPushed(pushed)
        if outcome.serves is not None:
            pushed.set_string_custom_property(SERVES_KEY, str(outcome.serves))
        if outcome.reason:
            pushed.set_string_custom_property(REASON_KEY, outcome.reason)

    def _run_id(self) -> str:
        """The pipeline run's; empty outside of one."""
        return (self._context.pipeline_run_id if self._context else None) or ""


def _policy(exec_properties: Properties) -> PushPolicy | None:
    given = json_utils.loads(exec_properties.get(standard_component_specs.CUSTOM_CONFIG_KEY, "null"))
    return None if given is None else PushPolicy.from_json(given[POLICY_KEY])


def _compared_with(input_dict: Artifacts) -> tuple[int, ...]:
    """The version; empty where none served."""
    served = Published.read(artifact_utils.get_single_instance(input_dict[SERVED_KEY]))
    return () if served.is_empty else (int(served.version),)


def _statistics(input_dict: Artifacts) -> dict[str, str]:
    """Where they go in the version's folder, and where they are; empty where the node is given none."""
    given = input_dict.get(standard_component_specs.STATISTICS_KEY)
    if not given:
        return {}
    return {LEARNED_FROM: os.path.join(artifact_utils.get_split_uri(given, TRAIN), os.path.basename(LEARNED_FROM))}


def _kept_rows(input_dict: Artifacts) -> dict[str, str]:
    """The same of the rows by which fusion weights are judged; empty where the Evaluator kept none."""
    given = input_dict.get(standard_component_specs.EVALUATION_KEY)
    path = os.path.join(artifact_utils.get_single_uri(given), ROWS_FILE) if given else ""
    return {KEPT_ROWS: path} if os.path.exists(path) else {}
