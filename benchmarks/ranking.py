"""Roads to one order over several objectives: fused probabilities, ranking losses, LambdaMART, fused single models.

Usage, from the root of the checkout: nice -n 19 python -m benchmarks.ranking --data DIR [--results FILE]
[--only SUBJECT ...] [--roads NAME ...] [--seeds N] [--limit RUNS] [--quick] [--table]

Every network is as large as the multi-task one, to 5 %, has its optimizers, and sees as many rows. Ranking losses and
LambdaMART learn grades, the place of the highest objective that happened in their order; fused roads learn each
objective, and get the weights of a power product that order the grades of a fifth of the train lists best: those on
which LambdaMART stops. No road sees the lists that it is judged on.
"""

from __future__ import annotations

import argparse
import pathlib
import sys
from typing import Final

from rich.console import Console

from benchmarks import run_log
from benchmarks.quiet import load_tensorflow
from benchmarks.ranking_results import Run, page

__all__ = ["SEEDS"]

SEEDS: Final = 5


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=pathlib.Path, help="the folder of data sets")
    parser.add_argument("--results", type=pathlib.Path, help="default: runs/ranking/ranking.jsonl, or quick.jsonl")
    parser.add_argument("--cache", type=pathlib.Path, default=pathlib.Path("runs/ranking"), help="of features")
    parser.add_argument("--only", nargs="+", action="extend", metavar="SUBJECT", help="some of the subjects")
    parser.add_argument("--roads", nargs="+", metavar="NAME", help="some of the roads")
    parser.add_argument("--seeds", type=int, help=f"how many; {SEEDS}, or 1 with --quick")
    parser.add_argument("--limit", type=int, help="stops after so many runs")
    parser.add_argument("--quick", action="store_true", help="a tenth of the lists, one seed")
    parser.add_argument("--table", action="store_true", help="only prints the tables of finished runs")
    return parser


def main() -> int:
    """Runs what is not in the results file yet, or prints the tables of what is."""
    arguments, console = _parser().parse_args(), Console(soft_wrap=True)
    path = arguments.results or pathlib.Path("runs/ranking", "quick.jsonl" if arguments.quick else "ranking.jsonl")
    finished = run_log.read(path, Run)
    if not arguments.table:
        _run(arguments, path, finished, console)
    console.print(page(finished), markup=False, highlight=False)
    return 0


def _run(arguments: argparse.Namespace, path: pathlib.Path, finished: list[Run], console: Console) -> None:
    """Seed by seed, so that what is there at any time is paired."""
    load_tensorflow()
    from benchmarks.ranking_roads import ROADS, setup_of, take_road
    from benchmarks.ranking_subjects import NAMES, subject_of

    begun = 0
    for seed in range(1, (arguments.seeds or (1 if arguments.quick else SEEDS)) + 1):
        for name in arguments.only or NAMES:
            place = {"data": arguments.data, "cache": arguments.cache.resolve()}
            subject = subject_of(name, seed, is_quick=arguments.quick, **place)
            setup = setup_of(subject)
            for road in arguments.roads or ROADS:
                if (subject.name, road, seed, setup) in {run.key for run in finished}:
                    continue
                if begun == arguments.limit:
                    return
                begun += 1
                run = take_road(subject, road, seed)
                run_log.append(path, run)
                finished.append(run)
                shown = " ".join(f"{objective} {value:.4f}" for objective, value in run.ndcg.items())
                console.print(f"{run.subject}, {road}, seed {seed}: {shown} ({run.train_s} s)")


if __name__ == "__main__":
    sys.exit(main())
