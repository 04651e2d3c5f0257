"""The section `fusion.tune`, as it is declared and refused."""

import pytest

from components.fusion_tuner.config import FusionTuneConfig, Logged, LoggedPropensity, SegmentTuning, StackingConfig
from components.fusion_tuner.goals import Sum
from components.fusion_tuner.space import Bounds
from models.expression import ColumnType
from pipeline.config.describe import describe
from pipeline.errors import ConfigFileError
from pipeline.evaluation import evaluator_plan

PUSH = "push:\n"
TUNED = """\
evaluation: {user: user, list: user}
fusion:
  served: main
  formulas:
    main: {kind: power_product, weights: {click: 1.0, buy: 0.5, price: 0.2}}
    affine: {kind: affine_power, weights: {click: 1.0}}
  columns:
    price: {missing: 1, least: 0.01}
  segment: {column: item, weights: {}}
  tune:
    goal: {kind: sum, shares: {click.gauc: 1, ctcvr.ndcg: 2e0}}
    bounds: {buy: {least: 0, most: 5}}
    observe: [spend.ndcg]
    trials: 50
    propensity: {column: clicked, holds: position, power: 0.5}
    segments: {least_users: 30}
    stacking: {heads: [click, buy], target: spend}
"""
TASKS = """\
  - {name: spend, kind: regression, label: price, also_input: [price], role: auxiliary}
  - {name: shelf, kind: {name: multiclass, num_classes: 3}, label: price, also_input: [price]}
model:
"""


@pytest.fixture
def declare(load):
    def run(*replacements):
        text = TUNED
        for old, new in replacements:
            assert old in text, old
            text = text.replace(old, new)
        return load((PUSH, text + PUSH), ("model:\n", TASKS))

    return run


def test_a_search_is_declared_beside_what_is_served_and_is_no_part_of_it(declare):
    config = declare()
    assert config.fusion_tune == FusionTuneConfig(
        goal=Sum(shares={"click.gauc": 1.0, "ctcvr.ndcg": 2.0}),
        bounds={"buy": Bounds(least=0.0, most=5.0)},
        observe=("spend.ndcg",),
        trials=50,
        propensity=LoggedPropensity(column="clicked", holds=Logged.POSITION, power=0.5),
        segments=SegmentTuning(least_users=30),
        stacking=StackingConfig(heads=("click", "buy"), target="spend"),
    )
    without = TUNED[TUNED.index("  tune:\n") :]
    assert declare((without, "")).fusion == config.fusion
    line = "  weights of main searched in every run: buy 0 to 5, then of each item; sum of click.gauc, ctcvr.ndcg"
    assert line in describe(config).splitlines()


def test_by_how_much_objectives_may_fall_is_told(declare):
    within = "{kind: within, maximise: click.gauc, least_change: {ctcvr.ndcg: -0.001, buy.gauc: 0}}"
    config = declare(("{kind: sum, shares: {click.gauc: 1, ctcvr.ndcg: 2e0}}", within))
    goal = "most of click.gauc, ctcvr.ndcg changing by -0.001 or more, buy.gauc changing by +0 or more"
    assert [line for line in describe(config).splitlines() if line.endswith(f"; {goal}")]


def test_the_column_of_propensities_is_kept_as_a_number_with_the_rows_that_were_judged(declare):
    config = declare()
    assert config.kept_columns["clicked"] is ColumnType.NUMBER
    assert "clicked" not in config.served_columns
    plan = evaluator_plan(config)
    assert plan.propensity == "clicked" and "clicked" in plan.columns


