"""Conversion rates of all impressions, learnt where only clicked ones show whether they convert.

Usage, from the root of the checkout: python -m benchmarks.selection_bias [--quick] [--data DIR] [--seeds N]
"""

from __future__ import annotations

import argparse
import dataclasses
import pathlib
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Final

import numpy as np
from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table
from sklearn.metrics import roc_auc_score

from benchmarks.quiet import load_tensorflow
from benchmarks.seed_intervals import student_interval
from models.architectures import SharedBottom
from models.heads import Binary
from models.optimizers import Adagrad, Adam, build
from models.relations import AITM, ESCM2DR, ESCM2IPW, ESM2, Conditional, Imputation, Product, Relation
from models.settings import ModelSettings
from models.tasks import Task, TaskGraph

if TYPE_CHECKING:
    from benchmarks.selection_bias_rows import Sample

__all__ = ["RELATIONS", "Judged", "graph_of", "judge"]

WIDTH: Final = 140  # Of the tables, also in a file.
REFERENCE: Final = "plain CVR on clicks"
RELATIONS: Final[Mapping[str, Relation]] = {
    REFERENCE: Conditional(),
    "ESMM": Product(),
    "ESCM2-IPW": ESCM2IPW(),
    "ESCM2-DR, error": ESCM2DR(imputes=Imputation.ERROR),
    "ESCM2-DR, label": ESCM2DR(imputes=Imputation.LABEL),
    "AITM": AITM(),
    "ESM2": ESM2(through="action"),
}


@dataclasses.dataclass(frozen=True)
class Setting:
    """One source of rows, and how long is trained on them: the same for every relation.

    Attributes:
        title: Of its table.
        sample: By seed.
        epochs: Over the training rows.
        batch_size: Rows of a step.
    """

    title: str
    sample: Callable[[int], Sample]
    epochs: int
    batch_size: int


@dataclasses.dataclass(frozen=True)
class Judged:
    """One run.

    Attributes:
        bias: Mean prediction over mean truth, of the entire space.
        bias_on_clicks: The same over clicked rows.
        auc: Of the entire space.
    """

    bias: float
    bias_on_clicks: float
    auc: float


def graph_of(relation: Relation) -> TaskGraph:
    """A click, the conversion given it, and the action between the two where the relation asks for one."""
    tasks = [
        Task(name="click", kind=Binary(), label="click"),
        Task(name="conversion", kind=Binary(), label="conversion", given="click", relation=relation),
    ]
    if relation.other_parent:
        tasks.append(Task(name=relation.other_parent, kind=Binary(), label=relation.other_parent, given="click"))
    return TaskGraph(tuple(tasks))


def judge(sample: Sample, rates: np.ndarray) -> Judged:
    """Holds predicted rates of the evaluated rows, `[rows]`, to the truth."""
    clicked = sample.clicked
    return Judged(
        bias=float(rates.mean() / sample.rate.mean()),
        bias_on_clicks=float(rates[clicked].mean() / sample.rate[clicked].mean()),
        auc=float(roc_auc_score(sample.conversion, rates)),
    )


def _run(sample: Sample, relation: Relation, setting: Setting, seed: int) -> Judged:
    from benchmarks.in_memory import predict, train
    from models.model import MultiTaskModel

    settings = ModelSettings(architecture=SharedBottom(expert=(64, 32)), tower=(16,), seed=seed)
    model = MultiTaskModel(settings, sample.inputs, graph_of(relation))
    model.compile(optimizer=build(Adam(), Adagrad(learning_rate=0.05)))
    train(model, sample.train, epochs=setting.epochs, batch_size=setting.batch_size, seed=seed)
    return judge(sample, predict(model, sample.evaluated)["conversion"])


def _runs(setting: Setting, seeds: range, console: Console) -> tuple[dict[str, list[Judged]], float]:
    """By relation, one a seed; and by how much clicked rows convert oftener than all."""
    found: dict[str, list[Judged]] = {}
    selection = []
    for seed in seeds:
        sample = setting.sample(seed)
        selection.append(sample.selection)
        for name, relation in RELATIONS.items():
            if relation.other_parent is None or sample.has_action:
                found.setdefault(name, []).append(_run(sample, relation, setting, seed))
        console.print(f"{setting.title}: seed {seed} done", style="dim")
    return found, float(np.mean(selection))


def _table(title: str, runs: Mapping[str, list[Judged]]) -> Table:
    table = Table(title=title, box=SIMPLE)
    table.add_column("relation")
    for heading in ("bias", "bias on clicks", "AUC", "AUC less plain's [95 %]", "|log bias| less plain's [95 %]"):
        table.add_column(heading, justify="right")
    for name, judged in runs.items():
        pairs = list(zip(judged, runs[REFERENCE], strict=True))
        auc = student_interval([own.auc - other.auc for own, other in pairs])
        off = student_interval([abs(np.log(own.bias)) - abs(np.log(other.bias)) for own, other in pairs])
        means = [np.mean([getattr(run, field) for run in judged]) for field in ("bias", "bias_on_clicks", "auc")]
        less = ("", "") if name == REFERENCE else (auc.text(signed=True), off.text(3, signed=True))
        table.add_row(name, f"{means[0]:.3f}", f"{means[1]:.3f}", f"{means[2]:.4f}", *less)
    return table


def _settings(data: pathlib.Path | None, *, shrink: int) -> Iterator[Setting]:
    from benchmarks.selection_bias_rows import coat, simulated

    for confounder, title in ((0.0, "simulator, selection by features"), (1.0, "simulator, a hidden confounder too")):
        yield Setting(
            title,
            lambda seed, confounder=confounder: simulated(seed, confounder=confounder, shrink=shrink),  # type: ignore[misc]
            epochs=2,
            batch_size=512,
        )
    if data is not None:
        sample = coat(data / "coat")
        yield Setting("coat, self-selected ratings", lambda seed: sample, epochs=10 // min(shrink, 5), batch_size=512)


def main() -> int:
    """Prints a table for each source of rows."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=pathlib.Path, help="the folder of data sets, for coat")
    parser.add_argument("--seeds", type=int, default=5, help="how many, two at least")
    parser.add_argument("--quick", action="store_true", help="a tenth of the rows: to see that it runs")
    arguments = parser.parse_args()
    load_tensorflow()
    console, started = Console(width=WIDTH), time.monotonic()
    for setting in _settings(arguments.data, shrink=10 if arguments.quick else 1):
        runs, selection = _runs(setting, range(1, arguments.seeds + 1), console)
        console.print(_table(f"{setting.title}: clicked rows convert {selection:.2f} times as often as all", runs))
    console.print("bias: mean prediction over mean truth, 1 is right; * marks an interval without zero")
    console.print(f"{arguments.seeds} seeds, {time.monotonic() - started:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
