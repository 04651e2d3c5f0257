"""The external sort: the same rows give the same buckets, in memory or on disk."""

import contextlib
import random

import numpy as np
import pytest

from components.trainer.errors import ScratchSpaceError
from components.trainer.rows import RowStore

ROWS = [f"row {number}".encode() for number in range(400)]


def batches(rows, size=30):
    return [rows[start : start + size] for start in range(0, len(rows), size)]


@pytest.fixture
def stored():
    with contextlib.ExitStack() as stack:
        yield lambda *arguments: stack.enter_context(RowStore(*arguments))


def contents(store):
    return [
        (bucket.rows.numpy().tolist(), bucket.counts.tolist())
        for bucket in (store.bucket(number) for number in range(store.num_buckets))
    ]


def all_rows(store):
    return sorted(
        row for rows, counts in contents(store) for row, count in zip(rows, counts, strict=True) for _ in range(count)
    )


@pytest.mark.parametrize("bucket_rows", [25, 100, 1000])
def test_every_row_is_in_one_bucket(stored, bucket_rows):
    store = stored(batches(ROWS), bucket_rows)
    assert store.num_rows == len(ROWS)
    assert all_rows(store) == sorted(ROWS)


@pytest.mark.parametrize("bucket_rows", [25, 100, 1000])
def test_order_and_batches_of_the_writer_do_not_matter(stored, bucket_rows):
    shuffled = random.Random(1).sample(ROWS, len(ROWS))
    first, second = stored(batches(ROWS), bucket_rows), stored(batches(shuffled, 7), bucket_rows)
    assert contents(first) == contents(second)
    assert first.digest == second.digest


def test_rows_over_the_limit_are_spread_over_buckets_of_about_that_size(stored):
    store = stored(batches(ROWS), 50)
    sizes = [sum(counts) for _, counts in contents(store)]
    assert store.num_buckets == 8
    assert max(sizes) < 100


@pytest.mark.parametrize("bucket_rows", [25, 1000])
def test_repeated_rows_are_counted_wherever_they_lie(stored, bucket_rows):
    repeated = random.Random(2).sample(ROWS * 3, len(ROWS) * 3)
    store = stored(batches(repeated), bucket_rows)
    assert store.num_rows == 3 * len(ROWS)
    assert all(count == 3 for _, counts in contents(store) for count in counts)


def test_one_row_a_million_times_takes_the_memory_of_one(stored):
    store = stored([[b"same"] * 50_000] * 20, 10)
    assert store.num_buckets == 1
    assert contents(store) == [([b"same"], [1_000_000])]


@pytest.mark.parametrize("bucket_rows", [25, 1000])
def test_digest_tells_one_more_row_and_one_changed_row(stored, bucket_rows):
    digests = {stored(batches(rows), bucket_rows).digest for rows in (ROWS, [*ROWS, ROWS[0]], [*ROWS[1:], b"other"])}
    assert len(digests) == 3


def test_digest_does_not_depend_on_the_bucket_size(stored):
    assert stored(batches(ROWS), 25).digest == stored(batches(ROWS), 1000).digest


def test_rows_of_any_length_survive_the_disk(stored):
    rows = [bytes(np.random.default_rng(length).integers(0, 256, length, np.uint8)) for length in range(200)]
    assert all_rows(stored(batches(rows), 20)) == sorted(rows)


def test_a_full_disk_names_the_folder_and_the_way_out(stored, monkeypatch):
    def full(**_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tempfile.TemporaryFile", full)
    with pytest.raises(ScratchSpaceError, match=r"`TMPDIR` must name a folder with room .* No space left on device"):
        stored(batches(ROWS), 25)
