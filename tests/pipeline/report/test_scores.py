"""Fused scores stand beside outputs where something tells how well they rank, and are explained where nothing does."""

import dataclasses

from components.gate.metrics import Metric
from pipeline.report.page import render_page
from pipeline.report.scores import judged_scores, ranking_note
from pipeline.report.sections.curves import CurvesSection
from pipeline.report.sections.gate import GateSection
from pipeline.report.sections.metrics import MetricsSection
from tests.pipeline.report.gate_reports import cell, gate_report, rule

UNJUDGED = (
    "score is served (score/main, score/explore), but nothing tells how well it ranks: `fusion.label` names no output "
    "whose label it is to rank."
)


def without_label(fused):
    return dataclasses.replace(fused, fusion=dataclasses.replace(fused.fusion, label=None))


def test_a_score_is_shown_like_the_output_whose_label_it_is_to_rank(fused):
    score, explore = judged_scores(fused.graph, fused.fusion)
    (ranked,) = [output for output in fused.graph.outputs if output.name == "click_and_conversion"]
    assert score == dataclasses.replace(ranked, name="score")
    assert explore == dataclasses.replace(ranked, name="score/explore")
    assert [output.name for output in fused.judged][-2:] == ["score", "score/explore"]
    assert ranking_note(fused.fusion) == "Fused scores are judged by how they rank click_and_conversion."


def test_scores_have_a_table_of_their_own_with_measures_of_order(fused):
    section = MetricsSection.of(fused)
    table = section.overall[-1]
    assert table.first == "fused score"
    assert [line.name for line in table.lines] == ["score", "score/explore"]
    assert [title for title, _ in table.metrics] == ["AUC", "GAUC"]
    assert [cell.text for cell in table.lines[0].cells[:3]] == ["0.7812", "0.7795", "+0.0017"]
    assert [table.name for table in section.by_slice][-2:] == ["score", "score/explore"]
    assert section.ranking == ranking_note(fused.fusion)


def test_a_score_has_a_roc_and_no_calibration(fused):
    outputs = {output.name: output for output in CurvesSection.of(fused).outputs}
    assert outputs["score"].roc and outputs["score/explore"].roc
    assert outputs["score"].calibration is None
    assert (outputs["score"].auc, outputs["score"].ratio) == ("0.7812", "")
    assert "AUC 0.7812, a score and no probability" in render_page(fused)


def test_the_gates_picture_of_a_score_has_the_colour_of_what_it_is_to_rank(fused):
    judged = dataclasses.replace(
        fused, gate=gate_report(rule("score", Metric.AUC, margin=0.01), cells=(cell("score", "auc", 0.01),))
    )
    (panel,) = GateSection.of(judged).gains
    assert "var(--task-1)" in panel.picture  # That of conversion, whose product the score is to rank.


def test_scores_that_nothing_judges_are_told_so_and_shown_nowhere(fused, run):
    bare = without_label(fused)
    assert bare.scores == ()
    assert ranking_note(bare.fusion) == UNJUDGED
    assert MetricsSection.of(bare).ranking == UNJUDGED
    assert MetricsSection.of(bare).overall == MetricsSection.of(run).overall
    assert [output.name for output in CurvesSection.of(bare).outputs] == ["click", "conversion", "click_and_conversion"]
    page = render_page(bare)
    assert UNJUDGED in page
    assert UNJUDGED not in render_page(fused)
