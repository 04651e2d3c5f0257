import dataclasses

import pytest

from components.comparison.cell import Reference
from components.example_gen.label_report import Finding, Maturity
from components.gate.metrics import Metric
from pipeline.report.gate.findings import (
    clusters_sentence,
    harms_of,
    need_sentence,
    open_sentence,
    unlike_of,
    wanted_of,
)
from tests.pipeline.report.gate_reports import CASH, CREDIT, NO_CHARGE, cell, gate_report, rule


@pytest.fixture(scope="module")
def report():
    return gate_report()


def test_slices_are_ranked_by_how_much_worse_they_may_be(report):
    (auc,) = harms_of(report.decisions)
    assert auc.name == "AUC"
    # Lower ends: 0.01 - 1.64 x 0.05, -0.031 - 1.64 x 0.006, -0.004 - 1.64 x 0.006, 0.009 - 1.64 x 0.004.
    order = [("conversion", CREDIT), ("conversion", CASH), ("click", CREDIT), ("click", CASH)]
    assert [(decision.output, decision.slice) for decision in auc.decisions] == order
    assert auc.more == 0


def test_what_must_grow_most_comes_first_and_what_no_rows_settle_last(report):
    wanted = wanted_of(report.decisions)
    assert [(decision.output, decision.slice) for decision in wanted] == [
        ("conversion", CREDIT),
        ("click", CREDIT),
        ("click", NO_CHARGE),  # Its difference.
        ("click", NO_CHARGE),  # Its own value.
    ]
    assert wanted[0].rows_to_settle / 300 > wanted[1].rows_to_settle / 6_000
    assert wanted[2].rows_to_settle is None


def test_without_slices_the_rows_that_are_needed_are_those_of_the_output():
    # 6,000 (2.4865 x 0.01 / 0.01)^2.
    report = gate_report(rule("click", Metric.AUC, margin=0.01), cells=(cell("click", "auc", 0.0, 0.01),))
    assert need_sentence(report.decisions) == (
        "About 37,096 rows of click, 6.2 times those there are, let an equal model pass every rule together four times "
        "in five."
    )
    assert need_sentence(report.decisions[1:]) == ""


def test_an_output_that_the_reference_lacks_is_named_with_the_reason(report):
    assert unlike_of(report) == (("spend: MSE gain", "The model that serves has no output `spend`."),)


def test_a_reference_that_does_not_load_is_said_once():
    why = "Version 7 does not load: no signature `serving_default`."
    asked = [rule(output, Metric.AUC, margin=0.01) for output in ("click", "conversion")]
    cells = tuple(cell(output, "auc", against=None) for output in ("click", "conversion"))
    report = gate_report(*asked, cells=cells, references={}, missing={Reference.BASELINE: why})
    assert unlike_of(report) == (("the baseline", why),)


def test_a_first_run_is_not_told_as_something_that_cannot_be_compared():
    alone = cell("click", "calibration", against=None)
    asked = rule("click", Metric.CALIBRATION, min=0.9)
    report = gate_report(asked, cells=(alone,), references={}, empty=(Reference.BASELINE,))
    assert unlike_of(report) == ()


def test_rows_of_slices_that_are_not_compared_are_told(report):
    told = unlike_of(dataclasses.replace(report, left_out={"item, device": 12_345}))
    assert told[-1] == (
        "slices by item, device",
        "12,345 rows lie in values beyond those that are compared one by one.",
    )


def test_rows_without_a_user_or_list_are_told_of_each_metric_that_ranks_within_them():
    asked = [rule("click", Metric.GAUC, margin=0.01, min=0.6), rule("spend", Metric.NDCG, margin=0.01)]
    cells = (
        cell("click", "gauc", ungrouped=1_234),
        cell("click", "gauc", ungrouped=1_000, slice=CASH),  # Among the others.
        cell("spend", "ndcg", ungrouped=5),
    )
    assert unlike_of(gate_report(*asked, cells=cells)) == (
        ("click: GAUC", "1,234 rows have no user and take no part."),
        ("spend: NDCG", "5 rows have no list and take no part."),
    )


def test_labels_that_are_still_open_are_told_where_the_gate_judges_without_them(run):
    none = Finding(rows=0, share=0.0, first=())
    waits = {
        task: Maturity(open={"train": 900, "eval": still_open}, late=none, untimed=none, early=none)
        for task, still_open in (("click", 0), ("conversion", 500))
    }
    waiting = dataclasses.replace(run, label_check=dataclasses.replace(run.label_check, maturity=waits))
    # Of 6,000 eval rows.
    told = "conversion in 8.3\N{NARROW NO-BREAK SPACE}%; for those tasks they take no part."
    assert open_sentence(waiting) == f"Labels still open, of eval rows: {told}"
    assert open_sentence(run) == ""
    assert open_sentence(dataclasses.replace(run, label_check=None)) == ""


def test_clusters_widen_intervals_by_the_root_of_their_effect(report):
    # `cell` doubles the variance: a root of 2.
    assert "intervals are 1.4 times as wide as if rows were independent" in clusters_sentence(report)
    assert clusters_sentence(report).startswith("Rows of one user are taken to depend on each other")


def test_the_output_that_clusters_touch_most_is_named():
    asked = [rule(output, Metric.AUC, margin=0.1) for output in ("click", "conversion")]
    alike = cell("conversion", "auc")
    alike = dataclasses.replace(alike, difference=dataclasses.replace(alike.difference, row_error=0.0005))
    sentence = clusters_sentence(gate_report(*asked, cells=(cell("click", "auc"), alike)))
    assert "1.4 to 4.0 times as wide" in sentence  # 0.002 over 0.0005.
    assert sentence.endswith("the most that of AUC of conversion.")


def test_without_a_declared_cluster_rows_are_said_to_be_taken_as_independent(report):
    sentence = clusters_sentence(dataclasses.replace(report, cluster_column=None))
    assert sentence.startswith("Rows are taken as independent")
    nothing = dataclasses.replace(report, cluster_column=None, decisions=())
    assert clusters_sentence(nothing) == ""
