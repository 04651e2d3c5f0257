"""A pipeline that reads days, on a cluster of the tests' own: which of them a run's date asks for."""

import importlib.util
import os
import pathlib
import shutil

import pytest

from components.example_gen.label_report import LABEL_REPORT_FILE, read_label_report
from kubeflow.run_node import DONE
from tests.kubeflow import warm
from tests.kubeflow.cluster import Cluster
from tests.kubeflow.conftest import IMAGE, ROOT, cluster_section
from tests.kubeflow.test_run import ONE_THREAD, SECRETS, compile_to

pytestmark = [pytest.mark.slow, pytest.mark.integration]

TRIPS = "examples/chicago_taxi_pipeline/data/simple/data.csv"


@pytest.fixture(scope="module")
def read(mysql, tmp_path_factory):
    """Runs the first node, and tells its pods and how many rows all runs so far have read, in order."""
    folder = tmp_path_factory.mktemp("dated")
    volume, days = folder / "claim", folder / "claim" / "days"
    days.mkdir(parents=True)
    shutil.copy(ROOT / "configs" / "chicago_taxi.yaml", volume / "taxi.yaml")
    (installed,) = importlib.util.find_spec("tfx").submodule_search_locations
    header, *rows = pathlib.Path(installed, TRIPS).read_text().splitlines()
    for day, number in (("2026-11-19", 300), ("2026-11-20", 100), ("2026-11-21", 200)):
        (days / f"{day}.csv").write_text("\n".join([header, *rows[:number]]))
    assignments = cluster_section(
        config=f"{folder}/mnt/taxi.yaml",
        volume=f"{{claim: evenkeel, path: {folder}/mnt}}",
        metadata=f"{{kind: mysql, host: {mysql.host}, port: {mysql.port}, database: dated}}",
        secrets="[{name: login, env: {user: EVENKEEL_METADATA_USER, password: EVENKEEL_METADATA_PASSWORD}}]",
    )
    assignments.append(f"data.path={folder}/mnt/days/{{YYYY}}-{{MM}}-{{DD}}.csv")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {**ONE_THREAD, "PYTHONHASHSEED": "0", "TF_USE_LEGACY_KERAS": "1"}.items():
            patch.setenv(name, value)
        warm.call(compile_to, str(volume / "taxi.yaml"), assignments, str(folder / "dated.yaml"))
    cluster = Cluster(
        images={IMAGE: ROOT},
        claims={"evenkeel": volume},
        secrets=SECRETS,
        path=f"{ROOT}/.venv/bin:{os.defpath}",
        machine=ONE_THREAD,
        start=warm.Forked,
    )

    def run(run_id, **parameters):
        pods = cluster.run((folder / "dated.yaml").read_text(), run_id, parameters, only="taskexamplegen")
        written = sorted((volume / "runs").rglob(LABEL_REPORT_FILE), key=lambda path: path.stat().st_mtime)
        return pods, [sum(read_label_report(str(path.parent)).rows.values()) for path in written]

    return run


def test_a_run_reads_the_window_of_its_date_once_and_no_other_where_that_is_not_there(read):
    (pod,), found = read("21st", run_date="2026-11-21", span_days="2")
    assert found == [300], pod.output
    (pod,), found = read("21st", run_date="2026-11-21", span_days="2")
    assert ("was done by an earlier attempt" in pod.output, found) == (True, [300])
    (pod,), found = read("20th", run_date="2026-11-20", span_days="1")
    assert found == [300, 100], pod.output
    pods, found = read("22nd", run_date="2026-11-22", span_days="2")
    assert pods[-1].status != DONE and found == [300, 100]
    assert "for 2026-11-22, and the run needs all 2 days up to 2026-11-22" in pods[-1].output
