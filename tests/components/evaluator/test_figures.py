"""Counts and curves are those of all rows, in whatever pieces they came."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.comparison.rows import membership
from components.evaluator import figures
from components.evaluator.figures import Figures

MODELS = ("candidate", "baseline")
ROWS = 4_000


@pytest.fixture(scope="module")
def rows():
    """Labels, scores of two models, how many rows each stands for, and a city."""
    rng = np.random.default_rng(5)
    logit = rng.normal(size=ROWS) * 1.5 - 2
    labels = (rng.random(ROWS) < 1 / (1 + np.exp(-logit))).astype(float)
    scores = np.stack([1 / (1 + np.exp(-logit)), 1 / (1 + np.exp(-0.5 * logit))])
    return labels, scores, rng.choice([1.0, 10.0], ROWS), rng.choice(["Oslo", "Riga", "Rome"], ROWS)


def seen(rows, pieces=(), *, has_curves=True):
    """Figures of the rows, cut at `pieces` and merged."""
    labels, scores, weights, city = rows
    made = []
    for own in np.split(np.arange(len(labels)), sorted(pieces)):
        part = Figures(len(scores), has_curves=has_curves)
        if len(own):
            part.add(labels[own], scores[:, own], weights[own], [membership(("city",), [city[own]])])
        made.append(part)
    first, *others = made
    for other in others:
        first.merge(other)
    return first


def test_counts_are_sums_over_the_rows_of_a_slice_each_with_its_weight(rows):
    labels, scores, weights, city = rows
    overall, *slices = seen(rows).counts("click", MODELS)
    assert overall.slice == ()
    assert [counts.slice for counts in slices] == [(("city", name),) for name in ("Oslo", "Riga", "Rome")]
    for counts, own in zip(
        (overall, *slices), (city != "", city == "Oslo", city == "Riga", city == "Rome"), strict=True
    ):
        assert counts.known == pytest.approx(weights[own].sum())
        assert counts.labels == pytest.approx((weights * labels)[own].sum())
        wanted = (weights * scores)[:, own].sum(axis=1)
        assert list(counts.predictions.values()) == pytest.approx(wanted.tolist())


def test_rows_in_no_slice_count_among_all_rows_alone(rows):
    labels, scores, weights, city = rows
    found = membership(("city",), [city])
    some = dataclasses.replace(found, codes=np.where(np.arange(ROWS) % 2, found.codes, -1))
    made = Figures(2, has_curves=False)
    made.add(labels, scores, weights, [some])
    overall, *slices = made.counts("click", MODELS)
    assert overall.known == pytest.approx(weights.sum())
    assert sum(counts.known for counts in slices) == pytest.approx(weights[1::2].sum())


@given(st.lists(st.integers(0, ROWS), max_size=6))
def test_no_cut_changes_a_figure(rows, pieces):
    whole, merged = seen(rows), seen(rows, pieces)
    for one, other in zip(whole.counts("click", MODELS), merged.counts("click", MODELS), strict=True):
        assert one.slice == other.slice
        assert one.predictions == pytest.approx(other.predictions)
        assert (one.known, one.labels) == pytest.approx((other.known, other.labels))
    for one, other in zip(whole.curves("click", MODELS), merged.curves("click", MODELS), strict=True):
        np.testing.assert_allclose(one.roc, other.roc)
        np.testing.assert_allclose(one.calibration, other.calibration)


def test_the_area_under_the_curve_is_the_auc_and_its_buckets_hold_all_rows(rows):
    labels, scores, weights, _ = rows
    for curve, own in zip(seen(rows).curves("click", MODELS), scores, strict=True):
        assert curve.roc[0] == (0.0, 0.0)
        assert curve.roc[-1] == pytest.approx((1.0, 1.0))
        false, true = np.transpose(curve.roc)
        above = own[labels == 1][:, None] > own[labels == 0][None, :]
        pairs = weights[labels == 1][:, None] * weights[labels == 0][None, :]
        assert np.trapezoid(true, false) == pytest.approx((above * pairs).sum() / pairs.sum(), abs=2e-3)
        sums = np.sum(curve.calibration, axis=0)
        assert sums.tolist() == pytest.approx([(weights * own).sum(), (weights * labels).sum(), weights.sum()])
        assert len(curve.calibration) <= figures.NUM_POINTS


def test_one_class_has_no_roc_and_a_score_that_is_no_number_is_in_no_bucket():
    made = Figures(2, has_curves=True)
    made.add(np.zeros(3), np.array([[0.0, 0.5, 1.0], [np.nan, 0.5, 0.5]]), np.ones(3), [])
    sound, broken = made.curves("click", MODELS)
    assert sound.roc == broken.roc == ()
    assert sum(rows for _, _, rows in sound.calibration) == 3
    assert sum(rows for _, _, rows in broken.calibration) == 2


def test_without_rows_there_are_no_curves():
    assert Figures(2, has_curves=True).curves("click", MODELS) == []
    assert Figures(2, has_curves=True).counts("click", MODELS) == []


def test_many_values_of_a_column_keep_memory_fixed_and_the_first_by_name(monkeypatch):
    monkeypatch.setattr(figures, "SLICE_VALUES", 5)
    names = [f"user {place:03d}" for place in range(300)]
    shuffled = np.random.default_rng(0).permutation(names)
    made = Figures(0, has_curves=False)
    for own in np.split(np.array([*shuffled, *shuffled], dtype=object), 60):
        made.add(np.ones(len(own)), np.zeros([0, len(own)]), np.ones(len(own)), [membership(("user",), [own])])
        assert len(made._sums) <= 10 + len(own)
    overall, *slices = made.counts("click", ())
    assert overall.known == 600
    assert [(counts.slice[0][1], counts.known) for counts in slices] == [(name, 2) for name in names[:5]]
