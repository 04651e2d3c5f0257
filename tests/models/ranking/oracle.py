"""Every ranking loss as its paper writes it, list by list in float64, and the losses and batches the tests take."""

import math

import numpy as np

from models.ranking import BPR, Gain, Gap, Hinge, LambdaLoss, ListMLE, Softmax

SAMPLES = (
    BPR(),
    BPR(gap=Gap.WEIGHT),
    BPR(gap=Gap.MARGIN, margin=0.5),
    Hinge(),
    Hinge(gap=Gap.WEIGHT),
    Hinge(gap=Gap.MARGIN),
    Softmax(),
    ListMLE(),
    LambdaLoss(),
    LambdaLoss(sigma=2.0, smooth_fraction=0.5, gain=Gain.EXPONENTIAL),
    LambdaLoss(smooth_fraction=1.0, at=3),
    LambdaLoss(at=2),
)


def batch(seed, *, lengths=(1, 2, 5, 9, 3), levels=4):
    """Lists of these lengths, their rows mixed: scores without ties, labels, list ids, weights."""
    draws = np.random.default_rng(seed)
    lists = draws.permutation(np.repeat(draws.permutation(1_000)[: len(lengths)], lengths))
    scores = draws.permutation(len(lists)) / 3.0 + draws.uniform(0, 0.1, len(lists)) - 2.0
    return scores, draws.integers(0, levels, len(lists)).astype(float), lists, draws.uniform(0.5, 2.0, len(lists))


def mean_loss(loss, scores, labels, lists, weights=None):
    """The loss of a batch; 0 where no list has an order."""
    weights = np.ones(len(scores)) if weights is None else np.asarray(weights, float)
    total = counted = 0.0
    for one in np.unique(lists[(lists >= 0) & (weights > 0)]):
        rows = (lists == one) & (weights > 0)
        if len(set(labels[rows])) > 1:
            relative = weights[rows] / weights[rows].mean()
            total += weights[rows].sum() * list_loss(loss, scores[rows], labels[rows], relative)
            counted += weights[rows].sum()
    return total / counted if counted else 0.0


def list_loss(loss, scores, labels, weights):
    if isinstance(loss, Softmax):
        share = weights * labels / np.sum(weights * labels)
        return -np.sum(share * (scores - np.log(np.sum(weights * np.exp(scores)))))
    if isinstance(loss, ListMLE):
        return _plackett_luce(scores, labels, weights)
    pairs = [(i, j) for i in range(len(scores)) for j in range(len(scores)) if labels[i] > labels[j]]
    if isinstance(loss, LambdaLoss):
        change = {(i, j): swap_change(loss, scores, labels, i, j) for i, j in pairs}
        of_pairs = [
            weights[i] * weights[j] * change[i, j] * np.log1p(np.exp(-loss.sigma * (scores[i] - scores[j])))
            for i, j in pairs
        ]
        return np.sum(of_pairs)
    total = 0.0
    for i, j in pairs:
        gap = labels[i] - labels[j]
        missed = loss.margin * (gap if loss.gap is Gap.MARGIN else 1.0) - (scores[i] - scores[j])
        of_pair = np.log1p(np.exp(missed)) if isinstance(loss, BPR) else max(0.0, missed)
        total += weights[i] * weights[j] * of_pair * (gap if loss.gap is Gap.WEIGHT else 1.0)
    return total / sum(weights[i] * weights[j] for i, j in pairs)


def swap_change(loss, scores, labels, i, j):
    """|NDCG after exchanging i and j - NDCG before|, or the distance form, or what is declared of both."""
    places = np.empty(len(scores), int)
    places[np.argsort(-scores, kind="stable")] = np.arange(len(scores))
    swapped = places.copy()
    swapped[[i, j]] = places[[j, i]]
    best = np.empty(len(scores), int)
    best[np.argsort(-labels, kind="stable")] = np.arange(len(scores))
    ideal = dcg(loss, labels, best)
    exact = abs(dcg(loss, labels, swapped) - dcg(loss, labels, places)) / ideal
    distance = abs(int(places[i] - places[j]))
    apart = 1 / math.log2(1 + distance) - 1 / math.log2(2 + distance)
    seen = loss.at is None or min(places[i], places[j]) < loss.at
    smooth = abs(gain(loss, labels[i]) - gain(loss, labels[j])) * apart * seen / ideal
    return (1 - loss.smooth_fraction) * exact + loss.smooth_fraction * smooth


def dcg(loss, labels, places):
    counted = range(len(labels)) if loss.at is None else [k for k in range(len(labels)) if places[k] < loss.at]
    return sum(gain(loss, labels[k]) / math.log2(2 + places[k]) for k in counted)


def gain(loss, label):
    return label if loss.gain is Gain.LINEAR else 2.0**label - 1.0


def _plackett_luce(scores, labels, weights):
    total = counted = 0.0
    for i in range(len(scores)):
        below = labels < labels[i]
        if below.any():
            left = np.exp(scores[i]) + np.sum(weights[below] * np.exp(scores[below]))
            total += weights[i] * (np.log(left) - scores[i])
            counted += weights[i]
    return total / counted
