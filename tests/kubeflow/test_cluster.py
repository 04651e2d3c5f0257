"""The tests' cluster is as strict as a real one: what Kubeflow would refuse or leave as it is makes a run fail."""

import dataclasses
import os

import pytest

from tests.kubeflow.cluster import Cluster, RefusedError
from tests.kubeflow.conftest import IMAGE, ROOT
from tests.kubeflow.test_golden import GOLDEN

MOUNT = "/mnt/evenkeel"
RUN_ID = "5f0c"


@dataclasses.dataclass
class Ended:
    """A process that ended as it was told to."""

    returncode: int

    def communicate(self, timeout):
        return "", None


@pytest.fixture
def yaml_text(tmp_path):
    return (GOLDEN / "chicago_taxi.yaml").read_text().replace(MOUNT, str(tmp_path / "mnt"))


@pytest.fixture
def cluster(tmp_path):
    def make(statuses=(), **changed):
        ends, started = iter(statuses), []

        def start(words, folder, environment):
            started.append((words, environment, os.readlink(tmp_path / "mnt")))
            return Ended(next(ends, 0))

        usual = {"images": {IMAGE: ROOT}, "claims": {"evenkeel": tmp_path / "claim"}, "secrets": {}, "path": "/bin"}
        made = Cluster(**{**usual, **changed}, start=start)
        return made, started

    return make


def test_every_node_is_started_once_after_all_it_waits_for_on_the_volume(cluster, yaml_text, tmp_path):
    made, started = cluster()
    pods = made.run(yaml_text, RUN_ID)
    order = [pod.task for pod in pods]
    assert len(order) == len(set(order)) == yaml_text.count("executorLabel: ")
    assert order.index("taskexamplegen") < order.index("transform") < order.index("trainer") < order.index("pusher")
    for words, environment, claim in started:
        assert words[:3] == ["python", "-m", "kubeflow.run_node"]
        assert words[words.index("--run-id") + 1] == RUN_ID
        assert environment["PYTHONHASHSEED"] == "0"
        assert claim == str(tmp_path / "claim")
    assert not (tmp_path / "mnt").is_symlink()


def test_a_failed_node_is_tried_again_after_a_while_and_ends_the_run_when_it_fails_for_good(cluster, yaml_text):
    made, _ = cluster(statuses=[0, 1, 1, 0])
    pods = made.run(yaml_text, RUN_ID)
    assert [(pod.attempt, pod.status) for pod in pods[:4]] == [(0, 0), (0, 1), (1, 1), (2, 0)]
    assert made.waited_s == [60, 120]
    made, _ = cluster(statuses=[0, 1, 1, 1, 0])
    pods = made.run(yaml_text, RUN_ID)
    assert [pod.status for pod in pods] == [0, 1, 1, 1]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (IMAGE, IMAGE[:-1] + "1", "ErrImagePull: registry.example/evenkeel@sha256:0"),
        ("constant: evenkeel", "constant: other", "persistentvolumeclaim 'other' not found"),
        ("inputs.parameters[''run_id'']", "inputs.parameters[''run'']", r"{{$.inputs.parameters['run']}} is none"),
        ("'{{$.inputs.parameters[''run_id'']}}'", "'{{$.pipeline_job_uuid}}'", "{{$.pipeline_job_uuid}} is none"),
    ],
    ids=["another image", "no such volume", "no such input", "the run's id inside the command line"],
)
def test_what_a_cluster_would_refuse_or_not_fill_in_fails(cluster, yaml_text, old, new, said):
    assert old in yaml_text
    made, started = cluster()
    with pytest.raises(RefusedError) as caught:
        made.run(yaml_text.replace(old, new), RUN_ID)
    assert said in str(caught.value)
    assert not started


def test_a_parameter_that_the_pipeline_has_not_is_refused(cluster, yaml_text):
    made, _ = cluster()
    with pytest.raises(RefusedError, match=r"unknown \['epochs'\]"):
        made.run(yaml_text, RUN_ID, {"epochs": "3"})
