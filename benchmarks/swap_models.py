"""Models of one shape and different weights, exported with warm-up requests, and what each answers to the same rows."""

from __future__ import annotations

import dataclasses
import pathlib
from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from benchmarks.quiet import load_tensorflow

__all__ = ["export_models"]

_COLUMNS: Final = tuple(f"column_{place}" for place in range(8))
_NUM_IDS: Final = 10_000
_WARMUP_ROWS: Final = 32


def export_models(
    folder: pathlib.Path, *, count: int, rows: int
) -> tuple[list[pathlib.Path], dict[str, list[bytes]], list[dict[str, np.ndarray]]]:
    """Exports `count` models; returns their folders, raw columns to ask them, and the outputs of each."""
    load_tensorflow()
    from benchmarks.serving_latency import TASKS, Vocabularies
    from components.trainer.export import export
    from components.trainer.warmup import write_warmup
    from models.architectures import PLE
    from models.expression import ColumnType
    from models.inputs import EmbeddingInput
    from models.model import MultiTaskModel
    from models.settings import ModelSettings
    from models.tasks import TaskGraph

    draw = np.random.default_rng(0)
    values = {name: [f"value {it}".encode() for it in draw.integers(0, _NUM_IDS, rows)] for name in _COLUMNS}
    columns = dict.fromkeys(_COLUMNS, ColumnType.STRING)
    inputs = tuple(EmbeddingInput(name=name, table=name, num_ids=_NUM_IDS, dim=16) for name in _COLUMNS)
    settings = ModelSettings(architecture=PLE(num_levels=1, num_shared=2, num_specific=1, expert=(64, 32)), tower=(16,))
    folders, wanted = [], []
    for number in range(count):
        model = MultiTaskModel(dataclasses.replace(settings, seed=number), inputs, TaskGraph(TASKS))
        path = folder / str(number)
        export(model, Vocabularies(), _raw_spec(), columns=columns, folder=str(path))
        write_warmup(
            str(path), [_example(values, row) for row in range(min(rows, _WARMUP_ROWS))], columns=columns, user=[]
        )
        folders.append(path)
        wanted.append(_answers(path, values))
    return folders, values, wanted


def _raw_spec() -> dict[str, Any]:
    import tensorflow as tf

    return dict.fromkeys(_COLUMNS, tf.io.FixedLenFeature([], tf.string))


def _example(values: Mapping[str, list[bytes]], row: int) -> bytes:
    import tensorflow as tf

    example = tf.train.Example()
    for name, of in values.items():
        example.features.feature[name].bytes_list.value.append(of[row])
    return example.SerializeToString()


def _answers(path: pathlib.Path, values: Mapping[str, list[bytes]]) -> dict[str, np.ndarray]:
    from pipeline.serving.server.model import ServedModel

    served = ServedModel(path, 1)
    outputs = served.run(
        served.signature("predict_columns"), {name: np.array(of, object) for name, of in values.items()}
    )
    served.close()
    return outputs
