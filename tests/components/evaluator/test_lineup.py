"""Each output is compared by the metrics of its head, with the models that have it."""

from __future__ import annotations

import dataclasses

import pytest

from components.comparison.cell import Reference
from components.comparison.kinds import Kind
from components.evaluator.plan import EvaluatorPlan
from models.heads import Binary, Multiclass, Ordinal, Quantile, Regression
from models.tasks import Task, TaskGraph

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]  # TFMA takes long, and warns of itself.

GRAPH = TaskGraph(
    (
        Task(name="click", kind=Binary(), label="a"),
        Task(name="buy", kind=Binary(), label="b", given="click", product="both"),
        Task(name="spend", kind=Regression(), label="c"),
        Task(name="topic", kind=Multiclass(num_classes=3), label="d"),
        Task(name="dwell", kind=Quantile(), label="e"),
        Task(name="stars", kind=Ordinal(num_levels=5), label="f"),
    )
)
PLAN = EvaluatorPlan(tasks=GRAPH, split="eval")
OUTPUTS = {"click": 0, "buy": 0, "both": 0, "spend": 0, "topic": 3, "dwell": 0, "stars": 0}


def model(name, **widths):
    from components.evaluator.models import OpenModel

    return OpenModel(name, "", OUTPUTS | widths, None, None)


def lined_up(plan=PLAN, **opponents):
    import tfx  # noqa: F401  # On Python 3.11 TFMA lacks names until tfx puts stand-ins there.

    from components.evaluator.lineup import line_up

    given = {Reference(name): opponent for name, opponent in opponents.items()}
    return line_up(plan, model("candidate"), given)


def all_of(opponent):
    return dict.fromkeys(OUTPUTS, opponent)


def test_metrics_are_those_of_the_head():
    found = {output: (lineup.plan.kind, lineup.plan.metrics) for output, lineup in lined_up().items()}
    of_probabilities = ("auc", "log_loss", "calibration", "normalised_entropy", "calibration_error")
    assert found == {
        "click": (Kind.BINARY, of_probabilities),
        "buy": (Kind.BINARY, of_probabilities),
        "both": (Kind.BINARY, of_probabilities),
        "spend": (Kind.REGRESSION, ("mse", "mae", "calibration")),
        "topic": (Kind.CLASSES, ("log_loss", "accuracy")),
        "dwell": (Kind.REGRESSION, ("mae",)),
        "stars": (Kind.REGRESSION, ("mse", "mae", "calibration")),
    }


def test_users_and_lists_bring_their_metrics_and_a_cluster_beside_them_its_dependence():
    grouped = lined_up(dataclasses.replace(PLAN, user="user", list="request", cluster="user"))
    assert set(grouped["click"].plan.metrics) >= {"gauc", "ndcg"}
    assert "ndcg" in grouped["spend"].plan.metrics and "gauc" not in grouped["spend"].plan.metrics
    assert grouped["click"].plan.clustered
    # Users are the clusters themselves; requests of one user depend on each other.
    assert grouped["click"].clustered_groups == {"ndcg"}
    assert lined_up()["click"].plan.clustered is False


def test_rows_weigh_only_where_others_were_left_out():
    sampled = TaskGraph((Task(name="click", kind=Binary(), label="a", kept_negatives=0.1),))
    assert lined_up(EvaluatorPlan(tasks=sampled, split="eval"))["click"].plan.weighted
    assert not lined_up()["click"].plan.weighted


def test_the_candidate_comes_first_then_references_in_their_order():
    found = lined_up(baseline=all_of(model("old")), anchor=all_of(model("oldest")))["click"]
    assert found.models == ("candidate", "old", "oldest")
    assert found.plan.references == (Reference.BASELINE, Reference.ANCHOR)


def test_each_output_may_have_an_opponent_of_its_own():
    twins = {output: model(f"twin of {output}") for output in ("click", "spend")}
    found = lined_up(twins=twins)
    assert found["click"].models == ("candidate", "twin of click")
    assert found["spend"].models == ("candidate", "twin of spend")
    assert found["buy"].not_comparable == {Reference.TWINS: "It has no output buy."}


def test_what_has_another_shape_or_does_not_load_is_left_out_with_the_reason():
    found = lined_up(baseline=all_of(model("old", topic=4)), anchor="It does not load.")
    assert found["topic"].not_comparable == {
        Reference.BASELINE: "Its output topic has 4 numbers a row, the candidate's 3.",
        Reference.ANCHOR: "It does not load.",
    }
    assert found["topic"].models == ("candidate",)
    assert found["click"].models == ("candidate", "old")
