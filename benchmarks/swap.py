"""Swaps versions under load: five pushes and a rollback while requests come at half the rate that saturates the server.

python -m benchmarks.swap [--requests 10000] [--share 0.5]

The embedded server runs in a process of its own, and so does who pushes. Requests come at fixed moments whether the
last was answered or not, and a latency counts from that moment: a server that stands still is charged with who waits.
Server, clients and who pushes share the machine's cores.
"""

from __future__ import annotations

import argparse
import concurrent.futures
import contextlib
import dataclasses
import pathlib
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import numpy as np

from components.pusher.folder import versions
from components.pusher.policy import PushPolicy, Serve
from components.pusher.publish import publish_version
from components.pusher.rollback import roll_back
from pipeline.serving import Protocol, ServerConfig, ServingClient, ServingConfig

__all__ = ["Result", "main", "measure"]

_NAME: Final = "shop"
_PUSHES: Final = 5
_ROWS: Final = 20
_CLIENTS: Final = 16
_POLICY: Final = PushPolicy(name=_NAME, server_path=f"/models/{_NAME}", serve=Serve.NEWEST, keep=3)
_TOLERANCE: Final = 1e-6

_ROOT: Final = pathlib.Path(__file__).resolve().parents[1]
_OURSELVES: Final = (sys.executable, "-m", "benchmarks.swap")

Columns = Mapping[str, Sequence[Any]]


@dataclasses.dataclass(frozen=True)
class Result:
    """What was asked and answered.

    Attributes:
        rate: Requests a second.
        failed: What went wrong, request by request; must be empty.
        of_no_version: Answers that are no version's whole answer; must be 0.
        of_version: How many answers each model gave.
        p99_before_s: Of the requests before the first swap.
        p99_during_s: Of those while a version was loaded and swapped in.
        num_during: How many these are.
    """

    rate: float
    failed: list[str]
    of_no_version: int
    of_version: dict[int, int]
    p99_before_s: float
    p99_during_s: float
    num_during: int


@dataclasses.dataclass(frozen=True)
class _Answered:
    due_s: float
    took_s: float
    answer: Mapping[str, Sequence[float]] | None
    error: str


def measure(folder: pathlib.Path, *, requests: int, share: float = 0.5) -> Result:
    """Exports models, serves them, asks."""
    from benchmarks.swap_models import export_models

    models, columns, wanted = export_models(folder / "models", count=_PUSHES + 1, rows=_ROWS)
    served = folder / "served" / _NAME
    publish_version(str(models[0]), str(served), now_s=1, policy=_POLICY)
    with _serving(folder / "served" / _NAME) as client:
        rate = share * _saturation(client, columns)
        started_s = time.monotonic() + 0.1
        swaps_from_s = started_s + requests / 4 / rate
        with _swapping(client.config.endpoint, models, served, from_s=swaps_from_s) as swaps:
            answered = _ask_at(client, columns, [started_s + number / rate for number in range(requests)])
    return _result(answered, rate, swaps, wanted)


def _result(
    answered: Sequence[_Answered], rate: float, swaps: Sequence[tuple[float, float]], wanted: Sequence[Any]
) -> Result:
    first_s = min(start for start, _ in swaps)
    during = [it.took_s for it in answered if any(start <= it.due_s <= end for start, end in swaps)]
    by_model = [_model_of(it.answer, wanted) for it in answered if it.answer is not None]
    return Result(
        rate=rate,
        failed=[it.error for it in answered if it.error],
        of_no_version=by_model.count(None),
        of_version={number: by_model.count(number) for number in range(len(wanted))},
        p99_before_s=float(np.percentile([it.took_s for it in answered if it.due_s < first_s], 99)),
        p99_during_s=float(np.percentile(during, 99)),
        num_during=len(during),
    )


def _model_of(answer: Mapping[str, Sequence[float]], wanted: Sequence[Mapping[str, np.ndarray]]) -> int | None:
    """The one model whose every output this is."""
    fits = [
        number
        for number, outputs in enumerate(wanted)
        if set(outputs) == set(answer) and all(np.allclose(answer[it], outputs[it], atol=_TOLERANCE) for it in outputs)
    ]
    return fits[0] if len(fits) == 1 else None


@contextlib.contextmanager
def _swapping(
    endpoint: str, models: Sequence[pathlib.Path], served: pathlib.Path, *, from_s: float
) -> Iterator[list[tuple[float, float]]]:
    """Swaps meanwhile in another process; at the end, from when to when each swap took."""
    words = [endpoint, str(served), str(from_s), *map(str, models[1:])]
    swaps: list[tuple[float, float]] = []
    with subprocess.Popen([*_OURSELVES, "--swap", *words], cwd=_ROOT, stdout=subprocess.PIPE, text=True) as process:
        yield swaps
        output, _ = process.communicate()
        if process.returncode:
            raise RuntimeError(f"The process that swaps ended with status {process.returncode}.")
    # The clock is the machine's, one for all processes.
    for line in output.splitlines():
        start, end = map(float, line.split())
        swaps.append((start, end))


