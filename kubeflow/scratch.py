"""A pod's own folder, whose content is kept in a bucket: nothing else of a pod outlives it."""

from __future__ import annotations

import contextlib
import logging
import os
import pathlib
import threading
from collections.abc import Iterator
from typing import Final, NamedTuple, final

from components.object_store import ObjectFolder
from kubeflow.errors import BucketUnusableError
from kubeflow.placing import declared
from pipeline.config import PipelineConfig

__all__ = ["Scratch", "scratch_of"]

_LOG: Final = logging.getLogger(__name__)

_EMPTY: Final = ".empty"  # The object of a folder without files, which no bucket has: so what is gone is told from it.


class _State(NamedTuple):
    """By which a file is told from what it was before."""

    mtime_ns: int
    size: int


@final
class Scratch:
    """A folder here and one of a bucket that are to hold the same; what is moved is named by its path here.

    Args:
        folder: Here.
        url: Of the other.

    Raises:
        BucketUnusableError: From here on: the store cannot be reached, or refuses.
    """

    def __init__(self, folder: str, url: str) -> None:
        self._folder, self._url = folder, url.rstrip("/")
        with self._reached():
            self._there = ObjectFolder(url)

    def holds(self, path: str) -> bool:
        """Whether a path here lies in the folder."""
        return pathlib.PurePosixPath(path).is_relative_to(self._folder)

    def url_of(self, path: str) -> str:
        """What of the bucket a path here stands for."""
        return f"{self._url}/{self._name(path)}"

    def fetch(self, path: str) -> bool:
        """Brings a file, or a folder with all below it, here; False where there is nothing.

        What does not lie in the folder is where it is: on the volume, where it was left before there was a bucket.
        """
        if not self.holds(path):
            return os.path.exists(path)
        with self._reached():
            found = self._there.names(self._name(path))
            places = {name: os.path.join(self._folder, name) for name in found}
            for name in [name for name in found if os.path.basename(name) == _EMPTY]:
                os.makedirs(os.path.dirname(places.pop(name)), exist_ok=True)
            self._there.read_all({name: place for name, place in places.items() if not os.path.exists(place)})
        return bool(found)

    def keep(self, path: str) -> None:
        """Takes a file, or a folder with all below it, to the bucket."""
        files = {self._name(file): file for file in _states(path)}
        with self._reached():
            self._there.write_all(files or {f"{self._name(path)}/{_EMPTY}": os.devnull})

    def remove(self, path: str) -> None:
        """Removes it in the bucket."""
        with self._reached():
            self._there.remove(self._name(path))

    @contextlib.contextmanager
    def kept_up(self, folder: str, *, every_s: float) -> Iterator[None]:
        """Fetches a folder, and takes to the bucket what changes in it until the block ends, however it ends.

        Files go in the order in which they were written: where one says that those before it are whole, it does so in
        the bucket, too. A store that fails meanwhile is told of and tried again.

        Args:
            folder: Made when absent.
            every_s: Seconds between looks.
        """
        self.fetch(folder)
        known, over = _states(folder), threading.Event()

        def look(then: str = "It is tried again.") -> None:
            try:
                self._bring_up(folder, known)
            except OSError as error:
                _LOG.warning("%s cannot be kept: %s. %s", folder, error, then)

        def look_again_and_again() -> None:
            while not over.wait(every_s):
                look()

        looking = threading.Thread(target=look_again_and_again, name="scratch", daemon=True)
        looking.start()
        try:
            yield
        finally:
            over.set()
            looking.join()
            look("Whoever goes on finds what was kept before.")

    def _bring_up(self, folder: str, known: dict[str, _State]) -> None:
        found = _states(folder)
        for path in sorted(known.keys() - found.keys(), key=lambda path: known[path], reverse=True):
            self._there.remove(self._name(path))
            del known[path]
        for path in sorted(found, key=lambda path: found[path]):
            if known.get(path) != found[path]:
                with contextlib.suppress(FileNotFoundError):  # Removed meanwhile: the next look sees it.
                    self._there.write(path, self._name(path))
                    known[path] = found[path]

    @contextlib.contextmanager
    def _reached(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise BucketUnusableError(
                f"`kubeflow.bucket.url` must be a folder that can be read and written, {self._url} could not be: "
                f"{error}. Check that the bucket is there, and the keys that `secrets` give."
            ) from error

    def _name(self, path: str) -> str:
        return pathlib.PurePosixPath(path).relative_to(self._folder).as_posix()


def scratch_of(config: PipelineConfig) -> Scratch | None:
    """The pod's folder, if a bucket is declared."""
    bucket = declared(config).bucket
    return None if bucket is None else Scratch(bucket.path, bucket.url)


def _states(path: str) -> dict[str, _State]:
    """By path, all files at or below it."""
    found = {}
    for file in [path] if os.path.isfile(path) else [str(one) for one in pathlib.Path(path).rglob("*")]:
        with contextlib.suppress(FileNotFoundError):  # Removed meanwhile.
            if os.path.isfile(file):
                status = os.stat(file)
                found[file] = _State(status.st_mtime_ns, status.st_size)
    return found
