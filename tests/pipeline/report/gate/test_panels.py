import pytest

from components.comparison.cell import Reference, Status
from components.gate.config import RuleName
from components.gate.decision import Asked, Outcome
from components.gate.metrics import Metric
from pipeline.report.gate.panels import MOST_SLICES, bound_panels, gain_panels, shown_outcomes
from tests.pipeline.report.gate_reports import BY_PAYMENT, CASH, CREDIT, NO_CHARGE, cell, gate_report, rule


@pytest.fixture(scope="module")
def decisions():
    return gate_report().decisions


def named(panel):
    return [(line.output, line.slice, line.outcome) for line in panel.lines]


def test_each_metric_has_a_picture_from_the_baseline_and_then_from_the_anchor(decisions):
    panels = gain_panels(decisions)
    # Nothing can be asked of a change of calibration, and of spend there is nothing to draw.
    assert [(panel.metric, panel.asked) for panel in panels] == [
        (Metric.AUC, Asked.DIFFERENCE),
        (Metric.LOG_LOSS, Asked.DIFFERENCE),
        (Metric.AUC, Asked.TOTAL),
    ]
    assert named(panels[0]) == [
        ("click", (), Outcome.PASSED),
        ("click", NO_CHARGE, Outcome.INCONCLUSIVE),
        ("click", CREDIT, Outcome.INCONCLUSIVE),
        ("click", CASH, Outcome.PASSED),
        ("conversion", (), Outcome.FAILED),
        ("conversion", CASH, Outcome.FAILED),
        ("conversion", CREDIT, Outcome.INCONCLUSIVE),
        ("click_and_conversion", (), Outcome.PASSED),
    ]
    assert {line.floor for line in panels[0].lines if line.slice != NO_CHARGE} == {-0.01}
    assert shown_outcomes(panels) == (Outcome.FAILED, Outcome.INCONCLUSIVE, Outcome.PASSED)


def test_a_loss_that_falls_lies_on_the_right(decisions):
    (line,) = gain_panels(decisions)[1].lines
    assert line.value == pytest.approx(0.004)  # The log loss fell by as much.
    assert 0 < line.low < line.value < line.high


def test_both_bounds_of_a_value_are_one_line_with_the_worse_answer(decisions):
    calibration = bound_panels(decisions)[-1]
    assert [(line.output, line.outcome, line.floor, line.ceiling) for line in calibration.lines] == [
        ("click", Outcome.PASSED, 0.9, 1.1),
        ("conversion", Outcome.FAILED, 0.95, 1.05),
    ]


def test_what_stops_a_candidate_is_drawn_however_many_slices_there_are():
    where = [(("payment", f"kind {place}"),) for place in range(MOST_SLICES + 3)]
    # All but the last may be worse by more, as their intervals are wide; the last is shown to be.
    cells = [cell("click", "auc", 0.0, 0.05, slice=one) for one in where[:-1]]
    failed = cell("click", "auc", -0.02, 0.002, slice=where[-1])
    asked = rule("click", Metric.AUC, margin=0.01, slices=BY_PAYMENT)
    (panel,) = gain_panels(gate_report(asked, cells=(cell("click", "auc"), *cells, failed)).decisions)
    assert [line.slice for line in panel.lines[:2]] == [(), where[-1]]
    assert len(panel.lines) == 1 + MOST_SLICES
    assert panel.left_out == {"click": 3}


def test_more_than_a_glance_takes_in_is_one_picture_of_all_rows_and_one_an_output():
    where = [(("payment", str(place)),) for place in range(MOST_SLICES + 1)]
    outputs = ("click", "conversion", "spend")
    asked = [rule(output, Metric.AUC, margin=0.01, slices=BY_PAYMENT) for output in outputs]
    cells = tuple(cell(output, "auc", slice=one) for output in outputs for one in [(), *where])
    first, *others = gain_panels(gate_report(*asked, cells=cells).decisions)
    assert [(line.output, line.slice) for line in first.lines] == [(output, ()) for output in outputs]
    assert (first.is_of_slices, first.left_out) == (False, {})
    told = [(panel.outputs, panel.is_of_slices, len(panel.lines), panel.left_out) for panel in others]
    assert told == [((output,), True, MOST_SLICES, {output: 1}) for output in outputs]


