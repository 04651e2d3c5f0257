"""The table of roads to one order, by hand."""

import dataclasses
import pathlib

from benchmarks import run_log
from benchmarks.ranking import SEEDS
from benchmarks.ranking_results import POINTWISE, Run, page
from benchmarks.ranking_roads import ROADS
from benchmarks.ranking_subjects import NAMES

DOCS = pathlib.Path(__file__).resolve().parents[2] / "docs"

FIRST = Run(
    subject="lists", road=POINTWISE, seed=1, setup="a", ndcg={"click": 0.5, "grade": 0.4}, weights={"click": 1.0},
    train_s=10.0,
)  # fmt: skip
OTHER = dataclasses.replace(
    FIRST, road="BPR", ndcg={"click": 0.6, "grade": 0.3}, weights={}, train_s=15.0, serving_ratio=0.9
)


def again(run, seed, by, **changes):
    return dataclasses.replace(run, seed=seed, ndcg={name: value + by for name, value in run.ndcg.items()}, **changes)


def lines(runs):
    return [line for line in page(runs).splitlines() if line.startswith("|")]


def test_differences_are_paired_by_seed():
    runs = [FIRST, OTHER, again(FIRST, 2, 0.1), again(OTHER, 2, 0.1, serving_ratio=None, train_s=25.0)]
    head, _, pointwise, other = lines(runs)
    assert head == "| road | click | grade | training | serving |"
    assert pointwise == f"| {POINTWISE} | 0.5500 | 0.4500 | 1.00 | 1.00 |"
    # Both seeds differ by as much: the interval has no width, and leaves zero out.
    assert other == "| BPR | 0.6500, +0.1000* [+0.1000, +0.1000] | 0.3500, -0.1000* [-0.1000, -0.1000] | 2.00 | 0.90 |"


def test_one_seed_has_no_interval_and_another_setup_is_not_mixed_in():
    assert lines([dataclasses.replace(OTHER, setup="old"), FIRST, OTHER])[-1] == (
        "| BPR | 0.6000, +0.1000 | 0.3000, -0.1000 | 1.50 | 0.90 |"
    )
    assert len(lines([dataclasses.replace(OTHER, setup="old"), FIRST])) == 3


def test_each_subject_has_its_table():
    text = page([FIRST, dataclasses.replace(FIRST, subject="videos")])
    assert [line.partition(":")[0] for line in text.splitlines() if "NDCG@10 of" in line] == ["lists", "videos"]


def test_the_published_tables_are_of_the_published_runs_all_of_them():
    runs = run_log.read(DOCS / "ranking_roads.jsonl", Run)
    asked = {(subject, road, seed) for subject in NAMES for road in ROADS for seed in range(1, SEEDS + 1)}
    assert {(run.subject, run.road, run.seed) for run in runs} == asked
    assert len({(run.subject, run.setup) for run in runs}) == len(NAMES)
    assert page(runs).strip() in (DOCS / "benchmarks.md").read_text()
