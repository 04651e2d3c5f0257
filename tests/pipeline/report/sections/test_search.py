import dataclasses
import io

import pytest
from rich.console import Console

from components.tuner.record import Finalist, SearchRecord, Trial
from pipeline.report import render_page, summary_table
from pipeline.report.drawing.parallel import Rank
from pipeline.report.numbers import MINUS
from pipeline.report.sections.search import SearchSection, change_of, lines_of

RATE, TOWER = "training.dense_optimizer.learning_rate", "model.tower"
DECLARED = {RATE: 0.1, TOWER: [8]}
BEST, LUCKY = {RATE: 0.001, TOWER: [16, 8]}, {RATE: 0.01, TOWER: [8]}
TRIALS = (
    Trial(values=DECLARED, losses={"click": 0.5}, score=0.0),
    Trial(values=LUCKY, losses={"click": 0.4}, score=-0.2),
    Trial(values=BEST, losses={"click": 0.45}, score=-0.1),
    Trial(values={RATE: 0.5, TOWER: [8]}, losses={}, score=None),
)
RECORD = SearchRecord(
    declared=DECLARED,
    space={RATE: {"log": [0.001, 1.0]}, TOWER: {"choices": [[8], [16, 8]]}},
    main=("click",),
    rule="main_tasks",
    trials=TRIALS,
    finalists=(
        Finalist(values=LUCKY, searched=-0.2, changes=(0.02, 0.04)),
        Finalist(values=BEST, searched=-0.1, changes=(-0.08, -0.04)),
    ),
    chosen=BEST,
    num_seeds=2,
)


@pytest.fixture
def searched(run):
    return dataclasses.replace(run, search=RECORD)


def test_a_run_without_a_search_has_no_section(run):
    assert SearchSection.of(run) is None


def test_it_says_what_other_seeds_say_beside_what_the_search_said(searched):
    section = SearchSection.of(searched)
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


def test_the_page_and_the_terminal_show_the_change(searched):
    page = render_page(searched)
    assert "Trials by values and score" in page
    assert f"{RATE}=0.001" in page
    console = Console(file=io.StringIO(), width=80)
    console.print(summary_table(searched))
    text = console.file.getvalue()
    assert f"--set {RATE}=0.001" in text
    assert max(map(len, text.splitlines())) <= 80
