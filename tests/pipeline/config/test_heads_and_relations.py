"""Heads, relations, towers and kept negatives, as YAML says them and as `check` answers."""

import pytest

from models.heads import (
    HEADS,
    Binary,
    Multiclass,
    Ordinal,
    Quantile,
    Ranking,
    Regression,
    RegressionLoss,
    ZeroInflatedLognormal,
)
from models.relations import AITM, DBMTL, ESCM2DR, ESCM2IPW, ESM2, RELATIONS, Conditional, Imputation, Monotone, Product
from pipeline.config.describe import describe
from pipeline.errors import ConfigFileError

GIVEN = "given: click"
BUY = "- name: buy\n    kind: binary"
PRODUCT = ("    product: ctcvr\n", "")
CART = (BUY, f"- {{name: cart, kind: binary, label: price > 1, given: click, also_input: [price]}}\n  {BUY}")


def kind(text):
    return (BUY, f"- name: buy\n    kind: {text}")


def under_given(text):
    return (GIVEN, f"{GIVEN}\n    {text}")


def problems(error):
    return [f"{mark}: {message}" for mark, message in error.value.located]


KINDS = {
    "{name: multiclass, num_classes: 4}": Multiclass(num_classes=4),
    "regression": Regression(),
    "{name: regression, loss: huber, delta: 2}": Regression(loss=RegressionLoss.HUBER, delta=2.0),
    "{name: regression, loss: absolute}": Regression(loss=RegressionLoss.ABSOLUTE),
    "{name: regression, loss: log1p}": Regression(loss=RegressionLoss.LOG1P),
    "zero_inflated_lognormal": ZeroInflatedLognormal(),
    "quantile": Quantile(),
    "{name: quantile, levels: [0.25, 0.75]}": Quantile(levels=(0.25, 0.75)),
    "{name: ordinal, num_levels: 5}": Ordinal(num_levels=5),
    "{name: ordinal, num_levels: 11, lowest: 0}": Ordinal(num_levels=11, lowest=0),
}
WAYS = {
    "product": Product(),
    "esmm": Product(name="esmm"),
    "conditional": Conditional(),
    "{name: esm2, through: cart}": ESM2(through="cart"),
    "aitm": AITM(),
    "{name: aitm, penalty: 0.2, passes_gradient: false}": AITM(penalty=0.2, passes_gradient=False),
    "{name: dbmtl, units: [16, 8]}": DBMTL(units=(16, 8)),
    "escm2_ipw": ESCM2IPW(),
    "{name: escm2_dr, min_propensity: 0.1, imputes: label}": ESCM2DR(min_propensity=0.1, imputes=Imputation.LABEL),
    "{name: monotone, penalty: 1}": Monotone(penalty=1.0),
}


def test_the_samples_are_of_every_head_and_relation():
    assert {type(head) for head in KINDS.values()} == set(HEADS.values()) - {
        Binary,
        Ranking,
    }  # See test_ranking_check.py.
    assert {type(relation) for relation in WAYS.values()} == set(RELATIONS.values())


@pytest.mark.parametrize("text", KINDS)
def test_a_head_is_declared_by_its_name_or_with_its_fields(load, text):
    config = load(kind(text), PRODUCT)
    assert config.tasks[1].kind == KINDS[text]
    assert f"buy: {KINDS[text].name}" in describe(config)
    assert all(f"serves buy_{suffix} too" in describe(config) for suffix in KINDS[text].suffixes)


@pytest.mark.parametrize("text", WAYS)
def test_a_relation_is_declared_by_its_name_or_with_its_fields(load, text):
    config = load(under_given(f"relation: {text}"), CART)
    assert config.graph.by_name["buy"].how == WAYS[text]
    assert f"by {WAYS[text].name}" in describe(config)


def test_what_check_says_names_what_is_not_as_by_default(load):
    config = load(
        under_given("relation: {name: esm2, through: cart}"),
        CART,
        ("label: clicked", "label: clicked\n    kept_negatives: 0.05"),
    )
    lines = [line.strip() for line in describe(config).splitlines()]
    assert "click: binary, clicked, on every row, 0.05 of negatives kept" in lines
    assert 'buy: binary, bought == "yes", on positives of click, by esm2 (through: cart)' in lines
    assert "cart: binary, price > 1, on positives of click, by product" in lines


def test_a_tower_of_its_own(load):
    tasks = load(("label: clicked", "label: clicked\n    tower: [16, 4]"), under_given("tower: []")).tasks
    assert [task.tower for task in tasks] == [(16, 4), ()]


def test_the_command_line_chooses_heads_and_relations(load):
    config = load(overrides=["tasks.buy.relation=aitm", "tasks.buy.relation.penalty=0.1"])
    assert config.tasks[1].relation == AITM(penalty=0.1)
    config = load(PRODUCT, overrides=["tasks.buy.kind={name: quantile, levels: [0.5]}", "tasks.click.kept_negatives=1"])
    assert config.tasks[1].kind == Quantile(levels=(0.5,))


