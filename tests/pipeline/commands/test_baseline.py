"""`evenkeel baseline`: what it refuses at once, and what it leaves of a pipeline that has run."""

import pathlib
import shutil

import numpy as np
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from components.comparison.stored import comparison_text, read_comparison
from pipeline.affinity.errors import NoRowsError
from pipeline.baseline.record import read_baselines
from pipeline.commands.baseline import command

CONFIG = str(pathlib.Path(__file__).resolve().parents[3] / "configs" / "chicago_taxi.yaml")
QUICK = ("--rounds", "20", "--learning-rate", "0.2")


def test_a_configuration_that_never_ran_is_told_to_run(tmp_path):
    done = CliRunner().invoke(command, ["gbdt", CONFIG, "--set", f"root={tmp_path}"], obj=False)
    assert isinstance(done.exception, NoRowsError)
    assert str(done.exception) == (
        "`CONFIG` must have been run, for its transformed rows are read, got nothing in "
        f"{tmp_path}/chicago_taxi: do `evenkeel run` with it first."
    )
    assert done.output == ""  # Before anything is loaded.


def test_another_kind_of_trees_is_refused():
    done = CliRunner().invoke(command, ["catboost", CONFIG], obj=False)
    assert done.exit_code == 2
    assert "'catboost' is not one of 'gbdt', 'lambdamart', 'single_task'" in done.output


def test_an_option_of_trees_is_refused_where_none_grow():
    done = CliRunner().invoke(command, ["single_task", CONFIG, "--task", "card", "--rounds", "9"], obj=False)
    assert done.exit_code == 2
    assert "--task, --rounds is of trees: leave it out with single_task." in done.output


def invoke(*arguments):
    done = CliRunner().invoke(command, list(arguments), obj=True, catch_exceptions=False)
    assert done.exit_code == 0
    return done.output


def newest(funnel, kind):
    """The record of the newest run, and the file of scores."""
    (path,) = pathlib.Path(funnel.config.home, "baselines").glob(f"*.{kind}.parquet")
    run_id = path.name.removesuffix(f".{kind}.parquet")
    (record,) = [one for one in read_baselines(path.parents[1] / "reports", run_id) if one.kind == kind]
    return record, path


@pytest.fixture(scope="module")
def boosted(funnel):
    """What the command prints, the record, and the scores."""
    output = invoke("gbdt", funnel.path, *QUICK)
    return output, *newest(funnel, "gbdt")


pipelines = pytest.mark.filterwarnings("ignore")  # TFX is imported, and warns of itself.


@pytest.mark.slow
@pipelines
def test_trees_learn_from_the_networks_rows(funnel, boosted):
    import tensorflow_transform  # noqa: F401  # Before the Trainer's rows: tfx first.

    from components.trainer.rows import row_format, store_rows
    from models.tasks import TaskGraph
    from pipeline.affinity.stored import last_rows
    from pipeline.graph import trainer_plan

    _, record, _ = boosted
    plan = trainer_plan(funnel.config)
    stored = last_rows(funnel.config.metadata_file, plan)
    files = [f"{stored.examples}/Split-train/*"]
    # As the Trainer reads what Transform wrote.
    with store_rows(files, row_format(plan.inputs, TaskGraph(plan.tasks)), split="train", bucket_rows=10**6) as rows:
        assert (record.train_rows, record.digest) == (rows.num_rows, rows.digest)
    assert record.run_id == stored.run_id


@pytest.mark.slow
@pipelines
def test_both_models_are_judged_on_the_rows_that_the_evaluator_judged(funnel, boosted):
    _, record, path = boosted
    found = [pathlib.Path(one).parent for one in pathlib.Path(funnel.config.home).rglob("comparison.json")]
    evaluated = [read_comparison(str(folder)) for folder in found]
    mine = {(cell.output, cell.metric): cell for cell in record.comparison.cells if not cell.slice}
    assert {output for output, _ in mine} == {"click", "conversion", "ctcvr", "score", "score/other"}
    # One of the runs is the newest; its candidate is the model here.
    theirs = [{(cell.output, cell.metric): cell for cell in one.cells if not cell.slice} for one in evaluated]
    assert any(
        np.isclose(cells["click", "auc"].candidate.value, mine["click", "auc"].candidate.value, atol=1e-9)
        and cells["conversion", "auc"].rows == mine["conversion", "auc"].rows
        for cells in theirs
    )
    assert mine["click", "auc"].reference.value > 0.6
    scores = pq.read_table(path)
    product = np.asarray(scores["gbdt/click"]) * np.asarray(scores["gbdt/conversion"])
    np.testing.assert_allclose(scores["gbdt/ctcvr"], product, rtol=1e-9)


