"""Held-out rows as the tuner reads them."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Final

import numpy as np

from components.comparison.mixing import mixed
from components.comparison.rows import NO_ID
from models.arrays import NUMPY
from models.errors import raise_if_any
from models.fusion import Formula

__all__ = ["TunerRows", "halves", "searched"]

_LOWEST_BIT: Final = np.uint64(1)


@dataclasses.dataclass(frozen=True, kw_only=True)
class TunerRows:
    """Rows that no model was trained on.

    Attributes:
        values: By what the formula reads, `[rows]`, as `FusionConfig.prepare` makes them.
        labels: By output, `[rows]`; NaN beyond the output's sample space, or where it is not known.
        users: `[rows]` ids, as `cluster_ids` makes them; rows of none take no part.
        lists: `[rows]` ids of what NDCG ranks within, whose rows are of one user; None where it is not asked for.
        propensities: `[rows]` chances in (0, 1] that a row was looked at when its label came about; None: all alike.
        own: By weight, `[rows]` what a row's segment has in its place; NaN where the common weight counts.
    """

    values: Mapping[str, np.ndarray]
    labels: Mapping[str, np.ndarray]
    users: np.ndarray
    lists: np.ndarray | None = None
    propensities: np.ndarray | None = None
    own: Mapping[str, np.ndarray] = dataclasses.field(default_factory=dict)

    def __post_init__(self) -> None:
        raise_if_any("fusion tuner", list(self._problems()))

    def __len__(self) -> int:
        return len(self.users)

    def take(self, which: np.ndarray) -> TunerRows:
        """The rows where `which` is true."""
        return TunerRows(
            values={name: own[which] for name, own in self.values.items()},
            labels={name: own[which] for name, own in self.labels.items()},
            users=self.users[which],
            lists=None if self.lists is None else self.lists[which],
            propensities=None if self.propensities is None else self.propensities[which],
            own={name: own[which] for name, own in self.own.items()},
        )

    def score(self, formula: Formula, weights: Mapping[str, float]) -> np.ndarray:
        """`[rows]` scores with these common weights, and those of segments."""
        given = {
            name: np.where(np.isnan(self.own[name]), common, self.own[name]) if name in self.own else common
            for name, common in weights.items()
        }
        with np.errstate(all="ignore"):
            return np.asarray(formula.score(self.values, given, NUMPY))

    def _problems(self) -> Iterator[str]:
        named = {f"values.{name}": own for name, own in self.values.items()}
        named |= {f"own.{name}": own for name, own in self.own.items()}
        named |= {f"labels.{name}": own for name, own in self.labels.items()}
        named |= {"lists": self.lists} if self.lists is not None else {}
        named |= {"propensities": self.propensities} if self.propensities is not None else {}
        for name, own in named.items():
            if np.shape(own) != np.shape(self.users):
                yield f"`{name}` must have one value for each of {len(self.users)} users, got {np.shape(own)}."
        for name, own in self.values.items():
            if own.dtype.kind == "f" and not np.isfinite(own).all():
                lacking = int(np.count_nonzero(~np.isfinite(own)))
                yield f"`values.{name}` must be finite, got {lacking} that are not: prepare them as serving does."
        if self.propensities is not None and not ((self.propensities > 0) & (self.propensities <= 1)).all():
            low, high = np.min(self.propensities), np.max(self.propensities)
            yield f"`propensities` must be above 0 and at most 1, got {low!r} to {high!r}."


def halves(rows: TunerRows, *, seed: int) -> tuple[TunerRows, TunerRows]:
    """Rows to search on and rows to check on, told by a hash of the user: whole users, and no others in other orders.

    Args:
        rows: Those without a user are left out.
        seed: Another gives other halves.
    """
    first = searched(rows.users, seed=seed)
    return rows.take(first), rows.take((rows.users != NO_ID) & ~first)


def searched(users: np.ndarray, *, seed: int) -> np.ndarray:
    """`[rows]` whether a row is one that a search with this seed looks at, by the row's user."""
    first = (mixed(users ^ mixed(np.array([seed], np.uint64))) & _LOWEST_BIT).astype(bool)
    return np.asarray((users != NO_ID) & first)
