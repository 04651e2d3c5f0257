import dataclasses
import pathlib

import pytest

from benchmarks.architectures import FULL
from benchmarks.architectures_results import Result, append, markdown, page, read
from benchmarks.real_cases import CASES
from benchmarks.seed_intervals import student_interval
from models.architectures import ARCHITECTURES

DOCS = pathlib.Path(__file__).resolve().parents[2] / "docs"
RUN = Result("taxi", "single_task", 1, "ab12", 8, 1_234, {"card": 0.75, "fare": -0.5}, 3.2)


def run(name, seed, score, case="taxi"):
    return dataclasses.replace(RUN, architecture=name, seed=seed, scores={"card": score}, case=case)


def test_what_is_appended_is_read_back(tmp_path):
    path = tmp_path / "new" / "results.jsonl"
    assert read(path) == []
    runs = [RUN, run("mmoe", 2, 0.5)]
    for one in runs:
        append(path, one)
    assert read(path) == runs


def test_a_line_cut_short_by_a_kill_is_dropped_and_the_next_one_is_whole(tmp_path):
    path = tmp_path / "results.jsonl"
    append(path, RUN)
    whole = path.read_text()
    path.write_text(whole + whole[:40])
    assert read(path) == [RUN]
    assert path.read_text() == whole
    append(path, run("mmoe", 2, 0.5))
    assert read(path) == [RUN, run("mmoe", 2, 0.5)]


@pytest.mark.parametrize(
    "change",
    [{"case": "other"}, {"architecture": "ple"}, {"seed": 2}, {"setup": "cd34"}],
    ids=str,
)
def test_a_run_counts_as_done_only_if_all_that_makes_it_is_the_same(change):
    assert dataclasses.replace(RUN, seconds=9.9, scores={}).key == RUN.key
    assert dataclasses.replace(RUN, **change).key != RUN.key


def test_the_table_pairs_by_seed_whatever_the_order_and_skips_what_has_no_pair():
    runs = [
        run("mmoe", seed, 0.70 + 0.001 * seed + extra) for seed, extra in ((2, 0.02), (1, 0.01), (3, 0.03), (4, 0.9))
    ]
    runs += [run("single_task", seed, 0.70 + 0.001 * seed) for seed in (1, 2, 3)]
    runs += [run("ple", 1, 0.9)]
    lines = list(markdown(runs))
    assert lines[1] == "**taxi**: 8 runs"
    assert "| single_task | 8 | 1,234 | 3 | 0.7020 |" in lines
    paired = student_interval([0.01, 0.02, 0.03]).text(signed=True)
    assert f"| mmoe | 8 | 1,234 | 3 | {paired} |" in lines
    assert not any("ple" in line for line in lines)


def test_cases_have_tables_of_their_own():
    runs = [run("single_task", seed, 0.5, case) for case in ("one", "two") for seed in (1, 2)]
    assert [line for line in markdown(runs) if line.startswith("**")] == ["**one**: 2 runs", "**two**: 2 runs"]


def test_the_tables_of_the_docs_are_those_of_their_runs():
    runs = read(DOCS / "architectures.jsonl")
    assert (DOCS / "architectures.md").read_text() == page(runs, FULL) + "\n"
    assert len({run.key for run in runs}) == len(runs)
    assert {run.case for run in runs} <= {case.name for case in CASES}
    assert {run.architecture for run in runs} <= set(ARCHITECTURES)
    alike = {case: {run.setup for run in runs if run.case == case} for case in {run.case for run in runs}}
    assert [case for case, setups in alike.items() if len(setups) > 1] == []
