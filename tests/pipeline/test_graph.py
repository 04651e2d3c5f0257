"""Which splits each node reads, and by which of them an epoch may be chosen."""

import json

import pytest

from pipeline.config import load_config
from pipeline.fingerprint import code_fingerprint

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]  # TFX takes long, and warns of itself.

CHOOSES = ["data.split.validation_share=0.2", "training.keep=main_tasks", "training.patience=1"]


@pytest.fixture
def nodes(tmp_path):
    """The nodes of the funnel's pipeline by name."""

    def make(*overrides):
        from pipeline.graph import build_pipeline
        from tests.pipeline.conftest import write_funnel

        config = load_config(write_funnel(tmp_path, rows=10), overrides)
        return {node.id: node.exec_properties for node in build_pipeline(config).components}

    return make


def splits(nodes):
    transform = json.loads(nodes["Transform"]["splits_config"])
    trainer = nodes["Trainer"]
    return {
        "analyze": transform["analyze"],
        "transform": transform["transform"],
        "train": json.loads(trainer["train_args"])["splits"],
        "watch": json.loads(trainer["eval_args"])["splits"],
        "plan": json.loads(json.loads(trainer["custom_config"])["plan"])["watched_split"],
        "evaluate": [json.loads(nodes["Evaluator"]["plan"])["split"]],
    }


def test_without_validation_eval_is_watched(nodes):
    assert splits(nodes()) == {
        "analyze": ["train"],
        "transform": ["train", "eval"],
        "train": ["train"],
        "watch": ["eval"],
        "plan": "eval",
        "evaluate": ["eval"],
    }


def test_a_declared_validation_is_all_the_trainer_sees_beside_train(nodes):
    assert splits(nodes(*CHOOSES)) == {
        "analyze": ["train"],
        "transform": ["train", "validation"],
        "train": ["train"],
        "watch": ["validation"],
        "plan": "validation",
        "evaluate": ["eval"],
    }


def wiring(tmp_path, *overrides):
    """By node, its inputs: the node and the output each comes from; and which nodes it waits for."""
    from pipeline.launch import compile_pipeline
    from tests.pipeline.conftest import write_funnel

    ir = compile_pipeline(load_config(write_funnel(tmp_path, rows=10), overrides), "a run")
    found = {}
    for node in ir.nodes:
        own = node.pipeline_node
        inputs = {
            name: [(channel.producer_node_query.id, channel.output_key) for channel in given.channels]
            for name, given in own.inputs.inputs.items()
        }
        found[own.node_info.id] = inputs, set(own.upstream_nodes)
    return found


def test_the_pusher_is_reached_only_through_the_gate(tmp_path):
    nodes = wiring(tmp_path)
    inputs, _ = nodes["Pusher"]
    assert inputs == {
        "model": [("Trainer", "model")],
        "model_blessing": [("TaskGate", "blessing")],
        "served": [("ServingModel", "model")],
        "statistics": [("StatisticsGen", "statistics")],
        "evaluation": [("Evaluator", "evaluation")],  # For the rows that judge fusion weights.
    }
    without = wiring(tmp_path, "fusion=null", "gate.rules=[{output: click, metric: auc, min: 0.55}]")
    assert set(without["Pusher"][0]) == set(inputs) - {"evaluation"}
    assert nodes["TaskGate"][0] == {
        "evaluation": [("Evaluator", "evaluation")],
        "model": [("Trainer", "model")],
        "parity": [("ParityCheck", "parity")],
        "shift": [("ShiftCheck", "shift")],
    }


def test_what_the_trainer_goes_on_from_is_known_before_it_and_only_if_asked_for(tmp_path):
    assert not {"WarmStart"} & set(wiring(tmp_path))
    nodes = wiring(tmp_path, "training.warm_start.unusable=stop")
    inputs, _ = nodes["WarmStart"]
    assert inputs == {
        "raw_examples": [("TaskExampleGen", "examples")],
        "examples": [("Transform", "transformed_examples")],
        "transform_graph": [("Transform", "transform_graph")],
    }
    given, _ = nodes["Trainer"]
    assert given == {**inputs, "schema": [("DeclaredSchema", "schema")], "base_model": [("WarmStart", "model")]}


def test_drift_is_measured_from_what_serves_skew_without_it_and_neither_unasked(tmp_path):
    assert wiring(tmp_path)["ShiftCheck"][0] == {
        "statistics": [("StatisticsGen", "statistics")], "baseline_model": [("ServingModel", "model")],
    }  # fmt: skip
    skewed = wiring(tmp_path, "gate.drift=null", "gate.skew={rows: log.csv, default: 0.1}")
    assert skewed["ShiftCheck"][0] == {"statistics": [("StatisticsGen", "statistics")]}
    unasked = wiring(tmp_path, "gate.drift=null")
    assert "ShiftCheck" not in unasked
    assert "shift" not in unasked["TaskGate"][0]


def test_the_candidate_is_compared_with_what_serves_once_it_is_trained(tmp_path):
    nodes = wiring(tmp_path)
    inputs, _ = nodes["Evaluator"]
    assert inputs["baseline_model"] == [("ServingModel", "model")]
    assert "anchor_model" not in inputs
    # Training takes hours: what served when it began may serve no more.
    assert nodes["ServingModel"][1] == {"Trainer"}


def test_a_declared_anchor_is_a_node_of_its_own(tmp_path, nodes):
    asked = ("gate.anchor=oldest", "gate.rules.0.total_margin=0.45")
    assert wiring(tmp_path, *asked)["Evaluator"][0]["anchor_model"] == [("AnchorModel", "model")]
    assert nodes(*asked)["AnchorModel"]["which"] == "oldest"
    assert nodes("gate.anchor=17")["AnchorModel"]["which"] == "17"


def test_twins_are_compared_with_where_they_are_asked_for(tmp_path):
    assert "twins_model" not in wiring(tmp_path)["Evaluator"][0]
    found = wiring(tmp_path, "twins.every=3")
    assert found["Evaluator"][0]["twins_model"] == [("SingleTaskTwins", "model")]
    # Transformed examples and the graph that made them are all they depend on: a change of the model trains none.
    assert set(found["SingleTaskTwins"][0]) == {"transformed_examples", "transform_graph"}


def test_the_trainer_knows_the_code_it_runs_so_that_neither_cache_nor_checkpoint_of_older_code_is_taken(nodes):
    plan = json.loads(json.loads(nodes()["Trainer"]["custom_config"])["plan"])
    trains = "models", "components/trainer", "components/warm_start"
    assert plan["code"] == code_fingerprint(*trains) != code_fingerprint(*trains[:-1]) != code_fingerprint("models")


TUNE = [
    "evaluation.user=user_id",
    "fusion.tune={goal: {kind: sum, shares: {click.gauc: 1}}, bounds: {conversion: {least: 0, most: 2}}}",
]


def test_weights_are_proposed_after_the_push_where_that_is_declared(tmp_path):
    from pipeline.graph import build_pipeline
    from tests.pipeline.conftest import write_funnel

    path = write_funnel(tmp_path, rows=10)
    by_id = {node.id: node for node in build_pipeline(load_config(path, TUNE)).components}
    node = by_id["FusionTuner"]
    assert by_id["Pusher"] in node.upstream_nodes
    assert json.loads(node.exec_properties["plan"])["tune"]["goal"]["shares"] == {"click.gauc": 1.0}
    for overrides in ([], [*TUNE, "fusion.tune.when=asked"]):
        assert "FusionTuner" not in {node.id for node in build_pipeline(load_config(path, overrides)).components}
