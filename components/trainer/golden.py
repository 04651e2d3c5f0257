"""Keeps a golden batch: a few raw eval rows with what the trained model, still in memory, predicts of them."""

from __future__ import annotations

import pathlib
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import tensorflow as tf

from components.parity.config import MOST_ROWS
from components.parity.golden import GOLDEN_FILE, Golden
from components.trainer.cells import first_value
from components.trainer.plan import TrainerPlan
from components.trainer.settings import Precision
from models.expression import ColumnType
from models.fusion import SCORE, FlatWeights, score_name, score_rows
from models.heads import Binary, Multiclass
from models.model import MultiTaskModel
from models.tasks import TaskGraph
from models.tasks.check import served_names

__all__ = ["keep_golden"]

# What sums of one and the same product may differ by when they are taken in another order, with room to spare.
_TOLERANCES: Final = {Precision.FLOAT32: 1e-5, Precision.FLOAT16: 2e-3, Precision.BFLOAT16: 2e-2}
_POOL: Final = 16  # So many times the rows are looked at to choose from.
_SEED: Final = 20  # Of the choice: one for all runs, so that the same rows give the same batch.

Transform = Any  # TensorFlow Transform's layer: it carries no types.


def keep_golden(
    model: MultiTaskModel,
    transform: Transform,
    raw_spec: Mapping[str, Any],
    *,
    plan: TrainerPlan,
    files: Sequence[str],
    folder: str,
    weights: FlatWeights | None = None,
) -> Golden:
    """Writes `golden.json`, with as many rows as any check may ask for: another wish of it must not train again.

    Rows are parsed, transformed and scored eagerly, in one batch and by other code than the export's, so that what the
    export adds (its own parsing, tracing, saving) cannot hide in it.

    Args:
        model: With its final weights.
        transform: From raw columns to the model's.
        raw_spec: The feature types that `transform` takes, by raw column.
        plan: What was trained.
        files: Patterns of files with raw examples.
        folder: The Trainer's `model_run`.
        weights: Of fused scores; None for those declared.

    Returns:
        What was written.
    """
    rows = _chosen(files, MOST_ROWS)
    predictions = _predictions(model, transform, raw_spec, plan=plan, rows=rows)
    scores = _scores(plan, rows, predictions, weights=weights)
    golden = Golden(
        rows=rows,
        predictions=predictions | scores,
        relative=(*_relative(plan), *scores),
        tolerance=_TOLERANCES[plan.training.precision],
    )
    pathlib.Path(folder, GOLDEN_FILE).write_text(golden.to_json(), encoding="utf-8")
    return golden


def _chosen(patterns: Sequence[str], num_rows: int) -> tuple[bytes, ...]:
    """A seeded choice among the first rows; ExampleGen has put them in an order by hash."""
    paths = sorted(path for pattern in patterns for path in tf.io.gfile.glob(pattern))
    if not paths:
        return ()
    gzipped = "GZIP" if paths[0].endswith(".gz") else ""
    pool = list(tf.data.TFRecordDataset(paths, gzipped).take(num_rows * _POOL).as_numpy_iterator())
    places = np.random.default_rng(_SEED).permutation(len(pool))[:num_rows]
    return tuple(pool[place] for place in places)


def _predictions(
    model: MultiTaskModel,
    transform: Transform,
    raw_spec: Mapping[str, Any],
    *,
    plan: TrainerPlan,
    rows: Sequence[bytes],
) -> dict[str, np.ndarray]:
    if not rows:
        return {}
    spec = {name: raw_spec[name] for name in plan.columns}
    rounded = tf.config.experimental.tensor_float_32_execution_enabled()
    tf.config.experimental.enable_tensor_float_32_execution(False)  # GPUs would keep ten bits of every factor.
    try:
        transformed = transform(tf.io.parse_example(tf.constant(list(rows), tf.string), spec))
        features = {column.name: transformed[column.name] for column in model.input_specs}
        return {name: values.numpy() for name, values in model(features, training=False).items()}
    finally:
        tf.config.experimental.enable_tensor_float_32_execution(rounded)


def _scores(
    plan: TrainerPlan,
    rows: Sequence[bytes],
    predictions: Mapping[str, np.ndarray],
    *,
    weights: FlatWeights | None,
) -> dict[str, np.ndarray]:
    """The fused ones, by NumPy; none without a fusion."""
    if plan.fusion is None or not rows:
        return {}
    parsed = [tf.train.Example.FromString(row).features.feature for row in rows]
    columns = {
        name: np.array([first_value(row, name, kind) for row in parsed], object if kind is ColumnType.STRING else "f4")
        for name, kind in plan.fusion_columns.items()
    }
    values = {**predictions, **columns}
    fusion = plan.fusion
    of_each = {score_name(name): score_rows(fusion, name, values, weights=weights) for name in fusion.formulas}
    return {SCORE: of_each[score_name(fusion.served)], **of_each}


def _relative(plan: TrainerPlan) -> tuple[str, ...]:
    """Served outputs that are no probabilities."""
    tasks = TaskGraph(plan.tasks).tasks
    return tuple(
        name for task in tasks if not isinstance(task.kind, (Binary, Multiclass)) for name in served_names(task)
    )
