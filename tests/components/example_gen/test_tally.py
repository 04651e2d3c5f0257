"""Tallies add up however rows are divided."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from components.example_gen.label_report import Place
from components.example_gen.tally import NUM_PLACES, Count, Tally


def tally_of(rows):
    """Counts rows, and marks the numbers among them that are multiples of 3."""
    tally = Tally()
    for row in rows:
        tally.add(Count.ROWS, "train", rows=1)
        tally.mark(Count.CONTRADICTION, "buy", np.array([row % 3 == 0]), lambda _, row=row: Place("a.csv", row))
        if row % 7 == 0:
            tally.problems.add(f"problem {row}")
    return tally


@given(st.lists(st.integers(0, 100), unique=True), st.data())
def test_any_division_gives_the_same_tally(rows, data):
    cut = data.draw(st.integers(0, len(rows)))
    merged = tally_of(rows[cut:])
    merged.merge(tally_of(rows[:cut]))
    whole = tally_of(sorted(rows))
    assert merged.to_json() == whole.to_json()
    assert Tally.from_json(merged.to_json()) == whole
    multiples = sorted(row for row in rows if row % 3 == 0)
    assert merged.get(Count.CONTRADICTION, "buy") == len(multiples)
    assert [place.row for place in merged.first(Count.CONTRADICTION, "buy")] == multiples[:NUM_PLACES]
