"""What is read of the rows that an evaluation keeps."""

import subprocess
import sys

import numpy as np
import pyarrow as pa
import pytest

from components.fusion.rows_file import numbers_of


@pytest.mark.parametrize("kind", [pa.float32(), pa.float64(), pa.uint64()])
def test_numbers_are_those_of_the_column(kind):
    column = pa.array([3, 1, 2, 7], kind)
    for own in (column, column.slice(1, 2), column.slice(4)):
        assert numbers_of(own).tolist() == own.to_pylist()
        assert numbers_of(own).dtype == kind.to_pandas_dtype()


def test_a_number_that_is_missing_is_none():
    np.testing.assert_array_equal(numbers_of(pa.array([1.0, None])), [1.0, np.nan])


def test_weights_are_judged_without_pandas():
    # Importing it takes a tenth of what setting weights takes.
    program = (
        "import sys, pyarrow as pa\n"
        "from components.fusion.compare import numbers_of\n"
        "numbers_of(pa.Array.from_buffers(pa.float64(), 1, [None, pa.py_buffer(bytes(8))]))\n"
        "print('pandas' in sys.modules)\n"
    )
    found = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert found.stdout == "False\n"
