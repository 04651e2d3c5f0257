"""What of a declared gate the gate's node is told."""

import dataclasses

from components.gate.config import GateConfig, Inconclusive, Rule, RuleName
from components.gate.metrics import Metric
from components.gate.policy import Policy
from models.fusion import FusionConfig, WeightedSum
from models.heads import Binary, Multiclass, Quantile, Regression
from models.tasks import Role, Task, TaskGraph
from pipeline.config.gate import gate_policy

GRAPH = TaskGraph(
    (
        Task(name="click", kind=Binary(), label="a"),
        Task(name="buy", kind=Binary(), label="b", given="click", product="ctcvr"),
        Task(name="topic", kind=Multiclass(num_classes=3), label="c"),
        Task(name="dwell", kind=Quantile(levels=(0.5,)), label="d"),
        Task(name="spend", kind=Regression(), label="e", role=Role.AUXILIARY),
    )
)


def test_a_margin_means_non_inferior_and_bounds_alone_only_observe_the_difference():
    rules = (
        Rule(output="click", metric=Metric.AUC, margin=0.01),
        Rule(output="buy", metric=Metric.AUC, relative_margin=0.01, rule=RuleName.NON_INFERIOR),
        Rule(output="click", metric=Metric.CALIBRATION, min=0.9),
        Rule(output="spend", metric=Metric.MSE),
    )
    policy = gate_policy(GateConfig(rules=rules), GRAPH)
    assert [rule.rule for rule in policy.gate.rules[:4]] == [
        RuleName.NON_INFERIOR, RuleName.NON_INFERIOR, RuleName.OBSERVE, RuleName.OBSERVE,
    ]  # fmt: skip


def test_a_rule_takes_what_inconclusive_means_from_the_gate_unless_it_says_so():
    rules = (
        Rule(output="click", metric=Metric.AUC, margin=0.01),
        Rule(output="buy", metric=Metric.AUC, margin=0.01, inconclusive=Inconclusive.BLOCK),
    )
    policy = gate_policy(GateConfig(rules=rules, inconclusive=Inconclusive.ASK_FOR_DATA), GRAPH)
    assert [rule.inconclusive for rule in policy.gate.rules[:2]] == [Inconclusive.ASK_FOR_DATA, Inconclusive.BLOCK]


def test_an_output_that_no_rule_names_is_observed():
    policy = gate_policy(GateConfig(rules=(Rule(output="click", metric=Metric.AUC, margin=0.01),)), GRAPH)
    assert [(rule.output, rule.metric, rule.rule) for rule in policy.gate.rules[1:]] == [
        ("buy", Metric.AUC, RuleName.OBSERVE),
        ("ctcvr", Metric.AUC, RuleName.OBSERVE),
        ("topic", Metric.LOG_LOSS, RuleName.OBSERVE),
        ("dwell", Metric.MAE, RuleName.OBSERVE),
        ("spend", Metric.MSE, RuleName.OBSERVE),
    ]


def test_scores_that_are_judged_are_told_up_or_down_by_auc():
    rules = GateConfig(rules=(Rule(output="click", metric=Metric.AUC, margin=0.01),))
    formulas = {name: WeightedSum(weights={"click": 1.0}) for name in ("main", "other")}
    fusion = FusionConfig(formulas=formulas, served="main", label="click")
    scores = {"score": Metric.AUC, "score/other": Metric.AUC}
    assert gate_policy(rules, GRAPH, fusion).verdict_scores == scores
    assert gate_policy(rules, GRAPH, dataclasses.replace(fusion, label=None)).verdict_scores == {}


def test_main_tasks_are_told_up_or_down_by_the_first_metric_of_their_heads():
    policy = gate_policy(GateConfig(rules=(Rule(output="click", metric=Metric.AUC, margin=0.01),)), GRAPH)
    assert policy.main_outputs == ("click", "buy", "ctcvr", "topic", "dwell")
    assert policy.verdict_metrics == {
        "click": Metric.AUC, "buy": Metric.AUC, "topic": Metric.LOG_LOSS, "dwell": Metric.MAE,
    }  # fmt: skip


def test_a_policy_comes_back_from_its_json(load):
    gate = "gate:\n  fused_loss: {weights: {click: 1, ctcvr: 2}, margin: 0.001}\n  anchor: oldest\n  rules:"
    config = load(("gate:\n  rules:", gate), ("min: 0.5", "margin: 0.01, total_margin: 0.03"))
    policy = gate_policy(config.gate, config.graph)
    assert policy.fused_metrics == {"click": Metric.LOG_LOSS, "ctcvr": Metric.LOG_LOSS}
    assert Policy.from_json(policy.to_json()) == policy
