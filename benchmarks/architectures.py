"""Every architecture of the catalogue on real data, at equal parameters, against one network a task.

Usage, from the root of the checkout: nice -n 19 python -m benchmarks.architectures --data DIR
[--results FILE] [--only CASE ...] [--seeds N] [--limit RUNS] [--table]
"""

from __future__ import annotations

import argparse
import pathlib
import sys
import time
from collections.abc import Iterator
from typing import Final

from rich.console import Console

from benchmarks.architectures_results import Result, append, page, read
from benchmarks.quiet import load_tensorflow
from benchmarks.real_cases import CASES, ReadyCase, scores
from models.architectures import ARCHITECTURES
from models.errors import ConfigError

__all__ = ["FULL"]

SEEDS: Final = 5
FULL: Final = len(ARCHITECTURES) * SEEDS  # Runs of a case.


def _run(ready: ReadyCase, name: str, seed: int) -> Result:
    """Trains one model and scores it."""
    from benchmarks.in_memory import predict, train

    _, rows = ready.rows()
    width, parameters = ready.width(name)
    started, training = time.monotonic(), ready.config.training
    model = ready.model(name, seed)
    train(model, rows["train"], epochs=training.epochs, batch_size=training.batch_size, seed=seed)
    found = scores(ready.tasks, rows["eval"], predict(model, rows["eval"]))
    seconds = round(time.monotonic() - started, 1)
    return Result(ready.case.name, name, seed, ready.setup, width, parameters, found, seconds)


def _pending(
    cases: list[ReadyCase], done: set[tuple[str, str, int, str]], seeds: int
) -> Iterator[tuple[ReadyCase, str, int]]:
    """Seed by seed, so that whatever is finished is a whole comparison."""
    from benchmarks.sharing import BY_WIDTH

    for seed in range(1, seeds + 1):
        for ready in cases:
            for name in BY_WIDTH:
                if (ready.case.name, name, seed, ready.setup) not in done:
                    yield ready, name, seed


def main() -> int:
    """Runs what is not in the results file yet, or prints the table of what is."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--results", type=pathlib.Path, default=pathlib.Path("runs/architectures/architectures.jsonl"))
    parser.add_argument("--table", action="store_true", help="only prints the table of finished runs")
    parser.add_argument("--data", type=pathlib.Path, help="the folder of data sets")
    parser.add_argument("--cache", type=pathlib.Path, default=pathlib.Path("runs/architectures"), help="of features")
    names = [case.config for case in CASES]
    parser.add_argument("--only", nargs="+", action="extend", choices=names, help="some of the data sets")
    parser.add_argument("--seeds", type=int, default=SEEDS, help="how many")
    parser.add_argument("--limit", type=int, help="stops after so many runs")
    arguments = parser.parse_args()
    console, finished = Console(soft_wrap=True), read(arguments.results)
    if arguments.table:
        console.print(page(finished, FULL), markup=False, highlight=False)
        return 0
    if arguments.data is None:
        raise ConfigError("architectures", ["`data` must name the folder of data sets to run, got none: give --data."])
    load_tensorflow()
    wanted = [case for case in CASES if not arguments.only or case.config in arguments.only]
    cases = [ReadyCase(case, arguments.data.resolve(), arguments.cache.resolve()) for case in wanted]
    pending = list(_pending(cases, {result.key for result in finished}, arguments.seeds))
    console.print(f"{len(finished)} runs finished, {len(pending)} to go")
    for ready, name, seed in pending[: arguments.limit]:
        result = _run(ready, name, seed)
        append(arguments.results, result)
        shown = " ".join(f"{output} {score:.4f}" for output, score in result.scores.items())
        console.print(f"{result.case}, {name}, seed {seed}: {shown} ({result.seconds} s)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
