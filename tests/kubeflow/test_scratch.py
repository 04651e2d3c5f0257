"""A pod's folder: what it held when the pod went is what the next pod finds."""

import contextlib
import logging
import time

import pytest

from components.object_store import ObjectFolder
from kubeflow.errors import BucketUnusableError
from kubeflow.scratch import Scratch

pytestmark = pytest.mark.slow  # A server of objects.

URL = "s3://shop/runs"
SOON_S, LIMIT_S = 0.02, 30


@pytest.fixture
def pod(bucket, tmp_path):
    """Makes a new pod's folder, by number."""

    def make(number=1):
        folder = tmp_path / f"pod{number}"
        folder.mkdir(exist_ok=True)
        return folder, Scratch(str(folder), URL)

    return make


def put(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)


def wait_until(true):
    deadline = time.monotonic() + LIMIT_S
    while not true():
        assert time.monotonic() < deadline
        time.sleep(SOON_S)


def held(folder):
    return {path.relative_to(folder).as_posix(): path.read_text() for path in folder.rglob("*") if path.is_file()}


def test_what_one_pod_keeps_another_fetches(pod, bucket):
    first, scratch = pod(1)
    put(first / "taxi" / "model" / "7" / "saved_model.pb", "graph")
    put(first / "taxi" / "model" / "7" / "variables" / "index", "")
    put(first / "taxi" / "model" / "70" / "saved_model.pb", "another's")
    put(first / "taxi" / "value", "0.5")
    for place in ("model/7", "model/70", "value"):
        scratch.keep(str(first / "taxi" / place))
    second, scratch = pod(2)
    scratch.fetch(str(second / "taxi" / "model" / "7"))
    assert held(second) == {"taxi/model/7/saved_model.pb": "graph", "taxi/model/7/variables/index": ""}
    scratch.fetch(str(second / "taxi" / "value"))
    scratch.fetch(str(second / "taxi" / "nothing"))
    assert held(second)["taxi/value"] == "0.5" and not (second / "taxi" / "nothing").exists()
    scratch.remove(str(second / "taxi" / "model" / "7"))
    assert list(bucket) == ["runs/taxi/model/70/saved_model.pb", "runs/taxi/value"]


def test_what_is_here_is_not_fetched_again(pod, bucket):
    folder, scratch = pod()
    put(folder / "rows", "these")
    scratch.keep(str(folder / "rows"))
    bucket["runs/rows"] = b"those"
    scratch.fetch(str(folder / "rows"))
    assert held(folder) == {"rows": "these"}


def test_a_bucket_that_is_not_there_is_named(bucket, tmp_path):
    (tmp_path / "rows").touch()
    said = r"^`kubeflow\.bucket\.url` must be a folder that can .*, s3://nowhere/runs could not be: .*\. Check that"
    with pytest.raises(BucketUnusableError, match=said):
        Scratch(str(tmp_path), "s3://nowhere/runs").keep(str(tmp_path / "rows"))


@pytest.mark.parametrize("end", [None, KeyboardInterrupt], ids=["well", "by a signal"])
def test_checkpoints_are_kept_as_they_appear_and_go_and_when_the_work_ends(pod, bucket, end):
    folder, scratch = pod()
    checkpoints = folder / "checkpoints"
    with contextlib.suppress(KeyboardInterrupt), scratch.kept_up(str(checkpoints), every_s=SOON_S):
        put(checkpoints / "step-1" / "values", "of 1")
        wait_until(lambda: "runs/checkpoints/step-1/values" in set(bucket))
        put(checkpoints / "step-2" / "values", "of 2")
        (checkpoints / "step-1" / "values").unlink()
        wait_until(lambda: list(bucket) == ["runs/checkpoints/step-2/values"])
        put(checkpoints / "step-2" / "values", "of 2, and all")
        if end is not None:
            raise end
    second, scratch = pod(2)
    with scratch.kept_up(str(second / "checkpoints"), every_s=LIMIT_S):
        assert held(second) == {"checkpoints/step-2/values": "of 2, and all"}


def test_a_marker_comes_after_what_it_says_is_whole(pod, bucket, monkeypatch):
    written, write = [], ObjectFolder.write
    monkeypatch.setattr(ObjectFolder, "write", lambda self, path, name: (write(self, path, name), written.append(name)))
    folder, scratch = pod()
    with scratch.kept_up(str(folder / "checkpoints"), every_s=LIMIT_S):
        for name in ("values.z", "values.b", "a-marker"):
            put(folder / "checkpoints" / name, name)
            time.sleep(0.01)  # So much apart are even coarse clocks' files.
    assert written == ["checkpoints/values.z", "checkpoints/values.b", "checkpoints/a-marker"]


def test_another_pods_checkpoints_are_left_alone(pod, bucket):
    folder, scratch = pod(1)
    other, others = pod(2)
    with scratch.kept_up(str(folder / "checkpoints"), every_s=LIMIT_S):
        put(other / "checkpoints" / "theirs", "1")
        others.keep(str(other / "checkpoints"))
        put(folder / "checkpoints" / "ours", "1")
    assert list(bucket) == ["runs/checkpoints/ours", "runs/checkpoints/theirs"]


def test_a_store_that_fails_for_a_moment_is_told_of_and_tried_again(pod, bucket, monkeypatch, caplog):
    tried, write = [], ObjectFolder.write

    def once_refused(self, path, name):
        tried.append(name)
        if len(tried) == 1:
            raise OSError("503 Slow Down")
        write(self, path, name)

    monkeypatch.setattr(ObjectFolder, "write", once_refused)
    folder, scratch = pod()
    with caplog.at_level(logging.WARNING), scratch.kept_up(str(folder), every_s=SOON_S):
        put(folder / "values", "of 1")
        wait_until(lambda: list(bucket) == ["runs/values"])
    assert "cannot be kept: 503 Slow Down. It is tried again." in caplog.text
