"""What an attempt left that did not come to its end is cleared away before the next begins."""

import pathlib

import pytest
from ml_metadata.proto import metadata_store_pb2

from kubeflow.node_run import NodeRun
from kubeflow.store import connection_of, node_executions, open_store
from pipeline.config import load_config
from tests.kubeflow.conftest import ROOT, cluster_section

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]  # TFX is imported, and warns of itself.

TAXI, NODE = str(ROOT / "configs" / "chicago_taxi.yaml"), "DeclaredSchema"  # It reads nothing.


class Removed(list):
    """In the place of a pod's folder: what is to be removed in the bucket."""

    def remove(self, path):
        self.append(path)


@pytest.mark.parametrize("left", [metadata_store_pb2.Execution.RUNNING, metadata_store_pb2.Execution.FAILED])
def test_outputs_of_an_attempt_that_was_killed_are_removed_and_its_execution_is_taken_up(tmp_path, left):
    from kubeflow.intermediate import fingerprint_of

    assignments = cluster_section(volume=f"{{claim: c, path: {tmp_path}}}", metadata="{kind: sqlite}")
    config = load_config(TAXI, assignments)
    named = {"node": NODE, "run_id": "r1", "path": TAXI, "assignments": assignments, "overrides": []}

    def attempt():
        return NodeRun(**named, fingerprint=fingerprint_of(config))

    def execution():
        (found,) = node_executions(open_store(connection_of(config)), pipeline=config.name, run_id="r1", node=NODE)
        return found

    first = attempt()
    first.prepare()
    first.do()
    (schema,) = tmp_path.rglob("schema.pbtxt")
    killed = execution()
    killed.last_known_state = left
    open_store(connection_of(config)).put_executions([killed])
    (schema.parent / "half-written").touch()

    second = attempt()
    assert not second.is_done()
    second._scratch = Removed()
    second.prepare()
    assert not schema.parent.exists()
    assert second._scratch == [str(schema.parent)]
    assert execution().last_known_state == metadata_store_pb2.Execution.FAILED
    second._scratch = None
    second.do()
    assert second.is_done() and execution().id == killed.id
    assert [path.name for path in pathlib.Path(schema.parent).iterdir()] == ["schema.pbtxt"]
