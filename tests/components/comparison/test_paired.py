"""Whatever the batches and their order, the same figures; equal models differ by nothing."""

import dataclasses
import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.paired_auc import paired_auc
from components.comparison import Kind, PairedSums, Reference, Rows, Status, membership
from tests.components.comparison.samples import cells_of, figures, plan_of, rows_of_users, take

REGIMES = pytest.mark.parametrize("exact_rows", [10**9, 0], ids=["rows", "sums"])
CLUSTERINGS = pytest.mark.parametrize("clustered", [True, False], ids=["clustered", "independent"])


def in_bundles(rows, plan, seed):
    """Rows shuffled, cut anywhere, summed apart and merged in any order."""
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(rows.labels))
    cuts = np.sort(rng.integers(0, len(order) + 1, rng.integers(1, 12)))
    bundles = []
    for places in np.split(order, cuts):
        bundle = PairedSums(plan)
        for batch in np.array_split(places, 3):
            bundle.add(take(rows, batch))
        bundle.compact()
        bundles.append(pickle.loads(pickle.dumps(bundle)))
    while len(bundles) > 1:
        bundles.append(bundles.pop(rng.integers(len(bundles))))
        bundles[0].merge(bundles.pop())
    return bundles[0].cells()


@pytest.mark.parametrize("exact_rows", [10**9, 1500, 0], ids=["rows", "rows, then sums", "sums"])
@CLUSTERINGS
@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 2**32))
@pytest.mark.slow
def test_bundles_of_any_size_in_any_order_give_the_same(exact_rows, clustered, seed):
    rows = rows_of_users(num_users=400)
    rows = rows if clustered else dataclasses.replace(rows, clusters=None)
    plan = plan_of(exact_rows=exact_rows, clustered=clustered)
    at_once = PairedSums(plan)
    at_once.add(rows)
    np.testing.assert_allclose(figures(in_bundles(rows, plan, seed)), figures(at_once.cells()), rtol=1e-9, atol=1e-12)


@REGIMES
@CLUSTERINGS
def test_identical_models_differ_by_exactly_nothing(exact_rows, clustered):
    rows = rows_of_users(num_users=500)
    rows = dataclasses.replace(rows, scores=rows.scores[[0, 0]], clusters=rows.clusters if clustered else None)
    for cell in cells_of(plan_of(exact_rows=exact_rows, clustered=clustered), rows).values():
        assert cell.difference.value == 0, cell
        if cell.metric != "calibration_error":
            assert (cell.difference.std_error, cell.difference.interval(0.95)) == (0, (0, 0)), cell
            assert cell.candidate.std_error > 0


@REGIMES
@CLUSTERINGS
def test_swapped_models_flip_every_sign_exactly(exact_rows, clustered):
    rows = rows_of_users(num_users=500)
    rows = rows if clustered else dataclasses.replace(rows, clusters=None)
    plan = plan_of(exact_rows=exact_rows, clustered=clustered)
    ahead, back = cells_of(plan, rows), cells_of(plan, dataclasses.replace(rows, scores=rows.scores[::-1]))
    assert ahead.keys() == back.keys()
    for key, cell in ahead.items():
        assert cell.difference.value == -back[key].difference.value != 0
        assert cell.candidate == back[key].reference or cell.metric == "calibration_error"
        if cell.metric != "calibration_error":
            assert cell.difference.std_error == back[key].difference.std_error
            assert cell.difference.dof == back[key].difference.dof


@pytest.mark.parametrize("seed", range(3))
@CLUSTERINGS
def test_sums_say_what_rows_say_within_what_they_state(seed, clustered):
    rows = rows_of_users(num_users=3000, seed=seed)
    rows = rows if clustered else dataclasses.replace(rows, clusters=None)
    exact, summed = (cells_of(plan_of(exact_rows=size, clustered=clustered), rows) for size in (10**9, 0))
    for key, cell in exact.items():
        other = summed[key]
        for mine, theirs in ((cell.candidate, other.candidate), (cell.difference, other.difference)):
            assert abs(mine.value - theirs.value) <= theirs.approximation + 1e-12, key
            if cell.metric != "calibration_error":
                # 256 buckets know a standard error to within 4.4 %, of 15 estimates here.
                tolerance = 0.16 if clustered else 0.03
                assert theirs.std_error == pytest.approx(mine.std_error, rel=tolerance), key
                assert theirs.row_error == pytest.approx(mine.row_error, rel=0.03), key
        assert (other.rows, other.positives) == (cell.rows, cell.positives)
        assert other.clusters == pytest.approx(cell.clusters, rel=0.06)
    assert summed["auc", ()].difference.approximation < 1e-3
    assert exact["auc", ()].difference.approximation == 0


