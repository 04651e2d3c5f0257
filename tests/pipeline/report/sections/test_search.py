import dataclasses
import io

import pytest
from rich.console import Console

from pipeline.report import render_page, summary_table
from pipeline.report.drawing.parallel import Rank
from pipeline.report.numbers import MINUS
from pipeline.report.sections.search import SearchSection, change_of, lines_of
from tests.pipeline.report.search_records import DECLARED, RATE, RECORD, TOWER


def test_a_run_without_a_search_has_no_section(run):
    assert SearchSection.of(dataclasses.replace(run, search=None)) is None


def test_it_says_what_other_seeds_say_beside_what_the_search_said(run):
    section = SearchSection.of(run)
    assert section.sentence == (
        "4 trainings with values of their own, of which 1 diverged, then the best 2 again by 2 seeds, against the "
        f"declared values by the same seeds: losses of main tasks changed by {MINUS}6.00 % on the mean with the values "
        f"taken; the search alone, which looks for what is best once, said {MINUS}10.00 %."
    )
    assert section.lines == (
        ("0.01", "[8]", f"{MINUS}20.00 %", "+3.00 %", "+2.00 %", "+4.00 %", ""),
        ("0.001", "[16, 8]", f"{MINUS}10.00 %", f"{MINUS}6.00 %", f"{MINUS}8.00 %", f"{MINUS}4.00 %", "taken"),
    )


def test_the_change_is_written_as_overrides_of_what_differs():
    assert change_of(RECORD) == f"{RATE}=0.001  # was 0.1\n{TOWER}=[16, 8]  # was [8]"
    assert change_of(dataclasses.replace(RECORD, chosen=DECLARED)) == ""
    assert "the declared values stay" in SearchSection.of_record(dataclasses.replace(RECORD, chosen=DECLARED)).sentence


def test_every_training_that_ended_is_a_line_at_its_values_and_its_score():
    found = {line.rank: line.places for line in lines_of(RECORD)}
    # 0.1 lies at two thirds of the powers of ten from 0.001 to 1; the choices stand at both ends.
    assert found[Rank.DECLARED][:2] == pytest.approx((2 / 3, 0.0))
    assert found[Rank.CHOSEN][:2] == pytest.approx((0.0, 1.0))
    assert found[Rank.REPEATED][:2] == pytest.approx((1 / 3, 0.0))
    assert found[Rank.REPEATED][2] == 0.0  # The least of all scores.
    assert found[Rank.REPEATED][2] < found[Rank.CHOSEN][2] < found[Rank.DECLARED][2]
    assert len(list(lines_of(RECORD))) == 3


def test_the_page_and_the_terminal_show_the_change(run):
    page = render_page(run)
    assert "Trials by values and score" in page
    assert f"{RATE}=0.001" in page
    console = Console(file=io.StringIO(), width=80)
    console.print(summary_table(run))
    text = console.file.getvalue()
    assert f"--set {RATE}=0.001" in text
    assert max(map(len, text.splitlines())) <= 80
