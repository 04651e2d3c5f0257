import dataclasses

from components.example_gen.label_report import Finding, Maturity, Place
from models.tasks import TaskGraph
from pipeline.report.page import render_page
from pipeline.report.sections.rows import MaturityLine, RowsSection

THIN = "\N{NARROW NO-BREAK SPACE}"


def test_contradictions_are_counted_and_the_first_rows_named(run):
    odd = RowsSection.of(run).odd
    assert odd[0].what == "conversion is positive where a task above it is negative"
    assert (odd[0].rows, odd[0].share, odd[0].first) == ("9", f"0.47{THIN}%", "trips.csv:17 (price=3)")
    assert odd[1].what == "fare is NaN, infinite or beyond float32"


def test_columns_show_moments_or_the_most_frequent_values(run):
    fare, payment = RowsSection.of(run).columns
    assert fare.moments == ("12.33", "11.9", "0", "4.9", "7.85", "29.8", "700.5")
    assert fare.missing == (f"0.05{THIN}%", f"0.15{THIN}%")
    assert max(fare.histogram) == 1
    assert payment.moments == ()
    assert payment.values == f"Cash (50.0{THIN}%), Credit Card (33.3{THIN}%), and 5 more"


def test_rows_that_nobody_checked_are_not_called_clean(run):
    section = RowsSection.of(dataclasses.replace(run, anomalies=None, label_check=None))
    assert section.anomalies is None
    assert not section.labels_checked


def test_a_run_that_read_nothing_has_no_section(run):
    assert RowsSection.of(dataclasses.replace(run, splits=(), label_check=None, anomalies=None)) is None


def waiting(run):
    """Conversions are waited for; a twelfth of eval is open."""
    none = Finding(rows=0, share=0.0, first=())
    maturity = Maturity(
        open={"train": 0, "eval": 500},
        late=Finding(rows=3, share=0.01, first=(Place("/rows/trips.csv", 9),)),
        untimed=none,
        early=none,
    )
    labels = dataclasses.replace(run.label_check, maturity={"conversion": maturity}, as_of="2026-01-31T00:00:00+00:00")
    tasks = [
        dataclasses.replace(task, matures_after="7d", label_time="bought_at") if task.name == "conversion" else task
        for task in run.graph.tasks
    ]
    return dataclasses.replace(run, label_check=labels, graph=TaskGraph(tuple(tasks)))


def test_the_share_of_labels_still_open_is_shown_by_split(run):
    section = RowsSection.of(waiting(run))
    assert section.maturity == (MaturityLine("conversion", "7d", (f"0{THIN}%", f"8.3{THIN}%")),)
    assert section.odd[1].what == "conversion came after its delay and counts as negative"
    assert [odd.what for odd in section.odd[2:]] == ["fare is NaN, infinite or beyond float32"]
    page = render_page(waiting(run))
    assert "A row younger than the delay as of 2026-01-31T00:00:00+00:00 is not known" in page
    assert "<th>open in train</th><th>open in eval</th>" in page


def test_where_no_label_is_waited_for_nothing_is_said_of_it(run):
    assert RowsSection.of(run).maturity == ()
    assert "Labels still open" not in render_page(run)
