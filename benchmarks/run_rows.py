"""The rows of a finished run, as its pipeline dealt, labelled and scored them."""

from __future__ import annotations

import dataclasses
import pathlib
from collections.abc import Iterator
from typing import Final

import numpy as np

from models.deferred import tf
from models.expression import ColumnType
from models.tasks import Output, known_column, label_column
from pipeline.config import PipelineConfig

__all__ = ["Rows", "read_rows", "score_rows"]

_BATCH: Final = 4_096


@dataclasses.dataclass(frozen=True)
class Rows:
    """One split.

    Attributes:
        serialized: `[rows]`, tf.Example as ExampleGen wrote them.
        numbers: By raw input column, `[rows]` float64, NaN where missing.
        texts: By raw input column, `[rows]` objects of type str, "" where missing.
        targets: By label and known column, `[rows]` float32.
    """

    serialized: np.ndarray
    numbers: dict[str, np.ndarray]
    texts: dict[str, np.ndarray]
    targets: dict[str, np.ndarray]

    def labels(self, output: Output) -> tuple[np.ndarray, np.ndarray]:
        """The labels of an output in its sample space, and the places of these rows."""
        places = np.flatnonzero(self.targets[known_column(output.name)] > 0)
        return self.targets[label_column(output.name)][places], places


def read_rows(config: PipelineConfig, split: str) -> Rows:
    """What ExampleGen of the newest run wrote into `split`, with the columns that the model's features read."""
    folder = _newest(config, "TaskExampleGen/examples") / f"Split-{split}"
    files = sorted(map(str, folder.glob("*.gz")))
    serialized = np.array(list(tf.data.TFRecordDataset(files, "GZIP").as_numpy_iterator()), dtype=object)
    numbers = [name for name, kind in config.input_columns.items() if kind is not ColumnType.STRING]
    texts = [name for name, kind in config.input_columns.items() if kind is ColumnType.STRING]
    targets = [column(output.name) for output in config.graph.outputs for column in (label_column, known_column)]
    features = {
        **{name: tf.io.FixedLenFeature([], tf.float32, np.nan) for name in (*numbers, *targets)},
        **{name: tf.io.FixedLenFeature([], tf.string, "") for name in texts},
    }
    batches = [tf.io.parse_example(list(part), features) for part in _batches(serialized)]
    parsed = {name: np.concatenate([batch[name].numpy() for batch in batches]) for name in features}
    return Rows(
        serialized,
        {name: parsed[name].astype(np.float64) for name in numbers},
        {name: np.array([value.decode(errors="replace") for value in parsed[name]], object) for name in texts},
        {name: parsed[name] for name in targets},
    )


def score_rows(config: PipelineConfig, rows: Rows) -> dict[str, np.ndarray]:
    """By output, `[rows]`: what the newest exported model answers, blessed or not."""
    model = tf.saved_model.load(str(_newest(config, "Trainer/model") / "Format-Serving"))
    serve = model.signatures["serving_default"]
    (name,) = serve.structured_input_signature[1]
    answers = [serve(**{name: tf.constant(list(part))}) for part in _batches(rows.serialized)]
    return {key: np.concatenate([np.ravel(answer[key]) for answer in answers]) for key in answers[0]}


def _newest(config: PipelineConfig, artifact: str) -> pathlib.Path:
    folder = pathlib.Path(config.home, "artifacts", artifact)
    return max((path for path in folder.iterdir() if path.name.isdigit()), key=lambda path: int(path.name))


def _batches(values: np.ndarray) -> Iterator[np.ndarray]:
    for start in range(0, len(values), _BATCH):
        yield values[start : start + _BATCH]
