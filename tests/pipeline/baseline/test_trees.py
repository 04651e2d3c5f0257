"""Each output's trees see its known rows alone, weighed as in the network."""

import dataclasses

import numpy as np
import pytest

from components.errors import UnusableInputError
from components.trees.boosting import TreeSettings
from models.heads import Binary
from models.tasks import Task, TaskGraph
from pipeline.baseline import trees
from pipeline.baseline.asked import Boosting
from pipeline.baseline.rows import RunRows
from pipeline.baseline.trees import grow_outputs

pytestmark = pytest.mark.slow

GRAPH = TaskGraph(
    (
        Task(name="click", kind=Binary(), label="clicked"),
        Task(name="buy", kind=Binary(), label="bought", given="click", product="ctcvr"),
    )
)
QUICK = TreeSettings(rounds=8, learning_rate=0.3, threads=1)
COUNT = 1_200


@pytest.fixture
def rows():
    """Of 150 users, of whom some rows have none."""
    draws = np.random.default_rng(0)
    city, price = draws.integers(0, 6, COUNT), draws.normal(size=COUNT).astype(np.float32)
    click = (draws.random(COUNT) < 1 / (1 + np.exp(2 - city / 1.5 - price))).astype(np.float32)
    buy = click * (draws.random(COUNT) < 1 / (1 + np.exp(price)))
    ones = np.ones(COUNT, np.float32)
    user = np.array([f"user {place % 150}" if place % 10 else "" for place in range(COUNT)], object)
    targets = {
        "label/click": click, "known/click": ones, "weight/click": ones, "label/buy": buy, "known/buy": click,
        "weight/buy": ones, "label/ctcvr": buy, "known/ctcvr": ones,
    }  # fmt: skip
    return RunRows([b""] * COUNT, {"city": city, "price": price}, targets, {"user": user}, digest=0)


@pytest.fixture
def learnt(monkeypatch):
    """What each output's trees were given."""
    found = []
    grow = trees.grow

    def watching(own, *given, **named):
        found.append(own)
        return grow(own, *given, **named)

    monkeypatch.setattr(trees, "grow", watching)
    return found


def grown(rows, boosting, *, lists=None, tasks=(), watched=None):
    return grow_outputs(
        GRAPH, boosting, QUICK, tasks=tasks, rows=rows, watched=watched, categorical=["city"], lists=lists,
        say=lambda text: None,
    )  # fmt: skip


def spoilt(rows, **targets):
    return dataclasses.replace(
        rows, targets=rows.targets | {name.replace("__", "/"): values for name, values in targets.items()}
    )


def test_a_conditional_is_learnt_on_its_parents_positives_and_a_product_multiplies(rows, learnt):
    grove = grown(rows, Boosting.GBDT)
    click, buy = learnt
    assert (len(click), len(buy)) == (COUNT, rows.targets["label/click"].sum())
    assert click.categories == (0,)
    scores = grove.scores(rows)
    assert set(scores) == {"click", "buy", "ctcvr"}
    np.testing.assert_allclose(scores["ctcvr"], scores["click"] * scores["buy"], rtol=1e-12)


def test_labels_that_are_not_known_are_not_learnt(rows):
    labels = np.where(rows.targets["known/buy"] > 0, rows.targets["label/buy"], 1).astype(np.float32)
    plain, wrong = (
        grown(given, Boosting.GBDT).scores(rows)["buy"] for given in (rows, spoilt(rows, label__buy=labels))
    )
    np.testing.assert_array_equal(wrong, plain)


def test_a_row_weighs_by_its_weight_and_by_what_it_stands_for(rows, learnt):
    halves = np.where(np.arange(COUNT) % 2, 0.5, 3.0).astype(np.float32)
    known = np.where(rows.targets["label/click"] > 0, 1.0, 4.0).astype(np.float32)
    grown(spoilt(rows, weight__click=halves, known__click=known), Boosting.GBDT, tasks=["click"])
    np.testing.assert_array_equal(learnt[0].weights, halves * known)
    grown(spoilt(rows, weight__click=np.where(halves > 1, 0, halves)), Boosting.GBDT, tasks=["click"])
    assert len(learnt[1]) == COUNT / 2


def test_lambdamart_ranks_within_users_and_rows_without_one_take_no_part(rows, learnt):
    scores = grown(rows, Boosting.LAMBDAMART, lists="user").scores(rows)
    assert set(scores) == {"click", "buy", "ctcvr"}
    assert not np.allclose(scores["ctcvr"], scores["click"] * scores["buy"])  # Scores do not multiply.
    has_user = np.array([name != "" for name in rows.raw["user"]])
    assert len(learnt[0]) == has_user.sum()
    same = learnt[0].lists[:, None] == learnt[0].lists
    np.testing.assert_array_equal(same, rows.raw["user"][has_user][:, None] == rows.raw["user"][has_user])


def test_of_boosting_rows_without_a_user_stand_alone(rows, learnt):
    grown(rows, Boosting.GBDT, lists="user", tasks=["click"])
    without = np.array([name == "" for name in rows.raw["user"]])
    assert len(np.unique(learnt[0].lists[without])) == without.sum()


def test_watched_rows_are_read_as_train_rows_are(rows):
    """Validation rows whose labels are the other way round let no tree grow."""
    against = spoilt(rows, label__click=1 - rows.targets["label/click"])
    assert grown(rows, Boosting.GBDT, tasks=["click"], watched=against).trees["click"].rounds == 1
    assert grown(rows, Boosting.GBDT, tasks=["click"], watched=rows).trees["click"].rounds == QUICK.rounds


def test_an_output_whose_labels_tell_nothing_is_named(rows):
    with pytest.raises(UnusableInputError) as raised:
        grown(spoilt(rows, label__click=np.ones(COUNT, np.float32)), Boosting.GBDT)
    assert str(raised.value) == (
        "The trees of `click` cannot be grown: `labels` must differ, got 1 in all 1,200 rows: there is nothing to "
        "learn. Name other tasks, or mend the rows."
    )
