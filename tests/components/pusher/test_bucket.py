"""A store without renames: whoever goes by `models.config` never loads half a version, whenever the copy stops."""

import json
import re
import time

import pytest

from components.object_store import ObjectFolder
from components.pusher.errors import ServedFolderError
from components.pusher.folder import alone
from components.pusher.models_config import MODELS_CONFIG
from components.pusher.record import RECORD
from components.pusher.rollback import roll_back
from components.pusher.settle import settle

pytestmark = pytest.mark.slow  # A server of objects.

PLACE = "served/shop"
URL = f"s3://shop/{PLACE}"


@pytest.fixture
def failing_after(monkeypatch):
    """Lets so many objects be written or removed, and none after them."""
    left = []

    def counted(do):
        def change(self, *arguments):
            if left and left[0] == 0:
                raise OSError("503 Service Unavailable")
            left[:] = [left[0] - 1] if left else []
            do(self, *arguments)

        return change

    for name in ("write", "remove"):
        monkeypatch.setattr(ObjectFolder, name, counted(getattr(ObjectFolder, name)))
    return lambda count: left.__setitem__(slice(None), [] if count is None else [count])


def loaded(bucket):
    """What a reader by the rule loads: the model of each version that `models.config` names, which must be whole."""
    there = set(bucket)
    if f"{PLACE}/{MODELS_CONFIG}" not in there:
        return {}
    named = re.findall(r"versions: (\d+)", bucket[f"{PLACE}/{MODELS_CONFIG}"].decode())
    assert named
    for version in named:
        files = json.loads(bucket[f"{PLACE}/{version}/{RECORD}"])["files"]
        assert all(f"{PLACE}/{version}/{place}" in there for place in files)
    return {int(version): bucket[f"{PLACE}/{version}/saved_model.pb"].decode() for version in named}


def test_a_push_and_a_rollback_reach_the_store_and_what_is_not_loaded_leaves_it(bucket, served, policy):
    folder = served(1, 2, copy_to=URL)
    assert loaded(bucket) == {2: "2"}
    assert not [name for name in bucket if name.startswith(f"{PLACE}/1/")]
    roll_back(str(folder), policy(copy_to=URL), now_s=3)
    assert loaded(bucket) == {3: "1"}


def test_wherever_a_copy_stops_readers_load_one_whole_version_and_the_next_attempt_ends_it(
    bucket, served, policy, failing_after
):
    folder = served(1, copy_to=URL)
    before, seen = bucket.copy(), set()
    served(2)  # Here alone.
    for stop in range(100):
        bucket.clear()
        bucket.update(before)
        failing_after(stop)
        try:
            with alone(str(folder)):
                settle(str(folder), policy(copy_to=URL))
        except ServedFolderError as error:
            assert re.match(r"`push.copy_to` must be .* 503 Service Unavailable\. What is loaded", str(error))
        else:
            break
        ((version, model),) = loaded(bucket).items()
        assert model == str(version)
        seen.add(version)
        failing_after(None)
        with alone(str(folder)):
            settle(str(folder), policy(copy_to=URL))
        assert loaded(bucket) == {2: "2"}
        assert not [name for name in bucket if name.startswith(f"{PLACE}/1/")]
    assert (stop, seen) == (6, {1, 2})  # Three files, the file that names them, a record and a folder to remove.


def test_the_record_of_a_version_follows_all_its_files(bucket, served, monkeypatch):
    seen, write = [], ObjectFolder.write

    def slowly(self, path, name):
        if name.endswith(RECORD):
            seen.append(set(bucket))
        else:
            time.sleep(0.1)
        write(self, path, name)

    monkeypatch.setattr(ObjectFolder, "write", slowly)
    served(1, copy_to=URL)
    assert seen == [{f"{PLACE}/1/saved_model.pb", f"{PLACE}/1/variables/variables.index"}]


def test_what_is_there_whole_is_not_written_again(bucket, served, policy, failing_after):
    folder = served(1, copy_to=URL)
    failing_after(1)  # `models.config`.
    with alone(str(folder)):
        settle(str(folder), policy(copy_to=URL))
    assert loaded(bucket) == {1: "1"}


def test_an_empty_file_is_an_object_too(bucket, tmp_path):
    (tmp_path / "BLESSED").touch()
    ObjectFolder("s3://shop/run").write(str(tmp_path / "BLESSED"), "BLESSED")
    assert (list(bucket), bucket["run/BLESSED"]) == (["run/BLESSED"], b"")


@pytest.mark.parametrize("url", ["odd://bucket/shop", "s3://nowhere/shop"])
def test_a_store_that_is_not_there_is_named(bucket, served, url):
    with pytest.raises(ServedFolderError, match=rf"^`push.copy_to` .* {url} could not be: "):
        served(1, copy_to=url)
