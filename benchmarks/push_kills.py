"""Kills pushes at random moments while a reader loads whatever is newest, and tells what the reader saw.

python -m benchmarks.push_kills [--kills 50] [--seed 0]
"""

from __future__ import annotations

import argparse
import dataclasses
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import threading
import time
from typing import Final

from components.pusher.folder import versions
from components.pusher.policy import PushPolicy, Serve
from components.pusher.push import push
from components.pusher.record import changed_files, read_record

__all__ = ["Result", "kill_pushes", "main"]

_FILES: Final = 40
_FILE_BYTES: Final = 64 * 1024
_LONGER: Final = 1.2  # Than the last push took: so that some are killed between the version and what follows it.
_POLICY: Final = PushPolicy(name="shop", server_path="/models/shop", serve=Serve.CANARY, keep=10_000)


@dataclasses.dataclass(frozen=True)
class Result:
    """What happened.

    Attributes:
        pushes: Models that were to be pushed.
        kills: Attempts that were killed while they ran.
        appeared: Those of them that had made their version appear already.
        reads: How often the reader loaded the newest version.
        torn: Versions that it found incomplete; must be empty.
        models: The models of all versions, in order.
        unbroken: What these must be.
        left_over: Names in the folder that an unbroken run does not leave; must be empty.
    """

    pushes: int
    kills: int
    appeared: int
    reads: int
    torn: list[str]
    models: list[str]
    unbroken: list[str]
    left_over: list[str]

    @property
    def holds(self) -> bool:
        """Whether nobody saw half a version, none is lost, and none came twice."""
        return not self.torn and not self.left_over and self.models == self.unbroken


def kill_pushes(folder: pathlib.Path, *, kills: int, seed: int) -> Result:
    """Pushes model after model, each killed once at a random moment and then done again, until so many were killed."""
    served, draw = folder / "served" / "shop", random.Random(seed)
    pushed: list[str] = []
    num_kills = appeared = 0
    model = _model(folder, 0)
    took_s = _attempt(model, served, run="warm-up", kill_after_s=None)[1]
    pushed.append("warm-up")
    reader = _Reader(served)
    reader.start()
    while num_kills < kills:
        run = f"run {len(pushed)}"
        model, before = _model(folder, len(pushed)), versions(str(served))
        was_killed, _ = _attempt(model, served, run=run, kill_after_s=draw.uniform(0, _LONGER * took_s))
        num_kills += was_killed
        appeared += was_killed and versions(str(served)) != before
        _, took_s = _attempt(model, served, run=run, kill_after_s=None)
        pushed.append(run)
    reader.stop()
    records = [read_record(str(served / str(version))) for version in versions(str(served))]
    known = {".pushing", "models.config", *map(str, versions(str(served)))}
    return Result(
        pushes=len(pushed),
        kills=num_kills,
        appeared=appeared,
        reads=reader.reads,
        torn=reader.torn,
        models=[record.run if record else "no record" for record in records],
        unbroken=pushed,
        left_over=sorted(set(os.listdir(served)) - known),
    )


class _Reader(threading.Thread):
    """Loads the newest version over and over: every file must be what was pushed."""

    def __init__(self, served: pathlib.Path) -> None:
        super().__init__(daemon=True)
        self.reads, self.torn = 0, list[str]()
        self._served, self._stopping = served, threading.Event()

    def run(self) -> None:
        while not self._stopping.is_set():
            newest = self._served / str(versions(str(self._served))[-1])
            try:
                if read_record(str(newest)) is None or changed_files(str(newest)):
                    self.torn.append(f"{newest.name}: {changed_files(str(newest)) or 'no record'}")
            except Exception as error:  # Whatever a reader meets is what this is here to tell.
                self.torn.append(f"{newest.name}: {error}")
            self.reads += 1

    def stop(self) -> None:
        self._stopping.set()
        self.join()


def _model(folder: pathlib.Path, number: int) -> pathlib.Path:
    model = folder / "models" / str(number)
    (model / "variables").mkdir(parents=True)
    (model / "saved_model.pb").write_text(str(number))
    for place in range(_FILES):
        (model / "variables" / str(place)).write_bytes(random.Random(f"{number} {place}").randbytes(_FILE_BYTES))
    return model


def _attempt(model: pathlib.Path, served: pathlib.Path, *, run: str, kill_after_s: float | None) -> tuple[bool, float]:
    """Pushes in a process of its own; whether it was killed, and how long it ran."""
    argv = [sys.executable, "-m", "benchmarks.push_kills", "--push", str(model), str(served), run]
    root = pathlib.Path(__file__).resolve().parents[1]
    with subprocess.Popen(argv, cwd=root, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        process.stdout.readline()  # It begins.
        started_s = time.monotonic()
        if kill_after_s is None:
            if process.wait():
                raise RuntimeError(f"A push that nobody killed ended with status {process.returncode}.")
        else:
            time.sleep(kill_after_s)
            process.kill()
            process.wait()
        return process.returncode < 0, time.monotonic() - started_s


def _push(model: str, served: str, run: str) -> None:
    print("begins", flush=True)
    known = versions(served)
    outcome = push(model, served, now_s=1, over=tuple(known[-1:]), policy=_POLICY, run=run)
    if outcome.folder is None:
        raise RuntimeError(f"Not pushed: {outcome}.")


def main() -> int:
    """Prints what happened; 1 where anything was torn, lost or doubled."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--push", nargs=3, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.push:
        _push(*given.push)
        return 0
    with tempfile.TemporaryDirectory(prefix="push-kills-") as folder:
        result = kill_pushes(pathlib.Path(folder), kills=given.kills, seed=given.seed)
    print(
        f"{result.pushes} pushes, {result.kills} killed, {result.appeared} of these after their version had appeared; "
        f"{result.reads} loads by the reader, {len(result.torn)} of them torn; "
        f"versions {'as in an unbroken run' if result.models == result.unbroken else result.models}; "
        f"left over: {', '.join(result.left_over) or 'nothing'}."
    )
    return 0 if result.holds else 1


if __name__ == "__main__":
    sys.exit(main())
