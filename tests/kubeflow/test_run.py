"""The compiled taxi pipeline on a cluster of the tests' own: two runs, in the first of which pods are killed."""

import json
import signal
import time

import pytest

from components.pusher.folder import versions
from kubeflow.run_node import DONE, FINAL, RETRY
from kubeflow.store import node_executions
from tests.kubeflow.taxi import LIMIT_S, taxi_on

# Two runs of fourteen pods take over ten minutes on a machine that is busy with other things.
pytestmark = [pytest.mark.slow, pytest.mark.integration, pytest.mark.timeout(1_800)]

# Two trials, then one of them and the declared values by two seeds; all of one epoch.
SEARCH = (
    "data.split.validation_share=0.02",
    "training.dense_optimizer.learning_rate={value: 0.001, search: {log: [0.0005, 0.002]}}",
    "search={trials: 2, finalists: 1, seeds: 2, method: random, epochs: 1, when: every_run}",
)


def states(taxi, run_id):
    """What the store says became of each node."""
    from ml_metadata.proto import metadata_store_pb2

    store = taxi.store
    names = {pod.task: pod.output.partition(" node=")[2].partition(" ")[0] for pod in taxi.pods[run_id]}
    found = {}
    for name in names.values():
        (execution,) = node_executions(store, pipeline="chicago_taxi", run_id=run_id, node=name)
        found[name] = metadata_store_pb2.Execution.State.Name(execution.last_known_state)
    return found


def disturb(volume):
    """Kills the first pod of a node as it writes, of a search as one trial is done, of the Pusher as it has pushed.

    Asks that of the Trainer to go.
    """
    checkpoints = volume / "runs" / "chicago_taxi" / "checkpoints"

    def on_pod(pod):
        if pod.attempt == 0 and pod.task == "statisticsgen":
            _wait_for(pod, volume / "runs" / "chicago_taxi" / "artifacts", "StatisticsGen/statistics/*/Split-train")
            pod.process.send_signal(signal.SIGKILL)
        if pod.attempt == 0 and pod.task == "tuner":
            _wait_for(pod, checkpoints, "*-search/trials/trial_1/trial.json")
            pod.process.send_signal(signal.SIGKILL)
        if pod.attempt == 0 and pod.task == "trainer":
            _wait_for(pod, checkpoints, "*/step-*/position.json")
            pod.process.send_signal(signal.SIGTERM)
        if pod.attempt == 0 and pod.task == "pusher":
            _wait_for(pod, volume / "runs" / "served", "chicago_taxi/[0-9]*")
            pod.process.send_signal(signal.SIGKILL)

    return on_pod


def _wait_for(pod, folder, pattern):
    deadline = time.monotonic() + LIMIT_S
    while not list(folder.glob(pattern)):
        assert pod.status is None and time.monotonic() < deadline, pod.process.communicate(1)[0]
        time.sleep(0.005)


@pytest.fixture(scope="module")
def taxi(mysql, tmp_path_factory):
    assignments = ["training.checkpoint_every_steps=10", "training.epochs=4", *SEARCH]
    folder = tmp_path_factory.mktemp("taxi")
    made = taxi_on(mysql, folder, assignments, database="taxi", overrides="[training.seed]")
    made.run("first", on_pod=disturb(made.volume))
    made.run("second")
    return made


def outcomes(taxi, run_id):
    return [(pod.task, pod.status) for pod in taxi.pods[run_id] if pod.status != DONE]


def test_a_run_with_killed_pods_pushes_one_model(taxi):
    killed = [(task, -signal.SIGKILL) for task in ("statisticsgen", "tuner", "pusher")]
    killed.insert(2, ("trainer", RETRY))
    # Between what it pushed and what it notes of that the Pusher may be faster than its killer.
    assert outcomes(taxi, "first") in (killed, killed[:-1]), shown(taxi, "first")
    assert set(states(taxi, "first").values()) == {"COMPLETE"}
    assert len(taxi.pushed["first"]) == 1


def shown(taxi, run_id):
    return taxi.pods[run_id][-1].output


def test_a_trainer_that_is_asked_to_go_is_taken_up_by_the_next_pod(taxi):
    (gone,) = [pod for pod in taxi.pods["first"] if pod.task == "trainer" and pod.status]
    assert "is saved after step" in gone.output and "Traceback" in gone.output
    (record,) = taxi.volume.rglob("training.json")
    assert '"resumed_from_step": 0' not in record.read_text()


def test_a_search_whose_pod_is_killed_is_taken_up_on_the_volume_by_the_next(taxi):
    (file,) = taxi.volume.rglob("*-search/runs.jsonl")
    values, seeds = zip(*(json.loads(json.loads(line)[0]) for line in file.read_text().splitlines()), strict=True)
    assert seeds == (None, None, *[2, 3] * 2)  # A training that both pods had done would stand there twice.
    assert len({str(one) for one in values}) == 2
    (search,) = taxi.volume.rglob("search.json")
    (record,) = taxi.volume.rglob("training.json")
    assert json.loads(search.read_text())["chosen"].keys() == {"training.dense_optimizer.learning_rate"}
    assert record.stat().st_mtime > search.stat().st_mtime


