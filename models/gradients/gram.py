"""Inner products of the gradients of all losses."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import tensorflow as tf

from models.gradients.sources import PerLoss
from models.inputs.encoder import is_embedding_table

__all__ = ["gram_by_layer", "is_shared", "layer_of", "row_products"]

_LEAST_SHARED: Final = 2  # Losses that must reach a parameter for it to be balanced.
_WEIGHT: Final = re.compile(r"/(cross_)?(?:kernel|bias)(?:_(\d+))?$")


def is_shared(reach: Sequence[int]) -> bool:
    """Whether more than one loss reaches it."""
    return len(reach) >= _LEAST_SHARED


def layer_of(variable: tf.Variable) -> str:
    """The layer of a weight, told by its name: `experts_1/0` for the first kernel and bias of a bank, `table_user`."""
    name = variable.name.split(":")[0].removeprefix("multi_task_model/")
    parts = name.split("/")
    # Keras repeats the names of nested layers that are called alike.
    path = "/".join(part for place, part in enumerate(parts) if place == 0 or part != parts[place - 1])
    if is_embedding_table(variable):
        return path.split("inputs/")[-1]
    return _WEIGHT.sub(lambda found: f"/{found.group(1) or ''}{found.group(2)}" if found.group(2) else "", path)


def gram_by_layer(gradients: PerLoss, num_tasks: int) -> dict[str, tf.Tensor]:
    """`[tasks, tasks]` of every layer and table of which two or more losses reach a part; only such parts count.

    Rows of a table are sums over all values that name the row: without that, the sum of products of values is not the
    inner product.
    """
    found: dict[str, list[tf.Tensor]] = {}
    for dense in gradients.dense:
        reach = [task for task in dense.reach if task < num_tasks]
        if is_shared(reach):
            flat = dense.flat[: len(reach)]
            found.setdefault(layer_of(dense.part.variable), []).append(_among_all(_products(flat), reach, num_tasks))
    for rows in gradients.rows:
        reach = [task for task in rows.reach if task < num_tasks]
        if is_shared(reach):
            flat = tf.reshape(tf.transpose(rows.values[:, : len(reach)], [1, 0, 2]), [len(reach), -1])
            found.setdefault(layer_of(rows.table), []).append(_among_all(_products(flat), reach, num_tasks))
    return {name: tf.add_n(grams) for name, grams in found.items()}


def _products(flat: tf.Tensor) -> tf.Tensor:
    return tf.matmul(flat, flat, transpose_b=True)


def _among_all(gram: tf.Tensor, reach: Sequence[int], num_tasks: int) -> tf.Tensor:
    """`[tasks, tasks]`, from the inner products of the losses of `reach` alone; all others are 0."""
    if len(reach) == num_tasks:
        return gram
    place = tf.one_hot(reach, num_tasks)
    return tf.matmul(place, tf.matmul(gram, place), transpose_a=True)


def row_products(by_loss: Sequence[Sequence[tf.Tensor | None]]) -> tf.Tensor:
    """`[batch, tasks, tasks]`: inner products, row by row of the batch, of the losses' gradients by representations.

    Args:
        by_loss: For each loss, the gradients by `[batch, width]` or `[experts, batch, width]`; None where it does not
            reach.
    """
    num_tasks = len(by_loss)
    found = []
    for of_losses in zip(*by_loss, strict=True):
        reach = [task for task, one in enumerate(of_losses) if one is not None]
        if is_shared(reach):
            stacked = tf.stack([tf.cast(of_losses[task], tf.float32) for task in reach])
            by_row = "kbu,lbu->bkl" if stacked.shape.rank == 3 else "kebu,lebu->bkl"
            place = tf.one_hot(reach, num_tasks)
            found.append(tf.einsum("ki,bkl,lj->bij", place, tf.einsum(by_row, stacked, stacked), place))
    if not found:  # A single loss has nothing to be compared with.
        like = next(one for of_loss in by_loss for one in of_loss if one is not None)
        return tf.zeros([tf.shape(like)[-2], num_tasks, num_tasks])
    return tf.add_n(found)
