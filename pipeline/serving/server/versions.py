"""The versions of one model over time: found, loaded beside the one that serves, swapped, unloaded when idle."""

from __future__ import annotations

import contextlib
import dataclasses
import enum
import logging
import pathlib
import threading
import time
from collections.abc import Callable, Iterator
from typing import Final, final

from pipeline.serving.errors import Code, RefusedRequestError, ServerStartError
from pipeline.serving.server.directory import Fingerprint, VersionDirectory, fingerprint_of, newest_first
from pipeline.serving.server.model import ServedModel, status_of
from pipeline.serving.server.warmup import load_warm

__all__ = ["State", "VersionStatus", "Versions"]

_log: Final = logging.getLogger(__name__)


class State(enum.Enum):
    """Where a version is in its life; the numbers are those of TF Serving's `ModelVersionStatus`."""

    START = 10
    LOADING = 20
    AVAILABLE = 30
    UNLOADING = 40
    END = 50


@dataclasses.dataclass(frozen=True)
class VersionStatus:
    """What `GetModelStatus` says of one version.

    Attributes:
        version: Its number.
        state: Where it is in its life.
        code: Why it ended, when it could not be loaded; else `None`.
        message: The error in words; empty without one.
    """

    version: int
    state: State
    code: Code | None = None
    message: str = ""


@dataclasses.dataclass
class _Loaded:
    """A loaded version and the requests that hold it.

    Attributes:
        model: The version.
        num_requests: Requests that run on it now.
    """

    model: ServedModel
    num_requests: int = 0


@final
class Versions:
    """Serves the newest version under a base path that can be loaded.

    A version is loaded when its files differ from those last tried, so one found half copied is loaded again once it
    is whole. A version that cannot be loaded leaves the one that serves in place.

    Differs from TF Serving: at start it falls back to an older version when the newest cannot be loaded; files that
    change under a loaded version are loaded again; an emptied base path leaves the last version serving.

    Attributes:
        model_name: The name that requests use.
        base_path: Holds one numbered directory a version.
    """

    def __init__(
        self,
        model_name: str,
        base_path: pathlib.Path,
        *,
        poll_s: float,
        load: Callable[[pathlib.Path, int], ServedModel] = load_warm,
    ) -> None:
        self.model_name = model_name
        self.base_path = base_path
        self._poll_s = poll_s
        self._load = load
        self._changed = threading.Condition()
        self._current: _Loaded | None = None
        self._retired: list[_Loaded] = []
        self._statuses: dict[int, VersionStatus] = {}
        self._tried: dict[int, Fingerprint] = {}
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._poll, name=f"versions-{model_name}", daemon=True)

    def start(self) -> None:
        """Begins to poll in the background."""
        self._thread.start()

    def stop(self) -> None:
        """Stops polling and unloads everything: let requests end first."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()
        with self._changed:
            if self._current is not None:
                self._retire(self._current)
            self._current = None
        for held in self._retired.copy():
            self._unload(held)

    def refresh(self) -> None:
        """Looks at the base path once: loads the newest version that can be loaded, unloads what is idle."""
        self._load_newest()
        for held in self._retired.copy():
            if not held.num_requests:
                self._unload(held)

    def statuses(self) -> list[VersionStatus]:
        """Every version met so far, the lowest number first."""
        with self._changed:
            return [self._statuses[version] for version in sorted(self._statuses)]

    def wait_until_available(self, timeout_s: float) -> int:
        """Waits for a version to serve and returns its number.

        Raises:
            ServerStartError: None could be loaded within `timeout_s`.
        """
        with self._changed:
            if self._changed.wait_for(lambda: self._current is not None, timeout=timeout_s) and self._current:
                return self._current.model.version
            failures = "; ".join(f"version {it.version}: {it.message}" for it in self._statuses.values() if it.message)
        raise ServerStartError(
            f"`{self.base_path}` must hold a numbered directory with a SavedModel that loads within {timeout_s:g} s; "
            f"{failures or 'it holds none yet: push a model first'}."
        )

    @contextlib.contextmanager
    def lease(self, version: int | None = None) -> Iterator[ServedModel]:
        """Holds the version that serves while one request runs.

        Args:
            version: Refuse unless this is its number.

        Raises:
            RefusedRequestError: No version serves, or another one does.
        """
        with self._changed:
            held = self._current
            if held is None or version not in (None, held.model.version):
                raise RefusedRequestError(Code.NOT_FOUND, self._not_found(version))
            held.num_requests += 1
        try:
            yield held.model
        finally:
            with self._changed:
                held.num_requests -= 1

    def _poll(self) -> None:
        while not self._stopping.is_set():
            self.refresh()
            self._stopping.wait(self._poll_s)

    def _load_newest(self) -> None:
        for directory in newest_first(self.base_path):
            if self._tried.get(directory.version) == directory.fingerprint:
                if self._is_serving(directory.version):
                    return
                if self._failed(directory.version):
                    continue
            if self._try(directory):
                return

    def _is_serving(self, version: int) -> bool:
        return self._current is not None and self._current.model.version == version

    def _failed(self, version: int) -> bool:
        return self._statuses[version].code is not None

    def _try(self, directory: VersionDirectory) -> bool:
        version = directory.version
        self._tried[version] = directory.fingerprint
        is_reload = self._is_serving(version)
        if not is_reload:
            self._set_status(VersionStatus(version, State.LOADING))
        started_s = time.monotonic()
        try:
            model = self._load(directory.path, version)
            if fingerprint_of(directory.path) != directory.fingerprint:
                model.close()
                raise OSError(f"The files of {directory.path} changed while they were loaded.")
        except Exception as error:  # Whatever a broken export raises, what serves goes on serving.
            _log.warning("Version %d of `%s` could not be loaded: %s", version, self.model_name, error)
            if not is_reload:
                self._set_status(VersionStatus(version, State.END, *status_of(error)))
            return is_reload
        with self._changed:
            self._swap_in(model)
        _log.info("Version %d of `%s` serves after %.1f s.", version, self.model_name, time.monotonic() - started_s)
        return True

    def _swap_in(self, model: ServedModel) -> None:
        old, self._current = self._current, _Loaded(model)
        if old is not None:
            self._retire(old)
        self._set_status(VersionStatus(model.version, State.AVAILABLE))

    def _retire(self, held: _Loaded) -> None:
        self._retired.append(held)
        self._set_status(VersionStatus(held.model.version, State.UNLOADING))

    def _unload(self, held: _Loaded) -> None:
        self._retired.remove(held)
        held.model.close()  # Outside the lock: requests to the version that serves must not wait for it.
        if not self._is_serving(held.model.version):
            self._set_status(VersionStatus(held.model.version, State.END))

    def _set_status(self, status: VersionStatus) -> None:
        with self._changed:
            self._statuses[status.version] = status
            self._changed.notify_all()

    def _not_found(self, version: int | None) -> str:
        wanted = f"Latest({self.model_name})" if version is None else f"Specific({self.model_name}, {version})"
        serving = f"version {self._current.model.version} serves" if self._current else "no version serves yet"
        return f"Servable not found for request: {wanted}; {serving}."
