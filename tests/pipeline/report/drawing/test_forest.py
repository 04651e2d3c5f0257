import re

import pytest

from components.comparison.cell import Status
from components.gate.decision import Asked
from components.gate.metrics import Metric
from pipeline.report.drawing.forest import axis_range, draw_forest, forest_title
from pipeline.report.gate.panels import bound_panels, gain_panels
from pipeline.report.gate.words import MARKS
from tests.pipeline.report.gate_reports import BY_PAYMENT, CASH, cell, gate_report, rule


@pytest.fixture(scope="module")
def panels():
    return gain_panels(gate_report().decisions)


def panel_of(*cells, margin=0.01):
    asked = rule("click", Metric.AUC, margin=margin, slices=BY_PAYMENT if len(cells) > 1 else ())
    return gain_panels(gate_report(asked, cells=cells).decisions)[0]


def picture(panel) -> str:
    return draw_forest(panel, {"click": 0}, key="f")


def test_every_answer_has_a_mark_besides_its_colour(panels):
    drawn = picture(panels[0])
    found = re.findall(r">([✕≠?✓○·])<", drawn)
    assert found == [MARKS[line.outcome].glyph for line in panels[0].lines]


def test_a_reader_who_does_not_see_it_is_told_how_it_came_out(panels):
    assert forest_title(panels[0]) == (
        "AUC, higher by (right is better): 2 failed, 3 inconclusive, 3 passed; "
        "failed: conversion on all rows, conversion on payment = Cash"
    )
    assert f'aria-label="{forest_title(panels[0])}"' in picture(panels[0])


def test_a_loss_says_that_right_is_lower(panels):
    assert ">log loss, lower by (right is better)<" in picture(panels[1])


def test_outputs_without_slices_are_a_line_each(panels):
    drawn = picture(panels[1])
    assert ">click<" in drawn
    assert ">all rows<" not in drawn
    assert ">all rows<" in picture(panels[0])


def test_the_axis_holds_the_margin_even_where_all_intervals_lie_right_of_it():
    low, high = axis_range(panel_of(cell("click", "auc", 0.05, 0.001), margin=0.02))
    assert low < -0.02
    assert high > 0.0516  # Its upper end.


def test_the_axis_holds_no_change_even_where_nothing_is_asked():
    observed = gate_report(rule("click", Metric.AUC), cells=(cell("click", "auc", 0.05, 0.001),))
    low, _ = axis_range(gain_panels(observed.decisions)[0])
    assert low < 0


def test_one_wide_slice_does_not_press_the_others_together():
    where = [(("payment", str(place)),) for place in range(8)]
    narrow = [cell("click", "auc", slice=one) for one in where[1:]]
    panel = panel_of(cell("click", "auc"), cell("click", "auc", 0.0, 0.3, slice=where[0]), *narrow)
    low, high = axis_range(panel)
    assert (low, high) == (pytest.approx(-0.0108, abs=0.0005), pytest.approx(0.0041, abs=0.0005))


def test_identical_models_have_an_axis_too():
    same = panel_of(cell("click", "auc", 0.0, 0.0), margin=1e-9)
    low, high = axis_range(same)
    assert low < 0 < high
    picture(same)


def test_a_slice_that_cannot_be_judged_says_so_instead_of_a_line():
    lacking = cell("click", "auc", None, status=Status.ONE_CLASS, reason="All labels are 0.", slice=CASH)
    assert ">inconclusive, no interval<" in picture(panel_of(cell("click", "auc"), lacking))


def test_an_interval_of_too_few_rows_is_dashed_and_its_point_hollow():
    # Both keep clear of the shade; the slice passes nothing.
    few = cell("click", "auc", 0.02, status=Status.TOO_FEW, shortfall=2.0, slice=CASH)
    enough = picture(panel_of(cell("click", "auc"), cell("click", "auc", 0.02, slice=CASH)))
    drawn = picture(panel_of(cell("click", "auc"), few))
    dashed = re.compile(r'd="M[^"]*L[^"]*" [^>]*stroke-dasharray[^>]*var\(--warn\)')
    hollow = re.compile(r"fill: var\(--surface\); stroke: var\(--warn\)")
    assert [len(found.findall(drawn)) for found in (dashed, hollow)] == [1, 1]
    assert [len(found.findall(enough)) for found in (dashed, hollow)] == [0, 0]


def test_bounds_of_calibration_show_where_it_is_best():
    (panel,) = (panel for panel in bound_panels(gate_report().decisions) if panel.metric is Metric.CALIBRATION)
    assert panel.asked is Asked.MIN
    low, high = axis_range(panel)
    assert low < 0.9 < 1.1 < high
    assert ">calibration<" in picture(panel)
