"""Trees learn what there is, nothing where labels are shuffled, and the same every time."""

import dataclasses

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from components.errors import UnusableInputError
from components.trees.boosting import LONGEST_LIST, TreeSettings, grow
from components.trees.objective import LAMBDAMART, objective_of
from components.trees.rows import TreeRows
from models.errors import ConfigError
from models.heads import Binary
from tests.components.trees.samples import SIZE, ndcg, rows_of

pytestmark = pytest.mark.slow

BINARY = objective_of(Binary())
QUICK = TreeSettings(rounds=60, patience=10, learning_rate=0.2, threads=1)


@pytest.fixture(scope="module")
def rows():
    return rows_of()


@pytest.fixture(scope="module")
def judged():
    return rows_of(seed=1)


@pytest.fixture(scope="module", params=[BINARY, LAMBDAMART], ids=lambda objective: objective.name)
def objective(request):
    return request.param


def test_they_rank_rows_that_they_have_not_seen(rows, judged, objective):
    trees = grow(rows, objective, QUICK)
    scores = trees.scores(judged.values)
    assert 0 < trees.rounds < QUICK.rounds  # Held-out rows have stopped it.
    assert ((scores > 0) & (scores < 1)).all()
    assert ndcg(judged, scores) > 0.87 > 0.7 > ndcg(judged, np.zeros(len(judged)))
    assert roc_auc_score(judged.labels, scores) > 0.8


def test_shuffled_labels_leave_it_at_chance(rows, judged, objective):
    labels = np.random.default_rng(3).permutation(rows.labels)
    scores = grow(dataclasses.replace(rows, labels=labels), objective, QUICK).scores(judged.values)
    blind = [ndcg(judged, np.random.default_rng(draw).random(len(judged))) for draw in range(20)]
    # Four deviations of random orders to either side.
    assert abs(ndcg(judged, scores) - np.mean(blind)) < 4 * np.std(blind)


def test_it_is_repeated_number_by_number_whatever_the_threads(rows, judged, objective):
    first, again, on_two = (
        grow(rows, objective, dataclasses.replace(QUICK, threads=threads)).scores(judged.values)
        for threads in (1, 1, 2)
    )
    np.testing.assert_array_equal(again, first)
    np.testing.assert_array_equal(on_two, first)


def test_rows_are_ranked_within_their_lists_in_whatever_order_they_come(rows, judged):
    """Each list's grades are lifted by a number of its own, which drowns all else as soon as lists are mixed."""
    lifted = dataclasses.replace(rows, labels=rows.labels + 4 * (rows.lists % 7))
    order = np.random.default_rng(0).permutation(len(rows))
    apart = dataclasses.replace(lifted, lists=rows.lists[order])
    plain, shuffled, wrong = (
        ndcg(judged, grow(one, LAMBDAMART, QUICK, watched=judged).scores(judged.values))
        for one in (lifted, lifted.chosen(order), apart)
    )
    assert plain > 0.87
    assert shuffled == pytest.approx(plain, abs=0.01)  # Bins are drawn from other rows.
    assert wrong < plain - 0.02


def test_a_weight_of_two_is_the_row_twice(rows, judged):
    one = dataclasses.replace(QUICK, rounds=5)
    twice = rows.chosen(np.repeat(np.arange(len(rows)), 2))
    weighed = dataclasses.replace(rows, weights=np.full(len(rows), 2.0))
    scores = [grow(each, BINARY, one, watched=judged).scores(judged.values) for each in (twice, weighed)]
    assert np.corrcoef(*scores)[0, 1] > 0.97  # Limits of rows in a leaf count rows, and bins are drawn anew.
    heavy = dataclasses.replace(rows, weights=np.where(rows.labels > 0, 9.0, 1.0))
    assert grow(heavy, BINARY, one, watched=judged).scores(judged.values).mean() > scores[1].mean() + 0.2


def test_watched_rows_alone_stop_it(rows, judged):
    told = grow(rows, BINARY, QUICK, watched=judged)
    blind = grow(rows, BINARY, QUICK, watched=dataclasses.replace(judged, labels=1 - judged.labels))
    assert blind.rounds == 1 < told.rounds


