"""Reading files of transformed examples."""

import contextlib
import gzip

import numpy as np
import pytest
import tensorflow as tf

from components.errors import UnusableInputError
from components.trainer.rows import RowFormat, store_rows

FORMAT = RowFormat(ids=("city",), lists=(), numbers=(), targets=("label/click",))


def write(path, cities, *, label=True):
    with tf.io.TFRecordWriter(str(path), "GZIP") as writer:
        for city in cities:
            example = tf.train.Example()
            example.features.feature["city"].int64_list.value.append(int(city))
            if label:
                example.features.feature["label/click"].float_list.value.append(city % 2)
            writer.write(example.SerializeToString())
    return path


@pytest.fixture
def read():
    with contextlib.ExitStack() as stack:

        def make(folder, bucket_rows=100):
            stored = store_rows([f"{folder}/*"], FORMAT, split="train", bucket_rows=bucket_rows)
            return stack.enter_context(stored)

        yield make


def test_all_shards_are_read(read, tmp_path):
    write(tmp_path / "part-0.gz", range(5))
    write(tmp_path / "part-1.gz", range(5, 9))
    assert read(tmp_path).num_rows == 9


def test_how_rows_are_cut_into_shards_does_not_matter(read, tmp_path):
    numbers = np.arange(300)
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    write(tmp_path / "a" / "part-0.gz", numbers)
    for shard in range(3):
        write(tmp_path / "b" / f"part-{shard}.gz", np.random.default_rng(0).permutation(numbers)[shard::3])
    one, many = read(tmp_path / "a", bucket_rows=50), read(tmp_path / "b", bucket_rows=50)
    assert one.digest == many.digest
    for number in range(one.num_buckets):
        np.testing.assert_array_equal(one.bucket(number).rows, many.bucket(number).rows)


def test_a_truncated_shard_is_named(read, tmp_path):
    path = write(tmp_path / "part-0.gz", range(90))
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(UnusableInputError, match=r"train split cannot be read: .*part-0.gz.* Run Transform again\."):
        read(tmp_path)


def test_a_shard_that_is_no_tfrecord_is_named(read, tmp_path):
    (tmp_path / "part-0.gz").write_bytes(gzip.compress(b"city,label\n1,1\n" * 10))
    with pytest.raises(UnusableInputError, match=r"cannot be read: .*part-0\.gz"):
        read(tmp_path)


def test_an_example_without_a_column_is_named(read, tmp_path):
    write(tmp_path / "part-0.gz", range(3), label=False)
    with pytest.raises(UnusableInputError, match=r"cannot be read: .*label/click"):
        read(tmp_path)


def test_a_split_without_rows_is_refused(read, tmp_path):
    write(tmp_path / "part-0.gz", [])
    with pytest.raises(UnusableInputError, match=r"The train split must hold rows, got none in .* check how `data`"):
        read(tmp_path)
