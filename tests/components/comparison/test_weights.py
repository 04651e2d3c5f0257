"""A row that stands for others counts as they would."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from components.comparison import GroupSums, PairedSums
from tests.components.comparison.samples import plan_of, rows_of_users, take

FIELDS = ("candidate", "reference", "difference")


@pytest.fixture(scope="module")
def rows():
    """Rows of users, some of which stand for 2 or 5."""
    made = rows_of_users(mean_rows=4)
    return dataclasses.replace(made, known=np.random.default_rng(2).choice([0.0, 1.0, 2.0, 5.0], len(made.labels)))


def repeated(rows):
    """Each row as often as it weighs."""
    copies = np.repeat(np.arange(len(rows.labels)), rows.known.astype(int))
    return dataclasses.replace(take(dataclasses.replace(rows, known=None), copies), known=None)


def cells(rows, plan, pieces=1):
    first, *others = (PairedSums(plan) for _ in range(pieces))
    for place, sums in enumerate((first, *others)):
        sums.add(take(rows, np.arange(place, len(rows.labels), pieces)))
    for sums in others:
        first.merge(sums)
    return first.cells()


@pytest.mark.parametrize("exact_rows", [2**18, 0], ids=["exact", "sums"])
def test_a_weight_is_as_good_as_so_many_rows(rows, exact_rows):
    plan = dataclasses.replace(plan_of(), exact_rows=exact_rows)
    weighted = cells(rows, dataclasses.replace(plan, weighted=True))
    plain = cells(repeated(rows), plan)
    assert len(weighted) == len(plain) > 10
    for own, wanted in zip(weighted, plain, strict=True):
        assert own.rows < wanted.rows
        for field in FIELDS:
            mine, theirs = getattr(own, field), getattr(wanted, field)
            assert mine.value == pytest.approx(theirs.value, abs=1e-12), own
            # Clusters are the units of the variance, so copies inside one add nothing.
            assert mine.std_error == pytest.approx(theirs.std_error, rel=1e-9, nan_ok=True), own


@pytest.mark.parametrize("exact_rows", [2**18, 0], ids=["exact", "sums"])
@pytest.mark.parametrize("weight", [1.0, 4.0])
def test_rows_of_one_weight_are_as_rows_without(rows, exact_rows, weight):
    plan = dataclasses.replace(plan_of(), exact_rows=exact_rows)
    alike = dataclasses.replace(rows, known=np.where(rows.known > 0, weight, 0.0))
    for own, wanted in zip(cells(alike, dataclasses.replace(plan, weighted=True)), cells(rows, plan), strict=True):
        assert (own.rows, own.positives, own.clusters) == (wanted.rows, wanted.positives, wanted.clusters)
        for field in FIELDS:
            mine, theirs = getattr(own, field), getattr(wanted, field)
            found = mine.value, mine.std_error, mine.row_error
            wanted_numbers = theirs.value, theirs.std_error, theirs.row_error
            assert found == pytest.approx(wanted_numbers, rel=1e-9, abs=1e-12, nan_ok=True), own


def test_sums_of_weighted_rows_say_what_the_rows_say_and_merge_in_any_order(rows):
    exact = dataclasses.replace(plan_of(), weighted=True)
    sums = dataclasses.replace(exact, exact_rows=0)
    for own, wanted, merged in zip(cells(rows, sums), cells(rows, exact), cells(rows, sums, pieces=7), strict=True):
        for field in FIELDS:
            one, row_wise, other = (getattr(cell, field) for cell in (own, wanted, merged))
            assert one.value == pytest.approx(row_wise.value, abs=max(one.approximation, 1e-9)), own
            assert one.row_error == pytest.approx(row_wise.row_error, rel=0.05, nan_ok=True), own
            assert (other.value, other.std_error) == pytest.approx((one.value, one.std_error), abs=1e-9, nan_ok=True)


def test_independent_rows_of_unlike_weight_know_less_than_as_many_alike():
    # By hand: errors .1 and .3 of weights 3 and 1 have mean .15 and influences 3 * -.05 / 4 and .15 / 4.
    made = take(rows_of_users(mean_rows=4), np.arange(2))
    plan = dataclasses.replace(plan_of("mae"), clustered=False, weighted=True, slicings=())
    two = dataclasses.replace(
        made, labels=np.zeros(2), scores=np.array([[0.1, 0.3], [0.1, 0.3]]), known=np.array([3.0, 1.0]), clusters=None,
        slices=(),
    )  # fmt: skip
    (cell,) = cells(two, plan)
    assert cell.candidate.value == pytest.approx(0.15)
    assert cell.candidate.row_error == pytest.approx((2 * (0.0375**2 + 0.0375**2)) ** 0.5)


def test_a_user_counts_for_the_rows_that_its_rows_stand_for(rows):
    plan = dataclasses.replace(plan_of("gauc"), clustered=False, slicings=())
    loose = dataclasses.replace(rows, clusters=None, slices=())
    alike = dataclasses.replace(loose, known=np.where(rows.clusters % 2 == 0, 3.0, 1.0))  # By user.
    weighted, plain = GroupSums(dataclasses.replace(plan, weighted=True), "gauc"), GroupSums(plan, "gauc")
    weighted.add(alike, rows.clusters)
    copies = repeated(alike)
    groups = np.repeat(rows.clusters, alike.known.astype(int))
    plain.add(copies, groups)
    assert weighted.cells()[0].candidate.value == pytest.approx(plain.cells()[0].candidate.value)
