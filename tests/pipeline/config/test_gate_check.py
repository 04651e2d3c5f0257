"""What a gate cannot ask, each with its place, all in one error."""

import pytest

from components.gauc_weight import GaucWeight
from pipeline.config.gate_check import gate_warnings
from pipeline.errors import ConfigFileError
from pipeline.evaluation import evaluator_plan

RULE = "{output: click, metric: auc, min: 0.5}"


def rule(text):
    return (RULE, text)


REFUSED = {
    "a_slicing_by_nothing": (
        "{output: click, metric: auc, min: 0.6, slices: [[]]}",
        "25:54: gate.rules.0: `slices` must hold lists of one or more columns, got an empty one: leave that out.$",
    ),
    "a_negative_margin": (
        "{output: click, metric: auc, margin: -0.01}",
        r"25:44: gate.rules.0: `margin` must be positive, got -0.01: it says how much worse",
    ),
    "no_margin_at_all": ("{output: click, metric: auc, margin: 0}", "25:44: .*`margin` must be positive, got 0.0"),
    "a_margin_as_wide_as_the_metric": (
        "{output: click, metric: auc, margin: 0.5}",
        "25:44: .*`margin` must be under 0.5, got 0.5: a model whose auc falls by as much is worth nothing, so nothing",
    ),
    "a_total_below_one_push": (
        "{output: click, metric: auc, margin: 0.02, total_margin: 0.01}",
        "25:64: .*`total_margin` must be at least `margin`, got 0.01 and 0.02: one push may lose the margin.",
    ),
    "a_total_of_nothing_pinned": (
        "{output: click, metric: auc, margin: 0.02, total_margin: 0.1}",
        "24:3: gate: `anchor` is missing, which `total_margin` counts from: write a served version, or oldest.",
    ),
    "non_inferior_by_how_much": (
        "{output: click, metric: auc, rule: non_inferior}",
        "25:42: .*`rule` non_inferior needs a `margin` or a `relative_margin`: how much worse may it be?",
    ),
    "superior_by_a_margin": (
        "{output: click, metric: auc, rule: superior, margin: 0.1}",
        "25:60: .*`margin` must be left out under superior: only non_inferior has a margin.",
    ),
    "two_margins": (
        "{output: click, metric: auc, margin: 0.1, relative_margin: 0.1}",
        "25:66: .*`relative_margin` must be left out beside `margin`: keep one of them.",
    ),
    "a_margin_of_what_is_best_at_1": (
        "{output: click, metric: calibration, margin: 0.1}",
        "25:52: .*`margin` has no meaning for calibration, whose best value is 1: use `min` and `max`, or observe.",
    ),
    "a_margin_without_interval": (
        "{output: click, metric: calibration_error, margin: 0.1}",
        "`margin` has no meaning for calibration_error, which is measured without interval: use `min` and `max`",
    ),
    "a_bound_no_model_reaches": (
        "{output: click, metric: auc, min: 1.2}",
        "25:41: .*`min` must be between 0 and 1, as auc is, got 1.2.",
    ),
    "a_bound_that_only_the_best_meets": (
        "{output: click, metric: auc, min: 1}",
        "25:41: .*`min` must leave room to 1, the best auc there is, got 1.0: no model is shown to reach it.",
    ),
    "no_loss_at_all": (
        "{output: click, metric: log_loss, max: 0}",
        "25:46: .*`max` must leave room to 0, the best log_loss there is, got 0.0: no model is shown to reach it.",
    ),
    "bounds_that_cross": (
        "{output: click, metric: log_loss, min: 2, max: 1}",
        "25:46: .*`min` must be less than `max`, got 2.0 and 1.0: an interval has to fit between.",
    ),
    "a_task_the_graph_lacks": (
        "{output: clikc, metric: auc, min: 0.5}",
        "25:16: gate.rules.0.output: no task or product is called `clikc`. Did you mean `click`?",
    ),
    "a_slice_that_is_not_declared": (
        "{output: click, metric: auc, margin: 0.1, slices: [[itme]]}",
        r"25:58: gate.rules.0.slices.0: \[itme\] is not among `evaluation.slices`. Did you mean `item`?",
    ),
    "gauc_within_nobody": (
        "{output: click, metric: gauc, margin: 0.1}",
        "25:31: gate.rules.0.metric: `gauc` needs `evaluation.user`, within whose values it ranks: write the column.",
    ),
    "nothing_of_a_main_task": (
        "{output: click, metric: auc}",
        "25:7: gate.rules.0: asks nothing of main task 'click': write a `margin`, a `min` or `max`, or `rule: observe`",
    ),
    "a_gate_that_stops_nothing": (
        "{output: click, metric: auc, rule: observe}",
        "25:5: gate.rules: must hold a rule that can stop a candidate, got only such as observe",
    ),
    "one_metric_twice": (
        RULE + "\n    - " + RULE,
        "25:5: gate: `rules` names 'click auc' twice: write one with all that is asked.",
    ),
    "slices_of_a_metric_twice": (
        RULE[:-1] + ", slices: [[item]]}\n    - " + RULE[:-1] + ", slices: [[item]], only_slices: true}",
        "25:5: gate: `rules` names 'click auc' of .item. twice: write one with all that is asked.",
    ),
    "slices_without_all_rows": (
        RULE[:-1] + ", slices: [[item]], only_slices: true}",
        "25:5: gate: `rules` must hold a rule of 'click auc' for all rows, which can stop a candidate, beside that of",
    ),
    "slices_beside_what_is_only_observed": (
        RULE[:-11] + ", rule: observe}\n    - " + RULE[:-11] + ", margin: 0.1, slices: [[item]], only_slices: true}",
        "25:5: gate: `rules` must hold a rule of 'click auc' for all rows, which can stop a candidate, beside that of",
    ),
    "a_bound_that_every_model_meets": (
        "{output: click, metric: log_loss, min: 0}",
        "25:46: .*`min` must be above 0, got 0.0: every model has as much, so nothing would be asked.",
    ),
    "a_bound_that_a_coin_meets": (
        "{output: click, metric: auc, min: 0.4}",
        "25:41: .*`min` must be at least 0.5, got 0.4: a coin has as much, so nothing would be asked.",
    ),
    "a_cap_at_the_best_there_is": (
        "{output: click, metric: auc, max: 1}",
        "25:41: .*`max` must be below 1, got 1.0: every model has at most as much.",
    ),
    "bounds_without_room": (
        "{output: click, metric: calibration, min: 1, max: 1}",
        "`min` must be less than `max`, got 1.0 and 1.0: an interval has to fit between.",
    ),
    "a_margin_that_no_loss_exceeds": (
        "{output: click, metric: log_loss, margin: 1000}",
        "25:49: .*`margin` must be under 0.693147, got 1000.0: a model whose log_loss rises by as much is worth",
    ),
    "a_better_task_where_none_is_compared": (
        "{output: click, metric: calibration, min: 0.9}\n  at_least_one_superior: true",
        "gate.at_least_one_superior: must have a rule that compares an output of a main task with what serves, got",
    ),
    "only_slices_of_none": (
        RULE[:-1] + ", only_slices: true}",
        "25:7: gate.rules.0: `slices` must name one at least under `only_slices`, got none: nothing would be asked.",
    ),
    "an_anchor_by_nickname": (
        RULE + "\n  anchor: latest",
        "26:11: gate: `anchor` must be a version's number or oldest, got 'latest'.",
    ),
    "a_confidence_in_percent": (
        RULE + "\n  confidence: 95",
        "26:15: gate: `confidence` must be above 0.5 and below 1, got 95.0: 0.95 is usual.",
    ),
    "a_fused_loss_of_another_graph": (
        RULE + "\n  fused_loss: {weights: {clicks: 1}, margin: 0.1}",
        "26:26: gate.fused_loss.weights: no task or product is called `clicks`. Did you mean `click`?",
    ),
}  # Columns and lines are those of tests/pipeline/config/conftest.py, with `evaluation` at its end.


