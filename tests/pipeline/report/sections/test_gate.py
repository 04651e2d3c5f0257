import dataclasses

import pytest

from components.comparison.cell import Reference, Status
from components.gate.config import RuleName
from components.gate.metrics import Metric
from components.gate.verdict import Change, TaskChange
from components.gauc_weight import GaucWeight
from pipeline.report.sections.gate import GateSection
from tests.pipeline.report.gate_reports import CELLS, EVERYTHING, cell, gate_report, rule

MINUS = "\N{MINUS SIGN}"


@pytest.fixture(scope="module")
def section(run):
    return section_of(run, gate_report(gate=EVERYTHING))


def section_of(run, report):
    return GateSection.of(dataclasses.replace(run, gate=report))


def first_run(**bounds):
    alone = cell("click", "auc", against=None)
    asked = rule("click", Metric.AUC, margin=0.01, **bounds)
    return gate_report(asked, cells=(alone,), references={}, empty=(Reference.BASELINE,))


def test_the_decision_stands_on_top_with_its_reason(section):
    assert (section.mark.word, section.mark.tone, section.blessed) == ("Failed", "bad", False)
    assert section.reason.startswith("conversion auc against the baseline: It is worse by at least 0.0102")
    assert section.references == "baseline version 7, anchor version 1, twins of today"


def test_a_run_that_no_gate_judged_has_no_section(run):
    assert section_of(run, None) is None


def test_the_marks_are_explained_that_occur(section):
    assert [mark.word for mark in section.key] == ["failed", "inconclusive", "passed"]


def test_what_a_picture_holds_beyond_its_marks_is_explained(run, section):
    assert (section.has_shade, section.has_untrusted, section.has_one_sided) == (True, False, False)
    few = cell("click", "auc", 0.02, status=Status.TOO_FEW, shortfall=2.0)
    lenient = rule("click", Metric.AUC, rule=RuleName.NOT_SIGNIFICANTLY_WORSE)
    of_few = section_of(run, gate_report(lenient, cells=(few,)))
    assert (of_few.has_shade, of_few.has_untrusted) == (False, True)
    assert [panel.note for panel in of_few.gains] == ["unshaded, it fails only where shown to be left of 0"]
    beyond = cell("click", "auc", -0.018, 0.004, slice=(("payment", "0"),))
    others = [cell("click", "auc", slice=(("payment", str(place)),)) for place in range(1, 10)]
    asked = rule("click", Metric.AUC, margin=0.01, slices=(("payment",),))
    assert section_of(run, gate_report(asked, cells=(cell("click", "auc"), beyond, *others))).has_one_sided


def test_one_picture_says_what_is_worse_and_calibration_is_shown_against_its_bounds(section):
    assert section.margins.name == "Against every margin"
    assert [panel.name for panel in section.repeated] == ["AUC", "log loss", "AUC since the anchor"]
    assert section.gains == ()
    assert [panel.name for panel in section.bounds] == ["AUC", "calibration"]


def test_gauc_says_what_its_users_count_by(run):
    asked = rule("click", Metric.GAUC, margin=0.01, min=0.6)
    report = gate_report(asked, cells=(cell("click", "gauc"),), gauc_weight=GaucWeight.CLICKS)
    section = section_of(run, report)
    assert [panel.note for panel in (*section.gains, *section.bounds)] == ["users count by clicks"] * 2
    assert report.gauc_weight is GaucWeight.CLICKS


def test_the_harm_of_a_slice_is_its_lower_end(section):
    (ranking,) = section.harms
    assert [(answer.output, answer.place, answer.harm) for answer in ranking.answers] == [
        ("conversion", "payment = Credit Card", "0.0722"),
        ("conversion", "payment = Cash", "0.0438"),
        ("click", "payment = Credit Card", "0.0139"),
        ("click", "payment = Cash", "not worse"),
    ]


