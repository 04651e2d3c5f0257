"""The section `fusion`, as it is declared and refused."""

import dataclasses

import pytest

from components.gate.config import Rule, RuleName
from components.gate.metrics import Metric
from models.expression import ColumnType
from models.fusion import PowerProduct
from pipeline.config.describe import describe
from pipeline.config.fusion_check import fusion_warnings
from pipeline.config.gate import gate_policy
from pipeline.errors import ConfigFileError

PUSH = "push:\n"
FUSION = """\
fusion:
  served: main
  label: ctcvr
  formulas:
    main: {kind: power_product, weights: {click: 1.0, buy: 0.5, price: 0.2}}
    sum: {kind: weighted_sum, weights: {ctcvr: 1}}
  columns:
    price: {missing: 1, least: 0.01}
  segment: {column: user, weights: {u: {main: {click: 2}}}}
"""
REGRESSION = "  - {name: spend, kind: regression, label: price, also_input: [price], role: auxiliary}\n"
CLASSES = "  - {name: shelf, kind: {name: multiclass, num_classes: 3}, label: price, also_input: [price]}\n"


@pytest.fixture
def declare(load):
    def run(*replacements):
        text = FUSION
        for old, new in replacements:
            assert old in text, old
            text = text.replace(old, new)
        return load((PUSH, text + PUSH), ("model:\n", REGRESSION + CLASSES + "model:\n"))

    return run


@pytest.fixture
def refused(declare):
    def run(*replacements):
        with pytest.raises(ConfigFileError) as error:
            declare(*replacements)
        return [f"{mark}: {message}" for mark, message in error.value.located]

    return run


def test_a_score_reads_outputs_and_columns_that_are_not_transformed(declare):
    config = declare()
    assert config.fusion.formulas["main"] == PowerProduct(weights={"click": 1.0, "buy": 0.5, "price": 0.2})
    assert config.served_columns == {"item": ColumnType.STRING, "price": ColumnType.NUMBER, "user": ColumnType.STRING}
    assert "user" not in config.input_columns
    assert "user" in config.kept_columns
    lines = describe(config).splitlines()
    assert "  main: power_product (click 1, buy 0.5, price 0.2)" in lines
    assert any(line.startswith("score: main, which is to rank ctcvr; weights of version ") for line in lines)
    assert "  column price: 1.0 where it is missing, at least 0.01" in lines
    assert "  of their own where user is u" in lines


@pytest.mark.parametrize(
    ("replacement", "message"),
    [
        (
            ("buy: 0.5", "buj: 0.5"),
            "no task, product or entry of `fusion.columns` is called `buj`. Did you mean `buy`?",
        ),
        (
            ("{kind: weighted_sum, weights: {ctcvr: 1}}", "{kind: formula, expression: alpha * click}"),
            "no task, product, entry of its `weights` or entry of `fusion.columns` is called `alpha`.",
        ),
        (("buy: 0.5", "spend: 0.5"), "`spend`, regression, may be below 0, so no power of it is taken"),
        (("{ctcvr: 1}", "{shelf: 1}"), "`shelf` has a probability for each class, of which none is its score."),
        (("label: ctcvr", "label: ctcv"), "`label` must name a task or product, got 'ctcv'. Did you mean `ctcvr`?"),
        (("label: ctcvr", "label: spend"), "`label` must name a binary task or product, got 'spend', regression."),
        (("column: user", "column: bought"), "column `bought` is read by the label of task 'buy'"),
        (("column: user", "column: usr"), "the data has no column `usr`. Did you mean `user`?"),
        (("price: {missing: 1, least: 0.01}", "click: {missing: 1}"), "`click` is an output, which formulas read by"),
        (("{missing: 1, least: 0.01}", "{missing: x}"), "is a text by its `missing`, but formula `main` reads it"),
        (("served: main", "served: min"), "`served` must be one of `formulas`, main, sum, got 'min'."),
        (("{ctcvr: 1}", "{ctcvr: 0}"), "`weights` must hold one that is not 0, got {'ctcvr': 0.0}"),
        (("{u: {main: {click: 2}}}", "{u: {main: {click: 2}}, u: {main: {click: 3}}}"), "`u` is written twice"),
        (("{u: {main:", "{02134: {main:"), "`02134` is the number 1116 to YAML: put it in quotes."),
        (("{u: {main:", "{1.10: {main:"), "`1.10` is the number 1.1 to YAML: put it in quotes."),
        (("weighted_sum", "weightedsum"), "must be one of the known names, got 'weightedsum'"),
    ],
)
def test_what_no_score_can_come_of_is_refused_where_it_is(refused, replacement, message):
    found = refused(replacement)
    assert any(message in line for line in found), found
    assert all(not line.startswith("1:1:") for line in found), found


def test_all_of_it_is_told_at_once(refused):
    found = refused(("buy: 0.5", "buj: 0.5"), ("label: ctcvr", "label: ctcv"), ("column: user", "column: usr"))
    assert len(found) == 3