def test_slices_that_may_be_worst_come_first():
    cells = [cell("click", "auc", 0.0, error, slice=(("payment", str(error)),)) for error in (0.02, 0.04, 0.03)]
    asked = rule("click", Metric.AUC, margin=0.01, slices=BY_PAYMENT)
    (panel,) = gain_panels(gate_report(asked, cells=(cell("click", "auc"), *cells)).decisions)
    assert [line.slice[0][1] for line in panel.lines[1:]] == ["0.04", "0.03", "0.02"]


def test_what_is_capped_is_worse_the_higher_it_may_be():
    cells = [cell("spend", "mse", 0.0, reference=value, slice=(("payment", str(value)),)) for value in (0.2, 0.9, 0.5)]
    asked = rule("spend", Metric.MSE, max=2.0, slices=BY_PAYMENT)
    (panel,) = bound_panels(gate_report(asked, cells=(cell("spend", "mse"), *cells)).decisions)
    assert [line.slice[0][1] for line in panel.lines[1:]] == ["0.9", "0.5", "0.2"]


def test_squared_errors_of_two_outputs_share_no_axis():
    asked = [rule(output, Metric.MSE, margin=0.1) for output in ("spend", "dwell")]
    panels = gain_panels(gate_report(*asked, cells=(cell("spend", "mse"), cell("dwell", "mse"))).decisions)
    assert [panel.outputs for panel in panels] == [("spend",), ("dwell",)]


def test_nothing_is_shaded_where_nothing_must_be_shown():
    asked = rule("click", Metric.AUC, rule=RuleName.NOT_SIGNIFICANTLY_WORSE)
    (panel,) = gain_panels(gate_report(asked, cells=(cell("click", "auc"),)).decisions)
    assert [(line.floor, line.is_lenient) for line in panel.lines] == [(None, True)]


def test_a_line_on_one_side_that_settles_nothing_is_told_from_one_of_too_few_rows():
    # By chance one of eleven is 0.008 beyond the margin, two standard errors; half the rows needed show nothing.
    where = [(("payment", str(place)),) for place in range(10)]
    beyond = cell("click", "auc", -0.018, 0.004, slice=where[0])
    few = cell("click", "auc", 0.02, 0.004, slice=where[1], status=Status.TOO_FEW, shortfall=2.0)
    across = cell("click", "auc", 0.0, 0.02, slice=where[2])
    others = [cell("click", "auc", slice=one) for one in where[3:]]
    asked = rule("click", Metric.AUC, margin=0.01, slices=BY_PAYMENT)
    (panel,) = gain_panels(gate_report(asked, cells=(cell("click", "auc"), beyond, few, across, *others)).decisions)
    still_open = {line.slice: line for line in panel.lines if line.outcome is Outcome.INCONCLUSIVE}
    assert not any(line.is_one_sided for line in panel.lines if line.outcome is not Outcome.INCONCLUSIVE)
    told = {place: (line.trusted, line.is_one_sided) for place, line in still_open.items()}
    assert told == {where[0]: (True, True), where[1]: (False, False), where[2]: (True, False)}


def test_a_slice_that_looks_worse_by_chance_is_told_where_nothing_must_be_shown():
    where = [(("payment", str(place)),) for place in range(10)]
    cells = [
        cell("click", "auc", -0.008, 0.004, slice=where[0]),
        *(cell("click", "auc", slice=one) for one in where[1:]),
    ]
    asked = rule("click", Metric.AUC, rule=RuleName.NOT_SIGNIFICANTLY_WORSE, slices=BY_PAYMENT)
    (panel,) = gain_panels(gate_report(asked, cells=(cell("click", "auc"), *cells)).decisions)
    assert [line.slice for line in panel.lines if line.is_one_sided] == [where[0]]


def test_a_first_run_has_no_differences_to_draw():
    asked = rule("click", Metric.AUC, margin=0.01, min=0.6)
    alone = cell("click", "auc", against=None)
    report = gate_report(asked, cells=(alone,), references={}, empty=(Reference.BASELINE,))
    assert gain_panels(report.decisions) == ()
    assert [panel.metric for panel in bound_panels(report.decisions)] == [Metric.AUC]
