"""That an equal model passes and a worse one is stopped as often as is promised, by drawing what a gate would see."""

import math

import numpy as np
import pytest

from components.gate.bounds import rows_needed
from components.gate.decide import POWER, decide
from components.gate.decision import Outcome

TASKS = ("a", "b", "c", "d", "e")
MARGIN = 0.01
ROWS, ERROR = 10_000, 0.02  # Far too few rows: the report is to say how many.
DRAWS = 600
EQUAL = (0.0,) * len(TASKS)
NOISE = 4 * math.sqrt(0.2 * 0.8 / DRAWS)  # Four standard errors of a share of draws.


@pytest.fixture(scope="module")
def draws():
    return np.random.default_rng(5).normal(size=(DRAWS, len(TASKS)))


@pytest.fixture
def reports(policy, comparison, cell):
    """What the gate says of draws around true gains, at some number of rows."""
    rules = policy(*({"output": task, "margin": MARGIN} for task in TASKS))

    def judge(noise, rows, truth=EQUAL):
        error = ERROR * math.sqrt(ROWS / rows)
        for row in noise:
            cells = [
                cell(gain + error * draw, error, output=task, rows=rows)
                for task, gain, draw in zip(TASKS, truth, row, strict=True)
            ]
            yield decide(rules, comparison(*cells))

    return judge


@pytest.fixture
def asked_for(reports):
    (report,) = reports(np.zeros((1, len(TASKS))), ROWS)
    assert not report.blessed
    return report.rows_to_settle


def test_an_equal_model_passes_at_the_rate_that_is_promised(reports, draws, asked_for):
    # Five independent tasks, each passing with 0.96: 0.96^5 = 0.815, above the 0.8 promised whatever their dependence.
    passed = np.mean([report.blessed for report in reports(draws, asked_for)])
    assert passed >= POWER - NOISE
    assert passed == pytest.approx(0.96 ** len(TASKS), abs=NOISE)


def test_the_rate_holds_however_tasks_hang_together(reports, draws, asked_for):
    together = np.repeat(draws[:, :1], len(TASKS), axis=1)
    assert np.mean([report.blessed for report in reports(together, asked_for)]) == pytest.approx(0.96, abs=NOISE)


def test_a_model_worse_by_two_margins_on_one_task_of_five_is_stopped(reports, draws, asked_for):
    truth = (0.05, 0.05, -2 * MARGIN, 0.05, 0.05)  # However much better it is elsewhere.
    found = list(reports(draws, asked_for, truth))
    assert np.mean([not report.blessed for report in found]) >= POWER
    # Not only left unsettled: shown to be worse.
    assert np.mean([report.decisions[2].outcome is Outcome.FAILED for report in found]) >= POWER


def test_a_model_worse_by_the_margin_passes_once_in_twenty_at_most(reports, draws, asked_for):
    truth = (0.05, 0.05, -MARGIN, 0.05, 0.05)
    passed = np.mean([report.blessed for report in reports(draws, asked_for, truth)])
    assert passed <= 0.05 + 4 * math.sqrt(0.05 * 0.95 / DRAWS)


def test_a_zero_threshold_on_point_estimates_would_pass_three_in_a_hundred(draws):
    """Why there is a margin: of five tasks of an equal model all come out above 0 once in 2^5."""
    assert np.mean((draws > 0).all(axis=1)) == pytest.approx(1 / 32, abs=0.03)


def test_one_task_alone_needs_fewer_rows(asked_for):
    alone = rows_needed(ROWS, ERROR, distance=MARGIN, confidence=0.95, power=POWER)
    assert alone < asked_for
