"""Blocks."""

import pyarrow as pa

from components.example_gen.readers import Block


def test_slices_are_the_same_rows_with_the_same_numbers():
    block = Block(7, 5, {"a": pa.array(range(5))}, pa.array([b"%d" % row for row in range(5)]), ("a", "b"))
    slices = list(block.slices(2))
    assert [(part.first_row, part.num_rows) for part in slices] == [(7, 2), (9, 2), (11, 1)]
    assert [cell for part in slices for cell in part.columns["a"].to_pylist()] == list(range(5))
    assert [cell for part in slices for cell in part.whole.to_pylist()] == [b"0", b"1", b"2", b"3", b"4"]
    assert all(part.present == ("a", "b") for part in slices)
