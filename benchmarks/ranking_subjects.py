"""Lists of candidates on which roads to one order are compared: real ones, and drawn ones of known relevance."""

from __future__ import annotations

import dataclasses
import functools
import pathlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

import numpy as np

from models.architectures import PLE, MMoE
from models.heads import Binary
from models.inputs import DenseInput, EmbeddingInput, Input
from models.optimizers import Adagrad, Adam, OptimizerConfig
from models.seeds import derive
from models.settings import ModelSettings
from models.tasks import Task, TaskGraph, known_column, label_column, weight_column

if TYPE_CHECKING:
    from benchmarks.in_memory import Rows

__all__ = [
    "FIT",
    "GRADE",
    "JUDGED",
    "KUAIRAND",
    "LISTS",
    "NAMES",
    "SIMULATED",
    "TRUTH",
    "TUNED",
    "Subject",
    "subject_of",
]

KUAIRAND: Final = "kuairand, lists by user and day"
SIMULATED: Final = "simulated lists"
NAMES: Final = (KUAIRAND, SIMULATED)
FIT, TUNED, JUDGED = "fit", "tuned", "judged"  # To learn; to tune fusion weights and stop trees by; to be judged on.

GRADE: Final = "grade"  # Of an ordering of the objectives: what a ranking loss learns.
LISTS: Final = "list/rows"
TRUTH: Final = "truth/relevance"

QUICK_SHARE: Final = 0.1
_TUNED_SHARE: Final = 0.2  # Of the train lists.


@dataclasses.dataclass(frozen=True)
class Subject:
    """Lists, and the networks for them.

    Attributes:
        name: Told in results.
        objectives: Binary outputs, from the least to the most wanted: the ordering that makes grades.
        inputs: What networks read.
        model: Of all objectives; its size is the budget of every network.
        shape: Proportions of the widths of the layers of a network alone.
        optimizers: Dense and of embeddings.
        epochs: Of a run.
        batch_size: Of a step.
        rows: By `FIT`, `TUNED` and `JUDGED`; targets hold labels of objectives and of `GRADE`, `LISTS`, and, where it
            is known, `TRUTH`.
    """

    name: str
    objectives: tuple[str, ...]
    inputs: tuple[Input, ...]
    model: ModelSettings
    shape: tuple[int, ...]
    optimizers: tuple[OptimizerConfig, OptimizerConfig]
    epochs: int
    batch_size: int
    rows: Mapping[str, Rows]

    @functools.cached_property
    def tasks(self) -> TaskGraph:
        """A binary task an objective."""
        return TaskGraph(tuple(Task(name=name, kind=Binary(), label=name) for name in self.objectives))


def subject_of(name: str, seed: int, *, data: pathlib.Path | None, cache: pathlib.Path, is_quick: bool) -> Subject:
    """One of `NAMES`.

    Args:
        name: See `NAMES`.
        seed: Draws the world and the rows of the simulated one; of the real one which lists tune.
        data: The folder of data sets.
        cache: Where features that were made once are kept.
        is_quick: Takes a tenth of the lists.
    """
    made = _simulated(seed) if name == SIMULATED else _kuairand(data, cache)
    inputs, parts, settings = made
    share = QUICK_SHARE if is_quick else 1.0
    train, judged = (_some(parts[split], share) for split in ("train", "eval"))
    is_tuned = _drawn(train.targets[LISTS], _TUNED_SHARE, seed)
    rows = {FIT: train.chosen(~is_tuned), TUNED: train.chosen(is_tuned), JUDGED: judged}
    shown = f"{name} ({QUICK_SHARE:.0%} of them)" if is_quick else name
    return Subject(name=shown, inputs=inputs, rows=rows, **settings)


def _drawn(lists: np.ndarray, share: float, seed: int) -> np.ndarray:
    """`[rows]` bool: rows of a share of the lists."""
    ids, codes = np.unique(lists, return_inverse=True)
    return (np.random.default_rng(derive(seed, "ranking", "lists")).random(len(ids)) < share)[codes]


def _some(rows: Rows, share: float) -> Rows:
    return rows if share == 1 else rows.chosen(_drawn(rows.targets[LISTS], share, 0))


_Made = tuple[tuple[Input, ...], "Mapping[str, Rows]", dict[str, object]]


def _with_grades(features: Mapping[str, np.ndarray], labels: Mapping[str, np.ndarray], **more: np.ndarray) -> Rows:
    """Rows whose grade is the place of the highest objective that happened, from 1; 0 for none."""
    from benchmarks.in_memory import Rows

    targets: dict[str, np.ndarray] = {}
    grade = np.zeros(len(more["lists"]), np.float32)
    for place, (name, label) in enumerate(labels.items(), start=1):
        grade = np.where(label > 0, np.float32(place), grade)
        targets[label_column(name)] = np.float32(label)
    targets |= {label_column(GRADE): grade, LISTS: more["lists"].astype(np.int64)}
    for name in (*labels, GRADE):
        targets |= {column(name): np.ones_like(grade) for column in (known_column, weight_column)}
    if "truth" in more:
        targets[TRUTH] = np.float32(more["truth"])
    return Rows(dict(features), targets)


_ENGAGED: Final = ("follow", "comment", "forward", "profile_enter")


