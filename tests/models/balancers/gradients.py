"""Task gradients in tests, and what is best for them, found by means of its own."""

import itertools

import numpy as np

from tests.models.balancers.seen import seen_of

__all__ = ["KINDS", "draw", "gram_of", "shortest", "weights_of"]

KINDS = ("full", "flat", "unlike", "equal", "opposed", "zero", "agreeing", "stationary", "coarse")


def draw(kind, num_tasks, *, num=100, seed=0):
    """`[num, num_tasks, size]` gradients of one kind, float64.

    Args:
        kind: `full`: independent. `flat`: more tasks than dimensions. `unlike`: norms from 1e-4 to 1. `equal`: the
            first two. `opposed`: the first two, of unlike norms. `zero`: the first. `agreeing`: no conflict.
            `stationary`: one is minus a positive sum of the others. `coarse`: small integers, many ties.
        num_tasks: Rows.
        num: Matrices.
        seed: Of the draws.
    """
    draws = np.random.default_rng([seed, num_tasks, KINDS.index(kind)])
    size = max(1, num_tasks // 2) if kind == "flat" else num_tasks + 1
    rows = draws.standard_normal((num, num_tasks, size))
    if kind == "unlike":
        rows *= 10.0 ** draws.uniform(-4, 0, (num, num_tasks, 1))
    elif kind == "equal":
        rows[:, 1] = rows[:, 0]
    elif kind == "opposed":
        rows[:, 1] = -rows[:, 0] * draws.uniform(0.2, 3, (num, 1))
    elif kind == "zero":
        rows[:, 0] = 0.0
    elif kind == "agreeing":
        rows = np.abs(rows)
    elif kind == "stationary":
        rows[:, -1] = -np.sum(rows[:, :-1] * draws.uniform(0.2, 1, (num, num_tasks - 1, 1)), axis=1)
    elif kind == "coarse":
        rows = draws.integers(-1, 2, (num, num_tasks, 2)).astype(float)
    return rows


def gram_of(rows):
    """Inner products, `[..., tasks, tasks]`."""
    return rows @ np.swapaxes(rows, -1, -2)


def weights_of(balancer, gram, *, losses=None, active=None, declared=None):
    """`[tasks]` weights of one matrix, or `[groups, tasks]` of several."""
    gram = np.asarray(gram)
    if losses is None:
        losses = np.ones(gram.shape[-1])
    seen = seen_of(losses, gram=gram, active=active, declared=declared)
    weights = balancer.balance(seen, balancer.build(seen.declared)).numpy()
    return weights if gram.ndim == 3 else weights[0]


def shortest(gram, lower):
    """The w >= lower of sum 1 with the least w' gram w: the best of those that are stationary on some set of tasks."""
    num_tasks = len(gram)
    best, least = None, np.inf
    for size in range(1, num_tasks + 1):
        for free in itertools.combinations(range(num_tasks), size):
            fixed = np.setdiff1d(range(num_tasks), free)
            matrix = np.zeros((size + 1, size + 1))
            matrix[:size, :size], matrix[:size, size], matrix[size, :size] = gram[np.ix_(free, free)], 1, 1
            right = np.append(-gram[np.ix_(free, fixed)] @ lower[fixed], 1 - lower[fixed].sum())
            weights = lower.astype(float).copy()
            weights[list(free)] = np.linalg.lstsq(matrix, right, rcond=1e-13)[0][:size]
            length = weights @ gram @ weights
            if abs(weights.sum() - 1) < 1e-9 and (weights >= lower - 1e-12).all() and length < least:
                best, least = weights, length
    return best
