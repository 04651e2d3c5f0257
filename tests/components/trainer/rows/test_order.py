"""The order of training rows: drawn anew each epoch, and the same again for the same seed."""

import contextlib

import numpy as np
import pytest
import tensorflow as tf

from components.trainer.rows import RowFormat, RowStore, Split

FORMAT = RowFormat(ids=("city",), lists=(), numbers=(), targets=("label/click",))
NUM_ROWS = 230


@pytest.fixture
def split():
    with contextlib.ExitStack() as stack:

        def make(bucket_rows, numbers=range(NUM_ROWS)):
            cities = np.array(list(numbers))
            batch = {"city": tf.constant(cities, tf.int64), "label/click": tf.constant(cities % 2, tf.float32)}
            return Split(stack.enter_context(RowStore([FORMAT.pack(batch)], bucket_rows)), FORMAT)

        yield make


def cities(batches):
    return [features["city"].numpy().tolist() for features, _ in batches]


def flat(batches):
    return [city for batch in cities(batches) for city in batch]


def shuffled(rows, *, seed=1, epoch=1, skip=0):
    return rows.shuffled(seed=seed, epoch=epoch, batch_size=20, skip=skip)


BUCKETS = pytest.mark.parametrize("bucket_rows", [40, 1000])


@BUCKETS
def test_an_epoch_holds_every_row_once_in_full_batches_but_the_last(split, bucket_rows):
    batches = cities(shuffled(split(bucket_rows)))
    assert [len(batch) for batch in batches] == [20] * 11 + [10]
    assert sorted(city for batch in batches for city in batch) == list(range(NUM_ROWS))


@BUCKETS
def test_a_repeated_row_comes_as_often_as_it_was_read(split, bucket_rows):
    rows = split(bucket_rows, [number // 3 for number in range(NUM_ROWS)])
    assert sorted(flat(shuffled(rows))) == [number // 3 for number in range(NUM_ROWS)]


@BUCKETS
def test_seed_and_epoch_decide_the_order(split, bucket_rows):
    rows = split(bucket_rows)
    first = flat(shuffled(rows))
    assert first == flat(shuffled(split(bucket_rows)))
    assert first != flat(shuffled(rows, epoch=2))
    assert first != flat(shuffled(rows, seed=2))


@BUCKETS
def test_skipping_leaves_the_rest_as_it_is(split, bucket_rows):
    rows = split(bucket_rows)
    assert cities(shuffled(rows, skip=5)) == cities(shuffled(rows))[5:]


def test_rows_that_were_written_together_are_spread(split):
    order = np.argsort(flat(shuffled(split(1000))))
    # For a random permutation the rank correlation has a standard deviation of 1 / sqrt(229) = 0.066.
    assert abs(np.corrcoef(np.arange(NUM_ROWS), order)[0, 1]) < 0.27


@BUCKETS
def test_sorted_batches_are_always_the_same(split, bucket_rows):
    rows = split(bucket_rows)
    assert cities(rows.sorted(64)) == cities(split(bucket_rows, reversed(range(NUM_ROWS))).sorted(64))
    assert sorted(flat(rows.sorted(64))) == list(range(NUM_ROWS))


def test_labels_stay_with_their_rows(split):
    for features, targets in shuffled(split(40)):
        np.testing.assert_array_equal(features["city"].numpy() % 2, targets["label/click"])
