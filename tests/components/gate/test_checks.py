"""An export that differs is never blessed; columns that moved warn or block, as the policy says, and never silently."""

import dataclasses

import pytest

from components.gate.checks import DRIFT, SKEW, judge_parity, judge_shift
from components.gate.config import WithoutReference
from components.gate.decide import decide
from components.gate.decision import Outcome
from components.gate.report import GateStatus, report_from_json, report_to_json
from components.parity.report import OutputParity, ParityReport
from components.shift.config import Beyond, DriftConfig, SkewConfig
from components.shift.report import ColumnShift, Measure, Shift, ShiftReport, ShiftStatus

CLICK = OutputParity(output="click", route="signature", agrees=True, largest=3e-8, row=1)
SPEND = OutputParity(output="spend", route="REST", agrees=True, largest=2e-6, row=5, is_relative=True)
PARITY = ParityReport(rows=64, tolerance=1e-5, server="embedded", answers=(CLICK, SPEND))
OFF = dataclasses.replace(CLICK, agrees=False, largest=0.013, row=17)

CITY = ColumnShift(column="city", measure=Measure.INFINITY, threshold=0.1, is_beyond=True, distance=0.3)
PRICE = ColumnShift(column="price", measure=Measure.JENSEN_SHANNON, threshold=0.1, is_beyond=False, distance=0.02)
MOVED = Shift(status=ShiftStatus.MEASURED, against="7", columns=(CITY, PRICE))
STILL = dataclasses.replace(MOVED, columns=(PRICE,))


@pytest.fixture
def judged(policy, comparison, cell):
    """The gate's report on a candidate as good as what serves."""

    def judge(parity=None, shift=None, **gate):
        return decide(policy({"margin": 0.01}, **gate), comparison(cell(0.0)), parity=parity, shift=shift)

    return judge


def test_an_export_that_agrees_passes_and_says_who_served(judged):
    report = judged(PARITY)
    assert (report.blessed, report.status, report.parity) == (True, GateStatus.PASSED, PARITY)
    (answer,) = report.together
    assert (answer.outcome, answer.value, answer.limit) == (Outcome.PASSED, 2e-6, 1e-5)
    assert "the embedded server answer as" in answer.reason
    assert "TF Serving's own was not on the PATH" in answer.reason
    own = judge_parity(dataclasses.replace(PARITY, server="tensorflow_model_server"))
    assert "was not on the PATH" not in own.reason


def test_an_export_that_differs_is_not_blessed_whatever_the_rules_say(judged):
    report = judged(dataclasses.replace(PARITY, answers=(OFF, SPEND)))
    assert (report.blessed, report.status) == (False, GateStatus.FAILED)
    assert report.reason == (
        "parity: click, asked by signature, is not what the trained model predicts at golden row 17: "
        "they are 0.013 apart, at most 1e-05 is allowed."
    )


def test_what_is_not_finite_or_missing_comes_first(judged):
    nan = OutputParity(output="buy", route="gRPC", agrees=False, row=3, reason="it is not finite in 1 of 64 rows")
    report = judged(dataclasses.replace(PARITY, answers=(OFF, nan)))
    assert not report.blessed
    assert "buy, asked by gRPC, is not what the trained model predicts at golden row 3: it is not finite in 1" in (
        report.reason
    )
    assert report.reason.endswith("And 1 more of 2 answers.")


def test_an_export_that_cannot_be_asked_is_not_blessed(judged):
    for parity in (
        dataclasses.replace(PARITY, problem="asking: there was no answer within 600 s"),
        ParityReport(rows=0, tolerance=0.0, problem="the Trainer has kept no golden batch"),
        ParityReport(rows=0, tolerance=0.0),
    ):
        report = judged(parity)
        assert (report.blessed, report.status) == (False, GateStatus.FAILED)
        assert "could not be asked in every way: " in report.reason


