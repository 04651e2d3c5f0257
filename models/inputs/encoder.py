"""From transformed columns to embedded inputs."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, final

import tensorflow as tf
from typing_extensions import override

from models.binding import bind_or_raise, nearest, unbind
from models.errors import raise_if_any
from models.inputs.spec import Combiner, EmbeddingInput, Input
from models.seeds import derive

__all__ = ["InputEncoder", "Lookup", "is_embedding_table"]

_INITIAL_LIMIT = 0.05  # Embeddings start within +-0.05, as Keras' own do.
_MARK = "is_embedding_table"


def is_embedding_table(variable: tf.Variable) -> bool:
    """Whether `variable` is a table, of which a step touches only some rows."""
    return getattr(variable, _MARK, False)


class Lookup(NamedTuple):
    """What one column read of a table.

    Attributes:
        table: The table, `[ids, dim]`.
        ids: `[n]`, one for each value of the column.
        vectors: `[n, dim]`, their rows.
    """

    table: tf.Variable
    ids: tf.Tensor
    vectors: tf.Tensor


@final
@tf.keras.saving.register_keras_serializable(package="evenkeel")
class InputEncoder(tf.keras.layers.Layer):
    """Embeds ids and pools multi-valued columns.

    Gradients of the tables are `tf.IndexedSlices`: one row for each id in the batch.

    Call arguments:
        features: By input name: `[batch]` int64 ids, a ragged or sparse `[batch, (values)]` of them where there is a
            combiner, `[batch]` float32 for a dense input. Further columns are not read.
        vectors: By input name what `look_up` read; None reads the tables.

    Returns:
        By input name `[batch, dim]`, `[batch, 1]` for a dense input, or ragged `[batch, (values), dim]` for one of
        `sequences`.

    Args:
        inputs: What it reads; inputs of one table agree on `num_ids` and `dim`.
        seed: Draws the initial tables, each by its name.
        sequences: Multi-valued inputs that are left for others to pool.
    """

    def __init__(self, *, inputs: Sequence[Input], seed: int, sequences: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.inputs = _Inputs(tuple(inputs)).inputs
        self.seed = seed
        self.sequences = tuple(sequences)
        self.tables: dict[str, tf.Variable] = {}

    @override
    def build(self, input_shape: Any) -> None:  # Keras passes a mapping of shapes, which is not needed.
        del input_shape
        for column in self.inputs:
            if isinstance(column, EmbeddingInput) and column.table not in self.tables:
                self.tables[column.table] = self._table(column)
        super().build(None)

    def _table(self, column: EmbeddingInput) -> tf.Variable:
        table = self.add_weight(
            name=f"table_{column.table}",
            shape=[column.num_ids, column.dim],
            initializer=tf.keras.initializers.RandomUniform(
                -_INITIAL_LIMIT, _INITIAL_LIMIT, seed=derive(self.seed, "table", column.table)
            ),
            experimental_autocast=False,  # A cast would visit the whole table, and its gradient would be dense.
        )
        setattr(table, _MARK, True)
        return table

    @override
    def call(
        self, features: Mapping[str, tf.Tensor], vectors: Mapping[str, tf.Tensor] | None = None
    ) -> dict[str, tf.Tensor]:
        """See the class."""
        absent = [column.name for column in self.inputs if column.name not in features]
        if absent:
            raise ValueError(f"`features` must hold {absent[0]!r}. {nearest(absent[0], features)}")
        parts = {}
        for column in self.inputs:
            with tf.name_scope(re.sub(r"\W", "_", column.name)):  # An id out of range is reported by this name.
                looked_up = None if vectors is None else vectors.get(column.name)
                embedded = self._embed(column, features[column.name], looked_up)
                parts[column.name] = tf.cast(embedded, self.compute_dtype)
        return parts

    def look_up(self, features: Mapping[str, tf.Tensor]) -> dict[str, Lookup]:
        """What `call` reads of each table, by column: given its vectors, `call` reads no table."""
        found = {}
        for column in self.inputs:
            if isinstance(column, EmbeddingInput):
                values = features[column.name]
                if isinstance(values, tf.SparseTensor):
                    values = tf.RaggedTensor.from_sparse(values)
                ids = values.flat_values if isinstance(values, tf.RaggedTensor) else values
                table = self.tables[column.table]
                found[column.name] = Lookup(table, ids, tf.nn.embedding_lookup(table, ids))
        return found

    def pooled(self, part: tf.Tensor, name: str) -> tf.Tensor:
        """`[batch, dim]` of what `call` gave for input `name`: a sequence is pooled by its combiner."""
        combiners = {column.name: column.combiner for column in self.inputs if isinstance(column, EmbeddingInput)}
        combiner = combiners.get(name)
        return part if combiner is None or name not in self.sequences else _pool(part, combiner)

    def _embed(self, column: Input, values: tf.Tensor, looked_up: tf.Tensor | None) -> tf.Tensor:
        if not isinstance(column, EmbeddingInput):
            _check_rank(column.name, values)
            return values[:, None]
        table = self.tables[column.table]
        if column.combiner is None:
            _check_rank(column.name, values)
            return tf.nn.embedding_lookup(table, values) if looked_up is None else looked_up
        if isinstance(values, tf.SparseTensor):
            values = tf.RaggedTensor.from_sparse(values)
        if not isinstance(values, tf.RaggedTensor):
            raise ValueError(
                f"`features[{column.name!r}]` must be ragged or sparse, as its input has a combiner, got a dense "
                f"{values.shape}: wrap it by tf.RaggedTensor.from_tensor, or leave the combiner out."
            )
        flat = tf.nn.embedding_lookup(table, values.values) if looked_up is None else looked_up
        vectors = values.with_values(flat)
        return vectors if column.name in self.sequences else _pool(vectors, column.combiner)

    @override
    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "inputs": unbind(self.inputs), "seed": self.seed, "sequences": self.sequences}

    @classmethod
    @override
    def from_config(cls, config: dict[str, Any]) -> InputEncoder:
        declared = bind_or_raise(_Inputs, {"inputs": config["inputs"]})
        return cls(**{**config, "inputs": declared.inputs})


def _pool(vectors: tf.RaggedTensor, combiner: Combiner) -> tf.Tensor:
    """Sums or averages each row's vectors; a row without any gets zeros."""
    total = tf.math.unsorted_segment_sum(vectors.values, vectors.value_rowids(), vectors.nrows())
    if combiner is Combiner.SUM:
        return total
    return tf.math.divide_no_nan(total, tf.cast(vectors.row_lengths(), total.dtype)[:, None])


