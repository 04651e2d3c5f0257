"""The compiled taxi pipeline on a cluster whose artifacts are kept in a bucket: pods share nothing but what serves."""

import dataclasses
import os
import pathlib
import shutil
import signal
import time

import pytest

from components.pusher.folder import versions
from kubeflow.run_node import DONE
from tests.bucket import Bucket
from tests.kubeflow import warm
from tests.kubeflow.cluster import Cluster
from tests.kubeflow.conftest import IMAGE, ROOT, cluster_section
from tests.kubeflow.mysql import PASSWORD, USER
from tests.kubeflow.test_run import LIMIT_S, ONE_THREAD, compile_to, write_report

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


@dataclasses.dataclass
class Ran:
    """A run, and where it was."""

    pods: list
    folder: pathlib.Path
    words: list[str]
    secret: dict[str, str]


@pytest.fixture(scope="module")
def ran(mysql, bucket_server, tmp_path_factory):
    folder = tmp_path_factory.mktemp("taxi")
    volume = folder / "claim"
    volume.mkdir()
    shutil.copy(ROOT / "configs" / "chicago_taxi.yaml", volume / "taxi.yaml")
    secret = {"user": USER, "password": PASSWORD, **bucket_server}
    names = {"user": "EVENKEEL_METADATA_USER", "password": "EVENKEEL_METADATA_PASSWORD"}
    given = ", ".join(f"{key}: {names.get(key, key)}" for key in secret)
    assignments = cluster_section(
        config=f"{folder}/mnt/taxi.yaml",
        volume=f"{{claim: evenkeel, path: {folder}/mnt}}",
        bucket=f"{{url: s3://shop/team, path: {folder}/scratch, keep_every_s: 0.1}}",
        metadata=f"{{kind: mysql, host: {mysql.host}, port: {mysql.port}, database: kept}}",
        secrets=f"[{{name: login, env: {{{given}}}}}]",
    )
    assignments += ["training.checkpoint_every_steps=10", "training.epochs=2"]
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {**ONE_THREAD, **bucket_server, "PYTHONHASHSEED": "0", "TF_USE_LEGACY_KERAS": "1"}.items():
            patch.setenv(name, value)
        Bucket().clear()
        warm.call(compile_to, str(volume / "taxi.yaml"), assignments, str(folder / "pipeline.yaml"))
        cluster = Cluster(
            images={IMAGE: ROOT},
            claims={"evenkeel": volume},
            secrets={"login": secret},
            path=f"{ROOT}/.venv/bin:{os.defpath}",
            machine=ONE_THREAD,
            start=warm.Forked,
        )
        pods = cluster.run((folder / "pipeline.yaml").read_text(), "first", on_pod=killing)
        words = [f"{folder}/mnt/taxi.yaml", *(f"--set={one}" for one in assignments), "--run-id=first"]
        yield Ran(pods, folder, words, {names.get(key, key): value for key, value in secret.items()})


def test_killed_pods_are_taken_up_by_others_that_find_all_in_the_bucket(ran):
    killed = [("transform", -signal.SIGKILL), ("trainer", -signal.SIGKILL)]
    assert [(pod.task, pod.status) for pod in ran.pods if pod.status != DONE] == killed, ran.pods[-1].output
    bucket = Bucket()
    (record,) = [name for name in bucket if name.endswith("/training.json")]
    assert b'"resumed_from_step": 0' not in bucket[record]
    assert not [name for name in bucket if "/checkpoints/" in name and not name.endswith("/claim")]


def test_only_what_serves_is_on_the_volume(ran):
    assert [path.name for path in (ran.folder / "claim" / "runs").iterdir()] == ["served"]
    assert len(versions(str(ran.folder / "claim" / "runs" / "served" / "chicago_taxi"))) == 1
    assert not (ran.folder / "scratch").exists()
    assert any(name.startswith(f"{HOME}/artifacts/Trainer/model/") for name in Bucket())


def test_its_report_is_written_from_the_bucket_into_the_bucket(ran, tmp_path):
    (ran.folder / "mnt").symlink_to(ran.folder / "claim")
    warm.call(write_report, ran.words, str(tmp_path / "said"))
    (ran.folder / "mnt").unlink()
    shutil.rmtree(ran.folder / "scratch")
    assert f"kept in s3://shop/{HOME}/reports" in (tmp_path / "said").read_text()
    bucket = Bucket()
    (page,) = [name for name in bucket if name.startswith(f"{HOME}/reports/first") and name.endswith(".html")]
    assert b"<h2>Gate</h2>" in bucket[page]