def test_the_next_run_compares_with_what_serves_and_takes_the_rest_from_the_cache(taxi):
    assert outcomes(taxi, "second") == [], shown(taxi, "second")
    found = states(taxi, "second")
    anew = {name for name, state in found.items() if state == "COMPLETE"}
    assert anew == {"AnchorModel", "ParityCheck", "ServingModel", "Evaluator", "TaskGate", "Pusher"}
    assert set(found.values()) == {"COMPLETE", "CACHED"}
    reports = sorted(taxi.volume.rglob("gate_report.json"), key=lambda path: path.stat().st_mtime)
    first, second = (json.loads(path.read_text()) for path in reports)
    assert (first["status"], second["status"]) == ("first run", "passed")
    assert str(taxi.pushed["first"][0]) in str(second["references"])
    assert taxi.pushed["second"] == taxi.pushed["first"]  # The very model that serves is not pushed again.


def test_its_report_is_read_from_the_clusters_store_and_written_on_the_volume(taxi):
    assert "Serves already" in taxi.report("second")
    (page,) = (taxi.volume / "runs" / "chicago_taxi" / "reports").glob("second*.html")
    assert "<h2>Gate</h2>" in page.read_text()


def test_what_is_done_is_not_done_again(taxi):
    before = sorted((taxi.volume / "runs").rglob("*"))
    nodes = ("transform", "evaluator", "pusher")  # One of the cache, one that ran, one that changes what serves.
    pods = [pod for node in nodes for pod in taxi.cluster.run(taxi.text, "second", only=node)]
    assert len(pods) == len(nodes)
    assert all(pod.status == DONE and "was done by an earlier attempt" in pod.output for pod in pods)
    assert sorted((taxi.volume / "runs").rglob("*")) == before


def test_every_line_of_a_pods_log_says_whose_it_is(taxi):
    lines = taxi.pods["second"][-1].output.splitlines()
    assert lines and all(" run=second node=Pusher " in line for line in lines), lines


def test_a_run_may_override_what_is_declared(taxi):
    pods = taxi.cluster.run(taxi.text, "other", {"training_seed": "wrong"}, only="declaredschema")
    assert [pod.status for pod in pods] == [FINAL] * 3
    assert "training.seed: must be an integer, got 'wrong'" in pods[-1].output


def test_a_configuration_that_changed_since_is_not_run(taxi):
    with changed(taxi.volume / "taxi.yaml", "batch_size: 256", "batch_size: 128"):
        pods = taxi.cluster.run(taxi.text, "changed", only="declaredschema")
    assert pods[-1].status == FINAL
    assert "the pipeline was compiled from another configuration or other code. Compile it again" in pods[-1].output


def test_a_node_before_its_time_fails_and_says_what_is_missing(taxi):
    pods = taxi.cluster.run(taxi.text, "early", only="transform")
    assert pods[-1].status == RETRY
    assert "the nodes before it have not left it in this run: run them first" in pods[-1].output


def test_without_a_blessing_nothing_is_pushed(taxi):
    # The first run's Pusher once more, as if it had failed before it did anything.
    versions_of = taxi.volume / "runs" / "served" / "chicago_taxi"
    versions_of.rename(taxi.volume / "aside")
    assert again(taxi, "first", blessed=0) == []
    assert len(again(taxi, "first", blessed=1)) == 1


def again(taxi, run_id, blessed):
    """The versions that serve when the Pusher of that run has run again, under such a blessing."""
    from ml_metadata.proto import metadata_store_pb2

    store = taxi.store
    (pushing,) = node_executions(store, pipeline="chicago_taxi", run_id=run_id, node="Pusher")
    pushing.last_known_state = metadata_store_pb2.Execution.FAILED
    store.put_executions([pushing])
    (gate,) = node_executions(store, pipeline="chicago_taxi", run_id=run_id, node="TaskGate")
    made = [event.artifact_id for event in store.get_events_by_execution_ids([gate.id])]
    (blessing,) = [one for one in store.get_artifacts_by_id(made) if one.type == "ModelBlessing"]
    blessing.custom_properties["blessed"].int_value = blessed
    store.put_artifacts([blessing])
    (pod,) = taxi.cluster.run(taxi.text, run_id, only="pusher")
    assert pod.status == DONE, pod.output
    return versions(str(taxi.volume / "runs" / "served" / "chicago_taxi"))


class changed:
    """A file with a piece replaced until the block ends."""

    def __init__(self, path, old, new):
        self.path, self.before = path, path.read_text()
        assert old in self.before
        self.after = self.before.replace(old, new)

    def __enter__(self):
        self.path.write_text(self.after)

    def __exit__(self, *error):
        self.path.write_text(self.before)
