"""Tuning from rows to a record."""

import dataclasses
import functools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.comparison import NO_ID, Reference
from components.errors import UnusableInputError
from components.fusion_tuner.goals import Pareto, Sum, Within
from components.fusion_tuner.result import FusionTuning
from components.fusion_tuner.rows import TunerRows, halves
from components.fusion_tuner.search import Tried, chosen_of, front_of
from components.fusion_tuner.space import Bounds, space_problems
from components.fusion_tuner.tune import tune
from models.errors import ConfigError
from models.fusion import AffinePower, PowerProduct, WeightedSum
from tests.components.fusion_tuner.samples import FORMULA, PARETO, changed, rows_of

NAMES = PARETO.goal.names


@functools.cache
def tuned(goal):
    goals = {
        "pareto": PARETO.goal,
        "sum": Sum(shares={"click.gauc": 1.0, "buy.gauc": 3.0}),
        "within": Within(maximise="buy.gauc", least_change={"click.gauc": -0.01}),
    }
    return tune(rows_of(), FORMULA, changed(PARETO, goal=goals[goal]))


def dominates(one, other):
    gaps = [one[name] - other[name] for name in NAMES]
    return min(gaps) >= 0 and max(gaps) > 0


@settings(max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=30))
def test_nothing_tried_dominates_a_point_of_the_front_and_all_else_is_dominated_or_equal(pairs):
    tried = [Tried({}, dict(zip(NAMES, map(float, pair), strict=True))) for pair in pairs]
    front = front_of(tried, NAMES)
    for place, one in enumerate(tried):
        beaten = any(dominates(other.values, one.values) for other in tried)
        equal = any(tried[at].values == one.values for at in front)
        assert (place in front and not beaten) or (place not in front and (beaten or equal))


@pytest.mark.parametrize("goal", ["pareto", "sum", "within"])
def test_no_tried_weights_dominate_the_front_nor_the_chosen_ones(goal):
    found = tuned(goal)
    assert len(found.tried) + found.refused == PARETO.trials + 1
    for place in [*(one.place for one in found.front), found.chosen]:
        assert not any(dominates(other.values, found.tried[place].values) for other in found.tried)


@pytest.mark.parametrize("goal", ["sum", "within"])
def test_what_is_chosen_is_near_the_best_of_a_grid(goal):
    found = tuned(goal)
    present = found.tried[0].values
    judge = PARETO.judge(halves(rows_of(), seed=0)[0])
    grid = [
        judge.values(FORMULA.score_rows(judge.rows.values, np.array([1.0, buy, price])))
        for buy in np.linspace(0, 4, 21)
        for price in np.linspace(-1, 1, 5)
    ]
    worth = {
        "sum": lambda values: values["click.gauc"] + 3 * values["buy.gauc"],
        "within": lambda values: (
            values["buy.gauc"] if values["click.gauc"] >= present["click.gauc"] - 0.01 else -np.inf
        ),
    }[goal]
    assert worth(found.tried[found.chosen].values) > max(map(worth, grid)) - 0.003
    assert worth(found.tried[found.chosen].values) > worth(present) + 0.01


def test_pareto_chooses_what_gains_most_while_nothing_falls():
    present = Tried({}, {"click.gauc": 0.6, "buy.gauc": 0.6})
    others = [(0.7, 0.59), (0.61, 0.64), (0.63, 0.61), (0.6, 0.645)]
    tried = [present, *(Tried({}, dict(zip(NAMES, pair, strict=True))) for pair in others)]
    assert chosen_of(PARETO.goal, tried, front_of(tried, NAMES), present) == 2


def test_optimism_is_the_gain_of_the_search_half_less_that_of_the_check_half():
    found = tuned("pareto")
    rows = halves(rows_of(), seed=0)
    for one in found.front:
        weights = np.array(list(found.tried[one.place].weights.values()))
        gains = []
        for half in rows:
            judge = PARETO.judge(half)
            after, before = (judge.values(FORMULA.score_rows(half.values, own)) for own in (weights, None))
            gains.append(after["buy.gauc"] - before["buy.gauc"])
        assert one.optimism["buy.gauc"] == pytest.approx(gains[0] - gains[1], abs=1e-12)
        assert one.values["buy.gauc"] == after["buy.gauc"]
    assert found.halves.search_rows == len(rows[0])


def test_the_chosen_weights_are_compared_with_the_present_ones_on_the_check_half():
    found = tuned("sum")
    cells = {cell.output: cell for cell in found.comparison.cells}
    checked = {one.place: one for one in found.front}[found.chosen]
    for output, cell in cells.items():
        assert cell.candidate.value == pytest.approx(checked.values[f"{output}.gauc"], abs=1e-12)
        assert cell.reference.value == pytest.approx(found.present[f"{output}.gauc"], abs=1e-12)
        assert cell.against is Reference.BASELINE and cell.difference.std_error > 0


def test_halves_are_of_whole_users_and_told_by_the_seed():
    rows = rows_of()
    rows = dataclasses.replace(rows, users=np.where(rows.users == rows.users[0], NO_ID, rows.users))
    found = []
    for seed in range(4):  # The hash of no user lies in either half.
        first, second = (half.users.tolist() for half in halves(rows, seed=seed))
        assert not set(first) & set(second)
        assert len(first) + len(second) == np.count_nonzero(rows.users != NO_ID)
        assert 0.4 < len(first) / len(rows) < 0.6
        found.append(frozenset(first))
    assert len(set(found)) == 4


