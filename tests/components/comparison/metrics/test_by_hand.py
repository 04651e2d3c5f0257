"""Each metric of four rows, worked out; and the catalogue."""

import math

import numpy as np
import pytest

from components.comparison import COMPARED, Gain, Kind, OutputPlan, PairedSums, Reference, Rows

LABELS = np.array([1.0, 0.0, 1.0, 0.0])
SCORES = np.array([[0.8, 0.4, 0.6, 0.6], [0.5, 0.5, 0.5, 0.5]])


def cell_of(metric, kind=Kind.BINARY, exact_rows=10**9):
    plan = OutputPlan(
        output="click",
        kind=kind,
        metrics=(metric,),
        references=(Reference.BASELINE,),
        clustered=False,
        exact_rows=exact_rows,
    )
    sums = PairedSums(plan)
    sums.add(Rows(labels=LABELS, scores=SCORES))
    return sums.cells()[0]


@pytest.mark.parametrize("exact_rows", [10**9, 0], ids=["rows", "sums"])
@pytest.mark.parametrize(
    ("metric", "candidate", "reference"),
    [
        ("auc", 3.5 / 4, 0.5),  # (0.6, 0.6) ties: 3 pairs and a half.
        ("log_loss", -(math.log(0.8) + 2 * math.log(0.6) + math.log(0.4)) / 4, math.log(2)),
        ("normalised_entropy", -(math.log(0.8) + 2 * math.log(0.6) + math.log(0.4)) / 4 / math.log(2), 1),
        ("calibration", 2.4 / 2, 1),
        ("mse", (0.2**2 + 2 * 0.4**2 + 0.6**2) / 4, 0.25),
        ("mae", (0.2 + 2 * 0.4 + 0.6) / 4, 0.5),
    ],
)
def test_binary(metric, candidate, reference, exact_rows):
    cell = cell_of(metric, exact_rows=exact_rows)
    assert cell.candidate.value == pytest.approx(candidate, rel=1e-12)
    assert cell.reference.value == pytest.approx(reference, rel=1e-12)
    assert cell.difference.value == pytest.approx(candidate - reference, rel=1e-12)


@pytest.mark.parametrize(("exact_rows", "tolerance"), [(10**9, 1e-12), (0, 3e-4)])
def test_the_calibration_error(exact_rows, tolerance):
    # Scores 0.4 with label 0, twice 0.6 with labels 1 and 0, 0.8 with label 1: (0.4 + 2 * 0.1 + 0.2) / 4.
    assert cell_of("calibration_error", exact_rows=exact_rows).candidate.value == pytest.approx(0.2, abs=tolerance)


def test_the_error_of_a_mean():
    # Squared errors 0.04, 0.16, 0.16, 0.36 against 0.25 each: their spread is 0.1327, over the root of 4 rows.
    cell = cell_of("mse", Kind.REGRESSION)
    assert cell.difference.std_error == pytest.approx(np.std([0.04, 0.16, 0.16, 0.36], ddof=1) / 2, rel=1e-12)


def test_the_error_of_calibration_sees_that_the_labels_vary_too():
    # Influences (score - 1.2 label) / 2: -0.2, 0.2, -0.3, 0.3.
    expected = math.sqrt(4 / 3 * (0.04 + 0.04 + 0.09 + 0.09))
    assert cell_of("calibration").candidate.std_error == pytest.approx(expected, rel=1e-12)


def test_the_error_of_normalised_entropy_is_that_of_a_jackknife():
    rng = np.random.default_rng(0)
    labels, scores = (rng.random(3000) < 0.2).astype(float), rng.uniform(0.1, 0.4, (1, 3000))
    plan = OutputPlan(output="click", kind=Kind.BINARY, metrics=("normalised_entropy",), clustered=False)
    sums = PairedSums(plan)
    sums.add(Rows(labels=labels, scores=scores))
    losses = -np.where(labels > 0, np.log(scores[0]), np.log(1 - scores[0]))
    rates = (labels.sum() - labels) / 2999
    entropies = -rates * np.log(rates) - (1 - rates) * np.log(1 - rates)
    without = (losses.sum() - losses) / 2999 / entropies
    jackknife = math.sqrt(2999 / 3000 * np.square(without - without.mean()).sum())
    assert sums.cells()[0].candidate.std_error == pytest.approx(jackknife, rel=1e-3)


def test_the_catalogue_says_which_way_is_better_and_how_far_it_can_go():
    directions = {name: metric.gain for name, metric in COMPARED.items()}
    assert directions == {
        "auc": Gain.MORE,
        "gauc": Gain.MORE,
        "log_loss": Gain.LESS,
        "normalised_entropy": Gain.LESS,
        "calibration": Gain.NEAR_ONE,
        "calibration_error": Gain.LESS,
        "mse": Gain.LESS,
        "mae": Gain.LESS,
        "ndcg": Gain.MORE,
        "accuracy": Gain.MORE,
    }
    assert all(metric.high == 1 for metric in COMPARED.values() if metric.gain is Gain.MORE)
    assert {name for name, metric in COMPARED.items() if metric.by_group} == {"gauc", "ndcg"}
    assert [name for name, metric in COMPARED.items() if not metric.has_interval] == ["calibration_error"]
