import dataclasses

from components.comparison.cell import Reference
from components.gate.config import Inconclusive, RuleName
from components.gate.decision import Asked, Decision, GlobalDecision
from components.gate.decision import Outcome as GateOutcome
from components.gate.metrics import Metric
from components.gate.report import GateReport, GateStatus
from pipeline.report.record import NodeRecord, NodeState
from pipeline.report.verdict import MOST_REASONS, Outcome, verdict_of

CASH = (("payment", "Cash"),)


def decision(outcome, reason, **others):
    """An answer on the AUC of clicks."""
    asked = {"asked": Asked.DIFFERENCE, "rule": RuleName.NON_INFERIOR, "against": Reference.BASELINE, "slice": ()}
    return Decision(
        **{"output": "click", "metric": Metric.AUC, "outcome": outcome, "reason": reason, **asked, **others}
    )


def gate(status, *decisions, **others):
    """What the gate left."""
    blessed = status in (GateStatus.PASSED, GateStatus.PASSED_WITH_WARNING, GateStatus.FIRST_RUN)
    return GateReport(
        **{
            "blessed": blessed,
            "status": status,
            "reason": "Every rule holds.",
            "confidence": 0.95,
            "decisions": decisions,
        }
        | others
    )


def test_a_pushed_model_is_named_with_its_version_and_place(run):
    verdict = verdict_of(dataclasses.replace(run, gate=gate(GateStatus.PASSED)))
    assert verdict.outcome is Outcome.PUSHED
    assert verdict.sentence == (
        "Every rule holds. The candidate was pushed as version 1769824841 to /served/shop/1769824841."
    )
    assert verdict.reasons == ()


def test_a_model_let_through_unsettled_is_pushed_with_its_warnings(run):
    unsettled = gate(
        GateStatus.PASSED_WITH_WARNING,
        reason="Not all is settled: click auc: it may fall.",
        warnings=("click auc: it may fall.",),
    )
    verdict = verdict_of(dataclasses.replace(run, gate=unsettled))
    assert verdict.sentence.startswith("Nothing failed, but not all is settled. The candidate was pushed")
    assert verdict.reasons == ("click auc: it may fall.",)
    many = dataclasses.replace(unsettled, warnings=("It may fall.",) * 100)
    assert len(verdict_of(dataclasses.replace(run, gate=many)).reasons) == MOST_REASONS + 1


def test_a_blessed_model_that_went_nowhere_is_not_called_pushed(run):
    assert verdict_of(dataclasses.replace(run, push=None)).outcome is Outcome.BLESSED
    verdict = verdict_of(dataclasses.replace(run, push=None, held_back="Another push came between."))
    assert verdict.sentence == "The gate let the candidate through. The candidate was not pushed."
    assert verdict.reasons == ("Another push came between.",)


def test_a_model_that_serves_already_is_told_from_one_that_was_held_back(run):
    verdict = verdict_of(dataclasses.replace(run, push=None, serves="7"))
    assert verdict.outcome is Outcome.SERVES
    assert verdict.sentence.endswith("Version 7 is this very model, so nothing was pushed.")


def test_a_refusal_lists_each_answer_that_kept_the_candidate_back(run):
    refused = gate(
        GateStatus.FAILED,
        decision(GateOutcome.FAILED, "It is worse by at least 0.02.", slice=CASH),
        decision(GateOutcome.PASSED, "It is better."),
        decision(
            GateOutcome.INCONCLUSIVE, "It may be worse.", rows_to_settle=12_000, rows=900, against=Reference.ANCHOR
        ),
        decision(GateOutcome.INCONCLUSIVE, "It may be.", inconclusive=Inconclusive.PASS_WITH_WARNING),
        decision(GateOutcome.NOT_COMPARABLE, "It has no output click."),
        together=(GlobalDecision(name="fused_loss", outcome=GateOutcome.FAILED, reason="It rises by 0.1."),),
    )
    verdict = verdict_of(dataclasses.replace(run, blessed=False, push=None, gate=refused))
    assert verdict.outcome is Outcome.REFUSED
    assert verdict.sentence == (
        "The gate kept the candidate back (failed). Nothing was pushed; what served before still serves."
    )
    assert verdict.reasons == (
        "click: AUC on payment = Cash against the baseline. It is worse by at least 0.02.",
        "fused loss: It rises by 0.1.",
        "click: AUC against the baseline. It has no output click.",
        "click: AUC against the anchor. It may be worse. About 12,000 rows would settle it; there are 900.",
    )


def test_of_many_answers_the_worst_are_told_and_the_rest_counted(run):
    unsettled = [decision(GateOutcome.INCONCLUSIVE, f"It may be worse by {place}.") for place in range(30)]
    refused = gate(GateStatus.FAILED, *unsettled, decision(GateOutcome.FAILED, "It is worse."))
    reasons = verdict_of(dataclasses.replace(run, blessed=False, push=None, gate=refused)).reasons
    assert reasons[0].endswith("It is worse.")
    assert len(reasons) == MOST_REASONS + 1
    assert reasons[-1] == f"and {31 - MOST_REASONS} more, which the report's page lists under Gate."


def test_a_refusal_is_as_red_as_the_gate_was_sure(run):
    tones = {
        status: verdict_of(dataclasses.replace(run, blessed=False, push=None, gate=gate(status, blessed=False))).tone
        for status in (GateStatus.FAILED, GateStatus.INCONCLUSIVE, GateStatus.FIRST_RUN)
    }
    assert list(tones.values()) == ["bad", "warn", "warn"]


def test_a_first_run_that_is_to_be_blocked_says_so(run):
    blocked = gate(GateStatus.FIRST_RUN, blessed=False, reason="First run: `first_run` is block.", empty=("baseline",))
    verdict = verdict_of(dataclasses.replace(run, blessed=False, push=None, gate=blocked))
    assert verdict.sentence == (
        "The gate kept the candidate back (first run). Nothing was pushed, and nothing serves yet."
    )
    assert verdict.reasons == ("First run: `first_run` is block.",)


def test_a_run_killed_in_a_node_failed_there(run):
    nodes = (*run.nodes[:2], NodeRecord(name="Trainer", state=NodeState.RUNNING, start_s=5.0))
    verdict = verdict_of(dataclasses.replace(run, nodes=nodes))
    assert verdict.outcome is Outcome.FAILED
    assert verdict.sentence.startswith("The run stopped at Trainer.")


def test_a_failure_outweighs_an_old_blessing(run):
    assert verdict_of(dataclasses.replace(run, error="disk full")).outcome is Outcome.FAILED


def test_a_run_without_a_judge_says_so(run):
    assert verdict_of(dataclasses.replace(run, blessed=None)).outcome is Outcome.UNJUDGED
