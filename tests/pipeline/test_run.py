"""From raw rows to a served model: the whole way."""

import csv
import json
import os
import pathlib

import numpy as np
import pytest

from components.pusher.folder import versions
from pipeline.config import load_config
from pipeline.errors import RunFailedError
from pipeline.serving import Protocol, ServerConfig, ServingClient, ServingConfig

pytestmark = [pytest.mark.slow, pytest.mark.integration, pytest.mark.filterwarnings("ignore")]  # TFX warns of itself.


@pytest.fixture(scope="module")
def scores(funnel):
    """The served model's answer to ten rows, by gRPC."""
    from pipeline.serving.server import LocalModelServer

    base = pathlib.Path(funnel.config.serving_directory)
    config = ServerConfig(model_name="funnel", model_base_path=base, grpc_port=0, rest_port=0)
    rows = {"category_0": ["v1"] * 10, "category_1": [""] * 10, "number_0": [0.1 * i for i in range(10)]}
    rows["number_1"] = [float("nan")] * 10
    with LocalModelServer(config) as server:
        server.wait_until_available(60)
        asked = ServingConfig(endpoint=server.grpc_endpoint, model_name="funnel", protocol=Protocol.GRPC)
        with ServingClient(asked) as client:
            yield client.predict(rows), client.signature("predict_columns")


def test_each_run_pushes_a_version_of_its_own(funnel):
    assert len(funnel.pushed) == 2


def test_the_served_model_takes_features_and_gives_every_output(scores):
    answer, signature = scores
    assert set(signature.inputs) == {"category_0", "category_1", "number_0", "number_1"}
    scores = {"score", "score/main", "score/other", "fusion_version"}
    assert set(answer) == {"click", "conversion", "ctcvr"} | scores
    assert np.isfinite(list(answer.values())).all()


def test_the_served_product_is_the_product_of_its_parts(scores):
    answer, _ = scores
    product = np.multiply(answer["click"], answer["conversion"])
    np.testing.assert_allclose(answer["ctcvr"], product, rtol=1e-5)


def test_an_unchanged_run_trains_nothing_and_pushes_nothing_new(funnel):
    from pipeline.local import new_run_id, run_locally

    before = versions(funnel.config.serving_directory)
    run = run_locally(funnel.config, run_id=new_run_id())
    assert max(run.seconds["Trainer"], run.seconds["SingleTaskTwins"]) < run.seconds["Evaluator"]
    assert versions(funnel.config.serving_directory) == before


def write_waiting_rows(funnel, path):
    """The funnel's rows of ten days; a click comes a day later, and of the last five days none has come yet."""
    with (funnel.folder / "rows.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    for place, row in enumerate(rows):
        day = place % 10 + 1
        row["click"] = row["click"] if day <= 5 else "0"
        row["shown"] = f"2026-01-{day:02}"
        row["clicked"] = f"2026-01-{day + 1:02}" if row["click"] == "1" else ""
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)


def test_a_single_task_that_waits_for_its_labels_goes_the_whole_way_too(funnel, tmp_path):
    from pipeline.local import new_run_id, run_locally
    from pipeline.report import latest_run_id, read_run
    from pipeline.report.sections.rows import RowsSection

    write_waiting_rows(funnel, tmp_path / "rows.csv")
    tasks = "[{name: click, kind: binary, label: click, matures_after: 5d, label_time: clicked}]"
    paths = [f"root={tmp_path}/runs", f"push.directory={tmp_path}/served", f"data.path={tmp_path}/rows.csv"]
    alone = [f"tasks={tasks}", "fusion=null", "gate.rules=[{output: click, metric: auc, min: 0.55}]"]
    config = load_config(funnel.path, [*alone, "data.event_time={column: shown}", *paths])
    run_locally(config, run_id=new_run_id())
    assert len(versions(config.serving_directory)) == 1
    store = os.path.join(config.home, "metadata.sqlite")
    run = read_run(store, latest_run_id(store, config.name), pipeline=config.name, graph=config.graph)
    found = run.evaluation.overall("click").candidate
    assert found["auc"].number > 0.55
    # Were open rows negatives to the Trainer, it would predict half of what happens.
    assert 0.8 < found["calibration"].number < 1.2
    still_open = run.label_check.maturity["click"].open
    assert sum(still_open.values()) == sum(run.split_rows.values()) / 2
    assert {decision.rows for decision in run.gate.decisions if not decision.slice} == {
        run.split_rows["eval"] - still_open["eval"]
    }
    (line,) = RowsSection.of(run).maturity
    assert [float(share.split()[0]) for share in line.open] == pytest.approx([50.0, 50.0], abs=5)


def test_a_model_below_its_threshold_is_not_pushed(funnel):
    from pipeline.local import new_run_id, run_locally

    before = versions(funnel.config.serving_directory)
    config = load_config(funnel.path, ["gate.rules.0.min=0.999", "training.seed=2"])
    run_locally(config, run_id=new_run_id())
    assert versions(funnel.config.serving_directory) == before


def test_rows_that_break_the_schema_stop_the_run_and_what_is_served_stays(funnel, tmp_path):
    from pipeline.local import new_run_id, run_locally

    before = versions(funnel.config.serving_directory)
    lines = (funnel.folder / "rows.csv").read_text().splitlines()
    header = lines[0].split(",")
    place = header.index("click")
    spoiled = [line.split(",") for line in lines[1:]]
    for row in spoiled[:5]:
        row[place] = "2"
    rows = tmp_path / "rows.csv"
    rows.write_text("\n".join([lines[0], *(",".join(row) for row in spoiled)]) + "\n")
    config = load_config(funnel.path, [f"data.path={rows}"])
    with pytest.raises(RunFailedError, match="click") as caught:
        run_locally(config, run_id=new_run_id())
    assert "2" in caught.value.reason
    assert versions(funnel.config.serving_directory) == before


def test_label_columns_are_in_no_input(funnel):
    config = funnel.config
    assert not {"click", "conversion", "true_click", "true_conversion"} & set(config.input_columns)


def test_everything_the_run_leaves_is_under_its_home(funnel):
    left = set(os.listdir(funnel.folder))
    assert left == {"rows.csv", "funnel.yaml", "runs", "served"}
    assert set(os.listdir(funnel.config.home)) <= {
        "artifacts",
        "metadata.sqlite",
        "checkpoints",
        "reports",
        "twins.json",
    }
    checkpoints = pathlib.Path(funnel.config.home, "checkpoints")
    assert not checkpoints.exists() or not any(checkpoints.iterdir())


def test_the_label_check_is_recorded(funnel):
    (found, *_) = pathlib.Path(funnel.config.home).rglob("label_check.json")
    assert json.loads(found.read_text())
