"""Rows of CSV with times to what is known of them, and to what is said of the rest."""

import dataclasses

import pytest

from components.example_gen import EventTime, ExampleGenPlan, Format, HashSplit, TimeSplit, TimeUnit
from components.example_gen.files import find_files
from components.example_gen.label_report import label_report_text, read_label_report
from components.example_gen.readers import READERS
from components.example_gen.readers.csv_rows import read_csv
from components.example_gen.windows import newest_event
from models.errors import ConfigError
from models.expression import ColumnType
from models.heads import Binary, Regression
from models.tasks import Task

CLICK = Task(name="click", kind=Binary(), label="click")
BUY = Task(name="buy", kind=Binary(), label="buy", given="click", matures_after="7d", label_time="bought")
DWELL = Task(name="dwell", kind=Regression(), label="dwell", matures_after="36h")
COLUMNS = {"row": ColumnType.NUMBER}
NUM_DAYS = 30


def day(number, hour=0):
    return f"2026-01-{number + 1:02d}T{hour:02d}:00:00"


def csv(*edits, days=NUM_DAYS):
    """Four rows a day: not clicked, clicked, bought after three days, bought after eight. An edit is a row's cells."""
    header = ("row", "at", "click", "buy", "bought", "dwell")
    rows = []
    for number in range(days):
        for click, buy, wait in ((0, 0, None), (1, 0, None), (1, 1, 3), (1, 1, 8)):
            bought = "" if wait is None else f"2026-{(number + wait) // 31 + 1:02d}-{(number + wait) % 31 + 1:02d}"
            rows.append([len(rows), day(number), click, buy, bought, 0.5])
    for row, cells in edits:
        for name, cell in cells.items():
            rows[row][header.index(name)] = cell
    return "\n".join([",".join(header), *(",".join(map(str, row)) for row in rows), ""]).encode()


@pytest.fixture
def funnel(read):
    """Eval is the last ten days."""

    def run(content=None, *, tasks=(CLICK, BUY, DWELL), split=None, **event_time):
        return read(
            csv() if content is None else content,
            tasks=tasks,
            columns=COLUMNS,
            split=split or TimeSplit(column="at", eval_from=day(20)),
            event_time=EventTime(**{"column": "at"} | event_time),
        )

    return run


def known(result, parsed):
    """By row, what is known of each output."""
    found = {}
    for records in result.records.values():
        for record in map(parsed, records):
            outputs = [name.removeprefix("known/") for name in record if name.startswith("known/")]
            labels = {name: record[f"label/{name}"][0] for name in outputs if record[f"known/{name}"][0]}
            found[int(record["row"][0])] = labels
    return [labels for _, labels in sorted(found.items())]


def test_a_young_row_is_not_known_and_a_late_positive_is_negative(funnel, parsed):
    result = funnel()
    result.check()
    rows = known(result, parsed)
    # As of the 30th day, day 22 (from 0) is just seven days old.
    no_click, click, bought, too_late = rows[22 * 4 : 23 * 4]
    assert no_click == {"click": 0, "click_and_buy": 0, "dwell": 0.5}
    assert click == too_late == {"click": 1, "buy": 0, "click_and_buy": 0, "dwell": 0.5}
    assert bought == {"click": 1, "buy": 1, "click_and_buy": 1, "dwell": 0.5}
    # A day later a purchase has come, and it is known that two rows were not clicked: of no purchase is anything known.
    assert [sorted(row) for row in rows[23 * 4 : 24 * 4]] == [["click", "dwell"]] * 4
    assert [sorted(row) for row in rows[28 * 4 :]] == [["click"]] * 8  # A day and a half wants day 27 or before.


def test_the_report_counts_what_is_open_by_split_and_what_came_out_of_time(funnel, tmp_path):
    edits = [(2, {"bought": ""}), (6, {"bought": "2026-01-01"}), (118, {"bought": "2026-01-01"}), (119, {"bought": ""})]
    report = funnel(csv(*edits)).check()
    assert report.as_of == f"{day(29)}+00:00"
    assert report.maturity["buy"].open == {"train": 0, "eval": 7 * 4}
    assert report.maturity["dwell"].open == {"train": 0, "eval": 2 * 4}
    buy = report.maturity["buy"]
    assert (buy.late.rows, buy.late.share) == (23, 23 / 60)
    assert [place.row for place in buy.untimed.first] == [4]  # The second open row without a time is not yet judged.
    assert [place.row for place in buy.early.first] == [8, 120]
    assert (buy.untimed.rows, buy.early.rows) == (1, 2)
    (tmp_path / "label_check.json").write_text(label_report_text(report))
    assert read_label_report(str(tmp_path)) == report


def test_an_earlier_cut_off_changes_the_open_share_and_no_label_that_stays_known(funnel, parsed):
    later, earlier = funnel(), funnel(as_of="2026-01-25")
    assert earlier.check().maturity["buy"].open == {"train": 2 * 4, "eval": 10 * 4}
    for before, after in zip(known(earlier, parsed), known(later, parsed), strict=True):
        assert before.items() <= after.items()
    assert earlier.check().rows == later.check().rows
    assert later.check().outputs["click"] == earlier.check().outputs["click"]


