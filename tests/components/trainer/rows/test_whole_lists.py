"""Lists stay together, whoever wrote their rows in whatever order and however often rows are shuffled."""

import contextlib

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from components.trainer.rows import RowFormat, RowStore, Split
from components.trainer.rows.whole_lists import dealt
from models.tasks import LIST_COLUMN

FORMAT = RowFormat(ids=("item",), lists=(), numbers=(), targets=("label/order",), has_lists=True)
BATCH = 16


@contextlib.contextmanager
def split_of(ids, *, bucket_rows=1_000, order=None, num_writes=1, limit=None):
    """Rows of these lists, numbered, written in `order` by so many writers."""
    columns = {
        LIST_COLUMN: tf.constant(ids, tf.int64),
        "item": tf.range(len(ids), dtype=tf.int64),
        "label/order": tf.range(len(ids), dtype=tf.float32) / 2,
    }
    packed = FORMAT.pack(columns)
    packed = packed if order is None else [packed[place] for place in order]
    written = [packed[first::num_writes] for first in range(num_writes)]
    with RowStore(written, bucket_rows, leading_bytes=FORMAT.leading_bytes) as store:
        yield Split(store, FORMAT, limit)


def batches_of(split, **options):
    options = {"seed": 1, "epoch": 1, "batch_size": BATCH} | options
    return [
        list(zip(targets[LIST_COLUMN].numpy().tolist(), features["item"].numpy().tolist(), strict=True))
        for features, targets in split.shuffled(**options)
    ]


@st.composite
def list_columns(draw):
    """Ids of up to 120 rows, in lists of up to the batch, some rows without one."""
    lengths = draw(st.lists(st.integers(1, BATCH), min_size=1, max_size=12))
    alone = draw(st.integers(0, 4))
    numbers = draw(st.lists(st.integers(0, 2**62), min_size=len(lengths), max_size=len(lengths), unique=True))
    return np.concatenate([np.repeat(numbers, lengths), np.full(alone, -1)]).astype(np.int64)


@settings(deadline=None, max_examples=25)
@given(
    ids=list_columns(),
    bucket_rows=st.sampled_from([5, 1_000]),
    seed=st.integers(0, 9),
    epoch=st.integers(1, 3),
    num_writes=st.sampled_from([1, 4]),
    data=st.data(),
)
def test_every_list_is_whole_in_one_batch_whoever_wrote_it(ids, bucket_rows, seed, epoch, num_writes, data):
    order = data.draw(st.permutations(range(len(ids))))
    with (
        split_of(ids, bucket_rows=bucket_rows) as split,
        split_of(ids, bucket_rows=bucket_rows, order=order, num_writes=num_writes) as other,
    ):
        found = batches_of(split, seed=seed, epoch=epoch)
        assert batches_of(other, seed=seed, epoch=epoch) == found
        assert len(found) == split.num_batches(BATCH)
    assert sorted(row for batch in found for row in batch) == sorted(zip(ids.tolist(), range(len(ids)), strict=True))
    for number in set(ids[ids >= 0].tolist()):
        assert sum(any(own == number for own, _ in batch) for batch in found) == 1
    stretch = len(ids) / len(found)
    assert all(0 < len(batch) < stretch + BATCH for batch in found)


def test_seed_and_epoch_decide_the_order_of_lists():
    ids = np.repeat(np.arange(30), 5)
    with split_of(ids, bucket_rows=40) as split:
        first = batches_of(split)
        assert batches_of(split) == first
        assert batches_of(split, epoch=2) != first
        assert batches_of(split, seed=2) != first
        rows = [item for batch in first for _, item in batch]
    assert rows != sorted(rows)
    # For a random permutation the rank correlation has a standard deviation of 1 / sqrt(29) = 0.19.
    assert abs(np.corrcoef(np.arange(150), rows)[0, 1]) < 0.6


@pytest.mark.parametrize("bucket_rows", [40, 1_000])
def test_skipping_leaves_the_rest_as_it_is(bucket_rows):
    with split_of(np.repeat(np.arange(40), 5), bucket_rows=bucket_rows) as split:
        everything = batches_of(split)
        for skip in (1, 5, len(everything)):
            assert batches_of(split, skip=skip) == everything[skip:]


def test_sorted_batches_hold_whole_lists_and_are_always_the_same():
    ids = np.random.default_rng(0).integers(0, 20, 130)
    with split_of(ids, bucket_rows=40) as split, split_of(ids, bucket_rows=40, order=np.arange(130)[::-1]) as other:
        found = [targets[LIST_COLUMN].numpy().tolist() for _, targets in split.sorted(64)]
        assert [targets[LIST_COLUMN].numpy().tolist() for _, targets in other.sorted(64)] == found
    assert sum(len(set(batch)) for batch in found) == len(set(ids))


def test_a_list_beyond_the_limit_is_dealt_into_parts_anew_each_epoch():
    ids = np.concatenate([np.full(50, 7), np.repeat([1, 2, 3], 4)])
    with split_of(ids, limit=10) as split:
        epochs = [batches_of(split, epoch=epoch, batch_size=10) for epoch in (1, 2)]
    for batches in epochs:
        assert sorted(item for batch in batches for _, item in batch) == list(range(62))
        assert max(sum(own == 7 for own, _ in batch) for batch in batches) <= 20  # Two parts may begin in one stretch.
    together = [{frozenset(item for own, item in batch if own == 7) for batch in batches} for batches in epochs]
    assert together[0] != together[1]


@given(
    ids=st.lists(st.integers(-1, 4), min_size=1, max_size=60),
    limit=st.integers(1, 9),
    seed=st.one_of(st.none(), st.integers(0, 99)),
)
def test_dealt_rows_lie_in_stretches_of_one_list_and_of_the_limit_at_most(ids, limit, seed):
    ids = np.array(ids)
    order, lengths = dealt(ids, limit, None if seed is None else np.random.default_rng(seed))
    assert sorted(order) == list(range(len(ids)))
    assert lengths.sum() == len(ids)
    assert lengths.min() >= 1
    assert lengths.max() <= limit
    stretches = np.split(ids[order], np.cumsum(lengths)[:-1])
    assert all(len(set(stretch)) == 1 for stretch in stretches)
    assert all(len(stretch) == 1 for stretch in stretches if stretch[0] < 0)
    for number in set(ids[ids >= 0].tolist()):
        sizes = [len(stretch) for stretch in stretches if stretch[0] == number]
        assert len(sizes) == -(-np.sum(ids == number) // limit)
        assert max(sizes) - min(sizes) <= 1


def test_labels_and_ids_stay_with_their_rows():
    ids = np.repeat(np.arange(20), 3)
    with split_of(ids, bucket_rows=7) as split:
        for features, targets in split.shuffled(seed=1, epoch=1, batch_size=BATCH):
            assert set(features) == {"item"}
            np.testing.assert_array_equal(targets["label/order"], features["item"].numpy() / 2)
            np.testing.assert_array_equal(targets[LIST_COLUMN], ids[features["item"].numpy()])
