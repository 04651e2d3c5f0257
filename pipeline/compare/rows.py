"""Raw rows of files as what models read: serialized tf.Examples, with labels beside them, and cells by column."""

from __future__ import annotations

import dataclasses
import functools
import zlib
from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

import pyarrow as pa
import tensorflow as tf

from components.errors import UnusableInputError
from components.evaluator.plan import EvaluatorPlan
from components.example_gen.assign import PLACE_BYTES
from components.example_gen.derive import Deriver
from components.example_gen.files import InputFile, find_files, open_file
from components.example_gen.judge import check_cells
from components.example_gen.plan import ExampleGenPlan
from components.example_gen.readers import READERS, Block, Reading
from components.example_gen.split import EVAL, HashSplit, TimeSplit
from components.example_gen.tally import Tally, later
from components.example_gen.windows import newest_event
from models.expression import ColumnType
from models.tasks import known_column, label_column

__all__ = ["Rows", "read_rows"]

BATCH_ROWS: Final = 4_096  # Scored at once.

_ANY_SPLIT: Final = HashSplit(eval_share=0.5)  # Of rows whose file tells their split, none is asked.
_DTYPES: Final = {ColumnType.STRING: tf.string, ColumnType.NUMBER: tf.float32}


@dataclasses.dataclass(frozen=True)
class Rows:
    """A batch.

    Attributes:
        examples: `[rows]` serialized tf.Examples with the columns that the configuration keeps.
        cells: `[rows]` raw cells by column.
        columns: What the evaluation reads of the examples: labels and masks dense, others sparse. `Any`, since
            TensorFlow carries no types.
    """

    examples: list[bytes]
    cells: Mapping[str, pa.Array]
    columns: Mapping[str, Any]


def read_rows(plan: ExampleGenPlan, evaluation: EvaluatorPlan, *, path: str, more: Collection[str]) -> Iterator[Rows]:
    """All rows of the files, whatever split they would be in, written and labelled as ExampleGen does it.

    Args:
        plan: Says how; its own files are not read.
        evaluation: Says which columns are parsed.
        path: A file or glob, in the plan's format.
        more: Further raw columns to give.

    Raises:
        UnusableInputError: No file is found, or rows are not as declared; of cells, when all were seen.
    """
    # A split by time may be what tells the age of rows.
    split = plan.data.split if isinstance(plan.data.split, TimeSplit) else _ANY_SPLIT
    plan = dataclasses.replace(plan, data=plan.data.elsewhere(path, split))
    files = [dataclasses.replace(file, split=EVAL) for file in find_files(plan.data)]
    newest = functools.reduce(later, (newest_event(plan, file) for file in files), None)
    deriver, tally, spec = Deriver(plan, 1), Tally(), _spec(plan, evaluation)
    for file in files:
        for block in _blocks(plan, file, more):
            shards, counted = deriver.derive(block, file, newest)
            tally.merge(counted)
            examples = [record[PLACE_BYTES:] for records in shards.values() for record in records]
            yield Rows(examples, block.columns, tf.io.parse_example(tf.constant(examples, tf.string), spec))
    check_cells(plan, tally)


def _blocks(plan: ExampleGenPlan, file: InputFile, more: Collection[str]) -> Iterator[Block]:
    reading = Reading(plan.data, tuple(dict.fromkeys((*plan.needed, *more))), whole=False)
    try:
        for block in READERS[plan.data.format](functools.partial(open_file, file.path), file.path, reading):
            yield from block.slices(BATCH_ROWS)
    except (EOFError, OSError, zlib.error) as error:
        problem = f"`{file.path}` is cut short or cannot be read: {error}. Write it again."
        raise UnusableInputError([problem]) from error


def _spec(plan: ExampleGenPlan, evaluation: EvaluatorPlan) -> dict[str, Any]:
    """How TensorFlow parses what the evaluation reads."""
    derived = {name(output.name) for output in plan.tasks.outputs for name in (label_column, known_column)}
    return {
        name: tf.io.FixedLenFeature([], tf.float32)
        if name in derived
        else tf.io.VarLenFeature(_DTYPES[plan.columns[name]])
        for name in evaluation.columns
    }