@pytest.mark.parametrize("name", REFUSED)
def test_what_a_gate_cannot_ask_is_refused_at_its_place_with_the_way_out(load, name):
    text, message = REFUSED[name]
    with pytest.raises(ConfigFileError, match=message):
        load(rule(text), ("served\n", "served\nevaluation: {slices: [[item]]}\n"))


def test_everything_wrong_with_a_gate_comes_in_one_error(load):
    several = "\n    - ".join(
        [
            "{output: clikc, metric: auc, min: 0.5}",
            "{output: buy, metric: mse, min: 0.5}",
            "{output: click, metric: ndcg, margin: 0.1, slices: [[price]]}",
            "{output: ctcvr, metric: auc}",
        ]
    )
    with pytest.raises(ConfigFileError) as error:
        load(rule(several))
    assert [mark for mark, _ in error.value.located] == ["25:16", "26:29", "27:31", "27:59", "28:7"]


def test_a_rule_that_cannot_be_read_hides_nothing(load):
    several = "\n    - ".join(
        [
            "{output: click, metric: auc, margin: -0.01, slices: [[itme]]}",
            "{output: clikc, metric: gauc, margin: 2}",
            "{output: buy, metric: mse, min: low}",
            "{output: ctcvr, metric: auc, min: 0.5}",
            "{output: [buy], metric: auk, slices: item}",
            "{output: click, metric: auk, margin: -0.01, min: -0.5, max: 0}",
        ]
    )
    with pytest.raises(ConfigFileError) as error:
        load(rule(f"{several}\n  anchor: newest\n  confidence: sure"))
    said = [f"{mark} {problem}" for mark, problem in error.value.located]
    told = [
        "25:44 gate.rules.0: `margin` must be positive",
        "25:60 gate.rules.0.slices.0: [itme] is not among",
        "26:16 gate.rules.1.output: no task or product is called `clikc`",
        "26:31 gate.rules.1.metric: `gauc` needs `evaluation.user`",
        "26:45 gate.rules.1: `margin` must be under 0.5",
        "27:29 gate.rules.2.metric: `mse` is no metric of a binary output",
        "27:39 gate.rules.2.min: must be a number, got 'low'",
        "29:16 gate.rules.4.output: must be a string",
        "29:31 gate.rules.4.metric: must be one of the known names, got 'auk'",
        "29:44 gate.rules.4.slices: must be a list",
        "30:31 gate.rules.5.metric: must be one of the known names, got 'auk'",
        "30:44 gate.rules.5: `margin` must be positive, got -0.01",  # Whatever the metric is.
        "30:56 gate.rules.5: `min` must be 0 or more, got -0.5.",
        "31:11 gate: `anchor` must be a version's number or oldest, got 'newest'",
        "32:15 gate.confidence: must be a number, got 'sure'",
    ]
    assert len(said) == len(told)
    for sentence, expected in zip(said, told, strict=True):
        assert sentence.startswith(expected)


