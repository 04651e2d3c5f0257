"""A comparison comes back as it was written, with what is no number in JSON."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.comparison.cell import Cell, Comparison, Reference, Status
from components.comparison.estimate import Estimate
from components.comparison.stored import (
    comparison_text,
    parse_comparison,
    read_comparison,
    write_comparison,
)
from components.gauc_weight import GaucWeight

NUMBERS = st.floats(allow_nan=False)
ESTIMATES = st.builds(Estimate, NUMBERS, NUMBERS, NUMBERS, NUMBERS, NUMBERS)
TEXTS = st.text(max_size=5)
CELLS = st.builds(
    Cell,
    output=TEXTS,
    metric=TEXTS,
    slice=st.lists(st.tuples(TEXTS, TEXTS), max_size=2).map(tuple),
    status=st.sampled_from(Status),
    reason=TEXTS,
    rows=st.integers(0),
    positives=st.integers(0),
    clusters=st.integers(0),
    candidate=st.none() | ESTIMATES,
    against=st.none() | st.sampled_from(Reference),
    reference=st.none() | ESTIMATES,
    difference=st.none() | ESTIMATES,
    shortfall=st.floats(0, allow_nan=False),
)
NAMES = st.dictionaries(st.sampled_from(Reference), TEXTS)
COMPARISONS = st.builds(
    Comparison,
    cells=st.lists(CELLS, max_size=3).map(tuple),
    cluster_column=st.none() | TEXTS,
    references=NAMES,
    missing=NAMES,
    empty=st.lists(st.sampled_from(Reference), unique=True).map(tuple),
    left_out=st.dictionaries(TEXTS, st.integers(0)),
    gauc_weight=st.sampled_from(GaucWeight),
)


@given(COMPARISONS)
def test_what_was_written_comes_back(comparison):
    assert parse_comparison(comparison_text(comparison)) == comparison


def test_a_number_that_is_none_comes_back_as_none_and_a_slice_named_so_as_text(tmp_path):
    unsure = Estimate(0.25, math.nan, math.inf)
    cell = Cell(output="click", metric="auc", slice=(("city", "nan"),), candidate=unsure)
    write_comparison(str(tmp_path), Comparison(cells=(cell,)))
    (read,) = read_comparison(str(tmp_path)).cells
    assert read.slice == (("city", "nan"),)
    assert (read.candidate.value, read.candidate.dof) == (0.25, math.inf)
    assert math.isnan(read.candidate.std_error) and math.isnan(read.candidate.row_error)


def test_the_file_is_json_that_any_reader_takes():
    text = comparison_text(Comparison(cells=(Cell(output="a", metric="auc", candidate=Estimate(1.0, math.nan)),)))

    def refuse(constant):
        pytest.fail(f"{constant} is not JSON")

    assert json.loads(text, parse_constant=refuse)["cells"][0]["candidate"]["std_error"] == "nan"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"version": 2}, "`version` must be 1, got 2: evaluate again"),
        ({"cells": None}, "`cells` must be there"),
        ({"cells": [{"output": "a", "metric": "auc", "rows": "three"}]}, "rows: must be an integer, got 'three'"),
        (
            {"cells": [{"output": "a", "metric": "auc", "candidate": {"value": 1, "std_error": 0, "luck": 2}}]},
            "`candidate` must be an estimate, got .*luck",
        ),
        ({"cells": [{"output": "a", "metric": "auc", "candidate": {"value": 1}}]}, "`candidate` must be an estimate"),
        ({"cells": [{"output": "a", "metric": "auc", "candidate": {"value": 1, "std_error": "low"}}]}, "low"),
    ],
)
def test_a_file_of_another_layout_is_refused(change, message):
    given = json.loads(comparison_text(Comparison(cells=()))) | change
    given = {key: value for key, value in given.items() if value is not None or key == "cluster_column"}
    with pytest.raises(ValueError, match=message):
        parse_comparison(json.dumps(given))


def test_a_list_is_no_comparison():
    with pytest.raises(ValueError, match="`version` must be 1, got \\[\\]"):
        parse_comparison("[]")
