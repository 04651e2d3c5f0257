"""The clustered variance of AUC, written out."""

import math

import numpy as np
import pytest

from components.comparison import Kind, OutputPlan, PairedSums, Reference, Rows


def obuchowski(labels, scores, clusters):
    """Of the difference of two models: Obuchowski 1997, section 2, cluster by cluster and pair by pair."""
    positives, negatives = np.flatnonzero(labels == 1), np.flatnonzero(labels == 0)
    wins = [np.heaviside(own[positives][:, None] - own[negatives][None, :], 0.5) for own in scores]
    gap = wins[0] - wins[1]
    area = gap.mean()
    above = dict.fromkeys(set(clusters), 0.0)
    below = dict.fromkeys(set(clusters), 0.0)
    for row, place in enumerate(positives):
        above[clusters[place]] += gap[row].mean() - area
    for column, place in enumerate(negatives):
        below[clusters[place]] += gap[:, column].mean() - area
    num = len(above)
    with_positives, with_negatives = (len(set(clusters[own])) for own in (positives, negatives))
    cross = sum(above[key] * below[key] for key in above) / (len(positives) * len(negatives))
    variance = (
        with_positives / (with_positives - 1) * sum(value**2 for value in above.values()) / len(positives) ** 2
        + with_negatives / (with_negatives - 1) * sum(value**2 for value in below.values()) / len(negatives) ** 2
        + 2 * num / (num - 1) * cross
    )
    return variance, cross


@pytest.mark.parametrize("alike", [-2.0, 2.0])
def test_it_is_that_of_obuchowski(alike):
    # Each cluster of the first model shifts its positives, and its negatives the same or the other way.
    rng = np.random.default_rng(0)
    clusters = np.repeat(np.arange(30), 6)
    labels = (rng.random(180) < 0.4).astype(float)
    shift = rng.normal(size=30)[clusters]
    first = labels + rng.normal(size=180) + np.where(labels > 0, 1.0, alike) * shift
    scores = 1 / (1 + np.exp(-np.stack([first, labels + rng.normal(size=180)])))
    plan = OutputPlan(output="click", kind=Kind.BINARY, metrics=("auc",), references=(Reference.BASELINE,))
    sums = PairedSums(plan)
    sums.add(Rows(labels=labels, scores=scores, clusters=clusters.astype(np.uint64)))
    difference = sums.cells()[0].difference
    variance, cross = obuchowski(labels, scores, clusters)
    assert difference.std_error == pytest.approx(math.sqrt(variance), rel=1e-9)
    assert (cross < 0) == (alike > 0)  # Positives and negatives that move together leave their order as it is.
