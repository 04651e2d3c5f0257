import dataclasses

import pytest

from pipeline.report.evaluation import OVERALL, Failure, Score
from pipeline.report.record import NodeRecord, NodeState
from pipeline.report.verdict import Outcome, failure_sentence, verdict_of

MINUS = "\N{MINUS SIGN}"
CASH = (("payment", "Cash"),)


def test_a_pushed_model_is_named_with_its_version_and_place(run):
    verdict = verdict_of(run)
    assert verdict.outcome is Outcome.PUSHED
    assert verdict.sentence == (
        "Every threshold holds, compared with the serving model. "
        "The candidate was pushed as version 1769824841 to /served/shop/1769824841."
    )


def test_a_blessed_model_that_went_nowhere_is_not_called_pushed(run):
    assert verdict_of(dataclasses.replace(run, push=None)).outcome is Outcome.BLESSED


def test_a_refusal_lists_each_broken_threshold(run, evaluation):
    failures = (
        Failure(output="click", metric="auc", slice=OVERALL, score=Score(0.68), bound="at least 0.75", is_change=False),
    )
    refused = dataclasses.replace(
        run, blessed=False, push=None, evaluation=dataclasses.replace(evaluation, failures=failures)
    )
    verdict = verdict_of(refused)
    assert verdict.outcome is Outcome.REFUSED
    assert verdict.sentence == (
        "The candidate was not blessed: 1 threshold did not hold. Nothing was pushed; what served before still serves."
    )
    assert verdict.reasons == ("click: AUC is 0.6800; asked for at least 0.75.",)


def test_a_run_killed_in_a_node_failed_there(run):
    nodes = (*run.nodes[:2], NodeRecord(name="Trainer", state=NodeState.RUNNING, start_s=5.0))
    verdict = verdict_of(dataclasses.replace(run, nodes=nodes))
    assert verdict.outcome is Outcome.FAILED
    assert verdict.sentence.startswith("The run stopped at Trainer.")


def test_a_failure_outweighs_an_old_blessing(run):
    assert verdict_of(dataclasses.replace(run, error="disk full")).outcome is Outcome.FAILED


def test_a_run_without_a_judge_says_so(run):
    assert verdict_of(dataclasses.replace(run, blessed=None)).outcome is Outcome.UNJUDGED


@pytest.mark.parametrize(
    ("failure", "sentence"),
    [
        (
            Failure(
                output="buy",
                metric="auc",
                slice=CASH,
                score=Score(-0.0182),
                bound="a fall of at most 0.002",
                is_change=True,
            ),
            f"buy: AUC on payment = Cash changed by {MINUS}0.0182 from the serving model; "
            "asked for a fall of at most 0.002.",
        ),
        (
            Failure(
                output="buy",
                metric="auc",
                slice=OVERALL,
                score=Score(None, "one class"),
                bound="at least 0.7",
                is_change=False,
            ),
            "buy: AUC is undefined (one class); asked for at least 0.7.",
        ),
    ],
)
def test_a_broken_threshold_is_told_with_value_and_bound(failure, sentence):
    assert failure_sentence(failure) == sentence
