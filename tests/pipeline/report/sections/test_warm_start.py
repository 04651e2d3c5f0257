import dataclasses

from components.warm_start.record import WarmStartRecord
from pipeline.report import numbers
from pipeline.report.sections.warm_start import WarmStartSection


def section(run, warm_start):
    training = dataclasses.replace(run.training, warm_start=warm_start)
    return WarmStartSection.of(dataclasses.replace(run, training=training))


def test_what_was_carried_is_counted_and_what_was_not_has_its_reason(run):
    shown = WarmStartSection.of(run)
    # Carried: two tables and a kernel of six; an accumulator, a momentum and a velocity of as many again.
    assert shown.sentence == (
        "Training went on from version 1795345843, after 12,000 steps: 3 of 6 variables and 3 of 6 slots of the "
        "optimizer were carried, tables row by row."
    )
    assert shown.tables == (
        ("inputs/table_item", "9,120", "310", "45", "accumulator", ""),
        ("inputs/table_city", "41", "2", "1", numbers.ABSENT, "buckets by vocabulary were 1, and are 2"),
    )
    assert shown.fresh == (
        ("the shape was [3, 4, 1], and is [3, 3, 1]", "towers/kernel_0"),
        ("the earlier model has none of this name", "towers/new, towers/newer"),
    )
    assert shown.left == "inputs/table_old"


def test_a_cold_start_says_why(run):
    shown = section(run, WarmStartRecord(version="", reason="nothing serves yet"))
    assert shown.sentence == "Training began with fresh weights: nothing serves yet."
    assert (shown.tables, shown.fresh, shown.left) == ((), (), "")


def test_where_none_was_asked_for_there_is_no_section(run):
    assert section(run, None) is None