def _swap(endpoint: str, served: str, from_s: str, *models: str) -> None:
    """Pushes one model after the other, then rolls back; prints from when to when each took."""
    time.sleep(max(0.0, float(from_s) - time.monotonic()))
    with ServingClient(_client_config(endpoint)) as client:
        for model in [*models, None]:
            start_s = time.monotonic()
            if model is None:
                roll_back(served, _POLICY, now_s=1)
            else:
                publish_version(model, served, now_s=1, policy=_POLICY)
            newest = versions(served)[-1]
            while not any(it.version == newest and it.state == "AVAILABLE" for it in client.status()):
                time.sleep(0.02)
            print(start_s, time.monotonic(), flush=True)
            time.sleep(0.5)


def _ask_at(client: ServingClient, columns: Columns, moments: Sequence[float]) -> list[_Answered]:
    with concurrent.futures.ThreadPoolExecutor(_CLIENTS) as pool:
        waiting = []
        for due_s in moments:
            time.sleep(max(0.0, due_s - time.monotonic()))
            waiting.append(pool.submit(_ask, client, columns, due_s))
        return [it.result() for it in waiting]


def _ask(client: ServingClient, columns: Columns, due_s: float) -> _Answered:
    try:
        answer, error = client.predict(columns), ""
    except Exception as failure:  # Whatever a client meets is what this is here to count.
        answer, error = None, str(failure) or type(failure).__name__
    return _Answered(due_s, time.monotonic() - due_s, answer, error)


def _saturation(client: ServingClient, columns: Columns, for_s: float = 5.0) -> float:
    """Requests a second where every client asks again at once."""
    for _ in range(50):
        client.predict(columns)
    end_s = time.monotonic() + for_s

    def ask_on() -> int:
        asked = 0
        while time.monotonic() < end_s:
            client.predict(columns)
            asked += 1
        return asked

    with concurrent.futures.ThreadPoolExecutor(_CLIENTS) as pool:
        return sum(pool.map(lambda _: ask_on(), range(_CLIENTS))) / for_s


@contextlib.contextmanager
def _serving(served: pathlib.Path) -> Iterator[ServingClient]:
    argv = [*_OURSELVES, "--serve", str(served)]
    with subprocess.Popen(argv, cwd=_ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None and process.stdout is not None
        endpoint = process.stdout.readline().strip()
        with ServingClient(_client_config(endpoint)) as client:
            yield client
        process.stdin.close()  # Ends it.


def _client_config(endpoint: str) -> ServingConfig:
    return ServingConfig(endpoint=endpoint, model_name=_NAME, protocol=Protocol.GRPC, timeout_s=30.0)


def _serve(served: str) -> None:
    from benchmarks.quiet import load_tensorflow

    load_tensorflow()
    from pipeline.serving.server import LocalModelServer

    config = ServerConfig(
        model_name=_NAME, model_base_path=pathlib.Path(served), grpc_port=0, rest_port=0, poll_s=0.2, num_threads=4
    )
    with LocalModelServer(config) as server:
        server.wait_until_available()
        print(server.grpc_endpoint, flush=True)
        sys.stdin.read()


def main() -> int:
    """Prints one paragraph; 1 where a request failed or an answer was no version's."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--requests", type=int, default=10_000)
    parser.add_argument("--share", type=float, default=0.5, help="of the rate that saturates the server")
    parser.add_argument("--serve", help=argparse.SUPPRESS)
    parser.add_argument("--swap", nargs="+", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.swap:
        _swap(*given.swap)
        return 0
    if given.serve:
        _serve(given.serve)
        return 0
    with tempfile.TemporaryDirectory(prefix="swap-") as folder:
        told = measure(pathlib.Path(folder), requests=given.requests, share=given.share)
    print(
        f"{given.requests:,} requests of {_ROWS} rows at {told.rate:.0f} a second, {_PUSHES} pushes and a rollback: "
        f"{len(told.failed)} failed, {told.of_no_version} answers of no one version; by model {told.of_version}; "
        f"p99 {told.p99_before_s * 1e3:.1f} ms before, {told.p99_during_s * 1e3:.1f} ms during swaps "
        f"({told.num_during:,} requests), {told.p99_during_s / told.p99_before_s:.2f} x"
    )
    for error in sorted(set(told.failed))[:5]:
        print(f"  {error}")
    return 1 if told.failed or told.of_no_version else 0


if __name__ == "__main__":
    sys.exit(main())
