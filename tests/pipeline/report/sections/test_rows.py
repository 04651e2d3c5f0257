import dataclasses

from pipeline.report.sections.rows import RowsSection

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
