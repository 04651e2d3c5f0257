"""How many lists there are, and how many of them teach a ranking task nothing."""

from __future__ import annotations

import numpy as np

from components.trainer.record import ListRecord, OrderRecord
from components.trainer.rows.format import list_ids
from components.trainer.rows.order import Split
from models.losses.terms import known_label
from models.tasks import TaskGraph, weight_column

__all__ = ["count_lists"]


def count_lists(split: Split, graph: TaskGraph, *, limit: int) -> ListRecord:
    """Counts in one pass over the rows; a list of more than `limit` rows is dealt."""
    losses = [loss for loss in graph.losses if loss.kind.list_column is not None]
    lists = dealt = alone = 0
    orders = np.zeros([len(losses), 3], int)
    for number in range(split.store.num_buckets):
        bucket = split.store.bucket(number)
        if not len(bucket.counts):
            continue
        _, targets = split.format.unpack(bucket.rows)
        ids = list_ids(bucket.rows.numpy())
        _, codes = np.unique(ids, return_inverse=True)
        is_listed = ids >= 0
        alone += int(bucket.counts[~is_listed].sum())
        sizes = np.bincount(codes[is_listed], weights=bucket.counts[is_listed])
        lists += int(np.count_nonzero(sizes))
        dealt += int(np.count_nonzero(sizes > limit))
        for place, loss in enumerate(losses):
            labels, known = (column.numpy() for column in known_label(loss.name, targets))
            part = is_listed & (known > 0) & (targets[weight_column(loss.task)].numpy() > 0)
            orders[place] += _of_order(codes[part], labels[part], bucket.counts[part])
    named = zip(losses, orders.tolist(), strict=True)
    return ListRecord(
        lists=lists,
        dealt=dealt,
        alone=alone,
        orders=tuple(
            OrderRecord(loss=loss.name, ordered=ordered, single=single, equal=equal)
            for loss, (ordered, single, equal) in named
        ),
    )


def _of_order(codes: np.ndarray, labels: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Numbers of lists with an order, of one row, and of equal labels."""
    if not len(codes):
        return np.zeros(3, int)
    found, starts = np.unique(np.sort(codes), return_index=True)
    by_list = np.argsort(codes, kind="stable")
    high, low = (np.asarray(extreme.reduceat(labels[by_list], starts)) for extreme in (np.maximum, np.minimum))
    sizes = np.add.reduceat(counts[by_list], starts)
    is_single, is_ordered = sizes == 1, high > low
    equal = len(found) - is_single.sum() - is_ordered.sum()
    return np.array([is_ordered.sum(), is_single.sum(), equal])
