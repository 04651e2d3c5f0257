"""A reduced form of the coverage of the gate's intervals; seeds are fixed, so it gives the same in every run."""

import dataclasses
import math
import pathlib
import sys

import numpy as np
import pytest
from scipy.stats import binom

from benchmarks.gate_coverage import JUDGED_BY, Setting, measured, num_cells, settings
from benchmarks.gate_coverage_results import Result, append, chance_of_a_miss, page, read
from benchmarks.gate_coverage_rows import Population
from components.comparison import Kind, OutputPlan, PairedSums, Reference, Rows

DOCS = pathlib.Path(__file__).resolve().parents[2] / "docs"
ROW_METRICS = ("auc", "log_loss", "calibration")
DRAWS = 300

RESULT = Result("auc", 0.05, 10, "rows", 2000, 0, held=1900, truth=0.01, error_over_spread=1.0, rows=12_000, dropped=0)


@pytest.mark.slow
@pytest.mark.parametrize("judged_by", JUDGED_BY)
@pytest.mark.parametrize(
    ("population", "metrics", "num_users", "draws"),
    [
        (Population(0.5, 1), ROW_METRICS, 1200, DRAWS),
        (Population(0.05, 10), ROW_METRICS, 1200, DRAWS),
        (Population(0.5, 100), ROW_METRICS, 220, DRAWS),
        (Population(0.005, 100), ROW_METRICS, 1100, DRAWS // 3),  # 550 positives among 110,000 rows.
        (Population(0.5, 10), ("gauc",), 704, DRAWS),
    ],
)
def test_intervals_hold_the_truth_as_often_as_they_say(population, metrics, num_users, *, draws, judged_by):
    # A right interval holds it in so many draws; a cell goes beyond in 2 of 1,000 runs with another seed.
    low, high = (binom.ppf(share, draws, 0.95) / draws for share in (0.001, 0.999))
    for found in measured(Setting(population, metrics, num_users), draws=draws, seed=0, judged_by=judged_by):
        assert low <= found.share <= high, (found.metric, found.share)
        # A spread told by n draws is off by 1 / sqrt(2 n) of itself.
        assert found.error_over_spread == pytest.approx(1, abs=3.2 / math.sqrt(2 * draws))


@pytest.mark.slow
def test_rows_taken_as_independent_would_not():
    rng = np.random.default_rng(0)
    population = Population(0.5, 100)
    plan = OutputPlan(
        output="click", kind=Kind.BINARY, metrics=("calibration",), references=(Reference.BASELINE,), clustered=False
    )
    held = []
    for _ in range(100):
        draw, sums = population.draw(rng, 220), PairedSums(plan)
        sums.add(Rows(labels=draw.labels, scores=draw.scores))
        low, high = sums.cells()[0].difference.interval(0.95)
        held.append(low <= population.truth["calibration"] <= high)
    assert np.mean(held) < 0.7


@pytest.mark.parametrize("rate", [0.005, 0.05, 0.5])
def test_the_truth_is_that_of_a_large_sample(rate):
    population = Population(rate, 1)
    draw = population.draw(np.random.default_rng(0), 400_000)
    plan = OutputPlan(
        output="click", kind=Kind.BINARY, metrics=ROW_METRICS, references=(Reference.BASELINE,), clustered=False
    )
    sums = PairedSums(dataclasses.replace(plan, exact_rows=sys.maxsize))
    sums.add(Rows(labels=draw.labels, scores=draw.scores))
    assert draw.labels.mean() == pytest.approx(rate, rel=0.1)
    for cell in sums.cells():
        assert abs(cell.difference.value - population.truth[cell.metric]) < 3.5 * cell.difference.std_error


def test_what_may_miss_by_chance_is_counted():
    # Of 20 draws of a right interval, 20 (35.8 %) and 18 or fewer (26.4 %) lie beyond the band; 19 are 95 %.
    assert chance_of_a_miss(20) == pytest.approx(0.358 + 0.264, abs=1e-3)
    assert chance_of_a_miss(2000) < 0.003


def test_all_that_is_asked_for_is_covered():
    cells = [(own.population.rate, own.population.mean_rows, metric) for own in settings() for metric in own.metrics]
    assert len(cells) == len(set(cells)) == 9 * len(ROW_METRICS) + 6
    assert num_cells() == 2 * len(cells)
    assert {(rate, mean) for rate, mean, metric in cells if metric == "gauc"} == {
        (rate, mean) for rate in (0.005, 0.05, 0.5) for mean in (10, 100)
    }


@pytest.mark.parametrize(("held", "is_in_band"), [(1869, False), (1870, True), (1930, True), (1931, False)])
def test_a_cell_beyond_the_band_is_told(held, is_in_band):
    found = dataclasses.replace(RESULT, held=held)
    assert found.is_in_band is is_in_band
    assert f"{held / 2000:.2%}{'' if is_in_band else '*'} |" in page([found], 1)
    assert f"{int(not is_in_band)} of 1 cells lie beyond" in page([found], 3)
    assert "2 of 3 cells are not measured yet" in page([found], 3)


def test_what_is_appended_is_read_back(tmp_path):
    append(tmp_path / "found.jsonl", RESULT)
    assert read(tmp_path / "found.jsonl") == [RESULT]


def test_the_page_of_the_docs_is_that_of_its_cells():
    found = read(DOCS / "gate_coverage.jsonl")
    assert (DOCS / "gate_coverage.md").read_text() == page(found, num_cells()) + "\n"
    every = [
        (own.population.rate, own.population.mean_rows, metric, judged_by, 2000)
        for judged_by in JUDGED_BY
        for own in settings()
        for metric in own.metrics
    ]
    assert [(own.rate, own.mean_rows, own.metric, own.judged_by, own.draws) for own in found] == every[: len(found)]
    assert sum(not own.is_in_band for own in found) <= binom.ppf(0.95, len(found), chance_of_a_miss(2000))