WRONG = {
    "no formula": (("trials: 50", "trials: 50\n    formula: man"), "`formula` must be one of `formulas`, got 'man'."),
    "no weight": (("{buy: {least", "{by: {least"), "`bounds` must name weights of the formula, got `by`."),
    "no order": (("bounds: {buy: {least: 0, most: 5}}", "bounds: {}"), "`bounds` must hold a weight to search"),
    "ends": (("{least: 0, most: 5}", "{least: 5, most: 5}"), "`least` must be below `most`, both finite, got 5.0"),
    "a scale": (
        ("{buy: {", "{click: {least: 0, most: 1}, price: {least: 0, most: 1}, buy: {"),
        "`bounds` must leave out one of click, buy, price that is not 0",
    ),
    "an end": (
        ("bounds: {buy: {least: 0,", "formula: affine\n    bounds: {click.plus: {least: -1,"),
        "`bounds.click.plus` reaches -1, which would not do: `click.plus` must be 0 or more, got -1.0",
    ),
    "a size": (("most: 5}", "most: 1e9}"), "`bounds.buy` reaches 1e+09, which would not do: weight `buy` must be"),
    "no metric": (("click.gauc: 1", "click.auc: 1"), "`goal` must name objectives such as click.gauc or click.ndcg"),
    "no output": (("click.gauc: 1", "clik.gauc: 1"), "no task or product is called `clik`. Did you mean `click`?"),
    "not its metric": (("spend.ndcg", "spend.gauc"), "`observe` asks for spend.gauc, but a regression output has no"),
    "classes": (("spend.ndcg", "shelf.ndcg"), "`observe` asks for shelf.ndcg, but a multiclass output has no ndcg."),
    "twice": (("spend.ndcg", "click.gauc"), "`observe` must name objectives once that are not the goal's"),
    "no share": (("{click.gauc: 1, ctcvr.ndcg: 2e0}", "{click.gauc: 0}"), "`shares` must hold one above 0"),
    "another goal": (("kind: sum", "kind: som"), "must be one of the known names, got 'som'. Did you mean `sum`?"),
    "no user": (("{user: user, list: user}", "{list: user}"), "asks for gauc, which needs `evaluation.user`"),
    "no list": (("{user: user, list: user}", "{user: user}"), "asks for ndcg, which needs `evaluation.list`"),
    "no trials": (("trials: 50", "trials: 0"), "`trials` must be 1 or more, got 0."),
    "no column": (("column: clicked", "column: clickd"), "the data has no column `clickd`. Did you mean `clicked`?"),
    "no power": (("power: 0.5", "power: -1"), "`power` must be 0 or more and finite, got -1.0."),
    "no segment": (("  segment: {column: item, weights: {}}\n", ""), "`segments` needs `fusion.segment`, got none"),
    "few users": (("least_users: 30", "least_users: 1"), "`least_users` must be 2 or more, got 1."),
    "no head": (("heads: [click, buy]", "heads: [clck]"), "`heads` must name tasks or products, got 'clck'."),
    "a head": (("heads: [click, buy]", "heads: [spend]"), "`heads` must be probabilities, got 'spend', regression."),
    "no target": (("target: spend", "target: spent"), "`target` must name a task or product, got 'spent'."),
    "a key": (("trials: 50", "trails: 50"), "`trails` is not a key here. Did you mean `trials`?"),
}


def problems(error):
    return [f"{mark}: {message}" for mark, message in error.value.located]


@pytest.mark.parametrize("case", WRONG)
def test_what_cannot_be_searched_is_refused_where_it_is(declare, case):
    replacement, message = WRONG[case]
    with pytest.raises(ConfigFileError) as error:
        declare(replacement)
    found = problems(error)
    assert any(message in line for line in found), found
    assert all(not line.startswith("1:1:") for line in found), found


def test_all_of_it_is_told_at_once_with_what_is_wrong_elsewhere(declare):
    cases = ("no weight", "no output", "no list", "no head", "no target")
    with pytest.raises(ConfigFileError) as error:
        declare(*(WRONG[case][0] for case in cases), ("served: main", "served: man"))
    found = "\n".join(problems(error))
    assert all(WRONG[case][1] in found for case in cases[1:]), found
    assert "`served` must be one of `formulas`" in found  # Weights of what cannot be read are not looked at.


def test_a_metric_that_is_none_does_not_hide_the_names_beside_it(declare):
    with pytest.raises(ConfigFileError) as error:
        declare(("ctcvr.ndcg: 2e0", "clik.gauc: 2"), ("click.gauc: 1", "click.auc: 1"), ("spend.ndcg", "spent.ndcg"))
    found = "\n".join(problems(error))
    assert "`goal` must name objectives such as click.gauc or click.ndcg, got 'click.auc'" in found
    assert "`goal` asks for clik.gauc, but no task or product is called `clik`. Did you mean `click`?" in found
    assert "`observe` asks for spent.ndcg, but no task or product is called `spent`. Did you mean `spend`?" in found


@pytest.mark.parametrize("section", ["[main]", "{tune: [click.gauc]}", "{tune: {goal: click.gauc, observe: {a: 1}}}"])
def test_a_search_of_another_form_is_refused_and_not_read(load, section):
    with pytest.raises(ConfigFileError):
        load((PUSH, f"fusion: {section}\n" + PUSH))


def test_a_search_alone_is_no_section(load):
    with pytest.raises(ConfigFileError, match="`fusion_tune` is not a section"):
        load((PUSH, "fusion_tune: {}\n" + PUSH))
