import dataclasses

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from models.warm_start.layout import Table
from models.warm_start.record import RowCounts
from models.warm_start.rows import row_map

WORDS = Table(ids="vocabulary", num_own=2, dim=3)
HASH = Table(ids="hash", num_own=4, dim=3)
vocabularies = st.lists(st.binary(max_size=2), unique=True, max_size=8)


def test_rows_follow_their_entries():
    # By hand. Before: 0 missing, 1 a, 2 b, 3 c, 4 and 5 out of vocabulary. Now: 0 missing, 1 c, 2 new, 3 a, 4 and 5.
    found = row_map(WORDS, WORDS, entries_before=[b"a", b"b", b"c"], entries=[b"c", b"new", b"a"])
    assert found.rows.tolist() == [0, 3, -1, 1, 4, 5]
    assert found.counts == RowCounts(carried=5, new=1, dropped=1)
    assert found.reason == ""


@given(before=vocabularies, now=vocabularies, buckets=st.integers(1, 3))
def test_every_carried_row_stands_for_what_it_stood_for(before, now, buckets):
    table = dataclasses.replace(WORDS, num_own=buckets)
    found = row_map(table, table, entries_before=before, entries=now)
    meant = ["missing", *before, *range(buckets)]
    means = ["missing", *now, *range(buckets)]
    assert [meant[row] for row in found.rows if row >= 0] == [one for one in means if one in meant]
    assert len(found.rows) == len(means) == found.counts.carried + found.counts.new
    assert len(meant) == found.counts.carried + found.counts.dropped
    assert found.is_same == (before == now)


def test_another_number_of_buckets_makes_all_of_them_fresh():
    found = row_map(WORDS, dataclasses.replace(WORDS, num_own=1), entries_before=[b"a"], entries=[b"a"])
    assert found.rows.tolist() == [0, 1, -1]
    assert found.counts == RowCounts(carried=2, new=1, dropped=2)
    assert found.reason == "buckets by vocabulary were 2, and are 1"
    hashed = row_map(HASH, dataclasses.replace(HASH, num_own=5), entries_before=[], entries=[])
    assert hashed.rows.tolist() == [0, -1, -1, -1, -1, -1]


def test_as_many_buckets_filled_in_another_way_are_fresh():
    quantiles = dataclasses.replace(HASH, ids="quantiles")
    found = row_map(HASH, quantiles, entries_before=[], entries=[])
    assert found.rows.tolist() == [0, -1, -1, -1, -1]
    assert found.reason == "ids were made by hash, and are made by quantiles"


def test_a_hash_of_the_same_size_stays():
    assert row_map(HASH, HASH, entries_before=[], entries=[]).is_same


def test_taken_rows_are_the_same_to_the_last_bit():
    before = np.random.default_rng(0).normal(size=(6, 3)).astype(np.float32)
    found = row_map(WORDS, WORDS, entries_before=[b"a", b"b", b"c"], entries=[b"c", b"new", b"a"])
    taken = found.taken(before, np.full((6, 3), 9, np.float32))
    nine = np.full(3, 9, np.float32)
    assert taken.tobytes() == np.stack([before[0], before[3], nine, before[1], before[4], before[5]]).tobytes()