def test_rows_that_would_settle_it_stand_beside_those_there_are(section):
    first, *_, last = section.wanted
    wanted = int(first.wanted.replace(",", ""))
    assert (first.rows, first.factor) == ("300", f"{wanted / 300:.1f} times")
    # Of 6,000 rows of conversion 300 are in the slice: each that comes there takes twenty.
    assert section.need == (
        f"About {20 * wanted:,} rows of conversion, {first.factor} those there are, let an equal model pass every rule "
        f"together four times in five: of payment = Credit Card, which wants {first.wanted}, there are 300."
    )
    assert last.wanted == "cannot be told"


def test_twins_give_a_word_a_gain_a_task_and_a_word_a_slice(section):
    sharing = section.sharing
    assert (sharing.word, sharing.tone) == ("Seesaw", "warn")
    told = [(mark.word, task, gain, relative) for mark, task, _, gain, _, relative in sharing.tasks]
    # 0.011 and -0.012 of what a twin's 0.7 exceeds 0.5 by; their mean is half of one less.
    assert told == [("up", "click", "+0.0110", "+5.50 %"), ("down", "conversion", f"{MINUS}0.0120", f"{MINUS}6.00 %")]
    assert sharing.delta.startswith(f"{MINUS}0.25 % (")
    tasks = "= click not told apart, = conversion not told apart"
    assert sharing.slices == (("payment = Cash", "undecided", tasks),)


def test_a_task_that_cannot_be_told_from_its_twin_says_why(run):
    few = {"status": Status.TOO_FEW, "reason": "An interval needs 500 rows with label 1, got 357."}
    cells = [cell("click", "auc", against=Reference.TWINS, **few), cell("conversion", "auc", against=Reference.TWINS)]
    asked = rule("click", Metric.AUC, margin=0.01)
    sharing = section_of(run, gate_report(asked, cells=(cell("click", "auc"), *cells))).sharing
    assert sharing.word == "Undecided"
    assert sharing.unknown == (("click", "An interval needs 500 rows with label 1, got 357."),)


def test_the_twin_of_a_score_stands_below_those_of_tasks(run):
    report = gate_report(rule("click", Metric.AUC, margin=0.01), cells=(cell("click", "auc", against=Reference.TWINS),))
    up = TaskChange(task="score", metric=Metric.AUC, change=Change.UP, gain=0.02, low=0.01, high=0.03, relative=0.1)
    verdicts = tuple(dataclasses.replace(one, scores=(up,)) for one in report.verdicts)
    (told,) = section_of(run, dataclasses.replace(report, verdicts=verdicts)).sharing.scores
    assert told[1:] == ("score", "AUC", "+0.0200", "+0.0100 to +0.0300", "+10.00 %")
    assert section_of(run, report).sharing.scores == ()


def test_without_twins_nothing_is_said_of_sharing(run):
    alone = tuple(cell for cell in CELLS if cell.against is not Reference.TWINS)
    assert section_of(run, gate_report(cells=alone, gate=EVERYTHING)).sharing is None


@pytest.mark.parametrize(("low", "word"), [(0.6, "First run"), (0.9, "Failed")], ids=["sound", "broken"])
def test_a_first_run_is_one_whether_its_bounds_hold_or_not(run, low, word):
    section = section_of(run, first_run(min=low))
    assert (section.is_first, section.mark.word) == (True, word)
    assert (section.gains, section.unlike, section.harms) == ((), (), ())
    assert [panel.name for panel in section.bounds] == ["AUC"]


def test_a_baseline_that_does_not_load_is_no_first_run(run):
    missing = {Reference.BASELINE: "Version 7 does not load."}
    asked = rule("click", Metric.AUC, margin=0.01)
    report = gate_report(asked, cells=(cell("click", "auc", against=None),), references={}, missing=missing)
    section = section_of(run, report)
    assert (section.is_first, section.blessed) == (False, False)
    assert section.unlike == (("the baseline", "Version 7 does not load."),)
