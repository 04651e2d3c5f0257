"""GAUC and NDCG of whole users and lists."""

import dataclasses
import pickle

import numpy as np
import pytest
from sklearn.metrics import ndcg_score, roc_auc_score

from components.comparison import NO_ID, GroupSums, Kind, Rows, Status
from components.comparison.within import numbered
from components.gauc_weight import GaucWeight
from tests.components.comparison.samples import figures, plan_of, rows_of_users, take


def users_of(**changes):
    """Rows, without clusters, and the users they belong to."""
    rows = rows_of_users(**changes)
    return dataclasses.replace(rows, clusters=None), rows.clusters


def cells_of(plan, metric, rows, groups):
    sums = GroupSums(plan, metric)
    sums.add(rows, groups)
    return {cell.slice: cell for cell in sums.cells()}


PLAN = plan_of("gauc", "ndcg", clustered=False)


@pytest.mark.parametrize("weight", GaucWeight)
@pytest.mark.parametrize("exact_rows", [10**9, 0], ids=["users", "sums"])
def test_gauc_is_the_weighted_mean_over_users_with_both_classes(weight, exact_rows):
    rows, users = users_of(num_users=200)
    rows = dataclasses.replace(rows, scores=np.round(rows.scores, 1))
    plan = dataclasses.replace(PLAN, gauc_weight=weight, exact_rows=exact_rows)
    cells = cells_of(plan, "gauc", rows, users)
    device = rows.slices[0]
    for name, cell in cells.items():
        is_in = device.codes == device.names.index(name) if name else np.ones(len(users), bool)
        aucs, weights = [], []
        for user in range(200):
            own = is_in & (users == user)
            clicks = rows.labels[own].sum()
            if 0 < clicks < own.sum():
                aucs.append([roc_auc_score(rows.labels[own], scores[own]) for scores in rows.scores])
                weights.append(own.sum() if weight is GaucWeight.IMPRESSIONS else clicks)
        expected = np.average(aucs, axis=0, weights=weights)
        assert cell.candidate.value == pytest.approx(expected[0], abs=1e-12)
        assert cell.reference.value == pytest.approx(expected[1], abs=1e-12)
        assert cell.difference.value == pytest.approx(expected[0] - expected[1], abs=1e-12)
        gaps = np.array(aucs)[:, 0] - np.array(aucs)[:, 1] - (expected[0] - expected[1])
        shares = np.array(weights) / np.sum(weights)
        error = np.sqrt(len(gaps) / (len(gaps) - 1) * np.square(shares * gaps).sum())
        assert cell.difference.std_error == pytest.approx(error, rel=1e-9)
        assert (cell.clusters, cell.rows, cell.positives) == (len(aucs), is_in.sum(), rows.labels[is_in].sum())


@pytest.mark.parametrize("at", [3, 10])
def test_ndcg_is_that_of_scikit_learn_with_ties_averaged(at):
    rng = np.random.default_rng(0)
    lists = np.repeat(np.arange(80), 7)
    grades = rng.integers(0, 4, len(lists)) * (lists % 5 > 0)  # Every fifth list has no positive.
    scores = np.round(rng.normal(size=(2, len(lists))) + 0.3 * grades, 1)
    plan = plan_of("ndcg", kind=Kind.REGRESSION, slicings=(), clustered=False, ndcg_at=at)
    cell = cells_of(plan, "ndcg", Rows(labels=grades, scores=scores), lists)[()]
    expected = [ndcg_score([grades[lists == own]], [scores[0][lists == own]], k=at) for own in range(80) if own % 5 > 0]
    assert cell.candidate.value == pytest.approx(np.mean(expected), abs=1e-9)
    assert cell.clusters == len(expected) == 64


def test_ndcg_by_hand():
    # Grades 2, 0, 1 in the order of scores: (2 + 1 / 2) / (2 + 1 / log2 3).
    rows = Rows(labels=np.array([0.0, 1.0, 2.0]), scores=np.array([[0.5, 0.1, 0.9]]))
    plan = plan_of("ndcg", kind=Kind.REGRESSION, references=(), slicings=(), clustered=False)
    cell = cells_of(plan, "ndcg", rows, np.zeros(3))[()]
    assert cell.candidate.value == pytest.approx(2.5 / (2 + 1 / np.log2(3)), rel=1e-12)


@pytest.mark.parametrize("metric", ["gauc", "ndcg"])
@pytest.mark.parametrize("exact_rows", [10**9, 300, 0])
def test_bundles_of_whole_users_in_any_order_give_the_same(metric, exact_rows):
    rows, users = users_of(num_users=400)
    plan = dataclasses.replace(PLAN, exact_rows=exact_rows)
    at_once = GroupSums(plan, metric)
    at_once.add(rows, users)
    rng = np.random.default_rng(exact_rows)
    order = rng.permutation(len(users))
    bundle_of_user = rng.integers(0, 7, 400)
    bundles = []
    for bundle in rng.permutation(7):
        places = order[bundle_of_user[users[order]] == bundle]
        sums = GroupSums(plan, metric)
        sums.add(take(rows, places), users[places])
        sums.compact()
        bundles.append(pickle.loads(pickle.dumps(sums)))
    for other in bundles[1:]:
        bundles[0].merge(other)
    np.testing.assert_allclose(figures(bundles[0].cells()), figures(at_once.cells()), rtol=1e-9)


