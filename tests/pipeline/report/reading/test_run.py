import pathlib

import pytest
from ml_metadata.proto.metadata_store_pb2 import Execution

from components.example_gen.label_report import LABEL_REPORT_FILE, label_report_text
from components.fusion_tuner.proposal import PROPOSAL_FILE
from components.trainer.record import write_record
from pipeline.report.errors import UnreadableRunError
from pipeline.report.reading import read_run
from pipeline.report.record import NodeState, Push
from tests.pipeline.report.proposal_records import PROPOSAL


def folder(tmp_path: pathlib.Path, name: str) -> pathlib.Path:
    made = tmp_path / name
    made.mkdir()
    return made


def test_artifacts_are_found_by_the_keys_of_the_pipelines_nodes(writer, tmp_path, graph, labels, training):
    examples, model_run, model = (folder(tmp_path, name) for name in ("examples", "model_run", "model"))
    (examples / LABEL_REPORT_FILE).write_text(label_report_text(labels), encoding="utf-8")
    write_record(str(model_run), training)
    writer.execute("r1", "TaskExampleGen", Execution.COMPLETE, outputs={"examples": (examples, {})})
    writer.execute("r1", "Trainer", Execution.COMPLETE, outputs={"model_run": (model_run, {})})
    writer.execute("r1", "Evaluator", Execution.COMPLETE, outputs={"blessing": (tmp_path, {"blessed": 1})})
    pushed = {"pushed": 1, "pushed_destination": "/served/17", "pushed_version": "17"}
    writer.execute("r1", "Pusher", Execution.COMPLETE, outputs={"pushed_model": (model, pushed)})
    run = read_run(writer.file, "r1", pipeline="shop", graph=graph, configuration="name: shop\n")
    assert run.label_check == labels
    assert run.training == training
    assert run.blessed is True
    assert run.push == Push(destination="/served/17", version="17")
    assert (run.error, run.unreadable, run.evaluation, run.anomalies) == (None, (), None, None)


def test_a_proposal_of_weights_is_read_or_why_there_is_none(writer, tmp_path, graph):
    found = folder(tmp_path, "proposal")
    (found / PROPOSAL_FILE).write_text(PROPOSAL.to_json(), encoding="utf-8")
    writer.execute("r1", "FusionTuner", Execution.COMPLETE, outputs={"proposal": (found, {})})
    run = read_run(writer.file, "r1", pipeline="shop", graph=graph)
    assert (run.proposal, run.no_proposal) == (PROPOSAL, "")
    none = {"problem": "take more rows."}
    writer.execute("r2", "FusionTuner", Execution.COMPLETE, outputs={"proposal": (folder(tmp_path, "none"), none)})
    run = read_run(writer.file, "r2", pipeline="shop", graph=graph)
    assert (run.proposal, run.no_proposal, run.unreadable) == (None, "take more rows.", ())


@pytest.mark.parametrize(
    ("blessed", "properties"),
    [
        (0, {"pushed": 0}),
        (1, {"pushed": 0, "reason": "Another push came between."}),
        (1, {"pushed": 0, "serves": "7"}),
    ],
)
def test_a_refused_model_was_not_pushed(writer, tmp_path, graph, blessed, properties):
    writer.execute("r1", "Evaluator", Execution.COMPLETE, outputs={"blessing": (tmp_path, {"blessed": blessed})})
    writer.execute("r1", "Pusher", Execution.COMPLETE, outputs={"pushed_model": (tmp_path, properties)})
    run = read_run(writer.file, "r1", pipeline="shop", graph=graph)
    assert run.blessed is bool(blessed)
    assert run.push is None
    assert run.held_back == properties.get("reason", "")
    assert run.serves == properties.get("serves", "")


def test_an_artifact_that_cannot_be_read_is_named_and_the_rest_is_shown(writer, tmp_path, graph):
    model_run, statistics = folder(tmp_path, "model_run"), folder(tmp_path, "statistics")
    (model_run / "training.json").write_text('{"intervals": 3}', encoding="utf-8")
    (statistics / "Split-train").mkdir()
    (statistics / "Split-train" / "FeatureStats.pb").write_bytes(b"\xff\xff\xff")
    writer.execute("r1", "StatisticsGen", Execution.COMPLETE, outputs={"statistics": (statistics, {})})
    writer.execute("r1", "Trainer", Execution.COMPLETE, outputs={"model_run": (model_run, {})})
    run = read_run(writer.file, "r1", pipeline="shop", graph=graph)
    assert run.training is None
    assert run.splits == ()
    assert [sentence.partition(" in ")[0] for sentence in run.unreadable] == ["statistics", "model_run"]
    assert [node.name for node in run.nodes] == ["StatisticsGen", "Trainer"]


def test_an_artifact_whose_file_is_gone_is_left_out(writer, tmp_path, graph):
    gone = {key: (tmp_path / "gone", {}) for key in ("model_run", "anomalies", "statistics", "evaluation")}
    writer.execute("r1", "Trainer", Execution.CACHED, outputs=gone)
    run = read_run(writer.file, "r1", pipeline="shop", graph=graph)
    # None and not (): rows that nobody checked are not called clean.
    assert (run.training, run.anomalies, run.splits, run.evaluation, run.unreadable) == (None, None, (), None, ())


def test_a_run_that_failed_before_its_first_node_still_has_a_record(tmp_path, graph):
    missing = str(tmp_path / "metadata.sqlite")
    run = read_run(missing, "r1", pipeline="shop", graph=graph, planned=["Reader"], error="the disk is full")
    assert run.error == "the disk is full"
    assert [(node.name, node.state) for node in run.nodes] == [("Reader", NodeState.NOT_REACHED)]
    with pytest.raises(UnreadableRunError, match="run first"):
        read_run(missing, "r1", pipeline="shop", graph=graph)
