import dataclasses

import pytest

from components.gate.checks import DRIFT, PARITY, SKEW
from pipeline.report.gate.table import gate_table
from pipeline.report.page import render_page
from pipeline.report.sections.skew import MOST_COLUMNS, SkewSection
from tests.pipeline.report.gate_reports import gate_report, with_checks

MINUS = "\N{MINUS SIGN}"


@pytest.fixture(scope="module")
def checked(run):
    return dataclasses.replace(run, gate=with_checks(gate_report()), training=None, evaluation=None)


def test_each_check_has_its_answer_and_its_reason(checked):
    parity, drift, skew = SkewSection.of(checked).checks
    assert [check.mark.word for check in (parity, drift, skew)] == ["failed", "warned", "failed"]
    assert "0.02 apart" in parity.reason
    assert skew.reason == "Not measured: No file matches."


def test_answers_that_differ_and_columns_that_moved_come_first(checked):
    parity, drift, _ = SkewSection.of(checked).checks
    assert [(line.output, line.largest, line.row, line.mark.word) for line in parity.answers] == [
        ("<click>", "0.02", "1,234", "differs"),
        ("click", f"2.5e{MINUS}07", "3", "agrees"),
    ]
    assert [(line.column, line.distance, line.mark.word) for line in drift.columns[:3]] == [
        ("<gone>", "no values any more", "beyond"),
        ("age", "0.3000", "beyond"),
        (f"c{MOST_COLUMNS - 1}", "0.0190", "within"),
    ]
    assert (len(drift.columns), drift.more) == (MOST_COLUMNS, 2)


def test_a_run_without_these_checks_has_no_section(run):
    assert SkewSection.of(run) is None
    assert SkewSection.of(dataclasses.replace(run, gate=gate_report())) is None


def test_the_page_shows_them_escaped_and_once(checked):
    shown = render_page(checked).partition('id="skew"')[2].partition("</section>")[0]
    assert "&lt;gone&gt;" in shown
    assert "<gone>" not in shown
    assert shown.count("differs") == 1


def test_the_terminal_names_them(checked):
    names = [str(cell) for cell in gate_table(checked.gate).columns[0].cells]
    assert names[-3:] == [PARITY, DRIFT, SKEW]
