"""The compiled taxi pipeline on a cluster whose artifacts are kept in a bucket: pods share nothing but what serves."""

import shutil
import signal
import time

import pytest

from kubeflow.run_node import DONE
from tests.bucket import Bucket
from tests.kubeflow.taxi import LIMIT_S, taxi_on

pytestmark = [pytest.mark.slow, pytest.mark.integration, pytest.mark.timeout(1_200)]

HOME = "team/runs/chicago_taxi"


def killing(pod):
    """Kills the first pod of the Trainer once a checkpoint is kept, and that of Transform at its work."""
    if pod.attempt == 0 and pod.task == "transform":
        time.sleep(3)
        pod.process.send_signal(signal.SIGKILL)
    if pod.attempt == 0 and pod.task == "trainer":
        deadline, bucket = time.monotonic() + LIMIT_S, Bucket()
        while not any(name.endswith("/position.json") for name in bucket):
            assert pod.status is None and time.monotonic() < deadline, pod.process.communicate(1)[0]
            time.sleep(0.05)
        pod.process.send_signal(signal.SIGKILL)


@pytest.fixture(scope="module")
def taxi(mysql, bucket_server, tmp_path_factory):
    folder = tmp_path_factory.mktemp("taxi")
    bucket = f"{{url: s3://shop/team, path: {folder}/scratch, keep_every_s: 0.1}}"
    assignments = ["training.checkpoint_every_steps=10", "training.epochs=2"]
    made = taxi_on(mysql, folder, assignments, database="kept", secret=bucket_server, bucket=bucket)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in bucket_server.items():
            patch.setenv(name, value)
        Bucket().clear()
        made.run("first", on_pod=killing)
        yield made


def test_killed_pods_are_taken_up_by_others_that_find_all_in_the_bucket(taxi):
    pods, killed = taxi.pods["first"], [("transform", -signal.SIGKILL), ("trainer", -signal.SIGKILL)]
    assert [(pod.task, pod.status) for pod in pods if pod.status != DONE] == killed, pods[-1].output
    bucket = Bucket()
    (record,) = [name for name in bucket if name.endswith("/training.json")]
    assert b'"resumed_from_step": 0' not in bucket[record]
    assert not [name for name in bucket if "/checkpoints/" in name and not name.endswith("/claim")]


def test_only_what_serves_is_on_the_volume(taxi):
    assert [path.name for path in (taxi.volume / "runs").iterdir()] == ["served"]
    assert len(taxi.pushed["first"]) == 1
    assert not (taxi.folder / "scratch").exists()
    assert any(name.startswith(f"{HOME}/artifacts/Trainer/model/") for name in Bucket())


def test_its_report_is_written_from_the_bucket_into_the_bucket(taxi):
    said = taxi.report("first")
    shutil.rmtree(taxi.folder / "scratch")
    assert f"kept in s3://shop/{HOME}/reports" in said
    bucket = Bucket()
    (page,) = [name for name in bucket if name.startswith(f"{HOME}/reports/first") and name.endswith(".html")]
    assert b"<h2>Gate</h2>" in bucket[page]
