"""Statistics of a few rows, said by their values."""

import pytest


@pytest.fixture
def statistics():
    """What TFDV tells of columns of values, None where one is missing."""
    import pyarrow as pa

    from components.shift.tfdv import StatsOptions, generate_statistics_in_memory

    def make(**columns):
        arrays = []
        for values in columns.values():
            kind = pa.binary() if any(isinstance(value, bytes) for value in values) else pa.float32()
            arrays.append(pa.array([None if value is None else [value] for value in values], pa.list_(kind)))
        return generate_statistics_in_memory(pa.record_batch(arrays, names=list(columns)), StatsOptions())

    return make
