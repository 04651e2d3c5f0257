"""A pipeline that reads days, on a cluster of the tests' own: which of them a run's date asks for."""

import importlib.util
import pathlib

import pytest

from components.example_gen.label_report import LABEL_REPORT_FILE, read_label_report
from kubeflow.run_node import DONE
from tests.kubeflow.taxi import taxi_on

pytestmark = [pytest.mark.slow, pytest.mark.integration]

TRIPS = "examples/chicago_taxi_pipeline/data/simple/data.csv"


@pytest.fixture(scope="module")
def read(mysql, tmp_path_factory):
    """Runs the first node, and tells its pods and how many rows all runs so far have read, in order."""
    folder = tmp_path_factory.mktemp("dated")
    days = folder / "claim" / "days"
    days.mkdir(parents=True)
    (installed,) = importlib.util.find_spec("tfx").submodule_search_locations
    header, *rows = pathlib.Path(installed, TRIPS).read_text().splitlines()
    for day, number in (("2026-11-19", 300), ("2026-11-20", 100), ("2026-11-21", 200)):
        (days / f"{day}.csv").write_text("\n".join([header, *rows[:number]]))
    path = f"data.path={folder}/mnt/days/{{YYYY}}-{{MM}}-{{DD}}.csv"
    taxi = taxi_on(mysql, folder, [path], database="dated")

    def run(run_id, **parameters):
        pods = taxi.cluster.run(taxi.text, run_id, parameters, only="taskexamplegen")
        written = sorted((taxi.volume / "runs").rglob(LABEL_REPORT_FILE), key=lambda path: path.stat().st_mtime)
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