def test_groups_of_rows_are_columns_that_are_kept_for_the_evaluator(load):
    config = load(("served\n", "served\nevaluation: {cluster: user, user: user, list: clicked}\n"))
    assert {"user", "clicked"} <= set(config.kept_columns)
    assert not {"user", "clicked"} & set(config.input_columns)
    with pytest.raises(ConfigFileError, match=r"evaluation\.cluster: the data has no column `usr`."):
        load(("served\n", "served\nevaluation: {cluster: usr}\n"))


def test_what_users_of_gauc_count_by_reaches_the_evaluator_and_needs_users(load):
    config = load(("served\n", "served\nevaluation: {user: user, gauc_weight: clicks}\n"))
    assert evaluator_plan(config).gauc_weight is GaucWeight.CLICKS
    needs = r"`gauc_weight` must be left out without `user`, whom it weighs, got 'clicks'\."
    with pytest.raises(ConfigFileError, match=needs):
        load(("served\n", "served\nevaluation: {gauc_weight: clicks}\n"))


def test_a_main_task_that_nobody_guards_is_warned_of(load):
    (unguarded,) = gate_warnings(load().gate, load().tasks)
    assert unguarded.startswith("no rule of the gate compares `click`, `buy` with what serves")
    config = load(("{output: click, metric: auc, min: 0.5}", "{output: ctcvr, metric: auc, margin: 0.01}"))
    unguarded, unbounded, unanchored = gate_warnings(config.gate, config.tasks)
    assert unbounded.startswith(
        "no rule of the gate has a `min` or `max`: while nothing serves, any candidate is pushed"
    )
    assert "`click`" in unguarded and "`buy`" not in unguarded
    assert "losses within the margins may add up" in unanchored


def test_each_rule_whose_losses_add_up_despite_an_anchor_is_warned_of(load):
    guarded = "{output: click, metric: auc, margin: 0.01, total_margin: 0.02, min: 0.6}"
    others = (
        "{output: buy, metric: auc, margin: 0.01}",
        "{output: buy, metric: log_loss, rule: not_significantly_worse}",
        "{output: click, metric: log_loss, rule: superior}",
        "{output: buy, metric: calibration, min: 0.9}",
    )
    anchored = load((RULE, f"{guarded}\n  anchor: oldest"))
    assert [warning.split("`")[1] for warning in gate_warnings(anchored.gate, anchored.tasks)] == ["buy"]  # Unguarded.
    config = load((RULE, "\n    - ".join((guarded, *others)) + "\n  anchor: oldest"))
    assert gate_warnings(config.gate, config.tasks) == [
        "no `total_margin` bounds `buy auc`, `buy log_loss`: what each push may lose of it adds up, whatever the "
        "`anchor` is."
    ]
