"""A node in a pod with a folder of its own reads what earlier nodes have kept, and keeps what it wrote."""

import pathlib

import pytest

from kubeflow.errors import KeptNoMoreError
from kubeflow.scratch import Scratch

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]  # A server of objects; TFX warns of itself.

ROWS, MODEL = "taxi/rows/1", "taxi/model/2"


@pytest.fixture
def launch(bucket, tmp_path):
    """Runs a node in a pod of a name, which reads `rows` and writes of them, where there are any."""
    from tfx.dsl.components.base import base_executor
    from tfx.orchestration.portable import data_types
    from tfx.proto.orchestration import executable_spec_pb2
    from tfx.types import standard_artifacts

    from kubeflow.keeping import keeping_operators

    class Copy(base_executor.BaseExecutor):
        def Do(self, input_dict, output_dict, exec_properties):
            for file in pathlib.Path(input_dict["rows"][0].uri).iterdir():
                pathlib.Path(output_dict["model"][0].uri, file.name).write_text(f"of {file.read_text()}")

    def run(name, rows=ROWS):
        folder = tmp_path / name
        (folder / MODEL).mkdir(parents=True)
        read, written = standard_artifacts.Examples(), standard_artifacts.Model()
        read.uri, written.uri = str(folder / rows), str(folder / MODEL)
        info = data_types.ExecutionInfo(
            execution_id=2,
            input_dict={"rows": [read]},
            output_dict={"model": [written]},
            exec_properties={},
            execution_output_uri=str(folder / "output"),
            stateful_working_dir=str(folder / "state"),
            tmp_dir=str(folder / "tmp"),
        )
        kind = executable_spec_pb2.PythonClassExecutableSpec
        operator = keeping_operators(Scratch(str(folder), "s3://shop/team"))[kind]
        place = "tfx.dsl.components.base.base_executor.EmptyExecutor"
        made = operator(kind(class_path=place))
        made._executor_cls = Copy  # Which no module has.
        made.run_executor(info)

    return run


def test_what_is_read_is_fetched_and_what_is_written_is_kept(launch, bucket):
    bucket[f"team/{ROWS}/part"] = b"rows"
    launch("pod")
    assert bucket[f"team/{MODEL}/part"] == b"of rows"


def test_a_folder_that_was_left_empty_is_read_as_one(launch, bucket, tmp_path):
    left = tmp_path / "earlier" / ROWS
    left.mkdir(parents=True)
    Scratch(str(tmp_path / "earlier"), "s3://shop/team").keep(str(left))
    launch("pod")
    assert list((tmp_path / "pod" / ROWS).iterdir()) == []
    assert [name for name in bucket if name.startswith(f"team/{MODEL}/")] == [f"team/{MODEL}/.empty"]


def test_what_is_gone_is_no_empty_folder(launch, bucket):
    said = (
        rf"^kubeflow: `bucket\.url` must hold what earlier nodes left, got nothing at s3://shop/team/{ROWS}: put it "
        r"back, .* all is made anew\.$"
    )
    with pytest.raises(KeptNoMoreError, match=said):
        launch("pod")
    assert list(bucket) == []


def test_what_was_left_on_the_volume_before_there_was_a_bucket_is_read_there(launch, bucket, tmp_path):
    (tmp_path / "volume" / ROWS).mkdir(parents=True)
    (tmp_path / "volume" / ROWS / "part").write_text("old rows")
    launch("pod", rows=tmp_path / "volume" / ROWS)
    assert bucket[f"team/{MODEL}/part"] == b"of old rows"
    with pytest.raises(KeptNoMoreError, match=r"got nothing at /.*/volume/gone: "):
        launch("another", rows=tmp_path / "volume" / "gone")