@pytest.mark.parametrize(("written", "segment"), [("7", "7"), ("'02134'", "02134"), ("0.5", "0.5")])
def test_a_segment_of_digits_is_named_as_it_is_written(declare, written, segment):
    config = declare(("{u: {main:", f"{{{written}: {{main:"))
    assert list(config.fusion.segment.weights) == [segment]


def test_a_weighted_sum_takes_what_may_be_negative(declare):
    assert declare(("{ctcvr: 1}", "{spend: -1}")).fusion.formulas["sum"].declared == {"spend": -1.0}


RULE = "    - {output: score, metric: auc, margin: 0.01}\n"


@pytest.fixture
def ruled(load):
    """The gate with a further rule, of scores that have a label or not."""

    def run(rule, label="  label: ctcvr\n"):
        fusion = FUSION.replace("  label: ctcvr\n", label)
        return load((PUSH, fusion + PUSH), ("metric: auc, min: 0.5}\n", f"metric: auc, min: 0.5}}\n{rule}"))

    return run


def test_a_score_is_judged_by_a_rule_or_observed(ruled):
    config = ruled(RULE)
    rules = {rule.output: rule.rule.value for rule in gate_policy(config.gate, config.graph, config.fusion).gate.rules}
    assert (rules["score"], rules["score/sum"]) == ("non_inferior", "observe")


@pytest.mark.parametrize(
    ("rule", "label", "message"),
    [
        (RULE.replace("auc", "log_loss"), "  label: ctcvr\n", "`log_loss` is no metric of a score, which is no prob"),
        (RULE.replace("score", "score/main"), "  label: ctcvr\n", "`score/main` is not judged by `fusion.label`"),
        (RULE, "", "`score` is not judged by `fusion.label`, None: name what it is to rank."),
        (
            RULE.replace("score", "score/sun"),
            "  label: ctcvr\n",
            "no task, product or judged score is called `score/sun`. Did you mean `score/sum`?",
        ),
        (RULE.replace("score", "scor"), "", "no task or product is called `scor`. Known: `buy`, `click`, `ctcvr`."),
        (RULE.replace("auc", "gauc"), "  label: ctcvr\n", "`gauc` needs `evaluation.user`"),
    ],
)
def test_a_rule_that_no_score_can_answer_is_refused(ruled, rule, label, message):
    with pytest.raises(ConfigFileError, match=message):
        ruled(rule, label)


def test_what_is_wrong_with_the_section_hides_nothing_in_its_formulas(refused):
    said = refused(
        ("served: main", "served: mian"),
        ("label: ctcvr", "label: spend"),
        ("click: 1.0", "clik: 1.0"),
        ("{ctcvr: 1}", "{shelf: 1}"),
    )
    assert {line.partition(": ")[2].split(", got")[0] for line in said} == {
        "fusion: `served` must be one of `formulas`, main, sum",
        "fusion: `segment.weights.u.main` has no weight `click` to change, only clik, buy, price.",
        "fusion: `label` must name a binary task or product",
        "fusion.formulas.main: no task, product or entry of `fusion.columns` is called `clik`. Did you mean `click`?",
        "fusion.formulas.sum: `shelf` has a probability for each class, of which none is its score.",
    }


def test_a_rule_about_a_score_is_not_wrong_where_the_section_is(load):
    wrong = FUSION.replace("served: main", "served: mian")
    score = ("{output: click, metric: auc, min: 0.5}", "{output: score/sum, metric: auc, min: 0.6, slices: [[itm]]}")
    with pytest.raises(ConfigFileError) as error:
        load((PUSH, wrong + PUSH), ("model:\n", REGRESSION + CLASSES + "model:\n"), score)
    messages = [message for _, message in error.value.located]
    assert [message.split(",")[0] for message in messages] == [
        "gate.rules.0.slices.0: [itm] is not among `evaluation.slices`. None is declared there.",
        "fusion: `served` must be one of `formulas`",
    ]


def test_scores_that_nothing_judges_or_no_rule_compares_are_warned_of(declare, load):
    assert fusion_warnings(None, load().gate) == []
    config = declare()
    (unguarded,) = fusion_warnings(config.fusion, config.gate)
    assert unguarded.startswith("no rule of the gate compares `score` with what serves: the order may get worse")
    rule = Rule(output="score", metric=Metric.AUC, margin=0.01)
    assert fusion_warnings(config.fusion, dataclasses.replace(config.gate, rules=(rule,))) == []
    observed = Rule(output="score", metric=Metric.AUC, rule=RuleName.OBSERVE)
    assert fusion_warnings(config.fusion, dataclasses.replace(config.gate, rules=(observed,))) == [unguarded]
    (unjudged,) = fusion_warnings(dataclasses.replace(config.fusion, label=None), config.gate)
    assert unjudged.startswith("nothing tells how well the served scores rank")
