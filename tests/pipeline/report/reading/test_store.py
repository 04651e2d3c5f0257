import contextlib
import pathlib
import sqlite3

import pytest
from ml_metadata.proto.metadata_store_pb2 import Execution

from pipeline.report.errors import UnreadableRunError
from pipeline.report.reading.store import check_store, latest_run_id, read_store
from pipeline.report.record import NodeState


def test_nodes_come_in_the_order_they_ran_then_those_not_reached(writer):
    writer.execute("r1", "Reader", Execution.COMPLETE)
    writer.execute("r1", "Statistics", Execution.CACHED)
    writer.execute("r1", "Trainer", Execution.FAILED)
    run = read_store(writer.file, "r1", planned=["Reader", "Statistics", "Trainer", "Evaluator", "Pusher"])
    assert [(node.name, node.state) for node in run.nodes] == [
        ("Reader", NodeState.COMPLETE),
        ("Statistics", NodeState.CACHED),
        ("Trainer", NodeState.FAILED),
        ("Evaluator", NodeState.NOT_REACHED),
        ("Pusher", NodeState.NOT_REACHED),
    ]
    assert run.started > 0
    assert run.nodes[0].start_s == 0
    assert all(node.seconds >= 0 for node in run.nodes)


def test_a_node_killed_from_outside_is_still_running(writer):
    writer.execute("r1", "Trainer", Execution.RUNNING)
    assert read_store(writer.file, "r1").nodes[0].state is NodeState.RUNNING


def test_a_retry_replaces_its_first_try(writer):
    writer.execute("r1", "Trainer", Execution.FAILED, result='{"resultMessage": "out of memory"}')
    writer.execute("r1", "Trainer", Execution.COMPLETE)
    run = read_store(writer.file, "r1")
    assert [node.state for node in run.nodes] == [NodeState.COMPLETE]
    assert run.error == ""


def test_what_a_failed_node_said_is_kept(writer):
    writer.execute("r1", "Trainer", Execution.FAILED, result='{"resultMessage": "out of memory", "code": 2}')
    assert read_store(writer.file, "r1").error == "out of memory"


def test_artifacts_keep_their_key_folder_and_properties(writer, tmp_path):
    writer.execute(
        "r1",
        "Pusher",
        Execution.COMPLETE,
        outputs={"pushed_model": (tmp_path, {"pushed": 1, "pushed_version": "17"})},
    )
    run = read_store(writer.file, "r1")
    assert run.nodes[0].outputs == {"pushed_model": (str(tmp_path),)}
    assert run.artifacts[0].properties == {"pushed": 1, "pushed_version": "17"}


def test_runs_do_not_mix_and_the_newest_is_known(writer):
    writer.execute("r1", "Reader", Execution.COMPLETE)
    writer.execute("r2", "Trainer", Execution.COMPLETE)
    assert latest_run_id(writer.file, "shop") == "r2"
    assert [node.name for node in read_store(writer.file, "r1").nodes] == ["Reader"]


def test_of_pipelines_that_share_a_store_each_has_its_own_newest_run(writer):
    writer.execute("r1", "Reader", Execution.COMPLETE)
    writer.execute("r2", "Reader", Execution.COMPLETE, pipeline="other")
    assert (latest_run_id(writer.store, "shop"), latest_run_id(writer.store, "other")) == ("r1", "r2")
    with pytest.raises(UnreadableRunError, match="got none in the metadata store"):
        latest_run_id(writer.store, "third")
    assert read_store(writer.store, "r2").nodes == read_store(writer.file, "r2").nodes


def test_an_unknown_run_is_an_error_and_not_an_empty_report(writer):
    writer.execute("r1", "Reader", Execution.COMPLETE)
    with pytest.raises(UnreadableRunError, match=r"`run_id` must name a run of .*, got 'r7': leave it out for the"):
        read_store(writer.file, "r7")


def test_a_store_without_runs_says_run_first(writer):
    with pytest.raises(
        UnreadableRunError, match=r"`metadata_file` must hold at least one run, got none in .*: run first."
    ):
        latest_run_id(writer.file, "shop")


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda file: _set_schema(file, 99), "MLMD database version 99 is greater than library version 10"),
        (lambda file: _set_schema(file, 9), "MLMD database version 9 is older than library version 10"),
        (lambda file: pathlib.Path(file).write_bytes(b"no database" * 100), ".*file is not a database.*"),
    ],
    ids=["newer", "older", "damaged"],
)
def test_a_store_that_this_release_cannot_read_is_one_sentence_and_left_as_it_is(writer, spoil, said):
    writer.execute("r1", "Reader", Execution.COMPLETE)
    spoil(writer.file)
    before = pathlib.Path(writer.file).read_bytes()
    message = rf"^`metadata_file` must be a store of this .*/\S+ it says: {said}\. Use the environment .* anew\.$"
    for read in (check_store, lambda file: latest_run_id(file, "shop")):
        with pytest.raises(UnreadableRunError, match=message):
            read(writer.file)
    assert pathlib.Path(writer.file).read_bytes() == before


def _set_schema(file, version):
    with contextlib.closing(sqlite3.connect(file)) as database, database:
        database.execute("update MLMDEnv set schema_version = ?", (version,))


def test_a_missing_store_is_not_made(tmp_path):
    with pytest.raises(UnreadableRunError, match=r"`metadata_file` must be an MLMD SQLite file, got .*: run first."):
        latest_run_id(str(tmp_path / "metadata.sqlite"), "shop")
    assert not list(tmp_path.iterdir())
