"""Fused scores of a pipeline that has run: judged, kept, served, and changed while a server runs."""

import pathlib
import shutil
import time

import numpy as np
import pyarrow.parquet as pq
import pytest

from components.comparison.cell import Reference
from components.comparison.stored import read_comparison
from components.fusion.rows_file import columns_of, read_rows, values_of
from components.pusher.folder import versions
from models.fusion import score_rows, version_of
from models.fusion.beside import read_weights
from pipeline.config import load_config
from pipeline.fusion.change import set_weights
from pipeline.fusion.served import served_scores
from pipeline.serving import Protocol, ServerConfig, ServingClient, ServingConfig

pytestmark = [pytest.mark.slow, pytest.mark.integration, pytest.mark.filterwarnings("ignore")]  # TFX warns of itself.

ROWS = {
    "category_0": ["v1", "v2", "", "v3"],
    "category_1": ["v1", "v1", "", "v2"],
    "number_0": [0.1, 0.2, 0.3, 0.4],
    "number_1": [float("nan"), 0.0, -3.0, 5.0],
}


@pytest.fixture(scope="module")
def copied(funnel, tmp_path_factory):
    """The configuration of a copy of what the funnel serves, which may be changed."""
    folder = tmp_path_factory.mktemp("served")
    shutil.copytree(funnel.config.serving_directory, folder / "funnel")
    return load_config(funnel.path, [f"push.directory={folder}", "training.seed=2"])


def evaluated(funnel):
    """The last run's comparison."""
    folders = pathlib.Path(funnel.config.home, "artifacts", "Evaluator", "evaluation").iterdir()
    return read_comparison(str(max(folders, key=lambda folder: int(folder.name))))


def test_the_score_is_judged_against_what_serves_by_the_rows_that_are_kept(funnel):
    cells = [cell for cell in evaluated(funnel).cells if cell.output.startswith("score") and not cell.slice]
    assert {(cell.output, cell.metric) for cell in cells} == {("score", "auc"), ("score/other", "auc")}
    (found,) = [cell for cell in cells if cell.output == "score" and cell.against is Reference.BASELINE]
    served = served_scores(funnel.config)
    batch = read_rows(served.rows, columns_of(served.fusion))
    scores = score_rows(served.fusion, "main", values_of(served.fusion, batch))
    labels = np.asarray(batch["label/ctcvr"])
    above = scores[labels > 0][:, None] - scores[labels == 0][None, :]
    assert found.candidate.value == pytest.approx((above > 0).mean() + (above == 0).mean() / 2, abs=1e-9)


def test_every_version_keeps_the_rows_of_its_own_run(funnel):
    paths = [
        pathlib.Path(funnel.config.serving_directory, str(version), "assets.extra", "fusion_rows.parquet")
        for version in funnel.pushed
    ]
    first, last = (pq.read_table(path) for path in paths)
    assert len(first) == len(last) > 500
    assert not first["candidate/click"].equals(last["candidate/click"])


def test_weights_that_are_set_change_the_answer_of_a_running_server_and_nothing_else(copied):
    from pipeline.serving.server import LocalModelServer

    base = pathlib.Path(copied.serving_directory)
    config = ServerConfig(model_name="funnel", model_base_path=base, grpc_port=0, rest_port=0, poll_s=0.1)
    with LocalModelServer(config) as server:
        server.wait_until_available(60)
        asked = ServingConfig(endpoint=server.rest_endpoint, model_name="funnel", protocol=Protocol.REST)
        with ServingClient(asked) as client:
            before = client.predict(ROWS)
            done = set_weights(copied, ["main.conversion=0.6", "main.click@v2=1.5"], now_s=int(time.time()))
            assert done.version == versions(str(base))[-1]
            end = time.monotonic() + 30
            while (after := client.predict(ROWS))["fusion_version"] == before["fusion_version"]:
                assert time.monotonic() < end
                time.sleep(0.1)
    weights = read_weights(str(base / str(done.version)))
    for head in ("click", "conversion", "ctcvr", "score/other"):
        assert after[head] == before[head]
    for answer, own in ((before, done.before.weights), (after, weights)):
        values = {name: np.array(column) for name, column in {**ROWS, **answer}.items()}
        values["category_1"] = np.array([text.encode() for text in ROWS["category_1"]], object)
        offline = score_rows(done.before.fusion, "main", values, weights=own)
        np.testing.assert_allclose(answer["score"], offline, rtol=1e-6)
        assert set(answer["fusion_version"]) == {version_of(own)}
    assert (np.array(after["score"]) != np.array(before["score"])).all()


def test_the_next_run_keeps_weights_that_were_set_and_its_page_says_so(copied, capsys):
    from pipeline.local import new_run_id, run_locally
    from pipeline.show import show_run

    before = set_weights(copied, ["main.conversion=0.7"], now_s=int(time.time())).version
    run_id = new_run_id()
    run_locally(copied, run_id=run_id)
    show_run(copied, run_id, lambda text: None)
    said = " ".join(capsys.readouterr().out.split())
    after = served_scores(copied)
    assert after.version > before
    assert after.weights["main.conversion"] == 0.7
    assert after.fusion == copied.fusion  # What a later run counts from.
    # The gate has held the served score against what NumPy makes of the trained model's predictions by these weights.
    assert "The candidate keeps weights that were set of what serves: " in said
    assert "main.conversion 0.7 (declared: 0.5)" in said
    assert "other weights than what serves" not in said
    page = pathlib.Path(copied.home, "reports", f"{run_id}.html").read_text()
    assert "Fused scores are judged by how they rank ctcvr." in page
    assert "main.conversion 0.7 (declared: 0.5)" in page
