"""Lists of candidates whose relevance a category, a number and a list of ids tell."""

import numpy as np

from components.trees.rows import Lists, TreeRows, columns_of

SIZE = 10


def rows_of(num_lists=300, *, seed=0):
    draws = np.random.default_rng(seed)
    count = num_lists * SIZE
    city, price = draws.integers(0, 8, count), draws.normal(size=count)
    lengths = draws.integers(0, 3, count)
    columns = {"city": city, "price": price, "seen": Lists(draws.integers(1, 5, lengths.sum()), lengths)}
    values, categories, _ = columns_of(columns, ["city"])
    chance = 1 / (1 + np.exp(-(np.where(city % 2, 1.5, -1.5) + 1.5 * price - 1)))
    return TreeRows(
        values=values,
        categories=categories,
        labels=(draws.random(count) < chance).astype(float),
        weights=np.ones(count),
        lists=np.repeat(np.arange(num_lists), SIZE),
    )


def ndcg(rows, scores, *, at=10):
    """Mean over lists with labels that differ, one by one."""
    found = []
    for own in np.split(np.arange(len(rows)), len(rows) // SIZE):
        labels = rows.labels[own]
        if labels.min() < labels.max():
            gains = 1 / np.log2(2 + np.arange(min(at, SIZE)))
            best = np.sort(labels)[::-1][:at] @ gains
            found.append(labels[np.argsort(-scores[own], kind="stable")][:at] @ gains / best)
    return float(np.mean(found))
