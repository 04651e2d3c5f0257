"""What is fetched from a bucket before a node's work, and kept there after it, where a pod has a folder of its own."""

from __future__ import annotations

import contextlib
import itertools
import os
from collections.abc import Iterator, Mapping
from typing import Any, Final

from tfx.orchestration.portable import (
    base_executor_operator,
    beam_executor_operator,
    data_types,
    python_executor_operator,
)
from tfx.proto.orchestration import executable_spec_pb2, execution_result_pb2
from typing_extensions import override

from components.twins.last import read_last
from kubeflow.errors import KeptNoMoreError
from kubeflow.placing import declared
from kubeflow.scratch import Scratch
from pipeline.config import PipelineConfig
from pipeline.twins import last_file

__all__ = ["keeping_operators", "state_kept"]

_TWINS: Final = "SingleTaskTwins"
_TRAINING: Final = ("Trainer", "Tuner", _TWINS)  # Nodes that go on from checkpoints.


def keeping_operators(scratch: Scratch) -> Mapping[Any, Any]:
    """For `Launcher(custom_executor_operators=...)`: what is read is fetched, what was written is kept.

    It is kept before the metadata store is told of it, so that what is on record is there.
    """
    return {
        executable_spec_pb2.PythonClassExecutableSpec: _keeping(
            python_executor_operator.PythonExecutorOperator, scratch
        ),
        executable_spec_pb2.BeamExecutableSpec: _keeping(beam_executor_operator.BeamExecutorOperator, scratch),
    }


def _keeping(operator: type[base_executor_operator.BaseExecutorOperator], scratch: Scratch) -> type:
    class Keeping(operator):  # type: ignore[misc,valid-type]  # One of two classes of TFX.
        """As `operator`, between what is fetched and what is kept."""

        @override
        def run_executor(self, execution_info: data_types.ExecutionInfo) -> execution_result_pb2.ExecutorOutput:
            """TFX's hook."""
            for artifact in itertools.chain.from_iterable(execution_info.input_dict.values()):
                _fetch(scratch, artifact.uri)
            result = super().run_executor(execution_info)
            for artifact in itertools.chain.from_iterable(execution_info.output_dict.values()):
                scratch.keep(artifact.uri)
            return result

    return Keeping


def _fetch(scratch: Scratch, uri: str) -> None:
    if not scratch.fetch(uri):
        place = scratch.url_of(uri) if scratch.holds(uri) else uri
        raise KeptNoMoreError(
            "kubeflow",
            [
                f"`bucket.url` must hold what earlier nodes left, got nothing at {place}: put it back, and spare the "
                "bucket from rules that remove what is old; or name an empty database in `metadata`, by which all is "
                "made anew."
            ],
        )


@contextlib.contextmanager
def state_kept(scratch: Scratch | None, config: PipelineConfig, node: str) -> Iterator[None]:
    """Keeps, until the block ends, what a node leaves beside artifacts: checkpoints, and which twins are the last.

    Args:
        scratch: The pod's folder; None where all lies on a volume.
        config: As it holds in a container.
        node: Its name.
    """
    bucket = declared(config).bucket
    with contextlib.ExitStack() as until_the_end:
        if scratch is not None and bucket is not None and node in _TRAINING:
            until_the_end.enter_context(scratch.kept_up(config.checkpoints, every_s=bucket.keep_every_s))
        if scratch is not None and node == _TWINS:
            until_the_end.enter_context(_last_kept(scratch, last_file(config)))
        yield


@contextlib.contextmanager
def _last_kept(scratch: Scratch, file: str) -> Iterator[None]:
    """Fetches the last twins, of whichever run they are, and says afterwards which are the last now."""
    scratch.fetch(file)
    last = read_last(file)
    if last is not None:
        scratch.fetch(last.uri)
    yield
    if os.path.exists(file):
        scratch.keep(file)