@pytest.mark.slow
@pipelines
def test_the_report_and_compare_show_it(funnel, boosted):
    from pipeline.compare.scores import ScoreColumns, compare_scores

    output, record, path = boosted
    assert "A is model, B is gbdt; all rows are taken as independent." in output
    page = pathlib.Path(funnel.config.home, "reports", f"{record.run_id}.html").read_text()
    section = page.partition('id="baselines"')[2].partition("</section>")[0]
    assert "Boosted trees" in section
    assert section.count("<tr><th>ctcvr</th>") == 5  # Metrics.
    again = compare_scores(path, models=("model", "gbdt"), columns=ScoreColumns(), config=funnel.config)
    assert comparison_text(again.comparison) == comparison_text(record.comparison)


@pytest.mark.slow
@pipelines
def test_it_is_repeated_number_by_number(funnel, boosted):
    _, record, path = boosted
    before = pq.read_table(path)
    invoke("gbdt", funnel.path, *QUICK)
    assert pq.read_table(path).equals(before)
    assert comparison_text(newest(funnel, "gbdt")[0].comparison) == comparison_text(record.comparison)


@pytest.mark.slow
@pipelines
def test_lambdamart_is_compared_by_order_alone(funnel):
    invoke("lambdamart", funnel.path, "--list", "category_0", "--task", "click", *QUICK)
    record, path = newest(funnel, "lambdamart")
    assert {(cell.output, cell.metric) for cell in record.comparison.cells} == {("click", "auc"), ("click", "ndcg")}
    assert pq.read_schema(path).names[-1] == "lambdamart/click"


@pytest.fixture(scope="module")
def fused(funnel):
    """As `boosted`, of one network a task."""
    output = invoke("single_task", funnel.path, "--set", "training.seed=2")
    return output, *newest(funnel, "single_task")


@pytest.mark.slow
@pipelines
def test_one_network_a_task_is_asked_as_the_model_is(funnel, fused):
    import tensorflow as tf

    from pipeline.baseline.subject import asked_scores, subject_of

    output, record, path = fused
    assert "taking the networks trained" in output  # By the run, with the fused score that the model answers.
    subject = subject_of(funnel.config)
    serving = output.partition("served by one signature: ")[2].split()[0]
    model, networks = (tf.saved_model.load(folder).signatures for folder in (subject.model, serving))
    assert set(networks) == set(model) == {"serving_default", "predict_columns"}
    for name, signature in model.items():
        assert set(networks[name].structured_outputs) == set(signature.structured_outputs)
        assert networks[name].structured_input_signature == signature.structured_input_signature
    rows = subject.rows("eval").serialized
    scores = pq.read_table(path)
    for folder, who in ((subject.model, "model"), (serving, "single_task")):
        for name, values in asked_scores(folder, rows).items():
            if name != "score/main":  # The one that is called `score`.
                np.testing.assert_allclose(scores[f"{who}/{name}"], values, rtol=1e-5, atol=1e-6)
    assert {(cell.output, cell.metric) for cell in record.comparison.cells if cell.output.startswith("score")} == {
        ("score", "auc"), ("score/other", "auc"),
    }  # fmt: skip


@pytest.mark.slow
@pipelines
def test_what_serving_them_costs_is_told(fused):
    output, record, _ = fused
    cost = record.cost
    # Each has tables of its own, and a network as large as the model's.
    assert 2.7 < cost.parameters[1] / cost.parameters[0] < 3.3
    assert 2 < cost.flops[1] / cost.flops[0] < 4
    assert [one.candidates for one in cost.latency] == [1, 100, 1000]
    assert all(one.ratio > 0.5 and one.model_ms > 0 for one in cost.latency)
    assert record.seconds > 0
    assert "Parameters: " in output and "by candidates: " in output


@pytest.mark.slow
@pipelines
def test_networks_that_no_run_has_trained_are_trained_once(funnel, fused, monkeypatch, tmp_path):
    from pipeline.baseline import networks

    served_by = pathlib.Path(fused[0].partition("served by one signature: ")[2].split()[0])
    taken = tmp_path / "kept" / served_by.name  # What others than the last asked for is not kept.
    shutil.copytree(served_by.parent, taken.parent)
    trained = []

    def train(plan, transformed, *, files, serving, folder, **served):
        trained.append((plan.model.seed, [pathlib.Path(one[0]).parent.name for one in files]))
        shutil.copytree(taken, serving)
        shutil.copytree(taken.parent / "twins", pathlib.Path(folder, "twins"))
        return {}

    monkeypatch.setattr(networks, "train_twins", train)
    for _ in range(2):
        output = invoke("single_task", funnel.path, "--set", "training.seed=3")
    assert trained == [(3, ["Split-train", "Split-eval"])]
    assert "taking the networks trained" in output
    assert "baselines/single_task/Format-Serving" in output
