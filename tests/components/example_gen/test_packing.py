"""Records through the shuffle."""

from hypothesis import given
from hypothesis import strategies as st

from components.example_gen.packing import pack, unpack


@given(st.lists(st.binary(max_size=100), max_size=20))
def test_what_is_packed_is_unpacked(records):
    assert list(unpack(pack(records))) == records


def test_records_that_repeat_names_shrink_to_a_seventh():
    records = [b"dropoff_community_area pickup_community_area trip_start_timestamp %6d" % row for row in range(10_000)]
    assert len(pack(records)) < sum(map(len, records)) / 7
