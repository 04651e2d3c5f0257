"""Prints how many rows a second are read, beside how many a second the PLE example trains on."""

from __future__ import annotations

import argparse
import pathlib
import statistics
import tempfile
import time
from collections.abc import Callable
from typing import Final

import numpy as np
import tensorflow as tf

import models  # noqa: F401  # Picks Keras 2 before TensorFlow is imported.
from components.trainer.build import build_model, model_input
from components.trainer.plan import InputPlan, TrainerPlan
from components.trainer.rows import RowFormat, RowStore, Split, row_format, store_rows
from components.trainer.settings import TrainingSettings
from models.architectures import PLE
from models.balancers import Static
from models.model import MultiTaskModel
from models.settings import ModelSettings
from models.tasks import Kind, Task, TaskGraph

__all__ = ["main"]

NUM_FEATURES: Final = 20
NUM_IDS: Final = 10_000
NUM_SHARDS: Final = 4
WANTED: Final = 3.0


def main() -> None:
    """Reads the command line, measures, prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--train-rows", type=int, default=50_000, help="rows that are trained on in a round")
    arguments = parser.parse_args()
    plan = _plan()
    form = row_format(plan.inputs, TaskGraph(plan.tasks))
    with tempfile.TemporaryDirectory() as folder:
        _write_rows(pathlib.Path(folder), form, arguments.rows)
        _measure(plan, form, folder, rounds=arguments.rounds, train_rows=arguments.train_rows)


def _measure(plan: TrainerPlan, form: RowFormat, folder: str, *, rounds: int, train_rows: int) -> None:
    model = build_model(plan, tuple(model_input(column, {}) for column in plan.inputs))
    limit, batch_size = plan.training.shuffle_rows, plan.training.batch_size
    steps = train_rows // batch_size
    times: dict[str, list[float]] = {"files into the store": [], "store to batches": [], "training": []}
    for number in range(-1, rounds):  # The first round only warms up.
        stored: list[RowStore] = []
        found = {
            "files into the store": _seconds(
                lambda into=stored: into.append(  # type: ignore[misc]  # mypy cannot infer a lambda's default.
                    store_rows([f"{folder}/*"], form, split="train", bucket_rows=limit)
                )
            )
        }
        with stored[0] as store:
            split = Split(store, form)
            batches = split.shuffled(seed=1, epoch=number + 2, batch_size=batch_size)
            found["store to batches"] = _seconds(lambda every=batches: _drain(every))  # type: ignore[misc]
            found["training"] = _seconds(lambda every=batches: _train(model, every, steps))  # type: ignore[misc]
            if number >= 0:
                rows = {"training": steps * batch_size}
                for name, seconds in found.items():
                    times[name].append(rows.get(name, store.num_rows) / seconds)
    _show({name: statistics.median(rates) for name, rates in times.items()})


def _show(rates: dict[str, float]) -> None:
    trained, sustained = rates["training"], rates["store to batches"]
    once = 1 / (1 / rates["files into the store"] + 1 / sustained)
    for name, rate in (*rates.items(), ("one epoch, files to batches", once)):
        print(f"{name:28} {rate:12,.0f} rows/s {rate / trained:8.1f} x training")
    verdict = "met" if sustained >= WANTED * trained else "missed"
    print(f"reading alone, epoch after epoch: {sustained / trained:.1f} x training; wanted {WANTED:g} x: {verdict}")


def _seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def _drain(batches: tf.data.Dataset) -> None:
    for _ in batches:
        pass


def _train(model: MultiTaskModel, batches: tf.data.Dataset, steps: int) -> None:
    model.fit(batches.take(steps), verbose=0)


def _plan() -> TrainerPlan:
    names = [f"feature_{number:02d}" for number in range(NUM_FEATURES)]
    return TrainerPlan(
        tasks=(
            Task(name="click", kind=Kind.BINARY, label="clicked == 1"),
            Task(name="buy", kind=Kind.BINARY, label="bought == 1", given="click"),
            Task(name="dwell", kind=Kind.REGRESSION, label="seconds"),
        ),
        inputs=tuple(InputPlan(name=name, dim=8, table=name, fixed_ids=NUM_IDS) for name in names),
        columns={},
        model=ModelSettings(architecture=PLE(), tower=(64,)),
        balancing=Static(),
        training=TrainingSettings(epochs=1),
        checkpoint_root="",
    )


def _write_rows(folder: pathlib.Path, form: RowFormat, rows: int) -> None:
    """Random transformed examples in gzipped TFRecord shards, as Transform writes them."""
    rng = np.random.default_rng(0)
    for shard in range(NUM_SHARDS):
        with tf.io.TFRecordWriter(str(folder / f"rows-{shard}.gz"), "GZIP") as writer:
            for _ in range(rows // NUM_SHARDS):
                features = tf.train.Features()
                for name, value in zip(form.ids, rng.integers(0, NUM_IDS, len(form.ids)).tolist(), strict=True):
                    features.feature[name].int64_list.value.append(value)
                for name, value in zip(form.targets, rng.integers(0, 2, len(form.targets)).tolist(), strict=True):
                    features.feature[name].float_list.value.append(value)
                writer.write(tf.train.Example(features=features).SerializeToString())


if __name__ == "__main__":
    main()
