"""Roads from several objectives to one order: each trains on the same lists and scores the same candidates."""

from __future__ import annotations

import dataclasses
import functools
import gc
import hashlib
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Final

import numpy as np
import tensorflow as tf

from benchmarks.in_memory import Rows, predict, train
from benchmarks.ranking_results import POINTWISE, Run
from benchmarks.ranking_subjects import FIT, GRADE, JUDGED, LISTS, TRUTH, TUNED, Subject
from benchmarks.steps import interleaved_medians
from components.comparison.within import ndcgs_within
from components.trees.boosting import Trees, TreeSettings, grow
from components.trees.objective import LAMBDAMART
from components.trees.rows import TreeRows, columns_of
from components.twins.budget import twin_widths
from models.architectures import SingleTask
from models.cost import network_size
from models.fusion import PowerProduct
from models.heads import Binary, Ranking
from models.inputs import DenseInput, EmbeddingInput
from models.model import MultiTaskModel
from models.optimizers import Adam, build
from models.ranking import BPR, LambdaLoss, ListMLE, RankingLossConfig
from models.settings import ModelSettings
from models.tasks import Task, TaskGraph, label_column

__all__ = ["AT", "LOSSES", "ROADS", "ndcg", "setup_of", "take_road"]

AT: Final = 10
LOSSES: Final[Mapping[str, RankingLossConfig]] = {
    "BPR": BPR(),
    "ListMLE": ListMLE(),
    "LambdaLoss": LambdaLoss(),
}
TREES: Final = "LambdaMART"
FUSED: Final = "single-task models, fused"
ROADS: Final = (POINTWISE, *LOSSES, TREES, FUSED)
TIMED_SEED: Final = 1

_CANDIDATES: Final = 1_000
_ROUNDS: Final = 30
_WEIGHTS: Final = 64

Columns = Mapping[str, np.ndarray]
Score = Callable[[Columns], np.ndarray]  # From features, `[rows]` each, to the order's scores.


@dataclasses.dataclass(frozen=True)
class _Road:
    """A trained road: its scores, and what it chose."""

    score: Score
    weights: dict[str, float]


def setup_of(subject: Subject) -> str:
    """Changes with whatever changes what its runs come to, but for the code."""
    made_of = (subject.model, subject.shape, subject.optimizers, subject.epochs, subject.batch_size, dict(LOSSES))
    # Which lists tune is another draw with every seed; how many there are is not.
    counts = subject.rows[FIT].count + subject.rows[TUNED].count, subject.rows[JUDGED].count
    return hashlib.blake2b(repr((made_of, counts)).encode(), digest_size=4).hexdigest()


def take_road(subject: Subject, road: str, seed: int) -> Run:
    """Trains and judges one of `ROADS`."""
    _warm_up()
    started = time.perf_counter()
    trained = _train(subject, road, seed)
    train_s = time.perf_counter() - started
    judged = subject.rows[JUDGED]
    scores = trained.score(judged.features)
    run = Run(
        subject=subject.name,
        road=road,
        seed=seed,
        setup=setup_of(subject),
        ndcg={name: ndcg(judged, name, scores) for name in _judged(subject)},
        weights=trained.weights,
        train_s=round(train_s, 2),
        serving_ratio=_serving_ratio(subject, trained.score) if seed == TIMED_SEED and road != POINTWISE else None,
    )
    tf.keras.backend.clear_session()
    gc.collect()
    return run


@functools.cache
def _warm_up() -> None:
    """What TensorFlow does once a process is no road's cost."""
    tasks = TaskGraph((Task(name="any", kind=Binary(), label="any"),))
    model = MultiTaskModel(ModelSettings(architecture=SingleTask(), tower=()), (DenseInput(name="x"),), tasks)
    model.compile(optimizer=build(Adam()))
    rows = Rows({"x": np.zeros(64, np.float32)}, {label_column("any"): np.ones(64, np.float32)})
    train(model, rows, epochs=1, batch_size=32, seed=0)


def ndcg(rows: Rows, objective: str, scores: np.ndarray) -> float:
    """NDCG@10 of an order by an objective's labels, by grades or by `TRUTH`: the mean over lists with any gain."""
    gains = rows.targets[objective if objective == TRUTH else label_column(objective)]
    lists = np.unique(rows.targets[LISTS], return_inverse=True)[1]
    return float(np.nanmean(ndcgs_within(lists, gains.astype(np.float64), scores, at=AT)))


def _judged(subject: Subject) -> tuple[str, ...]:
    known = (TRUTH,) if TRUTH in subject.rows[JUDGED].targets else ()
    return (*subject.objectives, GRADE, *known)