@pytest.mark.parametrize("metric", ["gauc", "ndcg"])
@pytest.mark.parametrize("exact_rows", [10**9, 0])
def test_identical_models_differ_by_nothing_and_swapped_ones_by_the_opposite(metric, exact_rows):
    rows, users = users_of()
    plan = dataclasses.replace(PLAN, exact_rows=exact_rows)
    same = cells_of(plan, metric, dataclasses.replace(rows, scores=rows.scores[[0, 0]]), users)
    ahead = cells_of(plan, metric, rows, users)
    back = cells_of(plan, metric, dataclasses.replace(rows, scores=rows.scores[::-1]), users)
    for name, cell in ahead.items():
        assert (same[name].difference.value, same[name].difference.std_error) == (0, 0)
        assert cell.difference.value == -back[name].difference.value != 0
        assert cell.difference.std_error == back[name].difference.std_error


def test_lists_of_a_user_are_clustered():
    # Every list twice over, both of one cluster: no more is known than from one of them.
    rows, lists = users_of()
    rows = dataclasses.replace(rows, slices=(), clusters=lists)
    twice = take(rows, np.tile(np.arange(len(lists)), 2))
    plan = plan_of("ndcg", slicings=())
    once = cells_of(plan, "ndcg", rows, lists)[()]
    both = cells_of(plan, "ndcg", twice, np.concatenate([lists, lists + 10_000]))[()]
    assert both.clusters == 2 * once.clusters
    assert both.difference.std_error == pytest.approx(once.difference.std_error, rel=0.01)
    assert both.difference.cluster_effect == pytest.approx(2, rel=0.01)


def test_what_cannot_be_judged_has_a_status():
    rows, users = users_of(num_users=900)
    assert cells_of(PLAN, "gauc", rows, users)[()].status is Status.MEASURED
    few = take(rows, users < 100)
    cell = cells_of(PLAN, "gauc", few, users[users < 100])[()]
    assert cell.status is Status.TOO_FEW
    assert cell.reason.startswith("An interval needs 500 users or lists that count, got ")
    clicked = dataclasses.replace(rows, labels=np.ones(len(users)))
    cell = cells_of(PLAN, "gauc", clicked, users)[()]
    assert (cell.status, cell.candidate, cell.clusters) == (Status.ONE_CLASS, None, 0)
    assert cell.reason == "No user has rows of both classes."
    assert cell.rows == len(users)
    scores = rows.scores.copy()
    scores[1, 0] = np.nan
    cell = cells_of(PLAN, "gauc", dataclasses.replace(rows, scores=scores), users)[()]
    assert (cell.status, cell.reference, cell.difference) == (Status.NOT_FINITE, None, None)
    assert cell.reason == f"1 of {len(users)} scores of the baseline are no probabilities."
    assert cell.candidate is not None
    nothing = cells_of(PLAN, "gauc", take(rows, users < 0), users[users < 0])[()]
    assert nothing.status is Status.NO_ROWS


def test_groups_must_be_one_for_each_row():
    rows, users = users_of()
    with pytest.raises(ValueError, match=r"^`groups` must be \[rows\] = \[\d+\], got \[3\]\.$"):
        GroupSums(PLAN, "gauc").add(rows, users[:3])


@pytest.mark.parametrize("exact_rows", [10**9, 0], ids=["users", "sums"])
def test_a_user_that_outweighs_the_others_makes_the_interval_untrusted(exact_rows):
    rows, users = users_of(num_users=2000)
    plan = dataclasses.replace(PLAN, exact_rows=exact_rows, slicings=())
    rows = dataclasses.replace(rows, slices=())
    assert cells_of(plan, "gauc", rows, users)[()].status is Status.MEASURED
    cell = cells_of(plan, "gauc", rows, np.where(np.arange(len(users)) < len(users) // 2, 2**40, users))[()]
    assert cell.status is Status.TOO_FEW
    assert cell.reason.startswith("An interval needs no cluster with over 33% of the weight, got as much as one with ")


@pytest.mark.parametrize("metric", ["gauc", "ndcg"])
def test_rows_without_a_user_are_counted_and_take_no_part(metric):
    rows, users = users_of(num_users=100)
    is_known = np.arange(len(users)) % 7 > 0
    rows = dataclasses.replace(rows, known=is_known)
    lacks = np.arange(len(users)) % 3 == 0
    found = cells_of(PLAN, metric, rows, np.where(lacks, NO_ID, users))
    merged = GroupSums(PLAN, metric)
    for those in (lacks, ~lacks):
        piece = GroupSums(PLAN, metric)
        piece.add(take(rows, those), np.where(lacks, NO_ID, users)[those])
        merged.merge(piece)
    assert {cell.slice: cell for cell in merged.cells()} == found
    expected = cells_of(PLAN, metric, take(rows, ~lacks), users[~lacks])
    device = rows.slices[0]
    for name, cell in found.items():
        is_in = device.codes == device.names.index(name) if name else np.ones(len(users), bool)
        assert cell.ungrouped == np.count_nonzero(is_in & lacks & is_known)
        assert dataclasses.replace(cell, ungrouped=0) == expected[name]


def test_rows_of_which_none_has_a_user():
    rows, users = users_of(num_users=10)
    cell = cells_of(PLAN, "gauc", rows, np.full(len(users), NO_ID))[()]
    assert (cell.status, cell.rows, cell.ungrouped) == (Status.NO_ROWS, 0, len(users))
    assert cell.reason == f"None of {len(users)} rows has a user or list."


@pytest.mark.parametrize("largest", [1, 7, 10**9], ids=["one", "few", "spread"])
@pytest.mark.parametrize("rows", [0, 1, 50])
def test_codes_are_numbered_as_by_a_sort(rows, largest):
    codes = np.random.default_rng(0).integers(largest, size=rows)
    first, places = numbered(codes)
    expected = np.unique(codes, return_index=True, return_inverse=True)[1:]
    np.testing.assert_array_equal(first, expected[0])
    np.testing.assert_array_equal(places, expected[1])