REFUSED = {
    "bare_esm2": (
        [under_given("relation: esm2")],
        "17:15: tasks.1.relation: `through` is missing: write it as {name: esm2, through: ...}.",
    ),
    "esm2_without_the_action": (
        [under_given("relation: {name: esm2, through: cart}")],
        "17:37: tasks.1.relation: `through` of task 'buy' must name another binary task given 'click' by the "
        "relation product, got 'cart': "
        "declare one, or take the relation product.",
    ),
    "esm2_through_a_misspelt_action": (
        [under_given("relation: {name: esm2, through: crat}"), CART],
        "18:37: tasks.2.relation: `through` of task 'buy' must name another binary task given 'click' by the "
        "relation product, got 'crat': "
        "Did you mean `cart`?",
    ),
    "a_relation_that_multiplies_no_probability": (
        [kind("regression"), PRODUCT, under_given("relation: aitm")],
        "17:15: tasks.1: `relation` must be conditional for a regression task, got 'aitm': "
        "only probabilities multiply.",
    ),
    "a_relation_without_a_parent": (
        [("given: click\n    product: ctcvr", "relation: aitm")],
        "16:15: tasks.1: `relation` and `product` need `given`: name the parent task, or leave them out.",
    ),
    "a_product_of_a_number": (
        [kind("zero_inflated_lognormal")],
        "17:14: tasks.1: `product` is for binary tasks, got it with zero_inflated_lognormal: leave it out.",
    ),
    "a_misspelt_relation": (
        [under_given("relation: atim")],
        "17:15: tasks.1.relation: must be one of the known names, got 'atim'. Did you mean `aitm`?",
    ),
    "a_penalty_that_rewards": (
        [under_given("relation: {name: monotone, penalty: -1}")],
        "17:41: tasks.1.relation: `penalty` must be 0 or positive, got -1.0.",
    ),
    "a_bare_multiclass": (
        [kind("multiclass"), PRODUCT],
        "14:11: tasks.1.kind: `num_classes` is missing: write it as {name: multiclass, num_classes: ...}.",
    ),
    "two_levels": (
        [kind("{name: ordinal, num_levels: 2}"), PRODUCT],
        "14:39: tasks.1.kind: `num_levels` must be at least 3, for two levels are a binary task, got 2.",
    ),
    "quantiles_that_fall": (
        [kind("{name: quantile, levels: [0.9, 0.1]}"), PRODUCT],
        "14:36: tasks.1.kind: `levels` must be rising numbers between 0 and 1, such as [0.1, 0.5, 0.9], "
        "got [0.9, 0.1].",
    ),
    "an_unknown_loss": (
        [kind("{name: regression, loss: hubber}"), PRODUCT],
        "14:36: tasks.1.kind.loss: must be one of the known names, got 'hubber'. Did you mean `huber`?",
    ),
    "a_tower_of_no_width": (
        [under_given("tower: [8, 0]")],
        "17:12: tasks.1: `tower` must hold positive widths, got 0.",
    ),
    "no_negatives": (
        [under_given("kept_negatives: 0")],
        "17:21: tasks.1: `kept_negatives` must be above 0 and at most 1, got 0.0.",
    ),
    "negatives_of_a_number": (
        [kind("quantile"), PRODUCT, under_given("kept_negatives: 0.5")],
        "17:21: tasks.1: `kept_negatives` is for binary tasks, got it with quantile: leave it out.",
    ),
    "a_metric_of_another_head": (
        [
            ("output: click, metric: auc", "output: buy, metric: auc"),
            kind("{name: multiclass, num_classes: 3}"),
            PRODUCT,
        ],
        "24:29: gate.rules.0.metric: `auc` is no metric of a multiclass output: use log_loss or accuracy.",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_is_refused_at_its_place_with_the_reason_and_what_can(load, name):
    spoilt, message = REFUSED[name]
    with pytest.raises(ConfigFileError) as error:
        load(*spoilt)
    assert problems(error) == [message]


def test_a_parent_that_has_no_positives_is_refused(load):
    with pytest.raises(ConfigFileError) as error:
        load(("- name: click\n    kind: binary", "- name: click\n    kind: quantile"), ("auc, min", "mae, min"))
    assert problems(error) == [
        "16:12: tasks.1.given: `given` of task 'buy' must name a binary task, got 'click', a quantile task: "
        "only a binary task has positives to be given."
    ]


def test_a_name_that_a_head_serves_is_kept_free(load):
    taken = "- {name: dwell_quantiles, kind: regression, label: price, also_input: [price]}"
    dwell = "- {name: dwell, kind: quantile, label: price, also_input: [price]}"
    with pytest.raises(ConfigFileError) as error:
        load((BUY, f"{taken}\n  {dwell}\n  {BUY}"))
    assert problems(error) == [
        "14:12: tasks.2.name: `name` must leave 'dwell_quantiles' free, which this task's quantile head serves: "
        "rename one."
    ]


def test_a_problem_on_the_command_line_is_said_to_be_there(load):
    with pytest.raises(ConfigFileError) as error:
        load(overrides=["tasks.buy.relation=esm2", "tasks.click.kept_negatives=2"])
    assert problems(error) == [
        "--set: tasks.0: `kept_negatives` must be above 0 and at most 1, got 2.0.",
        "--set: tasks.1.relation: `through` is missing: write it as {name: esm2, through: ...}.",
    ]