def test_a_column_that_moved_warns_or_blocks_with_its_name_and_distance(judged):
    said = "Too far from the rows that the served model learned from: city by 0.3 (infinity norm, at most 0.1)."
    warned = judged(shift=ShiftReport(drift=MOVED), drift=DriftConfig(default=0.1))
    assert (warned.blessed, warned.status) == (True, GateStatus.PASSED_WITH_WARNING)
    assert warned.warnings == (f"drift: {said}",)
    assert warned.together[0].outcome is Outcome.WARNED
    blocked = judged(shift=ShiftReport(drift=MOVED), drift=DriftConfig(default=0.1, beyond=Beyond.BLOCK))
    assert (blocked.blessed, blocked.status, blocked.reason) == (False, GateStatus.FAILED, f"drift: {said}")
    assert (blocked.together[0].value, blocked.together[0].limit) == (0.3, 0.1)


def test_columns_within_their_thresholds_pass(judged):
    report = judged(shift=ShiftReport(skew=STILL), skew=SkewConfig(rows="log.csv", default=0.1))
    assert (report.blessed, report.status) == (True, GateStatus.PASSED)
    assert report.together[0].name == SKEW
    assert report.together[0].reason == (
        "1 columns are within their thresholds of logged requests; price moved furthest, 0.02."
    )


def test_a_column_without_values_comes_first():
    lost = dataclasses.replace(CITY, column="age", distance=None, reason="the rows of this run hold no value of it")
    found = judge_shift(DRIFT, dataclasses.replace(MOVED, columns=(CITY, PRICE, lost)), Beyond.BLOCK)
    assert found.outcome is Outcome.FAILED
    assert "learned from: age (the rows of this run hold no value of it), city by 0.3" in found.reason


def test_a_first_run_has_no_earlier_rows_and_a_status_of_its_own():
    first = Shift(status=ShiftStatus.NOTHING_SERVES, against="", reason="nothing serves yet")
    for beyond in Beyond:
        found = judge_shift(DRIFT, first, beyond)
        assert found.outcome is Outcome.OBSERVED
        assert found.reason == "Nothing serves yet, so there are no earlier rows to measure from."


@pytest.mark.parametrize("status", [ShiftStatus.NO_STATISTICS, ShiftStatus.NO_ROWS])
def test_what_could_not_be_measured_is_never_silent(judged, status):
    shift = ShiftReport(skew=Shift(status=status, against="log.csv", reason="no file is found."))
    warned = judged(shift=shift, skew=SkewConfig(rows="log.csv", default=0.1))
    assert (warned.status, warned.warnings) == (
        GateStatus.PASSED_WITH_WARNING, ("skew: Not measured: no file is found.",)
    )  # fmt: skip
    blocked = judged(shift=shift, skew=SkewConfig(rows="log.csv", default=0.1, beyond=Beyond.BLOCK))
    stops = {ShiftStatus.NO_STATISTICS: GateStatus.NOT_COMPARABLE, ShiftStatus.NO_ROWS: GateStatus.FAILED}
    assert (blocked.blessed, blocked.status) == (False, stops[status])


@pytest.mark.parametrize("shift", [None, ShiftReport()])
def test_what_was_asked_for_and_nobody_measured_does_not_pass(judged, shift):
    for asked in ({"drift": DriftConfig(default=0.1)}, {"skew": SkewConfig(rows="log.csv", default=0.1)}):
        ((name, config),) = asked.items()
        assert judged(shift=shift, **asked).warnings == (f"{name}: Not measured: nobody measured it.",)
        strict = {name: dataclasses.replace(config, beyond=Beyond.BLOCK)}
        for others in ({}, {"not_comparable": WithoutReference.BOUNDS}):
            assert judged(shift=shift, **strict, **others).status is GateStatus.FAILED


def test_the_reports_survive_in_the_gates(judged):
    report = judged(PARITY, ShiftReport(drift=MOVED), drift=DriftConfig(default=0.1))
    assert report_from_json(report_to_json(report)) == report
