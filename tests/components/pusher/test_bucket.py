"""A store without renames: whoever goes by `models.config` never loads half a version, whenever the copy stops."""

import io
import json
import re

import pytest

from components.pusher.errors import ServedFolderError
from components.pusher.folder import alone
from components.pusher.models_config import MODELS_CONFIG
from components.pusher.record import RECORD
from components.pusher.rollback import roll_back
from components.pusher.settle import settle

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]  # Beam takes long, and warns of itself.

URL = "fake://bucket/served/shop"


@pytest.fixture(scope="module")
def scheme():
    """Beam's interface over a dictionary, as object stores behave: an object is there when it is closed, whole."""
    from apache_beam.io.filesystem import CompressionTypes, FileMetadata, FileSystem

    class FakeFileSystem(FileSystem):
        objects: dict[str, bytes] = {}  # noqa: RUF012
        left: int | None = None  # How many more changes succeed.

        @classmethod
        def scheme(cls):
            return "fake"

        def change(self, do):
            cls = type(self)
            if cls.left == 0:
                raise RuntimeError("503 Service Unavailable")  # Of a client library, as it comes.
            cls.left = None if cls.left is None else cls.left - 1
            do()

        def create(self, path, mime_type="", compression_type=CompressionTypes.AUTO):
            assert compression_type == CompressionTypes.UNCOMPRESSED
            fake = self

            class Writer(io.BytesIO):
                def close(self):
                    if not self.closed:
                        content = self.getvalue()
                        super().close()
                        fake.change(lambda: fake.objects.__setitem__(path, content))

            return Writer()

        def has_dirs(self):
            return False

        def _list(self, dir_or_prefix):
            names = [name for name in sorted(self.objects) if name.startswith(dir_or_prefix)]
            return (FileMetadata(name, len(self.objects[name])) for name in names)

        def delete(self, paths):
            for path in paths:
                self.change(lambda path=path: self.objects.pop(path))

        def join(self, *parts): ...
        def split(self, path): ...
        def mkdirs(self, path): ...
        def open(self, path, *_, **__): ...
        def copy(self, sources, targets): ...
        def rename(self, sources, targets): ...
        def exists(self, path): ...
        def size(self, path): ...
        def last_updated(self, path): ...
        def checksum(self, path): ...
        def metadata(self, path): ...

    return FakeFileSystem


@pytest.fixture
def store(scheme):
    scheme.objects.clear()
    scheme.left = None
    return scheme


def loaded(objects):
    """What a reader by the rule loads: the model of each version that `models.config` names, which must be whole."""
    if f"{URL}/{MODELS_CONFIG}" not in objects:
        return {}
    named = re.findall(r"versions: (\d+)", objects[f"{URL}/{MODELS_CONFIG}"].decode())
    assert named
    for version in named:
        files = json.loads(objects[f"{URL}/{version}/{RECORD}"])["files"]
        assert all(f"{URL}/{version}/{place}" in objects for place in files)
    return {int(version): objects[f"{URL}/{version}/saved_model.pb"].decode() for version in named}


def test_a_push_and_a_rollback_reach_the_store_and_what_is_not_loaded_leaves_it(store, served, policy):
    folder = served(1, 2, copy_to=URL)
    assert loaded(store.objects) == {2: "2"}
    assert not [name for name in store.objects if name.startswith(f"{URL}/1/")]
    roll_back(str(folder), policy(copy_to=URL), now_s=3)
    assert loaded(store.objects) == {3: "1"}


def test_wherever_a_copy_stops_readers_load_one_whole_version_and_the_next_attempt_ends_it(store, served, policy):
    folder = served(1, copy_to=URL)
    before, seen = dict(store.objects), set()
    served(2)  # Here alone.
    for stop in range(100):
        store.objects.clear()
        store.objects.update(before)
        store.left = stop
        try:
            with alone(str(folder)):
                settle(str(folder), policy(copy_to=URL))
        except ServedFolderError as error:
            assert re.search(r"`push.copy_to` must be .* 503 Service Unavailable\. What is loaded", str(error))
        else:
            break
        ((version, model),) = loaded(store.objects).items()
        assert model == str(version)
        seen.add(version)
        store.left = None
        with alone(str(folder)):
            settle(str(folder), policy(copy_to=URL))
        assert loaded(store.objects) == {2: "2"}
        assert not [name for name in store.objects if name.startswith(f"{URL}/1/")]
    assert (stop, seen) == (7, {1, 2})  # Three files, the file that names them, three to remove: seven changes.


def test_what_is_there_whole_is_not_written_again(store, served, policy):
    folder = served(1, copy_to=URL)
    store.left = 1  # `models.config`.
    with alone(str(folder)):
        settle(str(folder), policy(copy_to=URL))
    assert (store.left, loaded(store.objects)) == (0, {1: "1"})


def test_a_scheme_that_nobody_knows_is_named(served):
    with pytest.raises(ServedFolderError, match=r"`push.copy_to` .* odd://bucket/shop could not be: .*odd"):
        served(1, copy_to="odd://bucket/shop")
