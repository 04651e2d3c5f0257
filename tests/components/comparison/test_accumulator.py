"""Slices met in any order, and what is not a number, survive merging; memory does not grow with what is dropped."""

import dataclasses
import pickle

import numpy as np
import pytest

from components.comparison import PairedSums, Reference, Status, membership
from components.comparison.sample import SIZE
from tests.components.comparison.samples import figures, plan_of, rows_of_users, take

REGIMES = pytest.mark.parametrize("exact_rows", [10**9, 900, 0], ids=["rows", "rows, then sums", "sums"])


def with_values(rows, values):
    return dataclasses.replace(rows, slices=(membership(("device",), (values,)),))


def merged(plan, *bundles):
    sums = [PairedSums(plan) for _ in bundles]
    for own, rows in zip(sums, bundles, strict=True):
        own.add(rows)
    for other in sums[1:]:
        sums[0].merge(other)
    return sums[0]


@REGIMES
def test_workers_meet_slices_in_an_order_of_their_own(exact_rows):
    plan = plan_of(exact_rows=exact_rows)
    rows = rows_of_users(num_users=400)
    values = np.array(["phone", "tablet", "television", "watch"], dtype=object)[rows.clusters.astype(int) % 4]
    last_first = [name for name in ("watch", "television", "tablet", "phone")]
    parts = [values == name for name in last_first]
    bundles = [with_values(take(rows, part), values[part]) for part in parts]
    cells, expected = (merged(plan, *own).cells() for own in (bundles, [with_values(rows, values)]))
    assert [cell.slice for cell in cells] == [cell.slice for cell in expected]
    assert [cell.slice[0][1] for cell in cells[1:5]] == sorted(last_first)
    np.testing.assert_allclose(figures(cells), figures(expected), rtol=1e-9, atol=1e-12)


@REGIMES
def test_scores_that_are_none_are_counted_over_all_bundles(exact_rows):
    plan = plan_of("log_loss", exact_rows=exact_rows)
    rows = rows_of_users(num_users=400)
    scores = rows.scores.copy()
    scores[0, ::400] = np.nan
    rows = dataclasses.replace(rows, scores=scores)
    halves = np.array_split(np.arange(len(rows.labels)), 2)
    cell = merged(plan, *(take(rows, half) for half in halves)).cells()[0]
    assert cell.status is Status.NOT_FINITE
    total = len(rows.labels)
    assert cell.reason == f"{len(range(0, total, 400))} of {total} scores of the candidate are no probabilities."


@REGIMES
def test_what_is_left_out_is_counted_over_all_bundles(exact_rows):
    plan = plan_of("log_loss", exact_rows=exact_rows)
    rows = rows_of_users(num_users=400)
    values = np.array([f"v{number:03}" for number in rows.clusters])
    halves = [rows.clusters >= 200, rows.clusters < 200]
    sums = merged(plan, *(with_values(take(rows, half), values[half]) for half in halves))
    assert sums.left_out() == {("device",): int((rows.clusters >= plan.slice_values).sum())}
    assert len(sums.cells()) == 1 + plan.slice_values


def test_values_beyond_the_limit_take_no_memory():
    sizes = []
    for number in (200, 4000):
        rows = rows_of_users(num_users=number, mean_rows=3)
        values = np.array([f"v{user:04}" for user in rows.clusters])
        sums = PairedSums(plan_of("log_loss", exact_rows=0))
        for part in np.array_split(np.arange(len(values)), 5):
            sums.add(with_values(take(rows, part), values[part]))
        sizes.append(len(pickle.dumps(sums)))
    assert sizes[1] < 1.1 * sizes[0]


def test_the_regime_hangs_on_the_number_of_rows_alone():
    rows = rows_of_users(num_users=300)
    size = len(rows.labels)
    halves = [take(rows, half) for half in np.array_split(np.arange(size), 2)]
    for bundles in ([rows], halves, halves[::-1]):
        assert merged(plan_of(exact_rows=size), *bundles).is_exact
        assert not merged(plan_of(exact_rows=size - 1), *bundles).is_exact


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("references", [(Reference.BASELINE,), tuple(Reference)], ids=["one", "three"])
@pytest.mark.parametrize("num_slicings", [1, 3])
def test_sums_stay_under_a_gigabyte_whatever_the_slices(weighted, references, num_slicings):
    slicings = tuple((f"column {place}",) for place in range(num_slicings))
    plan = plan_of(references=references, slicings=slicings, exact_rows=0, weighted=weighted)
    alone = PairedSums(dataclasses.replace(plan, slicings=()))
    rows = rows_of_users(num_users=50, noise=(0.4,) * plan.num_models)
    alone.add(dataclasses.replace(rows, slices=()))
    size = len(pickle.dumps(alone))
    assert size * (1 + num_slicings * plan.slice_values) < 2**30
    alone.add(dataclasses.replace(rows_of_users(num_users=5000, noise=(0.4,) * plan.num_models), slices=()))
    # More rows fill the sample of contents up to its limit, and nothing else.
    assert len(pickle.dumps(alone)) - size < 2 * SIZE * 8 * (3 + plan.num_models)
