"""What one call of an exported model costs: all tasks at once against one model a task, and by each signature.

python -m benchmarks.serving_latency [--rounds 60] [--processor]

Models are exported as the Trainer does, loaded through the session loader, which is TF Serving's way, and asked in this
process: what a network adds is the same for all. Rounds alternate, so that a busy machine slows all alike; with
--processor what the process works is counted, on one thread, and not the clock.
"""

from __future__ import annotations

import argparse
import dataclasses
import pathlib
import tempfile
import time
from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np
import tensorflow as tf

from benchmarks.steps import interleaved_medians
from components.trainer.export import PREDICT_CANDIDATES, PREDICT_COLUMNS, SERVING_DEFAULT, export
from components.twins.budget import twin_widths
from models.architectures import PLE, SingleTask
from models.cost import network_size
from models.expression import ColumnType
from models.heads import Binary
from models.inputs import EmbeddingInput
from models.model import MultiTaskModel
from models.settings import ModelSettings
from models.tasks import Task, TaskGraph
from pipeline.serving.server.model import ServedModel

__all__ = ["SPEC", "TASKS", "Latency", "Vocabularies", "draw_rows", "main", "measure", "ple_model"]

CANDIDATES: Final = (1, 100, 1_000)
TASKS: Final = (
    Task(name="click", kind=Binary(), label="clicked"),
    Task(name="buy", kind=Binary(), label="bought", given="click"),
    Task(name="like", kind=Binary(), label="liked"),
)
_USER: Final = tuple(f"user_{place}" for place in range(8))
_COLUMNS: Final = (*_USER, *(f"item_{place}" for place in range(12)))
SPEC: Final = dict.fromkeys(_COLUMNS, tf.io.FixedLenFeature([], tf.string))  # Raw columns, and how they come.
_NUM_IDS: Final = 10_000
_DIM: Final = 16
_SHAPE: Final = (1_024, 512)  # The proportions of the network of one task.


@dataclasses.dataclass(frozen=True)
class Latency:
    """Seconds of one call for so many candidates, medians.

    Attributes:
        candidates: Of one user.
        all_tasks: The model of three tasks, by columns.
        one_task: A network of one task of that size, by columns.
        three_models: Three of these, one after the other.
        examples: The model of three tasks, by serialized examples.
        candidates_call: The same, the user's columns sent once.
    """

    candidates: int
    all_tasks: float
    one_task: float
    three_models: float
    examples: float
    candidates_call: float


class Vocabularies(tf.Module):
    """Stands for Transform's layer: each column's values become ids."""

    def __init__(self) -> None:
        super().__init__()
        values = tf.constant([f"value {number}" for number in range(_NUM_IDS)])
        names = tf.lookup.KeyValueTensorInitializer(values, tf.range(_NUM_IDS, dtype=tf.int64))
        self.table = tf.lookup.StaticHashTable(names, 0)

    def __call__(self, raw: Mapping[str, Any]) -> dict[str, tf.Tensor]:
        """Ids by column."""
        return {name: self.table.lookup(values) for name, values in raw.items()}


def measure(folder: pathlib.Path, *, rounds: int, clock: Callable[[], float] = time.perf_counter) -> list[Latency]:
    """Exports the models under `folder`, and asks them."""
    models = {"all": ple_model()}
    settings, inputs = models["all"].settings, models["all"].input_specs
    budget = network_size(settings, inputs, TaskGraph(TASKS))
    for task in TASKS:
        alone = dataclasses.replace(task, given=None)
        widths = twin_widths(alone, settings, inputs, shape=_SHAPE, budget=budget)
        single = dataclasses.replace(settings, architecture=SingleTask(expert=widths))
        models[task.name] = MultiTaskModel(single, inputs, TaskGraph((alone,)))
    served = {name: _served(model, folder / name) for name, model in models.items()}
    return [_latency(served, number, rounds=rounds, clock=clock) for number in CANDIDATES]


def ple_model() -> MultiTaskModel:
    """Of three tasks."""
    inputs = tuple(EmbeddingInput(name=name, table=name, num_ids=_NUM_IDS, dim=_DIM) for name in _COLUMNS)
    architecture = PLE(num_levels=2, num_shared=4, num_specific=2, expert=(128, 64))
    return MultiTaskModel(ModelSettings(architecture=architecture, tower=(64,)), inputs, TaskGraph(TASKS))


def draw_rows(number: int) -> dict[str, np.ndarray]:
    """Candidates of one user, by column."""
    draw = np.random.default_rng(number)
    rows = {
        name: np.array([f"value {id_}".encode() for id_ in draw.integers(0, _NUM_IDS, number)], object)
        for name in _COLUMNS
    }
    return rows | {name: np.full(number, rows[name][0], object) for name in _USER}


def _served(model: MultiTaskModel, folder: pathlib.Path) -> ServedModel:
    columns = dict.fromkeys(_COLUMNS, ColumnType.STRING)
    export(model, Vocabularies(), SPEC, columns=columns, folder=str(folder), user=_USER)
    return ServedModel(folder, 1)


def _latency(served: Mapping[str, ServedModel], number: int, *, rounds: int, clock: Callable[[], float]) -> Latency:
    rows = draw_rows(number)
    once = rows | {name: rows[name][:1] for name in _USER}
    examples = {"examples": np.array([_example(rows, row) for row in range(number)], object)}
    names = [task.name for task in TASKS]
    calls = {
        "all": _call(served["all"], PREDICT_COLUMNS, rows),
        **{name: _call(served[name], PREDICT_COLUMNS, rows) for name in names},
        "examples": _call(served["all"], SERVING_DEFAULT, examples),
        "once": _call(served["all"], PREDICT_CANDIDATES, once),
    }
    took_s = interleaved_medians(calls, rounds=rounds, warm_up=10, clock=clock)
    singles = [took_s[name] for name in names]
    return Latency(number, took_s["all"], float(np.median(singles)), sum(singles), took_s["examples"], took_s["once"])


def _call(model: ServedModel, signature: str, inputs: Mapping[str, np.ndarray]) -> Callable[[], object]:
    found = model.signature(signature)
    return lambda: model.run(found, inputs)


def _example(rows: Mapping[str, np.ndarray], row: int) -> bytes:
    example = tf.train.Example()
    for name, values in rows.items():
        example.features.feature[name].bytes_list.value.append(values[row])
    return example.SerializeToString()


def main() -> None:
    """Prints one line for each number of candidates."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=60)
    parser.add_argument("--processor", action="store_true", help="counts processor time, on one thread")
    given = parser.parse_args()
    if given.processor:
        tf.config.threading.set_intra_op_parallelism_threads(1)
        tf.config.threading.set_inter_op_parallelism_threads(1)
    clock = time.process_time if given.processor else time.perf_counter
    with tempfile.TemporaryDirectory(prefix="serving-latency-") as folder:
        for told in measure(pathlib.Path(folder), rounds=given.rounds, clock=clock):
            print(
                f"{told.candidates:>5} candidates: all tasks {told.all_tasks * 1e3:.2f} ms, which is "
                f"{told.all_tasks / told.one_task:.2f} x one task of that size ({told.one_task * 1e3:.2f} ms), and "
                f"three of these take {told.three_models / told.all_tasks:.2f} x as long; "
                f"by examples {told.examples / told.all_tasks:.2f} x, "
                f"user once {told.candidates_call / told.all_tasks:.2f} x"
            )


if __name__ == "__main__":
    main()
