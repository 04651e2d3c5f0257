import io

import pytest
from rich.console import Console

from components.comparison.cell import Reference, Status
from components.gate.metrics import Metric
from pipeline.report.gate.table import gain_note, gate_table
from tests.pipeline.report.gate_reports import cell, gate_report, rule

MINUS = "\N{MINUS SIGN}"


def lines_of(report) -> list[str]:
    console = Console(file=io.StringIO(), width=80)
    console.print(gate_table(report))
    return [" ".join(line.split()) for line in console.file.getvalue().splitlines()]


@pytest.fixture(scope="module")
def lines():
    return lines_of(gate_report())


def test_each_thing_that_was_asked_has_its_interval_its_limit_and_its_answer(lines):
    assert f"conversion AUC gain {MINUS}0.0258 to {MINUS}0.0102 > {MINUS}0.0100 ✕ failed" in lines
    assert "calibration 1.0718 to 1.0882 ≤ 1.0500 ✕ failed" in lines
    assert f"AUC gain, anchor +0.0074 to +0.0206 > {MINUS}0.0200 ✓ passed" in lines


def test_slices_are_counted_by_answer_the_worst_first(lines):
    place = next(place for place, line in enumerate(lines) if line.startswith("conversion AUC gain"))
    assert lines[place + 1] == "2 slices ✕ 1 ? 1"


def test_what_of_a_loss_is_a_gain_is_called_one_and_told_from_a_change(lines):
    assert any(line.startswith("log loss gain +0.0024 to +0.0056 >") for line in lines)  # It fell by 0.004.
    assert gain_note(gate_report()).startswith("A gain above 0 is better, of losses too")
    only = gate_report(rule("click", Metric.AUC, margin=0.01), cells=(cell("click", "auc"),))
    assert gain_note(only) == ""  # Its change has the same sign.


def test_what_is_observed_is_left_to_the_page(lines):
    assert not any("spend" in line for line in lines)
    observed = rule("spend", Metric.MSE)
    assert gate_table(gate_report(observed, cells=(cell("spend", "mse"),))) is None


def test_a_candidate_that_predicts_no_number_is_shown_even_where_it_is_observed():
    broken = cell("spend", "mse", None, status=Status.NOT_FINITE, reason="3 predictions are NaN.")
    assert any(line.endswith("✕ failed") for line in lines_of(gate_report(rule("spend", Metric.MSE), cells=(broken,))))


def test_a_first_run_shows_bounds_alone():
    asked = rule("click", Metric.AUC, margin=0.01, min=0.6)
    alone = cell("click", "auc", against=None)
    lines = lines_of(gate_report(asked, cells=(alone,), references={}, empty=(Reference.BASELINE,)))
    assert [line for line in lines if "click" in line] == ["click AUC 0.6918 to 0.7082 ≥ 0.6000 ✓ passed"]
    assert not any("first run" in line for line in lines)


def test_it_fits_eighty_columns_without_folding_a_name(lines):
    assert any(line.startswith("click_and_conversion AUC gain") for line in lines)