@pytest.mark.parametrize("weighted", [False, True])
def test_heavy_tails_give_as_little_by_sums_as_by_rows(weighted):
    rng = np.random.default_rng(0)
    spent = np.exp(2 * rng.normal(size=4_000))
    scores = np.stack([spent + rng.normal(size=4_000), spent * (1 + rng.normal(size=4_000))])
    rows = Rows(labels=spent, scores=scores, known=rng.integers(1, 4, 4_000).astype(float))
    metrics = ("mse", "mae", "calibration")
    changes = {"kind": Kind.REGRESSION, "clustered": False, "slicings": (), "weighted": weighted}
    exact, summed = (cells_of(plan_of(*metrics, exact_rows=size, **changes), rows) for size in (10**9, 0))
    for key, cell in exact.items():
        for mine, theirs in ((cell.candidate, summed[key].candidate), (cell.difference, summed[key].difference)):
            assert theirs.dof == pytest.approx(mine.dof, rel=1e-6), key
    assert summed["mse", ()].difference.dof < 20


def test_equal_scores_in_a_bin_are_ties_and_no_approximation():
    rows = rows_of_users()
    rows = dataclasses.replace(rows, scores=np.round(rows.scores, 1))
    exact, summed = (cells_of(plan_of("auc", exact_rows=size), rows)["auc", ()] for size in (10**9, 0))
    assert summed.difference.approximation == 0
    assert summed.difference.value == pytest.approx(exact.difference.value, abs=1e-12)


@pytest.mark.parametrize("is_high", [False, True])
def test_scores_beyond_the_grid_are_no_ties_without_saying_so(is_high):
    rows = rows_of_users()
    scores = np.vstack([rows.scores[0] * 1e-9, np.full(len(rows.labels), 1e-9)])
    rows = dataclasses.replace(rows, scores=1 - scores * 1e-4 if is_high else scores)
    exact, summed = (cells_of(plan_of("auc", exact_rows=size), rows)["auc", ()] for size in (10**9, 0))
    assert abs(exact.candidate.value - 0.5) > 0.1
    assert abs(summed.candidate.value - exact.candidate.value) <= summed.candidate.approximation
    assert summed.reference.approximation == 0  # Equal scores.


def test_independent_rows_are_judged_by_delong():
    rows = dataclasses.replace(rows_of_users(), clusters=None)
    cell = cells_of(plan_of("auc", clustered=False), rows)["auc", ()]
    expected = paired_auc(rows.labels, *rows.scores)
    assert cell.difference.value == pytest.approx(expected.difference, abs=1e-12)
    assert cell.difference.std_error == pytest.approx(expected.error, rel=1e-9)
    assert cell.difference.row_error == pytest.approx(expected.error, rel=1e-9)


def test_rows_of_a_cluster_that_are_alike_widen_the_interval():
    # Every row four times over, each four of one cluster: nothing more is known, and there are four times the rows.
    rows = dataclasses.replace(rows_of_users(mean_rows=1), slices=())
    fourfold = take(rows, np.repeat(np.arange(len(rows.labels)), 4))
    once, four = (cells_of(plan_of(slicings=()), own) for own in (rows, fourfold))
    for key, cell in once.items():
        if cell.metric == "calibration_error":
            continue
        assert four[key].difference.value == pytest.approx(cell.difference.value, rel=1e-9)
        assert four[key].difference.std_error == pytest.approx(cell.difference.std_error, rel=0.01)
        assert four[key].difference.cluster_effect == pytest.approx(4, rel=0.02)
        assert cell.difference.cluster_effect == pytest.approx(1, rel=0.02)


@REGIMES
def test_paired_is_narrower_than_unpaired(exact_rows):
    for cell in cells_of(plan_of(exact_rows=exact_rows), rows_of_users(noise=(0.2, 0.25))).values():
        if cell.metric != "calibration_error":
            unpaired = np.hypot(cell.candidate.std_error, cell.reference.std_error)
            assert cell.difference.std_error < 0.6 * unpaired, cell


@REGIMES
def test_unclicked_rows_change_clicks_and_leave_conversions_untouched(exact_rows):
    clicked = rows_of_users(num_users=500)
    more = rows_of_users(num_users=300, seed=1)
    plan = plan_of(exact_rows=exact_rows)
    unclicked = dataclasses.replace(more, labels=np.full(len(more.labels), np.nan), known=np.zeros(len(more.labels)))
    conversions = cells_of(plan, clicked), cells_of(plan, clicked, unclicked)
    np.testing.assert_array_equal(*(figures(cells.values()) for cells in conversions))
    clicks = cells_of(plan, clicked, dataclasses.replace(more, labels=np.zeros(len(more.labels))))
    for key, cell in clicks.items():
        assert cell.difference.value != conversions[0][key].difference.value


