"""The node trains in its turn, and not again what it has trained."""

import dataclasses
import os
import types

import pytest

from models.architectures import GateSettings, MMoE
from models.balancers import PCGrad
from pipeline.config import load_config

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]  # TFX takes long, and warns of itself.


@pytest.fixture
def trained(monkeypatch):
    """What was trained, in place of training it."""
    from components.twins import component

    found = types.SimpleNamespace(runs=[], diverged={})

    def train(plan, graph, *, files, serving, folder):
        found.runs.append(([twin.expert for twin in plan.twins], files))
        if len(found.diverged) < len(plan.twins):
            os.makedirs(serving)
            with open(os.path.join(serving, "saved_model.pb"), "w") as file:
                file.write(f"model {len(found.runs)}")
        return found.diverged

    monkeypatch.setattr(component, "train_twins", train)
    return found


@pytest.fixture
def run(tmp_path):
    """Runs the node on rows of a day in a pipeline of its own, cache on; returns its artifact's content."""
    from tfx.dsl.components.common.importer import Importer
    from tfx.orchestration import metadata
    from tfx.types import standard_artifacts

    from components.twins.component import SingleTaskTwins

    store = metadata.sqlite_metadata_connection_config(str(tmp_path / "metadata.sqlite"))

    def ask(run_id, plan, *, day, every):
        for split in ("train", "eval"):
            os.makedirs(tmp_path / day / f"Split-{split}", exist_ok=True)
        examples = Importer(
            source_uri=str(tmp_path / day), artifact_type=standard_artifacts.Examples,
            properties={"split_names": '["train", "eval"]'},
        ).with_id("Rows")  # fmt: skip
        graph = Importer(source_uri=str(tmp_path / "graph"), artifact_type=standard_artifacts.TransformGraph)
        graph = graph.with_id("Graph")
        node = SingleTaskTwins(
            plan, examples=examples.outputs["result"], transform_graph=graph.outputs["result"], every=every,
            last=str(tmp_path / "twins.json"),
        )  # fmt: skip
        launch([examples, graph, node], tmp_path, store=store, run_id=run_id)
        with metadata.Metadata(store) as handler:
            newest = max(handler.store.get_artifacts_by_type("Model"), key=lambda artifact: artifact.id)
        properties = {
            name: getattr(value, value.WhichOneof("value")) for name, value in newest.custom_properties.items()
        }
        path = os.path.join(newest.uri, "Format-Serving", "saved_model.pb")
        content = None
        if os.path.exists(path):
            with open(path) as file:
                content = file.read()
        return content, properties

    return ask


def launch(nodes, folder, *, store, run_id):
    from tfx.dsl.compiler import compiler, constants
    from tfx.orchestration import pipeline as tfx_pipeline
    from tfx.orchestration.portable import runtime_parameter_utils

    from pipeline.launch import launch_node, node_ids

    ir = compiler.Compiler().compile(
        tfx_pipeline.Pipeline(
            pipeline_name="shop",
            pipeline_root=str(folder / "artifacts"),
            metadata_connection_config=store,
            components=nodes,
            enable_cache=True,
        )
    )
    runtime_parameter_utils.substitute_runtime_parameter(ir, {constants.PIPELINE_RUN_ID_PARAMETER_NAME: run_id})
    for name in node_ids(ir):
        launch_node(ir, name)


def test_it_trains_in_its_turn_and_says_how_old_the_last_are(run, trained, plan):
    content, properties = run("first", plan, day="monday", every=2)
    assert (content, properties["age"], len(trained.runs)) == ("model 1", 0, 1)
    assert properties["version"].endswith(" on the same rows")
    assert [os.path.basename(os.path.dirname(pattern)) for (pattern,) in trained.runs[0][1]] == [
        "Split-train", "Split-eval",
    ]  # fmt: skip

    content, properties = run("second", plan, day="tuesday", every=2)
    assert (content, properties["age"], len(trained.runs)) == ("model 1", 1, 1)
    assert properties["version"].endswith(" on the rows of 1 run earlier")
    content, _ = run("third", plan, day="wednesday", every=2)
    assert (content, len(trained.runs)) == ("model 2", 2)
    # Asked for in every run from now on: those of these rows are there.
    content, properties = run("fourth", plan, day="wednesday", every=1)
    assert (content, properties["age"], len(trained.runs)) == ("model 2", 0, 2)
    other = dataclasses.replace(plan, training=dataclasses.replace(plan.training, epochs=2))
    content, _ = run("fifth", other, day="wednesday", every=9)
    assert (content, len(trained.runs)) == ("model 3", 3)


def test_those_that_were_cleared_away_are_trained_again(run, trained, plan, tmp_path):
    run("first", plan, day="monday", every=9)
    (folder,) = (tmp_path / "artifacts" / "SingleTaskTwins" / "model").iterdir()
    os.rename(folder, tmp_path / "elsewhere")
    content, properties = run("second", plan, day="tuesday", every=9)
    assert (content, properties["age"]) == ("model 2", 0)


@pytest.mark.parametrize(("which", "is_empty"), [(slice(1), 0), (slice(None), 1)])
def test_where_one_diverges_the_rest_is_there_and_the_next_run_tries_again(run, trained, plan, which, is_empty):
    trained.diverged = {twin.task.name: "The loss is not a number." for twin in plan.twins[which]}
    content, properties = run("first", plan, day="monday", every=9)
    assert (content, properties["is_empty"]) == (None if is_empty else "model 1", is_empty)
    assert "The loss is not a number." in properties["reason"]
    trained.diverged = {}
    content, properties = run("second", plan, day="tuesday", every=9)
    assert (content, properties["is_empty"]) == ("model 2", 0)


def test_another_balancer_or_architecture_of_the_same_size_is_answered_by_the_cache(run, trained, tmp_path):
    from pipeline.twins import twins_plan
    from tests.pipeline.conftest import write_funnel

    config = load_config(write_funnel(tmp_path, rows=10), ["twins.every=1"])
    run("first", twins_plan(config), day="monday", every=1)
    tasks = tuple(dataclasses.replace(task, loss_weight=2.0) for task in config.tasks)
    balanced = dataclasses.replace(config, balancing=PCGrad(), tasks=tasks)
    training = dataclasses.replace(config.training, look_every_steps=7)
    run("second", twins_plan(dataclasses.replace(balanced, training=training)), day="monday", every=1)
    softer = MMoE(num_experts=2, expert=(8,), gate=GateSettings(temperature=0.5))
    as_large = dataclasses.replace(config.model, architecture=softer)
    run("third", twins_plan(dataclasses.replace(config, model=as_large)), day="monday", every=1)
    assert len(trained.runs) == 1
    larger = dataclasses.replace(config.model, architecture=MMoE(num_experts=8, expert=(8,)))
    run("fourth", twins_plan(dataclasses.replace(config, model=larger)), day="monday", every=1)
    assert len(trained.runs) == 2