def _kuairand(data: pathlib.Path | None, cache: pathlib.Path) -> _Made:
    """Clicks, long views, and whether anything more was done; a list is what a user saw on a day."""
    from benchmarks.architectures_features import load, save

    path = cache / "ranking_kuairand.npz"
    if not path.exists():
        if data is None:
            raise SystemExit(f"{KUAIRAND} needs the folder of data sets: give --data.")
        save(path, *_kuairand_rows(data, cache))
    inputs, rows = load(path)
    model = ModelSettings(
        architecture=PLE(num_levels=1, num_shared=1, num_specific=2, expert=(64,)), tower=(), dropout=0.5, l2=0.0003
    )
    return inputs, rows, {
        "objectives": ("click", "long_view", "engaged"),
        "model": model,
        "shape": (64,),
        "optimizers": (Adam(learning_rate=0.001), Adagrad(learning_rate=0.1)),
        "epochs": 5,
        "batch_size": 256,
    }  # fmt: skip


def _kuairand_rows(data: pathlib.Path, cache: pathlib.Path) -> tuple[tuple[Input, ...], dict[str, Rows]]:
    import tensorflow_transform as tft

    from benchmarks.architectures_features import transform_graph
    from benchmarks.prepare_kuairand import join
    from benchmarks.real_cases import CONFIGS
    from components.trainer.rows import row_format
    from pipeline.affinity.inputs import stored_inputs
    from pipeline.baseline.rows import read_rows
    from pipeline.config import load_config
    from pipeline.graph import trainer_plan

    joined = cache / "kuairand.csv"
    if not joined.exists():
        join(data / "kuairand_dev", joined)
    # Of lists examples need only keep their day: the user is an input.
    overrides = [f"root={cache / 'runs'}", f"push.directory={cache / 'served'}", f"data.path={joined}"]
    config = load_config(str(CONFIGS / "kuairand.yaml"), [*overrides, "name=kuairand_lists", "evaluation.list=date"])
    graph = transform_graph(config)
    folder = max(
        pathlib.Path(config.home, "artifacts/TaskExampleGen/examples").iterdir(), key=lambda one: int(one.name)
    )
    plan = trainer_plan(config)
    form = row_format(plan.inputs, config.graph)
    found = {}
    for split in ("train", "eval"):
        given = tft.TFTransformOutput(graph)
        own = read_rows(str(folder), split, transformed=given, rows=form, raw=("user_id", "date"))
        labels = {name: own.targets[label_column(name)] for name in ("click", "long_view")}
        labels["engaged"] = np.max([own.targets[label_column(name)] for name in _ENGAGED], axis=0)
        seen = [f"{user} {day}" for user, day in zip(own.raw["user_id"], own.raw["date"], strict=True)]
        found[split] = _with_grades(own.features, labels, lists=np.unique(seen, return_inverse=True)[1])
    return stored_inputs(plan, graph), found


_NUM_LISTS: Final = {"train": 4_000, "eval": 1_000}
_LENGTH: Final = 20
_USERS, _ITEMS, _LATENT = 500, 1_000, 4
_WORTH: Final = 3.0  # Of a purchase, in clicks.


def _simulated(seed: int) -> _Made:
    """Lists of a user: what pleases differs between users, and what is bought is not what is clicked."""
    draws = np.random.default_rng(derive(seed, "ranking", "world"))
    user, click, extra = (draws.normal(size=(count, _LATENT)) for count in (_USERS, _ITEMS, _ITEMS))
    buy = 0.3 * click + np.sqrt(1 - 0.3**2) * extra
    level = draws.normal(size=_ITEMS)
    rows = {}
    for split, count in _NUM_LISTS.items():
        whose = np.repeat(draws.integers(0, _USERS, count), _LENGTH)
        item = draws.integers(0, _ITEMS, count * _LENGTH)
        price, fit = draws.normal(size=(2, count * _LENGTH)).astype(np.float32)
        pleased, wanted = (np.sum(user[whose] * taste[item], axis=1) for taste in (click, buy))
        clicked = 1 / (1 + np.exp(-(0.8 * pleased + level[item] + fit - 1.5)))
        bought = 1 / (1 + np.exp(-(0.8 * wanted - price - 3.0)))
        labels = {"click": draws.random(len(item)) < clicked, "buy": draws.random(len(item)) < bought}
        features = {"user": whose.astype(np.int64), "item": item.astype(np.int64), "price": price, "fit": fit}
        lists = np.repeat(np.arange(count), _LENGTH)
        rows[split] = _with_grades(features, labels, lists=lists, truth=clicked + _WORTH * bought)
    inputs = (
        EmbeddingInput(name="user", table="user", num_ids=_USERS, dim=8),
        EmbeddingInput(name="item", table="item", num_ids=_ITEMS, dim=8),
        DenseInput(name="price"),
        DenseInput(name="fit"),
    )
    return inputs, rows, {
        "objectives": ("click", "buy"),
        "model": ModelSettings(architecture=MMoE(num_experts=4, expert=(32,)), tower=(16,)),
        "shape": (64,),
        "optimizers": (Adam(learning_rate=0.003), Adagrad(learning_rate=0.1)),
        "epochs": 5,
        "batch_size": 256,
    }  # fmt: skip
