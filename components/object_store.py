"""Folders of object stores, where an object appears whole or not at all and nothing can be renamed."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Final, final

from pyarrow import fs

__all__ = ["ObjectFolder"]

_AT_ONCE: Final = 8  # Objects under way: each waits for the network most of the time.
_PIECE_BYTES: Final = 1 << 20


@final
class ObjectFolder:
    """A folder of a bucket. Objects are named by their paths below it.

    Who may read and write it is up to the environment, as the stores' own tools are told it: AWS_ACCESS_KEY_ID and the
    like, GOOGLE_APPLICATION_CREDENTIALS, or what the machine is.

    Args:
        url: Of the folder, which need not exist; the bucket must.

    Raises:
        OSError: From here on: the store cannot be reached, or refuses.
        ValueError: No such scheme.
    """

    def __init__(self, url: str) -> None:
        self._files, base = fs.FileSystem.from_uri(url.rstrip("/"))
        self._base = base.rstrip("/")

    def names(self, under: str = "") -> list[str]:
        """The objects below a folder of it, or the one object that is there; in order."""
        place = self._place(under) if under else self._base
        if self._files.get_file_info(place).type == fs.FileType.File:
            return [under]
        found = self._files.get_file_info(fs.FileSelector(place, allow_not_found=True, recursive=True))
        return sorted(info.path.removeprefix(f"{self._base}/") for info in found if info.type == fs.FileType.File)

    def write(self, path: str, name: str) -> None:
        """Makes a file an object; readers find the object before, or this one.

        A signal that raises in the main thread interrupts no writing: Arrow would make an object of half of it.
        """
        _at_once(lambda pair: self._write(*pair), [(path, name)])

    def read(self, name: str, path: str) -> None:
        """Makes an object a file, in a folder that is made where it is not there."""
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with self._files.open_input_stream(self._place(name)) as source, open(path, "wb") as target:
            shutil.copyfileobj(source, target, _PIECE_BYTES)

    def remove(self, name: str) -> None:
        """Removes an object, or a folder with all below it; nothing where there is neither."""
        place = self._place(name)
        kind = self._files.get_file_info(place).type
        if kind == fs.FileType.Directory:
            self._files.delete_dir(place)
        elif kind == fs.FileType.File:
            self._files.delete_file(place)

    def write_all(self, paths: Mapping[str, str]) -> None:
        """As `write` does, several at once and in no order; `paths` are of files, by name."""
        _at_once(lambda pair: self.write(pair[1], pair[0]), paths.items())

    def read_all(self, paths: Mapping[str, str]) -> None:
        """As `read` does, several at once and in no order; `paths` are of files, by name."""
        _at_once(lambda pair: self.read(*pair), paths.items())

    def _write(self, path: str, name: str) -> None:
        with open(path, "rb") as source:
            piece = source.read(_PIECE_BYTES)  # Before there is an object to be: what cannot be read makes none.
            with self._files.open_output_stream(self._place(name)) as target:
                while piece:
                    target.write(piece)
                    piece = source.read(_PIECE_BYTES)

    def _place(self, name: str) -> str:
        return f"{self._base}/{name}"


def _at_once(do: Callable[[tuple[str, str]], None], pairs: Iterable[tuple[str, str]]) -> None:
    """Does it for every pair; raises what the first that failed raised."""
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        list(pool.map(do, pairs))