@REGIMES
def test_a_slice_that_varies_within_users_holds_its_own_rows_only(exact_rows):
    rows = rows_of_users()
    plan = plan_of(exact_rows=exact_rows)
    cells = cells_of(plan, rows)
    device = rows.slices[0]
    assert max(len(set(device.codes[rows.clusters == user])) for user in range(50)) == 3
    for code, name in enumerate(device.names):
        own = dataclasses.replace(take(rows, device.codes == code), slices=())
        alone = cells_of(dataclasses.replace(plan, slicings=()), own)
        for (metric, _), cell in alone.items():
            of_slice = cells[metric, name]
            np.testing.assert_allclose(figures([of_slice]), figures([cell]), rtol=1e-9, atol=1e-12)


def test_of_a_slicing_with_many_values_the_first_are_kept_in_any_order():
    rows = rows_of_users(num_users=300)
    values = np.array([f"v{number:03}" for number in rows.clusters])
    rows = dataclasses.replace(rows, slices=(membership(("user",), (values,)),))
    for exact_rows in (10**9, 500, 0):
        plan = plan_of("log_loss", slicings=(("user",),), exact_rows=exact_rows)
        cells = in_bundles(rows, plan, seed=exact_rows)
        kept = [cell.slice[0][1] for cell in cells if cell.slice]
        assert kept == [f"v{number:03}" for number in range(plan.slice_values)]
        sums = PairedSums(plan)
        sums.add(rows)
        assert sums.left_out() == {("user",): int((rows.clusters >= plan.slice_values).sum())}
        counts = {cell.slice[0][1]: cell.rows for cell in cells if cell.slice}
        assert counts == {name: int((values == name).sum()) for name in kept}


def test_several_references_are_compared_each_with_the_candidate():
    rows = rows_of_users(noise=(0.3, 0.5, 0.7))
    both = plan_of(references=(Reference.BASELINE, Reference.ANCHOR))
    sums = PairedSums(both)
    sums.add(rows)
    alone = {
        reference: cells_of(plan_of(references=(reference,)), dataclasses.replace(rows, scores=rows.scores[[0, place]]))
        for place, reference in ((1, Reference.BASELINE), (2, Reference.ANCHOR))
    }
    assert len(sums.cells()) == 2 * 7 * 4
    for cell in sums.cells():
        np.testing.assert_array_equal(figures([cell]), figures([alone[cell.against][cell.metric, cell.slice]]))


def test_without_a_reference_the_candidate_is_judged_alone():
    rows = rows_of_users()
    alone = cells_of(plan_of(references=()), dataclasses.replace(rows, scores=rows.scores[:1]))
    paired = cells_of(plan_of(), rows)
    for key, cell in alone.items():
        assert (cell.against, cell.reference, cell.difference) == (None, None, None)
        assert cell.metric == "calibration_error" or cell.candidate == paired[key].candidate


@REGIMES
def test_of_several_classes_losses_and_hits_are_averaged(exact_rows):
    rng = np.random.default_rng(0)
    losses, hits = rng.exponential(size=(2, 900)), rng.integers(0, 2, (2, 900)).astype(float)
    rows = Rows(labels=np.zeros(900), scores=losses, hits=hits, clusters=np.arange(900, dtype=np.uint64))
    plan = plan_of("log_loss", "accuracy", kind=Kind.CLASSES, slicings=(), exact_rows=exact_rows)
    cells = cells_of(plan, rows)
    for metric, values in (("log_loss", losses), ("accuracy", hits)):
        difference = cells[metric, ()].difference
        gap = values[0] - values[1]
        assert cells[metric, ()].status is Status.MEASURED
        assert difference.value == pytest.approx(gap.mean(), abs=1e-12)
        assert difference.row_error == pytest.approx(gap.std(ddof=1) / 30, rel=1e-9)
    assert cells["accuracy", ()].candidate.value == pytest.approx(hits[0].mean())


def test_the_calibration_curve_is_that_of_twentieths():
    rows = rows_of_users()
    for exact_rows in (10**9, 0):
        sums = PairedSums(plan_of("auc", exact_rows=exact_rows))
        sums.add(rows)
        curve = sums.curve()
        order = np.argsort(rows.scores[0])
        twentieths = np.array_split(order, 20)
        expected = [rows.scores[0][own].mean() for own in twentieths]
        np.testing.assert_allclose(curve.predicted, expected, atol=2e-3)
        assert curve.rows.sum() == len(rows.labels)
        assert (curve.observed * curve.rows).sum() == pytest.approx(rows.labels.sum())
    assert sums.curve((("device", "radio"),)) is None
