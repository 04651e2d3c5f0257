import numpy as np
import pytest
import tensorflow as tf

from components.trainer.plan import InputPlan
from components.trainer.record import ListRecord, OrderRecord
from components.trainer.rows import RowStore, Split, row_format
from components.trainer.rows.list_count import count_lists
from models.heads import Binary, Ranking
from models.tasks import LIST_COLUMN, Task, TaskGraph

GRAPH = TaskGraph(
    (
        Task(name="click", kind=Binary(), label="c"),
        Task(name="order", kind=Ranking(list="visit"), label="g"),
        Task(name="other", kind=Ranking(list="visit"), label="h"),
    )
)
# List 4 has an order, 5 one row, 6 equal labels; of 7 one label is known, of 8 one row has a weight; two stand alone.
LISTS = [4, 4, 5, 6, 6, 7, 7, 8, 8, -1, -1]
LABELS = [2, 1, 3, 1, 1, 2, 0, 1, 3, 1, 0]
KNOWN = [1, 1, 1, 1, 1, 1, 0, 1, 1, 1, 1]
WEIGHTS = [1, 2, 1, 1, 1, 1, 1, 0, 1, 1, 1]


@pytest.mark.parametrize("bucket_rows", [3, 100])
def test_lists_that_teach_nothing_are_counted_and_why(bucket_rows):
    columns = {name: np.ones(len(LISTS), np.float32) for name in GRAPH.columns}
    columns |= {
        "label/order": np.float32(LABELS),
        "known/order": np.float32(KNOWN),
        "weight/order": np.float32(WEIGHTS),
    }
    columns["label/other"] = np.float32(np.zeros(len(LISTS)))
    form = row_format([InputPlan(name="price", dim=0)], GRAPH)
    batch = {name: tf.constant(column) for name, column in columns.items()}
    batch |= {LIST_COLUMN: tf.constant(LISTS, tf.int64), "price": tf.range(len(LISTS), dtype=tf.float32)}
    with RowStore([form.pack(batch)], bucket_rows, leading_bytes=form.leading_bytes) as store:
        found = count_lists(Split(store, form), GRAPH, limit=1)
    assert found == ListRecord(
        lists=5,
        dealt=4,
        alone=2,
        orders=(
            OrderRecord(loss="order", ordered=1, single=3, equal=1),
            OrderRecord(loss="other", ordered=0, single=1, equal=4),
        ),
    )