def test_lists_longer_than_lightgbm_takes_are_cut(rows):
    whole = rows_of(num_lists=LONGEST_LIST // SIZE + 1)
    long = dataclasses.replace(whole, lists=np.zeros(len(whole), np.int64))
    assert grow(long, LAMBDAMART, dataclasses.replace(QUICK, rounds=2), watched=rows).rounds == 2


ALL_EQUAL = "`labels` must differ, got 1 in all 3,000 rows: there is nothing to learn."
NO_LISTS = "`lists` must say which rows are ranked against each other, got None."
LISTS_OF_ONE = "`lists` must hold one with labels that differ, got none: no row is to be above another."
NO_GRADES = "`labels` of a ranking must be whole numbers from 0 to 30, got 0 to 428.429."


@pytest.mark.parametrize(
    ("changes", "objective", "said"),
    [
        ({"labels": np.ones(3000)}, BINARY, ALL_EQUAL),
        ({"lists": None}, LAMBDAMART, NO_LISTS),
        ({"lists": np.arange(3000)}, LAMBDAMART, LISTS_OF_ONE),
        ({"labels": np.arange(3000) / 7}, LAMBDAMART, NO_GRADES),
    ],
    ids=["all equal", "no lists", "lists of one", "no grades"],
)
def test_rows_that_tell_nothing_are_refused(rows, changes, objective, said):
    with pytest.raises(UnusableInputError) as raised:
        grow(dataclasses.replace(rows, **changes), objective, QUICK)
    assert str(raised.value) == said


def test_no_row_at_all_is_refused(rows):
    with pytest.raises(UnusableInputError, match=r"^`labels` must be of one row or more, got none: no label is known"):
        grow(rows.chosen(np.zeros(len(rows), bool)), BINARY, QUICK)


def test_grades_gain_what_they_gain_in_the_ndcg_that_judges():
    # Of each pair one row has grade 2, the other 3 in three lists of four, else 0. With the grade as its gain the sure
    # row belongs first: 0.75 of 0.09 is lost by it, 0.25 of 0.37 otherwise. With 2^grade - 1 it would be 0.75 of 0.17.
    lists = np.repeat(np.arange(400), 2)
    is_sure = np.arange(800) % 2
    labels = np.where(is_sure, 2.0, np.where(lists % 4, 3.0, 0.0))
    rows = TreeRows(
        values=is_sure[:, None].astype(float), categories=(), labels=labels, weights=np.ones(800), lists=lists
    )
    bold, sure = grow(rows, LAMBDAMART, QUICK, watched=rows).scores(np.array([[0.0], [1.0]]))
    assert sure > bold


def few_telling(rows, count):
    """The rows, of whose lists the first `count` alone have labels that differ."""
    return dataclasses.replace(rows, labels=np.where(rows.lists < count, rows.labels, 0.0))


def test_lists_that_say_nothing_do_not_tell_when_to_stop(rows):
    few = few_telling(rows, 40)
    blank = dataclasses.replace(rows, labels=np.zeros(len(rows)))
    assert grow(few, LAMBDAMART, QUICK).rounds > 1
    assert grow(few, LAMBDAMART, QUICK, watched=blank).rounds > 1


def test_a_single_list_that_says_something_is_not_held_out(rows):
    with pytest.raises(
        UnusableInputError, match=r"^`lists` must hold two with labels that differ, got 1: none is left"
    ):
        grow(few_telling(rows, 1), LAMBDAMART, QUICK)


def test_rows_of_a_single_cluster_are_held_out_one_by_one(rows):
    together = dataclasses.replace(rows, lists=np.zeros(len(rows), np.int64))
    assert grow(together, BINARY, QUICK).rounds > 1


def test_settings_name_all_that_is_wrong():
    with pytest.raises(ConfigError) as raised:
        TreeSettings(rounds=0, leaves=1, learning_rate=0)
    assert [name in str(raised.value) for name in ("`rounds`", "`leaves`", "`learning_rate`")] == [True] * 3