def _train(subject: Subject, road: str, seed: int) -> _Road:
    if road == TREES:
        trees = _trees(subject, seed)
        return _Road(lambda features: trees.scores(_matrix(subject, features)[0]), {})
    if road in LOSSES:
        task = Task(name=GRADE, kind=Ranking(list="list", loss=LOSSES[road]), label=GRADE)
        model = _network(subject, task, seed)
        _fit(subject, model, seed, lists=subject.rows[FIT].targets[LISTS])
        ask = _asked([model])
        return _Road(lambda features: ask(features)[GRADE], {})
    if road == POINTWISE:
        models = [_compiled(subject, MultiTaskModel(_seeded(subject, seed), subject.inputs, subject.tasks))]
    else:
        models = [_network(subject, task, seed) for task in subject.tasks.tasks]
    for model in models:
        _fit(subject, model, seed)
    return _fused(subject, models)


def _seeded(subject: Subject, seed: int) -> ModelSettings:
    return dataclasses.replace(subject.model, seed=seed)


def _compiled(subject: Subject, model: MultiTaskModel) -> MultiTaskModel:
    model.compile(optimizer=build(*subject.optimizers))
    return model


def _network(subject: Subject, task: Task, seed: int) -> MultiTaskModel:
    """For one task, as large as the model of all objectives, to 5 %."""
    budget = network_size(subject.model, subject.inputs, subject.tasks)
    widths = twin_widths(task, subject.model, subject.inputs, shape=subject.shape, budget=budget)
    settings = dataclasses.replace(_seeded(subject, seed), architecture=SingleTask(expert=widths))
    return _compiled(subject, MultiTaskModel(settings, subject.inputs, TaskGraph((task,))))


def _fit(subject: Subject, model: MultiTaskModel, seed: int, *, lists: np.ndarray | None = None) -> None:
    rows = subject.rows[FIT]
    train(model, rows, epochs=subject.epochs, batch_size=subject.batch_size, seed=seed, lists=lists)


def _trees(subject: Subject, seed: int) -> Trees:
    fit, tuned = (_tree_rows(subject, subject.rows[part]) for part in (FIT, TUNED))
    return grow(fit, LAMBDAMART, TreeSettings(seed=seed, ndcg_at=AT), watched=tuned)


def _matrix(subject: Subject, features: Columns) -> tuple[np.ndarray, tuple[int, ...]]:
    categorical = [column.name for column in subject.inputs if isinstance(column, EmbeddingInput)]
    return columns_of({column.name: features[column.name] for column in subject.inputs}, categorical)[:2]


def _tree_rows(subject: Subject, rows: Rows) -> TreeRows:
    values, categories = _matrix(subject, rows.features)
    labels = rows.targets[label_column(GRADE)].astype(np.float64)
    return TreeRows(
        values=values, categories=categories, labels=labels, weights=np.ones(rows.count), lists=rows.targets[LISTS]
    )


def _fused(subject: Subject, models: Sequence[MultiTaskModel]) -> _Road:
    """The power product of the objectives' probabilities, whose weights order the tuned lists' grades best."""
    tuned, answered = subject.rows[TUNED], {}
    for model in models:
        answered |= predict(model, tuned)
    values = {name: answered[name].astype(np.float64) for name in subject.objectives}
    draws = np.random.default_rng(0).dirichlet(np.ones(len(values)), _WEIGHTS)
    tried = [dict(zip(values, weights, strict=True)) for weights in (*np.eye(len(values)), *draws)]
    best = max(tried, key=lambda weights: ndcg(tuned, GRADE, PowerProduct(weights=weights).score_rows(values)))
    ask = _asked(models)

    def score(features: Columns) -> np.ndarray:
        return PowerProduct(weights=best).score_rows(ask(features))

    return _Road(score, {name: round(float(weight), 4) for name, weight in best.items()})


def _asked(models: Sequence[MultiTaskModel]) -> Callable[[Columns], dict[str, np.ndarray]]:
    """From features to the answers of all models by output, in one call."""

    @tf.function
    def ask(part: Mapping[str, tf.Tensor]) -> dict[str, tf.Tensor]:
        return {name: values for model in models for name, values in model(part, training=False).items()}

    def answer(features: Columns) -> dict[str, np.ndarray]:
        given = {name: tf.constant(values) for name, values in features.items()}
        return {name: values.numpy().astype(np.float64) for name, values in ask(given).items()}

    return answer


def _serving_ratio(subject: Subject, score: Score) -> float:
    """Seconds of scoring 1,000 candidates over those of the pointwise model and its fusion, in turn."""
    model = MultiTaskModel(_seeded(subject, TIMED_SEED), subject.inputs, subject.tasks)
    pointwise = _fused(subject, [model]).score
    judged = subject.rows[JUDGED]
    chosen = judged.chosen(np.arange(_CANDIDATES) % judged.count).features
    took = interleaved_medians({"own": lambda: score(chosen), "pointwise": lambda: pointwise(chosen)}, rounds=_ROUNDS)
    return round(took["own"] / took["pointwise"], 3)
