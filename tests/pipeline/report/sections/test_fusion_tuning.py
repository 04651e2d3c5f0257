import dataclasses
import io

import pytest
from rich.console import Console

from pipeline.fusion.show_proposal import print_proposal
from pipeline.report.drawing.parallel import Rank
from pipeline.report.page import render_page
from pipeline.report.proposal import proposal_page, write_proposal
from pipeline.report.proposal_view import ProposalView, front_of_pair, lines_of
from pipeline.report.sections.fusion_tuning import FusionTuningSection
from pipeline.report.summary import summary_table
from tests.pipeline.report.proposal_records import PROPOSAL, TUNING
from tests.pipeline.report.test_page import Elements

VIEW = ProposalView.of(PROPOSAL)


def printed(proposal):
    console = Console(file=io.StringIO(), width=80)
    print_proposal(proposal, console)
    return console.file.getvalue()


def summed(run):
    console = Console(file=io.StringIO(), width=80)
    console.print(summary_table(run), crop=False)
    return console.file.getvalue()


def test_a_run_without_a_search_has_no_section(run):
    assert FusionTuningSection.of(dataclasses.replace(run, proposal=None)) is None
    assert FusionTuningSection.of(run) == FusionTuningSection("", VIEW)


def test_where_there_is_no_proposal_or_its_model_does_not_serve_that_is_said(run):
    none = dataclasses.replace(run, proposal=None, no_proposal="take more <rows>.")
    assert "None are proposed: take more &lt;rows&gt;." in render_page(none)
    refused = dataclasses.replace(run, push=None)
    section = FusionTuningSection.of(refused)
    assert section.note.startswith("This model does not serve") and section.view == VIEW
    assert section.note in render_page(refused)
    assert FusionTuningSection.of(dataclasses.replace(refused, serves="7")).note == ""
    for record, words in ((none, "None are proposed: take more"), (refused, "This model does not serve")):
        assert words in summed(record) and "evenkeel fusion set" not in summed(record)
    assert VIEW.command in summed(run)


def test_it_says_what_was_held_out():
    assert VIEW.held_out == (
        "4 weights of main were tried, of which 1 could not be taken, on 1,200 rows of one half of the users; the "
        "figures are of 1,100 rows of the other half, which the search never saw. 7 rows without a user took no part. "
        "11 rows without a usable propensity took no part."
    )


def test_the_front_has_the_present_weights_beside_it_and_its_optimism():
    assert [(row.mark, row.is_chosen, *row.cells) for row in VIEW.front] == [
        ("present", False, "conversion 1", "0.5980", "", "0.7000", ""),
        ("chosen", True, "conversion 1.5", "0.6050", "+0.0050", "0.7200", "+0.0100"),
        ("", False, "conversion 0.5", "0.6200", "+0.0200", "0.6700", "+0.0100"),
    ]


def test_gains_are_counted_in_each_half_from_the_present_weights_there():
    front = front_of_pair(TUNING, TUNING.aims)
    assert front.searched[0] == pytest.approx((0.01, 0.03))
    assert front.checked[0] == pytest.approx((0.007, 0.02))
    assert (front.chosen, front.is_joined) == (0, True)
    assert len(VIEW.pictures) == 1  # One pair of objectives.
    other = dataclasses.replace(TUNING, aims=("click.gauc",))
    assert not front_of_pair(other, TUNING.aims).is_joined


def test_what_was_tried_is_a_line_by_weights_and_objectives():
    ranks = {line.places[0]: line.rank for line in lines_of(TUNING)}
    assert ranks == {0.5: Rank.DECLARED, 0.75: Rank.CHOSEN, 0.25: Rank.REPEATED, 0.05: Rank.TRIED}
    many = dataclasses.replace(TUNING, tried=TUNING.tried + (TUNING.tried[3],) * 1_000)
    found = list(lines_of(many))
    assert len(found) < 110 and {Rank.CHOSEN, Rank.DECLARED, Rank.REPEATED} <= {line.rank for line in found}


def test_the_proposal_its_segments_and_its_stack_are_told_with_what_is_not_known():
    assert VIEW.changes == (
        ("click.gauc", "0.6000", "0.6050", "+0.0050", "-0.0010", "+0.0110"),
        ("conversion.gauc", "0.7000", "0.7200", "+0.0200", "", ""),
    )
    assert VIEW.remarks == ("conversion.gauc: Of 3 users alone.",)
    assert VIEW.segments.endswith("1 of 2 get weights of their own. 3 more, of 40 rows, have too few users and stay.")
    assert VIEW.segment_rows == (
        ("Card", "90", "conversion 1.75", "+0.0100 (+0.0040 to +0.0160)"),
        ("Cash", "9", "common: fewer than 40 users", ""),
    )
    assert "which 400 rows know and 800 do not: click.gauc 0.5900" in VIEW.stack[0]
    command = "evenkeel fusion set CONFIG main.click@Cash= main.conversion=1.5 main.conversion@Card=1.75"
    assert VIEW.command == command