@pytest.mark.parametrize("goal", [PARETO.goal, Sum(shares={"buy.gauc": 1.0})])
def test_the_same_seed_finds_the_same_and_a_record_is_read_as_it_was_written(goal):
    tuning = changed(PARETO, trials=5, goal=goal)
    found = tune(rows_of(50), FORMULA, tuning)
    assert tune(rows_of(50), FORMULA, tuning).to_json() == found.to_json()
    assert tune(rows_of(50), FORMULA, changed(tuning, seed=1)).tried[1:] != found.tried[1:]
    assert FusionTuning.from_json(found.to_json()).to_json() == found.to_json()
    assert FusionTuning.from_json(found.to_json()).tried == found.tried
    with pytest.raises(ConfigError, match="`version` must be 1, got None: tune again"):
        FusionTuning.from_json("{}")


def test_bounds_that_nothing_meets_choose_nothing():
    goal = Within(maximise="click.gauc", least_change={"buy.gauc": 0.5})
    assert tune(rows_of(50), FORMULA, changed(PARETO, goal=goal, trials=3)).chosen is None


def test_weights_that_make_one_score_of_all_rows_are_counted():
    rows = rows_of(50)
    flat = dataclasses.replace(rows, values={**rows.values, "click": np.full(len(rows), 0.5)})
    with pytest.raises(UnusableInputError, match="the present weights must tell rows apart, got one score"):
        tune(flat, WeightedSum(weights={"click": 1.0, "buy": 0.0, "price": 0.0}), PARETO)
    power = AffinePower(weights={"click": 1.0}, plus={"click": 0.1})
    bounds = {"click.plus": Bounds(least=-1.0, most=0.5)}
    found = tune(rows, power, changed(PARETO, bounds=bounds, trials=20))
    assert 0 < found.refused == 21 - len(found.tried)


def test_what_is_tried_lies_within_the_bounds_and_can_be_typed():
    bounds = {"buy": Bounds(least=0.0, most=1.2996), "price": Bounds(least=-300.0, most=-20.0)}
    found = tune(rows_of(50), FORMULA, changed(PARETO, bounds=bounds, goal=Sum(shares={"buy.gauc": 1.0}), trials=60))
    for one in found.tried[1:]:
        assert all(own.least <= one.weights[name] <= own.most for name, own in bounds.items())
        assert one.weights["price"] == round(one.weights["price"], 1)
    assert len({one.weights["buy"] for one in found.tried}) > 10
    ends = Bounds(least=-0.9996, most=0.0004)
    assert [ends.rounded(value) for value in (-0.99959, -0.12345, -0.0001, 0.00039)] == [-0.9996, -0.123, 0.0, 0.0]
    assert str(ends.rounded(-0.0001)) == "0.0"
    assert Bounds(least=0.0004, most=1.0).rounded(0.00041) == 0.0004


@pytest.mark.parametrize(
    ("formula", "names"),
    [
        (FORMULA, ("click", "buy", "price")),
        (FORMULA, ("click", "buy")),  # What is left is 0.
        (PowerProduct(weights={"click": 1.0}), ("click",)),
        (AffinePower(weights={"click": 1.0, "buy": 2.0}), ("click.times",)),
    ],
)
def test_a_weight_that_only_scales_the_score_is_not_searched(formula, names):
    bounds = {name: Bounds(least=0.0, most=1.0) for name in names}
    (problem,) = space_problems(formula, formula.declared, bounds)
    assert problem.startswith("`bounds` must leave out one of ") and "that is not 0" in problem


def test_all_that_is_wrong_with_a_declaration_comes_at_once():
    with pytest.raises(ConfigError) as caught:
        changed(PARETO, goal=Pareto(names=("click.gauc", "by.gauc")), trials=0, seed=-1)
    assert len(caught.value.problems) == 3
    (problem,) = space_problems(FORMULA, FORMULA.declared, {"bye": Bounds(least=0.0, most=1.0)})
    assert problem == "`bounds` must name weights of the formula, got `bye`. Did you mean `buy`?"
    with pytest.raises(ConfigError, match=r"`least` must be below `most`, both finite, got 1\.0 and 1\.0"):
        Bounds(least=1.0, most=1.0)


def test_values_that_are_not_finite_and_columns_of_other_lengths_are_told_at_once():
    rows = rows_of(5)
    with pytest.raises(ConfigError) as caught:
        TunerRows(
            values={"click": np.full(len(rows), np.nan)},
            labels={"click": np.zeros(2)},
            users=rows.users,
            propensities=np.zeros(len(rows)),
        )
    assert [problem.split("`")[1] for problem in caught.value.problems] == [
        "labels.click",
        "values.click",
        "propensities",
    ]


def test_what_either_half_cannot_tell_is_told_with_its_name():
    rows = rows_of(40)
    alone = rows.users == rows.users[0]
    with pytest.raises(UnusableInputError) as caught:
        tune(rows.take(alone), FORMULA, PARETO)
    told = [problem.split(": `")[0] for problem in caught.value.problems]
    assert {"In the search half of the users", "In the check half of the users"} & set(told)
    assert any("got 0 positives among 0 known" in problem for problem in caught.value.problems)
