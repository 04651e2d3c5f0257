"""Rows of a ranking task's list: in one split and one shard, whoever reads them, or the run stops and says where."""

from components.example_gen import HashSplit, TimeSplit
from models.heads import Ranking
from models.tasks import Task

TASK = Task(name="order", kind=Ranking(list="visit"), label="clicked")
HEADER = b"user,visit,price,clicked,at\n"
ROWS = [
    (b"u%d" % (row % 11), b"v%d" % (row % 50), row, row % 2, b"2024-01-%02d" % (1 + row % 20)) for row in range(400)
]


def csv(rows, header=HEADER):
    lines = (b",".join(cell if isinstance(cell, bytes) else b"%d" % cell for cell in row) for row in rows)
    return header + b"".join(line + b"\n" for line in lines)


def test_a_split_by_the_lists_own_column_keeps_them_whole(read):
    result = read(csv(ROWS), tasks=[TASK], split=HashSplit(eval_share=0.5, columns=("visit",)))
    assert result.problems == ()


def test_lists_in_two_splits_are_named_with_their_rows(read):
    result = read(csv(ROWS), tasks=[TASK], split=HashSplit(eval_share=0.5, columns=("user",)))
    (problem,) = result.problems
    assert problem.startswith("column `visit` must name lists whose rows are all in one split, got rows of one list in")
    assert "rows.csv:2 ('v0')" in problem
    assert problem.endswith("Hash that column alone in `split`, or one that all rows of a list share.")


def test_rows_without_a_list_are_of_no_list_and_a_split_by_time_may_cut_one(read):
    alone = [(user, b"", *rest) for user, _, *rest in ROWS]
    result = read(csv(alone), tasks=[TASK], split=HashSplit(eval_share=0.5, columns=("user",)))
    assert result.problems == ()
    assert read(csv(ROWS), tasks=[TASK], split=TimeSplit(column="at", eval_from="2024-01-15")).problems == ()


def test_a_file_without_the_list_column_is_named(read):
    without = [(user, *rest) for user, _, *rest in ROWS]
    result = read(
        csv(without, b"user,price,clicked,at\n"), tasks=[TASK], split=HashSplit(eval_share=0.5, columns=("visit",))
    )
    assert len(result.problems) == 1
    assert "rows.csv" in result.problems[0]
    assert "`visit`" in result.problems[0]