def test_a_split_by_iso_times_tells_the_age_of_rows(read, parsed, funnel):
    split = TimeSplit(column="at", eval_from=day(20))
    bare = read(csv(), tasks=(CLICK, BUY, DWELL), columns=COLUMNS, split=split)
    assert known(bare, parsed) == known(funnel(), parsed)


def test_a_delay_without_a_clock_is_refused(make_plan):
    message = "`data.event_time` must be declared for tasks with `matures_after`, `buy`, `dwell`, got none."
    with pytest.raises(ConfigError, match=message):
        make_plan("x.csv", tasks=(CLICK, BUY, DWELL))


def test_the_times_that_are_read_must_be_in_the_files(make_plan):
    plan = make_plan("x.csv", tasks=(CLICK, BUY), event_time=EventTime(column="at"))
    assert {"at", "bought"} <= set(plan.needed)
    assert ExampleGenPlan.from_json(plan.to_json()) == plan
    idle = make_plan("x.csv", tasks=(CLICK,), event_time=EventTime(column="at"))
    assert "at" not in idle.needed


@pytest.mark.parametrize(
    ("edits", "unit", "message"),
    [
        (
            [(3, {"at": ""}), (9, {"at": ""})],
            TimeUnit.ISO,
            "column `at` must hold the time of each row's event, got none in 2 row(s): {}:5 (''), 11 (''). Remove the "
            "rows, or name another column in `event_time`.",
        ),
        (
            [(3, {"at": "1767225600000"}), (9, {"at": "noon"})],
            TimeUnit.ISO,
            "column `at` must hold times as `event_time.unit` says, got something else in 2 row(s): "
            "{}:5 ('1767225600000'), 11 ('noon'). Correct `unit` or the rows; list the text in `missing` if it means "
            "that nothing came.",
        ),
        (
            [(6, {"bought": "never"})],
            TimeUnit.ISO,
            "column `bought` must hold times as `event_time.unit` says, got something else in 1 row(s): {}:8 ('never')."
            " Correct `unit` or the rows; list the text in `missing` if it means that nothing came.",
        ),
    ],
    ids=["missing", "wrong", "label"],
)
def test_what_is_no_time_is_named_once_with_its_rows(funnel, tmp_path, edits, unit, message):
    result = funnel(csv(*edits), unit=unit, split=HashSplit(eval_share=0.5, columns=("row",)))
    wanted = message.format(tmp_path / "rows.csv").replace("('')", "(missing)")
    assert result.problems == (wanted,)


def test_one_cause_makes_one_message_where_the_split_reads_the_time_too(funnel):
    (problem,) = funnel(csv((3, {"at": ""}))).problems
    assert problem.startswith("column `at` must hold a time for `split`, got none in 1 row(s): ")


def test_numbers_that_are_too_large_for_their_unit_are_no_times(funnel):
    content = csv(*((row, {"at": 1_767_225_600_000 + row, "bought": ""}) for row in range(NUM_DAYS * 4)))
    split = HashSplit(eval_share=0.5, columns=("row",))
    (problem,) = funnel(content, unit=TimeUnit.SECONDS, split=split).problems
    assert problem.startswith("column `at` must hold times as `event_time.unit` says, got something else in 120 row(s)")


def test_a_task_whose_rows_are_all_young_says_so(funnel):
    buy = dataclasses.replace(BUY, matures_after="5w")
    (problem,) = funnel(tasks=(CLICK, buy)).problems
    assert problem.endswith(
        " Of 80 row(s) of train, 80 are younger than `matures_after` of task `buy`, 5w, as of "
        "2026-01-30T00:00:00+00:00. Correct the label, its sample space or the rows."
    )


def test_the_newest_event_of_a_file_may_lie_in_any_block(make_plan, tmp_path, monkeypatch):
    header, *rows = csv(days=5).splitlines(keepends=True)
    (tmp_path / "0.csv").write_bytes(b"".join([header, *rows[8:], *rows[:8]]))

    def in_blocks_of_seven(*arguments):
        for block in read_csv(*arguments):
            yield from block.slices(7)

    monkeypatch.setitem(READERS, Format.CSV, in_blocks_of_seven)
    plan = make_plan(tmp_path / "0.csv", tasks=(CLICK, BUY), event_time=EventTime(column="at"))
    assert newest_event(plan, find_files(plan.data)[0]) == 1_767_571_200_000_000


def test_files_that_cannot_be_read_are_left_to_the_pass_that_says_why(make_plan, tmp_path):
    (tmp_path / "0.csv").write_bytes(csv(days=5))
    (tmp_path / "1.csv").write_bytes(b"")
    plan = make_plan(tmp_path / "*.csv", tasks=(CLICK, BUY), event_time=EventTime(column="at"))
    first, second = find_files(plan.data)
    assert newest_event(plan, first) == 1_767_571_200_000_000  # 2026-01-05
    assert newest_event(plan, second) is None
