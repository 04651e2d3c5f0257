"""Metrics of many scores on rows that are laid out once."""

import dataclasses

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from components.comparison import NO_ID, GroupSums, Kind, OutputPlan, Reference, Rows
from components.errors import UnusableInputError
from components.fusion_tuner.against import compare_scores
from components.fusion_tuner.goals import Objective
from components.fusion_tuner.judge import Judge
from components.fusion_tuner.metrics import RankMetric
from components.fusion_tuner.propensity import Propensity
from components.fusion_tuner.rows import TunerRows
from components.gauc_weight import GaucWeight
from tests.components.fusion_tuner.samples import rows_of

OBJECTIVES = tuple(Objective(output, metric) for output in ("click", "buy") for metric in RankMetric)


def cell_of(rows, objective, scores, *, weight):
    """What the comparison of two models says, with clusters as the tuner has them."""
    labels = rows.labels[objective.output]
    plan = OutputPlan(
        output=objective.output,
        kind=Kind.BINARY,
        metrics=(objective.metric.value,),
        references=(Reference.BASELINE,),
        ndcg_at=3,
        gauc_weight=weight,
    )
    sums = GroupSums(plan, objective.metric.value)
    known = (~np.isnan(labels)).astype(float)
    groups = rows.users if objective.metric is RankMetric.GAUC else rows.lists
    sums.add(Rows(labels=labels, scores=np.stack(scores), clusters=rows.users, known=known), groups)
    return sums.cells()[0]


@pytest.mark.parametrize("weight", GaucWeight)
@pytest.mark.parametrize("digits", [9, 1], ids=["no ties", "ties"])
@pytest.mark.parametrize("unknown", [0.0, 0.3], ids=["all known", "some unknown"])
def test_values_and_paired_errors_are_those_of_the_comparison_of_two_models(weight, digits, unknown):
    rows = rows_of(digits=digits, unknown=unknown)
    rows = dataclasses.replace(rows, users=np.where(rows.users < 60, NO_ID, rows.users))
    rows = dataclasses.replace(rows, lists=np.where(rows.users == NO_ID, NO_ID, rows.lists))
    scores = rows.values["click"], rows.values["buy"]
    judge = Judge(rows, OBJECTIVES, gauc_weight=weight, ndcg_at=3)
    found = judge.values(scores[0])
    compared = compare_scores(judge, *scores, weight=weight)
    for objective, cell in zip(OBJECTIVES, compared.cells, strict=True):
        expected = cell_of(rows, objective, scores, weight=weight)
        assert found[objective.name] == pytest.approx(expected.candidate.value, abs=1e-12)
        assert cell.reference.value == pytest.approx(expected.reference.value, abs=1e-12)
        assert cell.difference.value == pytest.approx(expected.difference.value, abs=1e-12)
        assert cell.difference.std_error == pytest.approx(expected.difference.std_error, rel=1e-9)
        assert (cell.status, cell.clusters) == (expected.status, expected.clusters)


def test_a_positive_of_propensity_a_third_counts_as_three_of_it():
    rows = rows_of(60)
    seldom = np.random.default_rng(1).random(len(rows)) < 0.4
    weighed = dataclasses.replace(rows, propensities=np.where(seldom, 1 / 3, 1.0))
    times = np.where(seldom & (rows.labels["click"] > 0), 3, 1)
    scores = rows.values["click"]
    tripled = [np.repeat(own, times) for own in (rows.labels["click"], scores, rows.users)]
    aucs, sizes = [], []
    for user in np.unique(rows.users):
        labels, own = (column[tripled[2] == user] for column in tripled[:2])
        if 0 < labels.sum() < len(labels):
            aucs.append(roc_auc_score(labels, own))
            sizes.append(np.count_nonzero(rows.users == user))
    found = Judge(weighed, OBJECTIVES[:1]).values(scores)["click.gauc"]
    assert found == pytest.approx(np.average(aucs, weights=sizes), abs=1e-12)
    unclipped = Judge(rows, OBJECTIVES[:1]).values(scores)
    assert Judge(weighed, OBJECTIVES[:1], propensity=Propensity(most=1.0)).values(scores) == unclipped


def test_a_positive_of_propensity_a_half_has_twice_the_gain():
    # By hand: gains 2 and 1 at places 2 and 1 of 3, where the best order has them the other way round.
    rows = TunerRows(
        values={"a": np.array([0.9, 0.5, 0.1])},
        labels={"click": np.array([1.0, 1.0, 0.0])},
        users=np.zeros(3, np.uint64),
        lists=np.zeros(3, np.uint64),
        propensities=np.array([1.0, 0.5, 0.5]),
    )
    found = Judge(rows, (Objective("click", RankMetric.NDCG),)).values(rows.values["a"])
    assert found["click.ndcg"] == pytest.approx((1 + 2 / np.log2(3)) / (2 + 1 / np.log2(3)))


def test_all_that_rows_cannot_tell_comes_in_one_error():
    rows = rows_of(20)
    ones = dataclasses.replace(
        rows, labels={"click": np.ones(len(rows)), "buy": rows.users % np.uint64(2) * 1.0}, lists=None
    )
    asked = (*(Objective(name, RankMetric.GAUC) for name in ("clck", "click", "buy")), OBJECTIVES[1])
    with pytest.raises(UnusableInputError) as caught:
        Judge(ones, asked)
    assert caught.value.problems == (
        "`clck.gauc` must be of an output with labels, got `clck`. Did you mean `click`?",
        f"`labels.click` must be of both classes, got {len(rows)} positives among {len(rows)} known.",
        f"`buy.gauc` needs a user with both classes, got none among {len(rows)} rows: take more rows.",
        "`lists` must say what `click.ndcg` ranks within, got None.",
    )