def test_a_gain_that_may_be_chance_is_said_to_be_so():
    first, second = PROPOSAL.changes
    assert "no gain can be told from chance" in VIEW.end
    sure = dataclasses.replace(first, low=0.001)
    for change, doubted in ((sure, False), (dataclasses.replace(sure, remark="Of 3 users."), True)):
        assert ("chance" in ProposalView.of(dataclasses.replace(PROPOSAL, changes=(change, second))).end) is doubted
    observed = dataclasses.replace(TUNING, aims=("conversion.gauc",))
    assert "chance" in ProposalView.of(dataclasses.replace(PROPOSAL, changes=(sure, second), tuning=observed)).end


@pytest.mark.parametrize(
    ("changes", "end"),
    [
        ({"chosen": None}, "Nothing tried meets the goal's bounds: the common weights stay."),
        ({"goal": "sum"}, "Nothing tried is worth more than the present weights: they stay."),
        ({}, "Nothing tried gains and falls nowhere, so the present weights stay; any point can be set by hand."),
    ],
)
def test_where_nothing_is_to_be_changed_there_is_no_command(changes, end):
    tuning = dataclasses.replace(TUNING, **changes)
    view = ProposalView.of(dataclasses.replace(PROPOSAL, after=PROPOSAL.before, tuning=tuning))
    assert (view.end, view.command) == (end, "")


def test_where_only_segments_are_to_be_changed_that_stands_before_the_command():
    view = ProposalView.of(dataclasses.replace(PROPOSAL, tuning=dataclasses.replace(TUNING, chosen=None)))
    assert view.end.startswith("Nothing tried meets the goal's bounds: the common weights stay. Nothing is changed")
    assert view.end.endswith("where the gate lets them pass:") and view.command


def test_the_page_and_the_terminal_show_the_same(run, tmp_path):
    path = tmp_path / "page.html"
    page = proposal_page(
        PROPOSAL, title="shop <7>", config="my shop.yaml", overrides=["name=a shop"], refusal="no rule."
    )
    write_proposal(page, path)
    page = path.read_text()
    assert not Elements(page).open
    assert "shop &lt;7&gt;" in page and "As CONFIG is, that would be refused: no rule." in page
    assert "evenkeel fusion set &#39;my shop.yaml&#39; main.click@Cash=" in page
    assert 'aria-label="The front by gains in click.gauc and conversion.gauc"' in page
    assert "evenkeel fusion set CONFIG main.click@Cash=" in render_page(run)
    text = printed(PROPOSAL)
    assert max(len(line) for line in text.splitlines() if "expression" not in line) <= 80
    assert "+0.0040 to" in text and "+0.0160" in text and "conversion.gauc: Of 3 users alone." in text


def test_what_the_front_leaves_out_of_the_proposal_is_said_where_segments_were_searched():
    assert VIEW.interval.startswith("All that is proposed, weights of segments too, which the front leaves as they")
    alone = ProposalView.of(dataclasses.replace(PROPOSAL, segments=None))
    assert alone.interval.startswith("From and to are the gain's 95 % interval")


def test_a_segment_that_keeps_its_own_weights_is_not_told_as_one_that_gets_them():
    kept = dataclasses.replace(PROPOSAL.segments.found[0], why="nothing tried meets the goal's bounds", changes=())
    segments = dataclasses.replace(PROPOSAL.segments, found=(kept,))
    view = ProposalView.of(dataclasses.replace(PROPOSAL, segments=segments))
    assert view.segment_rows == (("Card", "90", "as it has: nothing tried meets the goal's bounds", ""),)
    assert "0 of 1 get weights of their own." in view.segments


def test_heads_of_many_objectives_are_broken_between_words():
    def doubled(values):
        return values | {name.replace("gauc", "ndcg"): value for name, value in values.items()}

    tried = tuple(dataclasses.replace(one, values=doubled(one.values)) for one in TUNING.tried)
    front = tuple(
        dataclasses.replace(one, values=doubled(one.values), optimism=doubled(one.optimism)) for one in TUNING.front
    )
    names = tuple(doubled(TUNING.present))
    tuning = dataclasses.replace(TUNING, tried=tried, front=front, objectives=names, present=doubled(TUNING.present))
    lines = printed(dataclasses.replace(PROPOSAL, tuning=tuning)).splitlines()
    head = next(place for place, line in enumerate(lines) if line.lstrip().startswith("click."))
    assert lines[head + 1].split() == ["gauc", "mism", "gauc", "mism", "ndcg", "mism", "ndcg", "mism"]
    assert max(map(len, lines[: head + 2])) <= 80


def test_of_a_long_front_the_terminal_shows_some_and_says_so():
    front = tuple(dataclasses.replace(TUNING.front[1], place=2) for _ in range(50))
    text = printed(dataclasses.replace(PROPOSAL, tuning=dataclasses.replace(TUNING, front=(*front, TUNING.front[0]))))
    assert "12 of 52 points; --json and -o have all of them." in text
    assert "chosen: conversion 1.5" in text and "present: conversion 1" in text
