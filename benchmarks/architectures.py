"""Every architecture of the catalogue on real data, at equal parameters, against one network a task.

Usage, from the root of the checkout: nice -n 19 python -m benchmarks.architectures --data DIR
[--results FILE] [--only CASE ...] [--seeds N] [--limit RUNS] [--table]
"""

from __future__ import annotations

import argparse
import dataclasses
import hashlib
import pathlib
import sys
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

import numpy as np
from rich.console import Console
from sklearn.metrics import roc_auc_score

from benchmarks.architectures_results import Result, append, page, read
from benchmarks.budget import fitted_width
from benchmarks.quiet import load_tensorflow
from models.architectures import ARCHITECTURES
from models.errors import ConfigError
from models.interactions import Concat
from models.settings import ModelSettings
from models.tasks import TaskGraph, known_column, label_column
from pipeline.config import PipelineConfig, load_config

if TYPE_CHECKING:
    from benchmarks.in_memory import Rows
    from models.inputs import Input

__all__ = ["CASES", "FULL", "Case", "scores", "task_graph"]

CONFIGS: Final = pathlib.Path(__file__).resolve().parents[1] / "configs"


@dataclasses.dataclass(frozen=True)
class Case:
    """A data set, some of its tasks, and how large the networks are.

    Attributes:
        config: The configuration's name.
        path: The data under the folder of data sets; empty where the configuration finds them itself.
        budget: Parameters between embeddings and logits.
        tasks: Which of the configuration's; none means all.
    """

    config: str
    path: str
    budget: int
    tasks: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """What its results are told by."""
        return ": ".join(filter(None, (self.config, ", ".join(self.tasks))))


# Census in the two groups of Ma et al., KDD 2018, section 5.2.
CASES: Final = (
    Case("census_income", "census_income/census-income.test.gz", 100_000, ("income", "never_married")),
    Case("census_income", "census_income/census-income.test.gz", 100_000, ("degree", "never_married")),
    Case("kuairand", "kuairand_dev", 100_000),
    Case("hillstrom", "hillstrom/hillstrom_data.csv", 15_500),
    Case("chicago_taxi", "", 50_000),
)

SEEDS: Final = 5
FULL: Final = len(ARCHITECTURES) * SEEDS  # Runs of a case.


def task_graph(config: PipelineConfig, case: Case) -> TaskGraph:
    """The tasks of a case."""
    return TaskGraph(tuple(task for task in config.tasks if not case.tasks or task.name in case.tasks))


def scores(tasks: TaskGraph, rows: Rows, predicted: dict[str, np.ndarray]) -> dict[str, float]:
    """By output, over the rows of its sample space: see `Result.scores`."""
    found = {}
    for output in tasks.outputs:
        known = rows.targets[known_column(output.name)] > 0
        labels, answers = rows.targets[label_column(output.name)][known], predicted[output.name][known]
        found[output.name] = float(
            roc_auc_score(labels, answers)
            if output.kind.is_binary
            else -np.sqrt(np.mean(np.square(labels - answers, dtype=np.float64)))
        )
    return found


def _config(case: Case, data: pathlib.Path, cache: pathlib.Path) -> PipelineConfig:
    overrides = [f"root={cache / 'runs'}", f"push.directory={cache / 'served'}"]
    if case.config == "kuairand":
        overrides.append(f"data.path={cache / 'kuairand.csv'}")
    elif case.path:
        overrides.append(f"data.path={data / case.path}")
    return load_config(str(CONFIGS / f"{case.config}.yaml"), overrides)


class _Ready:
    """A case whose features are made."""

    def __init__(self, case: Case, data: pathlib.Path, cache: pathlib.Path) -> None:
        self.case, self._data, self._cache = case, data, cache
        self.config = _config(case, data, cache)
        self.tasks = task_graph(self.config, case)
        self._loaded: tuple[tuple[Input, ...], dict[str, Rows]] | None = None
        self._widths: dict[str, tuple[int, int]] = {}

    @property
    def setup(self) -> str:
        """Changes with whatever changes what its runs come to, but for the code."""
        parts = (self.tasks, self.config.features, self.config.training, self.config.model, self.case)
        return hashlib.blake2b(repr(parts).encode(), digest_size=4).hexdigest()

    def _rows(self) -> tuple[tuple[Input, ...], dict[str, Rows]]:
        from benchmarks.architectures_features import features_of, load, save
        from benchmarks.prepare_kuairand import join

        if self._loaded is None:
            path = self._cache / f"{self.case.config}.npz"
            if not path.exists():
                if self.case.config == "kuairand":
                    join(self._data / self.case.path, self._cache / "kuairand.csv")
                save(path, *features_of(self.config))
            self._loaded = load(path)
        return self._loaded

    def width(self, name: str) -> tuple[int, int]:
        """The width at which an architecture meets the budget, and its parameters there."""
        from benchmarks.sharing import BY_WIDTH, dense_size

        if name not in self._widths:
            num_inputs = sum(getattr(column, "dim", 1) for column in self._rows()[0])

            def count(tried: int) -> int:
                tower = self.config.model.tower
                return dense_size(BY_WIDTH[name](tried), self.tasks, num_inputs=num_inputs, tower=tower)

            self._widths[name] = fitted_width(count, self.case.budget)
        return self._widths[name]

    def run(self, name: str, seed: int) -> Result:
        """Trains one model as the configuration says, but for its architecture and interaction, and scores it."""
        from benchmarks.in_memory import predict, train
        from benchmarks.sharing import BY_WIDTH
        from models.model import MultiTaskModel
        from models.optimizers import build

        inputs, rows = self._rows()
        width, parameters = self.width(name)
        started, training = time.monotonic(), self.config.training
        architecture = BY_WIDTH[name](width)
        settings: ModelSettings = dataclasses.replace(
            self.config.model,
            architecture=architecture,  # type: ignore[arg-type]
            interaction=Concat(),
            seed=seed,
        )
        model = MultiTaskModel(settings, inputs, self.tasks, self.config.balancing)
        model.compile(
            optimizer=build(training.dense_optimizer, training.embedding_optimizer, clip_norm=training.clip_norm)
        )
        train(model, rows["train"], epochs=training.epochs, batch_size=training.batch_size, seed=seed)
        found = scores(self.tasks, rows["eval"], predict(model, rows["eval"]))
        seconds = round(time.monotonic() - started, 1)
        return Result(self.case.name, name, seed, self.setup, width, parameters, found, seconds)


def _pending(
    cases: list[_Ready], done: set[tuple[str, str, int, str]], seeds: int
) -> Iterator[tuple[_Ready, str, int]]:
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
    cases = [_Ready(case, arguments.data.resolve(), arguments.cache.resolve()) for case in wanted]
    pending = list(_pending(cases, {result.key for result in finished}, arguments.seeds))
    console.print(f"{len(finished)} runs finished, {len(pending)} to go")
    for ready, name, seed in pending[: arguments.limit]:
        result = ready.run(name, seed)
        append(arguments.results, result)
        shown = " ".join(f"{output} {score:.4f}" for output, score in result.scores.items())
        console.print(f"{result.case}, {name}, seed {seed}: {shown} ({result.seconds} s)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
