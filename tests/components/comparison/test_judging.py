"""Whatever is wrong with the rows of a cell has a status and a sentence."""

import dataclasses

import numpy as np
import pytest

from components.comparison import Kind, PairedSums, Rows, Status
from components.comparison.spread import largest_share
from tests.components.comparison.samples import cells_of, plan_of, rows_of_users, take

REGIMES = pytest.mark.parametrize("exact_rows", [10**9, 0], ids=["rows", "sums"])


def of_all(metric, rows, **changes):
    return cells_of(plan_of(**changes), rows)[metric, ()]


@REGIMES
def test_enough_rows_are_measured(exact_rows):
    cell = of_all("auc", rows_of_users(), exact_rows=exact_rows)
    assert (cell.status, cell.reason) == (Status.MEASURED, "")
    assert cell.positives > 500


@REGIMES
@pytest.mark.parametrize("label", [0, 1])
def test_one_class(exact_rows, label):
    rows = rows_of_users()
    rows = dataclasses.replace(rows, labels=np.full(len(rows.labels), label))
    cells = cells_of(plan_of(exact_rows=exact_rows), rows)
    auc = cells["auc", ()]
    assert (auc.status, auc.candidate, auc.reference, auc.difference) == (Status.ONE_CLASS, None, None, None)
    assert auc.reason == f"All {len(rows.labels)} rows have label {label}: AUC needs both classes."
    assert cells["normalised_entropy", ()].status is Status.ONE_CLASS
    assert cells["calibration", ()].status is (Status.TOO_FEW if label else Status.ONE_CLASS)
    assert cells["log_loss", ()].status is Status.TOO_FEW
    assert cells["log_loss", ()].reason == f"An interval needs 500 rows with label {1 - label}, got 0."
    assert cells["log_loss", ()].shortfall == np.inf


@REGIMES
def test_three_rows(exact_rows):
    rows = take(rows_of_users(), np.arange(3))
    cells = cells_of(plan_of(exact_rows=exact_rows), dataclasses.replace(rows, labels=np.array([1, 0, 0])))
    assert all(cell.status in (Status.TOO_FEW, Status.ONE_CLASS, Status.NO_ROWS) for cell in cells.values())
    few = cells["log_loss", ()]
    assert few.status is Status.TOO_FEW
    assert few.reason.startswith("An interval needs 500 rows with label 1, got 1; 500 rows with label 0, got 2")
    assert few.candidate.value > 0
    assert few.shortfall == 500
    noise = cells["calibration_error", ()]
    assert noise.reason.startswith("A value that is more than noise needs 500 rows with label 1, got 1; ")


@REGIMES
def test_few_clusters(exact_rows):
    rows = rows_of_users(num_users=150, mean_rows=50)
    cell = of_all("auc", rows, exact_rows=exact_rows)
    assert cell.status is Status.TOO_FEW
    assert cell.reason.startswith("An interval needs 200 clusters, got 1")
    assert cell.shortfall == pytest.approx(200 / 150, rel=0.05)  # Sketches count clusters to 1.6 %.


@REGIMES
def test_rows_of_few_clusters_are_short_even_where_a_score_is_bad(exact_rows):
    rows = rows_of_users(num_users=150, mean_rows=50)
    scores = rows.scores.copy()
    scores[1, 0] = np.nan
    cell = of_all("log_loss", dataclasses.replace(rows, scores=scores), exact_rows=exact_rows)
    assert cell.status is Status.NOT_FINITE
    assert cell.shortfall > 1


@REGIMES
@pytest.mark.parametrize("value", [np.nan, np.inf, 1.5, -0.1])
def test_scores_that_cannot_be_one(exact_rows, value):
    rows = rows_of_users()
    scores = rows.scores.copy()
    scores[1, [3, 5]] = value
    for cell in cells_of(plan_of(exact_rows=exact_rows), dataclasses.replace(rows, scores=scores)).values():
        if cell.slice == ():
            assert cell.status is Status.NOT_FINITE
            assert cell.reason == f"2 of {len(rows.labels)} scores of the baseline are no probabilities."
            assert cell.candidate is not None
            assert (cell.reference, cell.difference) == (None, None)
    for cell in cells_of(plan_of(exact_rows=exact_rows), dataclasses.replace(rows, scores=scores[::-1])).values():
        assert cell.slice or (cell.candidate, cell.difference) == (None, None)
        assert cell.slice or cell.reference is not None


