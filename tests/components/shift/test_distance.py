"""Distances by hand; what holds no value is said, where TFDV is silent."""

import pytest

from components.shift.report import Measure
from models.expression import ColumnType

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]  # TFDV takes long, and warns of itself.

COLUMNS = {"city": ColumnType.STRING, "price": ColumnType.NUMBER}
EARLIER, ASKED = "earlier", "asked"
SIDES = pytest.mark.parametrize("side", [EARLIER, ASKED])


def measured(now, then, side=EARLIER, threshold=0.25):
    from components.shift.distance import Side, distances

    thresholds = dict.fromkeys(COLUMNS, threshold)
    found = distances(now, then, side=Side(side), columns=COLUMNS, thresholds=thresholds)
    return {column.column: column for column in found}


@SIDES
def test_equal_spans_are_at_distance_0(statistics, side):
    span = statistics(city=[b"a"] * 6 + [b"b"] * 4, price=[float(value) for value in range(10)])
    found = measured(span, span, side, threshold=0.0)
    assert {name: column.distance for name, column in found.items()} == {"city": 0.0, "price": 0.0}
    assert not any(column.is_beyond for column in found.values())


@SIDES
def test_the_largest_change_of_a_share_is_the_distance_of_strings(statistics, side):
    # Shares of a, b, c: by hand (.6, .4, 0) and (.3, .4, .3): the largest change is .3, of a and of c.
    now = statistics(city=[b"a"] * 6 + [b"b"] * 4, price=[0.0] * 10)
    then = statistics(city=[b"a"] * 3 + [b"b"] * 4 + [b"c"] * 3, price=[0.0] * 10)
    found = measured(now, then, side)["city"]
    assert found.measure is Measure.INFINITY
    assert found.distance == pytest.approx(0.3)
    assert found.is_beyond
    assert not measured(now, then, side, threshold=0.31)["city"].is_beyond


def test_numbers_that_share_no_value_are_one_bit_apart(statistics):
    now = statistics(city=[b"a"] * 10, price=[float(value) for value in range(10)])
    then = statistics(city=[b"a"] * 10, price=[float(value) for value in range(100, 110)])
    found = measured(now, then)["price"]
    assert found.measure is Measure.JENSEN_SHANNON
    assert found.distance == pytest.approx(1.0)
    assert found.is_beyond


def test_the_distance_of_numbers_is_the_divergence_of_their_histograms(statistics):
    # By hand: p = (1/2, 1/2) and q = (.9, .1) at 0 and 10, their mean m = (.7, .3): in bits KL(p || m) = .1258 and
    # KL(q || m) = .1678, whose mean is .1468; TFDV spreads counts a little, .0004 here.
    now = statistics(city=[b"a"] * 10, price=[0.0] * 5 + [10.0] * 5)
    then = statistics(city=[b"a"] * 10, price=[0.0] * 9 + [10.0])
    found = measured(now, then)["price"]
    assert found.distance == pytest.approx(0.1468, abs=5e-4)
    assert not found.is_beyond


def test_a_column_that_lost_its_values_is_beyond_any_threshold(statistics):
    full = statistics(city=[b"a"] * 10, price=[1.0] * 10)
    empty = statistics(city=[None] * 9 + [b"a"], price=[None] * 10)
    found = measured(empty, full, threshold=0.99)["price"]
    assert (found.distance, found.is_beyond) == (None, True)
    assert found.reason == "the rows of this run hold no value of it"
    asked = measured(full, empty, ASKED, threshold=0.99)["price"]
    assert (asked.distance, asked.is_beyond) == (None, True)
    assert asked.reason == "the logged requests hold no value of it"


def test_a_new_column_is_beyond_none_and_said_to_be_new(statistics):
    now = statistics(city=[b"a"] * 10, price=[1.0] * 10)
    found = measured(now, statistics(city=[b"a"] * 10), threshold=0.0)["price"]
    assert (found.distance, found.is_beyond) == (None, False)
    assert found.reason == "the earlier rows hold no value of it"


@SIDES
def test_a_column_whose_values_are_of_another_kind_is_beyond_any_threshold(statistics, side):
    text = statistics(city=[b"a"] * 10, price=[b"low", b"high"] * 5)
    number = statistics(city=[b"a"] * 10, price=[1.0, 2.0] * 5)
    for now, then in ((text, number), (number, text)):
        found = measured(now, then, side, threshold=0.99)["price"]
        assert (found.distance, found.is_beyond) == (None, True)
        assert found.reason == "it holds values of another kind than before, which have no distance"
