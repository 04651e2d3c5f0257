"""AUC and NDCG within each group of rows, all groups at once."""

from __future__ import annotations

from typing import Final

import numpy as np

__all__ = ["aucs_within", "ndcgs_within", "numbered"]

_RADIX_BITS: Final = 16
_CODES_OF_A_ROW: Final = 4


def aucs_within(groups: np.ndarray, labels: np.ndarray, scores: np.ndarray) -> np.ndarray:
    """`[groups]` areas under the ROC curve; NaN where a group has one class.

    Args:
        groups: `[rows]` codes from 0.
        labels: `[rows]`, 0 or 1.
        scores: `[rows]`; ties count half.
    """
    order = _order(groups, scores)
    own, is_positive = groups[order], labels[order] > 0
    rows, ranks = np.bincount(own), _tie_means(_places(own) + 1.0, _ties(own, scores[order]))
    positives = np.bincount(own[is_positive], minlength=len(rows))
    sums = np.bincount(own[is_positive], weights=ranks[is_positive], minlength=len(rows))
    with np.errstate(invalid="ignore"):
        return (sums - positives * (positives + 1) / 2) / (positives * (rows - positives))


def ndcgs_within(groups: np.ndarray, labels: np.ndarray, scores: np.ndarray, *, at: int) -> np.ndarray:
    """`[groups]` normalised discounted cumulative gains; NaN where a group has no label above 0.

    Source: Järvelin and Kekäläinen, ACM TOIS 20, 2002, with the label as gain; rows of equal score share the discounts
    of their places (McSherry and Najork, ECIR 2008), so the order of rows does not matter.

    Args:
        groups: `[rows]` codes from 0.
        labels: `[rows]`; below 0 counts as 0.
        scores: `[rows]`.
        at: Places that count.
    """
    gains = np.maximum(labels, 0.0)
    found, best = (_gain_within(groups, gains, by, at=at) for by in (scores, gains))
    with np.errstate(invalid="ignore"):
        return found / best


def numbered(codes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """`[met]` the first place of each code that is met, rising by code, and `[rows]` places among these.

    As `np.unique` does it, without its sort unless codes are spread widely.

    Args:
        codes: `[rows]` whole numbers from 0.
    """
    most = int(codes.max(initial=-1)) + 1
    if most > _CODES_OF_A_ROW * len(codes):
        return np.unique(codes, return_index=True, return_inverse=True)[1:]
    first = np.full(most, -1)
    first[codes[::-1]] = np.arange(len(codes))[::-1]  # Of several rows the one that is written last stays.
    is_met = first >= 0
    return first[is_met], (np.cumsum(is_met) - 1)[codes]


def _gain_within(groups: np.ndarray, gains: np.ndarray, scores: np.ndarray, *, at: int) -> np.ndarray:
    order = _order(groups, -scores)
    own = groups[order]
    places = _places(own)
    discounts = np.where(places < at, 1.0 / np.log2(places + 2.0), 0.0)
    return np.bincount(own, weights=gains[order] * _tie_means(discounts, _ties(own, scores[order])))


def _order(groups: np.ndarray, scores: np.ndarray) -> np.ndarray:
    """By group, and inside it by score: as `np.lexsort`, in half its time, since NumPy sorts 16 bits by radix."""
    order = np.argsort(scores)
    largest = int(groups.max(initial=0))
    for shift in range(0, largest.bit_length(), _RADIX_BITS):
        order = order[np.argsort((groups[order] >> shift).astype(np.uint16), kind="stable")]
    return order


def _places(ordered: np.ndarray) -> np.ndarray:
    """Of rows ordered by group, the place inside the group, from 0."""
    starts = np.concatenate([[0], np.cumsum(np.bincount(ordered))[:-1]])
    return np.arange(len(ordered)) - starts[ordered]


def _ties(groups: np.ndarray, scores: np.ndarray) -> np.ndarray:
    """Codes of runs of equal scores in a group."""
    is_new = (groups[1:] != groups[:-1]) | (scores[1:] != scores[:-1])
    return np.cumsum(np.concatenate([[False], is_new]))


def _tie_means(values: np.ndarray, ties: np.ndarray) -> np.ndarray:
    if not len(ties) or ties[-1] + 1 == len(ties):  # No two are equal, as is usual of scores.
        return values
    return (np.bincount(ties, weights=values) / np.bincount(ties))[ties]
