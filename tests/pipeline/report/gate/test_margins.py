"""The one picture of all margins."""

import pytest

from components.comparison.cell import Reference
from components.gate.decision import Outcome
from components.gate.metrics import Metric
from pipeline.report.drawing.forest import FARTHEST, axis_range, draw_forest
from pipeline.report.gate.margins import margin_panel
from pipeline.report.gate.panels import MOST_LINES
from tests.pipeline.report.gate_reports import BY_PAYMENT, CASH, CREDIT, NO_CHARGE, cell, gate_report, rule


@pytest.fixture(scope="module")
def panel():
    return margin_panel(gate_report().decisions)


def test_all_that_has_a_margin_is_a_line_and_nothing_else(panel):
    assert panel.outputs == (
        "click AUC",
        "conversion AUC",
        "click_and_conversion AUC",
        "click_and_conversion AUC, since the anchor",
        "click log loss",
    )  # Not calibration, whose change cannot be a loss, nor spend, which is observed.
    of_click = [line.slice for line in panel.lines if line.output == "click AUC"]
    assert (of_click[0], set(of_click[1:])) == ((), {CASH, CREDIT, NO_CHARGE})
    assert panel.owners["click_and_conversion AUC, since the anchor"] == "click_and_conversion"


def test_each_gain_is_told_in_its_own_margins(panel):
    decisions = [one for one in gate_report().decisions if one.metric is Metric.LOG_LOSS and not one.slice]
    (line,) = [line for line in panel.lines if line.output == "click log loss"]
    (decision,) = decisions
    assert (line.value, line.low, line.high) == pytest.approx(
        (decision.value / 0.005, decision.low / 0.005, decision.high / 0.005)
    )
    assert {line.floor for line in panel.lines if line.low is not None} == {-1.0}


def test_its_answers_are_those_of_the_rules(panel):
    # A line lies wholly left of -1 where its rule failed, wholly right of it where it passed.
    for line in panel.lines:
        if line.outcome is Outcome.FAILED:
            assert line.high < -1
        if line.outcome is Outcome.PASSED:
            assert line.low > -1


def test_one_metric_alone_needs_no_second_picture():
    asked = rule("click", Metric.AUC, margin=0.01)
    assert margin_panel(gate_report(asked, cells=(cell("click", "auc"),)).decisions) is None
    first = {"references": {}, "empty": (Reference.BASELINE, Reference.ANCHOR)}
    assert margin_panel(gate_report(**first).decisions) is None


def test_what_does_not_fit_is_counted_and_what_may_be_worst_is_kept():
    where = [(("payment", f"kind {place}"),) for place in range(MOST_LINES)]
    cells = [cell("click", "auc", slice=one) for one in where[1:]] + [cell("click", "auc", -0.03, slice=where[0])]
    rules = rule("click", Metric.AUC, margin=0.01, slices=BY_PAYMENT), rule("click", Metric.LOG_LOSS, margin=0.01)
    cells += [cell("click", "auc"), cell("click", "log_loss")]
    panel = margin_panel(gate_report(*rules, cells=tuple(cells)).decisions)
    assert len(panel.lines) == MOST_LINES
    assert panel.left_out == {"click AUC": 2}
    assert where[0] in [line.slice for line in panel.lines]


def test_its_names_are_whole_and_its_axis_counts_margins(panel):
    drawn = draw_forest(panel, {}, key="m")
    assert ">click_and_conversion AUC, since the anchor<" in drawn
    assert ">better by so many of its margins (right is better)<" in drawn
    assert drawn.count(">\N{MINUS SIGN}1<") == 1  # The margin has its number.


def test_one_tiny_margin_does_not_press_the_others_together():
    rules = rule("click", Metric.AUC, margin=0.01), rule("click", Metric.LOG_LOSS, margin=0.0001)
    cells = cell("click", "auc", -0.02, 0.001), cell("click", "log_loss", 0.01, 0.001)
    low, high = axis_range(margin_panel(gate_report(*rules, cells=cells).decisions))
    assert -FARTHEST * 1.1 < low < -1 and 0 < high < FARTHEST * 1.1
