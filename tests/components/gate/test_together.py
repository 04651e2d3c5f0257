"""What is asked of several outputs together, by hand."""

import dataclasses

import pytest

from components.comparison.cell import Reference, Status
from components.gate.config import FusedLoss, RuleName
from components.gate.decide import decide
from components.gate.decision import Outcome
from components.gate.metrics import Metric
from components.gate.report import GateStatus

OUTPUTS = ("a", "b", "c")
RULES = [{"output": output, "margin": 0.01} for output in OUTPUTS]


@pytest.fixture
def one_better(policy, comparison, cell):
    def judge(*gains, **others):
        cells = [cell(gain, 0.002, output=output) for output, gain in zip(OUTPUTS, gains, strict=True)]
        return decide(policy(*RULES, main=OUTPUTS, at_least_one_superior=True), comparison(*cells, **others))

    return judge


def test_one_of_three_must_be_better_at_holms_level(one_better):
    # 2.1 standard errors, p = 0.018, is not enough among three (0.05 / 3); 2.2, p = 0.014, is.
    assert one_better(0.0042, 0.0, 0.0).together[0].outcome is Outcome.INCONCLUSIVE
    better = one_better(0.0044, 0.0, 0.0)
    assert (better.blessed, better.together[0].reason) == (True, "Better: a auc.")


def test_none_better_is_refused_though_every_rule_holds(one_better):
    report = one_better(-0.004, -0.004, -0.004)
    assert {decision.outcome for decision in report.decisions} == {Outcome.PASSED}
    assert (report.blessed, report.status) == (False, GateStatus.FAILED)
    assert report.reason == "at_least_one_superior: None is shown to be better: a auc, b auc, c auc."


def test_on_a_first_run_nothing_can_be_better(one_better):
    report = one_better(0.0, 0.0, 0.0, references=(), empty=(Reference.BASELINE,))
    assert (report.status, report.together[0].outcome) == (GateStatus.FIRST_RUN, Outcome.FIRST_RUN)


def test_only_main_tasks_and_what_is_compared_count(policy, comparison, cell):
    cells = cell(0.0, output="a"), cell(0.1, output="b"), cell(0.1, output="c")
    rules = RULES[0], RULES[1], {"output": "c", "rule": RuleName.OBSERVE}
    report = decide(policy(*rules, main=("a", "c"), at_least_one_superior=True), comparison(*cells))
    assert not report.blessed


def test_a_better_slice_is_no_better_task(policy, comparison, cell):
    cells = cell(0.0), cell(0.1, slice=(("city", "rome"),))
    rules = {"margin": 0.01, "slices": (("city",),), "only_slices": True}, {"margin": 0.01}
    assert not decide(policy(*rules, at_least_one_superior=True), comparison(*cells)).blessed


@pytest.fixture
def fused(policy, comparison, cell):
    """Weights 1 and 2 of two log losses whose errors are 0.001: rises add up to value -+ 1.645 * 0.003 = 0.00493."""

    def judge(first, second, **spoilt):
        cells = [cell(first, 0.001, output="a", metric="log_loss"), cell(second, 0.001, output="b", metric="log_loss")]
        cells[1] = dataclasses.replace(cells[1], **spoilt)
        asked = policy(
            {"output": "a", "metric": Metric.LOG_LOSS, "margin": 0.5},
            fused_loss=FusedLoss(weights={"a": 1.0, "b": 2.0}, margin=0.01),
            fused_metrics={"a": Metric.LOG_LOSS, "b": Metric.LOG_LOSS},
        )
        return decide(asked, comparison(*cells)).together[0]

    return judge


@pytest.mark.parametrize(
    ("first", "second", "outcome"),
    [
        (0.001, 0.002, Outcome.PASSED),  # 0.005 + 0.00493 < 0.01
        (0.0012, 0.002, Outcome.INCONCLUSIVE),
        (0.005, 0.005, Outcome.FAILED),  # 0.015 - 0.00493 > 0.01
        (0.007, -0.002, Outcome.PASSED),  # Here, and only here, one may pay for another: that is what it is for.
    ],
)
def test_the_fused_loss_by_hand(fused, first, second, outcome):
    decision = fused(first, second)
    assert decision.outcome is outcome
    assert decision.value == pytest.approx(first + 2 * second)
    assert decision.high - decision.value == pytest.approx(0.00493, abs=1e-5)


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (Status.NOT_FINITE, Outcome.FAILED),
        (Status.NOT_COMPARABLE, Outcome.NOT_COMPARABLE),
        (Status.TOO_FEW, Outcome.INCONCLUSIVE),
        (Status.NO_ROWS, Outcome.INCONCLUSIVE),
    ],
)
def test_a_loss_that_is_not_known_is_no_rise_of_zero(fused, status, outcome):
    assert fused(0.0, 0.0, status=status).outcome is outcome


def test_a_loss_that_was_not_measured_fails(fused):
    assert fused(0.0, 0.0, output="z").outcome is Outcome.FAILED