def _check_rank(name: str, values: tf.Tensor) -> None:
    is_dense = isinstance(values, tf.Tensor) or tf.is_tensor(values)
    if isinstance(values, (tf.RaggedTensor, tf.SparseTensor)) or not is_dense or values.shape.rank != 1:
        raise ValueError(
            f"`features[{name!r}]` must be a dense tensor of rank 1, one value a row, got "
            f"{type(values).__name__} {values.shape}: squeeze it, or give its input a combiner."
        )


@dataclasses.dataclass(frozen=True)
class _Inputs:
    """The declaration as a whole, checked across inputs."""

    inputs: tuple[Input, ...]

    def __post_init__(self) -> None:
        names = [column.name for column in self.inputs]
        problems = [] if names else ["`inputs` must hold at least one column, got none."]
        doubled = sorted({name for name in names if names.count(name) > 1})
        problems += [f"`name` must be unique among inputs, got {name!r} more than once." for name in doubled]
        first: dict[str, EmbeddingInput] = {}
        for column in self.inputs:
            if not isinstance(column, EmbeddingInput):
                continue
            owner = first.setdefault(column.table, column)
            if (owner.num_ids, owner.dim) != (column.num_ids, column.dim):
                problems.append(
                    f"`num_ids` and `dim` must agree within table {column.table!r}, got {owner.num_ids} x {owner.dim} "
                    f"by {owner.name!r} and {column.num_ids} x {column.dim} by {column.name!r}: "
                    "declare them alike, or give one a table of its own."
                )
        raise_if_any("inputs", problems)
