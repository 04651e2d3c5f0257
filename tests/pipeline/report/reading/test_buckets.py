import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.report.reading.buckets import merge_buckets

RAW = st.lists(
    st.tuples(st.floats(0, 1), st.floats(0, 1), st.integers(1, 1_000)).map(
        lambda item: (item[0] * item[2], item[1] * item[2], float(item[2]))
    ),
    max_size=60,
)


@given(RAW, st.integers(1, 12))
def test_merging_keeps_rows_and_sums_and_makes_few(raw, num_buckets):
    merged = merge_buckets(raw, num_buckets)
    # Each but the last holds its share of the rows, so there is at most one more than asked for.
    assert len(merged) <= num_buckets + 1
    for place, field in enumerate(("predicted", "observed")):
        total = sum(getattr(bucket, field) * bucket.rows for bucket in merged)
        assert total == pytest.approx(sum(item[place] for item in raw))
    assert sum(bucket.rows for bucket in merged) == pytest.approx(sum(item[2] for item in raw))


def test_like_numbers_of_rows_come_together():
    raw = [(place / 100, 0.0, 1.0) for place in range(100)]
    assert [bucket.rows for bucket in merge_buckets(raw, 10)] == [10.0] * 10