@REGIMES
def test_the_value_of_other_slices_outlives_a_bad_score(exact_rows):
    rows = rows_of_users(num_users=1500)
    device = rows.slices[0]
    scores = rows.scores.copy()
    scores[0, np.flatnonzero(device.codes == 0)[0]] = np.nan
    plan = plan_of("log_loss", exact_rows=exact_rows)
    spoilt, clean = cells_of(plan, dataclasses.replace(rows, scores=scores)), cells_of(plan, rows)
    for code, name in enumerate(device.names):
        cell = spoilt["log_loss", name]
        assert cell.status is (Status.NOT_FINITE if code == 0 else Status.MEASURED)
        assert code == 0 or cell == clean["log_loss", name]


@REGIMES
def test_no_rows(exact_rows):
    plan = plan_of(exact_rows=exact_rows)
    (cell, *others) = PairedSums(plan).cells()
    assert len(others) == len(plan.metrics) - 1
    assert (cell.status, cell.reason, cell.rows) == (Status.NO_ROWS, "No rows with a known label.", 0)
    rows = rows_of_users()
    is_phone = rows.slices[0].codes == 0
    known = dataclasses.replace(rows, known=~is_phone)
    assert cells_of(plan, known)["auc", rows.slices[0].names[0]].status is Status.NO_ROWS


@REGIMES
def test_the_calibration_error_claims_no_interval(exact_rows):
    cell = of_all("calibration_error", rows_of_users(), exact_rows=exact_rows)
    assert cell.status is Status.NO_INTERVAL
    assert np.isnan(cell.difference.std_error)


def test_a_batch_that_is_not_as_planned_is_refused_with_all_that_is_wrong():
    rows = Rows(labels=np.array([0.0, 2.0]), scores=np.zeros((3, 2)), clusters=None)
    expected = (
        r"^Rows of 'click': `scores` must be \[models, rows\] = \[2, 2\], got \[3, 2\]\. "
        r"`clusters` must be there where `clustered` of the plan is True\. "
        r"`slices` must be one for each of 1 slicings, got 0\. "
        r"`labels` must be 0 or 1 where they are known, got 2\.0: mark rows without a label by `known`\.$"
    )
    with pytest.raises(ValueError, match=expected):
        PairedSums(plan_of()).add(rows)


def test_a_metric_of_other_outputs_is_refused():
    with pytest.raises(
        ValueError, match=r"^`metrics` of 'click' must be of binary outputs, one of \[.*\], got \['accuracy'\]"
    ):
        plan_of("auc", "accuracy")


def test_buckets_tell_of_a_heavy_cluster_as_clusters_do():
    sizes = np.append(np.ones(50_000), 50_000)
    buckets = np.bincount(np.random.default_rng(0).integers(0, 256, len(sizes)), weights=sizes)
    for weights in (sizes, buckets):
        share = largest_share(weights.sum(), np.square(weights).sum(), len(weights))
        assert share == pytest.approx(0.5, abs=0.01)
    assert largest_share(4, 4, 4) == 0  # All alike.
    assert largest_share(4, 16, 4) == 1


def in_one_cluster(rows, those, share):
    """The rows, of which so many of `those` are in one cluster."""
    places = np.flatnonzero(those)
    clusters = rows.clusters.copy()
    clusters[places[: int(share * len(places))]] = 2**40
    return dataclasses.replace(rows, clusters=clusters)


@REGIMES
@pytest.mark.parametrize("label", [0, 1])
def test_a_cluster_that_holds_much_of_a_class_makes_the_interval_untrusted(exact_rows, label):
    rows = rows_of_users(num_users=2000, mean_rows=3)
    few, many = (
        cells_of(plan_of(exact_rows=exact_rows), in_one_cluster(rows, rows.labels == label, share))
        for share in (0.25, 0.5)
    )
    assert few["auc", ()].status is few["log_loss", ()].status is Status.MEASURED
    for metric in ("auc", "log_loss", "calibration_error"):
        cell = many[metric, ()]
        assert cell.status is Status.TOO_FEW
        assert f"no cluster with over 33% of the rows with label {label}, got as much as one with " in cell.reason
        assert cell.shortfall == pytest.approx(2, rel=0.15)


@REGIMES
def test_of_a_regression_a_cluster_may_not_hold_much_of_the_rows(exact_rows):
    rows = rows_of_users(num_users=2000, mean_rows=3)
    plan = plan_of("mse", kind=Kind.REGRESSION, exact_rows=exact_rows)
    everywhere = np.ones(len(rows.labels), bool)
    few, many = (cells_of(plan, in_one_cluster(rows, everywhere, share))["mse", ()] for share in (0.25, 0.5))
    assert few.status is Status.MEASURED
    assert many.status is Status.TOO_FEW
    assert many.reason.startswith("An interval needs no cluster with over 33% of the rows, got as much as one with ")
