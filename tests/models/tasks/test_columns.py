"""Derived columns against a plain oracle, row by row."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from models.expression import Column
from models.heads import Binary, Regression
from models.tasks import Task, TaskGraph, known_column, label_column, weight_column
from models.tasks.columns import contradictions, derive_columns, out_of_range, unusable_weights
from models.tasks.maturity import Window

# click <- cart <- buy, a spend under buy, and dwell on its own: every shape of chain.
GRAPH = TaskGraph(
    (
        Task(name="buy", kind=Binary(), label="b", given="cart"),
        Task(name="click", kind=Binary(), label="c", weight="w"),
        Task(name="cart", kind=Binary(), label="a", given="click"),
        Task(name="spend", kind=Regression(), label="s", given="buy"),
        Task(name="dwell", kind=Regression(), label="d"),
    )
)
ABOVE = {"buy": ["click", "cart"], "click": [], "cart": ["click"], "spend": ["click", "cart", "buy"], "dwell": []}
BINARY = ("buy", "click", "cart")

binary_cells = st.sampled_from([None, 0.0, 1.0, 0.5, -1.0])
number_cells = st.sampled_from([None, 0.0, 2.5, -3.0, 1e300])
weight_cells = st.sampled_from([None, 0.0, 0.25, 3.0, -1.0, math.inf, math.nan, 1e300])
rows = st.fixed_dictionaries(
    {name: binary_cells if name in BINARY else number_cells for name in ABOVE} | {"weight": weight_cells}
)


def column(cells):
    """Unknown cells hold a value that must never be read."""
    return Column(np.array([7.0 if cell is None else cell for cell in cells]), np.array([c is not None for c in cells]))


def given_columns(table):
    labels = {name: column([row[name] for row in table]) for name in ABOVE}
    return labels, {"click": column([row["weight"] for row in table])}


def usable(row, name):
    cell = row[name]
    fits = cell in (0.0, 1.0) if name in BINARY else cell is not None and abs(cell) < 1e38
    return cell if fits else None


def conditional(row, name):
    return usable(row, name) if all(usable(row, parent) == 1.0 for parent in ABOVE[name]) else None


def product(row, chain):
    cells = [usable(row, name) for name in chain]
    if 0.0 in cells:
        return 0.0
    return None if None in cells else 1.0


@given(st.lists(rows, min_size=1, max_size=20))
def test_columns_are_what_a_row_at_a_time_says(table):
    derived = derive_columns(GRAPH, *given_columns(table))
    assert list(derived) == list(GRAPH.columns)
    wanted = {name: [conditional(row, name) for row in table] for name in ABOVE}
    wanted["click_and_cart"] = [product(row, ["click", "cart"]) for row in table]
    wanted["cart_and_buy"] = [product(row, ["click", "cart", "buy"]) for row in table]
    assert set(wanted) == {output.name for output in GRAPH.outputs}
    for name, cells in wanted.items():
        np.testing.assert_array_equal(derived[known_column(name)], [cell is not None for cell in cells])
        np.testing.assert_array_equal(derived[label_column(name)], np.float32([cell or 0.0 for cell in cells]))
    assert all(array.dtype == np.float32 and np.isfinite(array).all() for array in derived.values())


@given(st.lists(rows, min_size=1, max_size=20))
def test_a_row_without_a_usable_weight_weighs_nothing(table):
    labels, weights = given_columns(table)
    derived = derive_columns(GRAPH, labels, weights)
    good = [row["weight"] is not None and 0.0 <= row["weight"] <= 1e38 for row in table]
    wanted = [row["weight"] if fine else 0.0 for row, fine in zip(table, good, strict=True)]
    np.testing.assert_array_equal(derived[weight_column("click")], np.float32(wanted))
    np.testing.assert_array_equal(derived[weight_column("buy")], np.ones(len(table)))
    np.testing.assert_array_equal(unusable_weights(weights)["click"], ~np.array(good))


@given(st.lists(rows, min_size=1, max_size=20))
def test_a_contradiction_is_a_positive_below_a_known_negative(table):
    found = contradictions(GRAPH, given_columns(table)[0])
    assert set(found) == {"cart", "buy", "spend"}
    for name, mask in found.items():
        denied = [
            bool(usable(row, name)) and any(usable(row, parent) == 0.0 for parent in ABOVE[name]) for row in table
        ]
        np.testing.assert_array_equal(mask, denied)


def test_out_of_range_names_what_no_label_can_be():
    table = [dict.fromkeys(ABOVE, 0.5), dict.fromkeys(ABOVE, 1e300), dict.fromkeys(ABOVE)]
    labels = {name: column([row[name] for row in table]) for name in ABOVE}
    found = out_of_range(GRAPH, labels)
    assert {name: mask.tolist() for name, mask in found.items()} == {
        "buy": [True, True, False],
        "click": [True, True, False],
        "cart": [True, True, False],
        "spend": [False, True, False],
        "dwell": [False, True, False],
    }


SAMPLED = TaskGraph(
    (
        Task(name="click", kind=Binary(), label="c", kept_negatives=0.1),
        Task(name="buy", kind=Binary(), label="b", given="click", kept_negatives=0.5),
        Task(name="like", kind=Binary(), label="l", kept_negatives=0.25, weight="w"),
        Task(name="dwell", kind=Regression(), label="d"),
    )
)


def test_a_row_stands_for_those_left_out_beside_it():
    table = {"click": [0.0, 1.0, 1.0, None], "buy": [0.0, 0.0, 1.0, None], "like": [0.0, 1.0, 0.0, 0.0]}
    labels = {name: column(cells) for name, cells in table.items()} | {"dwell": column([1.0] * 4)}
    derived = derive_columns(SAMPLED, labels, {"like": column([1.0, 3.0, 2.0, -1.0])})
    stands_for = [10 * 4, 2, 4, 4]  # "buy" of the first row is negative, but it is out of its sample space.
    np.testing.assert_array_equal(derived[known_column("dwell")], stands_for)
    np.testing.assert_array_equal(derived[known_column("click")], [*stands_for[:3], 0])
    np.testing.assert_array_equal(derived[known_column("buy")], [0, 2, 4, 0])
    # In training, a task at the top of its line is corrected by a shift of its odds: for it, and for those below it,
    # its own rate does not count.
    np.testing.assert_array_equal(derived[weight_column("dwell")], stands_for)
    np.testing.assert_array_equal(derived[weight_column("click")], [4, 2, 4, 4])
    np.testing.assert_array_equal(derived[weight_column("buy")], [4, 2, 4, 4])
    np.testing.assert_array_equal(derived[weight_column("like")], [10, 2 * 3, 2, 0])


@given(st.lists(st.tuples(rows, st.booleans(), st.booleans(), st.booleans()), min_size=1, max_size=20))
def test_whatever_hangs_on_an_open_window_is_not_known_and_the_rest_is_as_judged(table):
    cells, *masks = zip(*table, strict=True)
    labels, weights = given_columns(cells)
    of_click, of_cart, is_late = map(np.array, masks)
    none = np.zeros(len(table), bool)
    judged = Column(np.where(is_late, 0.0, labels["click"].values), labels["click"].known)
    windows = {
        "click": Window(Column(judged.values, judged.known & ~of_click), of_click, is_late, none, none),
        "cart": Window(Column(labels["cart"].values, labels["cart"].known & ~of_cart), of_cart, none, none, none),
    }
    found = derive_columns(GRAPH, labels, weights, windows=windows)
    wanted = derive_columns(GRAPH, labels | {"click": judged}, weights)
    below = {"click": of_click, "dwell": none}
    for output in GRAPH.outputs:
        known = wanted[known_column(output.name)] * ~below.get(output.name, of_click | of_cart)
        np.testing.assert_array_equal(found[known_column(output.name)], known)
        np.testing.assert_array_equal(found[label_column(output.name)], wanted[label_column(output.name)] * (known > 0))


def test_what_a_row_stands_for_is_told_by_the_label_by_which_it_was_kept():
    labels = {name: column([1.0]) for name in ("click", "buy", "like", "dwell")}
    none = np.zeros(1, bool)
    late = {"like": Window(column([0.0]), none, ~none, none, none)}
    assert derive_columns(SAMPLED, labels, {"like": column([1.0])}, windows=late)[known_column("like")] == [1.0]
