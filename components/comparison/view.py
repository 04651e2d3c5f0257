"""What the metrics see of the rows of one cell, whether rows were kept or only their sums."""

from __future__ import annotations

import abc
import dataclasses

import numpy as np

__all__ = ["Base", "Curve", "Placements", "Sums", "View"]


@dataclasses.dataclass(frozen=True)
class Base:
    """Counts and labels; a unit is a row, or of group metrics a group, and weighs as much as it stands for.

    Attributes:
        count: How many.
        units: Sum of their weights.
        labels: Sum of the weighted labels; of group metrics of the weights.
        unit_squares: Sum of the squared weights.
        unit_labels: Sum of products of weight and weighted label.
        label_squares: Sum of the squared weighted labels.
        unit_fourths: Sum of the fourth powers of the weights; 0 where groups are kept.
        label_fourths: Sum of the fourth powers of the weighted labels, likewise.
        group_units: `[groups]` units of each group of the variance, a cluster or a bucket of them; None where units are
            independent and not kept.
        group_labels: `[groups]`, likewise.
    """

    count: int
    units: float
    labels: float
    unit_squares: float
    unit_labels: float
    label_squares: float
    unit_fourths: float
    label_fourths: float
    group_units: np.ndarray | None
    group_labels: np.ndarray | None


@dataclasses.dataclass(frozen=True)
class Sums:
    """One quantity of the units, weighted and summed: a loss of a model, or by how much it exceeds that of another.

    Attributes:
        total: Sum.
        squares: Sum of squares.
        unit_cross: Sum of products with the weight.
        cross: Sum of products with the weighted label.
        groups: `[groups]` sums of each group; None as in `Base`.
        unit_moments: `[4]` sums of products of the k-th power, k from 1, and the (4 - k)-th of the weight; None where
            groups are kept.
        label_moments: `[4]`, likewise with the weighted label.
    """

    total: float
    squares: float
    unit_cross: float
    cross: float
    groups: np.ndarray | None
    unit_moments: np.ndarray | None = None
    label_moments: np.ndarray | None = None


@dataclasses.dataclass(frozen=True)
class Placements:
    """Where positives and negatives lie among each other, after DeLong.

    Attributes:
        value: AUC; of two models the difference.
        above: `[groups]`, for each group the weighted sum over its positives of the share of negatives below, ties
            half; of two models the difference.
        below: `[groups]`, for each group the weighted sum over its negatives of the share of positives above.
        positives: `[groups]` weights.
        negatives: `[groups]` weights.
        row_variance: Of `value`, were rows independent.
        approximation: Largest possible error of `value`.
    """

    value: float
    above: np.ndarray | None
    below: np.ndarray | None
    positives: np.ndarray
    negatives: np.ndarray
    row_variance: float
    approximation: float = 0.0


@dataclasses.dataclass(frozen=True)
class Curve:
    """Predicted against observed in bins of equally many rows, ordered by score.

    Attributes:
        predicted: `[bins]` mean scores.
        observed: `[bins]` shares of label 1.
        rows: `[bins]`.
        approximation: Largest error of a bin's mean score.
    """

    predicted: np.ndarray
    observed: np.ndarray
    rows: np.ndarray
    approximation: float = 0.0


class View(abc.ABC):
    """The rows of one cell; models by their place, the candidate is 0.

    Attributes:
        rows: How many.
        positives: Rows with label 1; of other outputs than binary ones 0.
        groups: Of group metrics how many users or lists count; else 0.
        ungrouped: Of group metrics rows without a user or list, which are not among `rows`; else 0.
    """

    rows: int
    positives: int
    groups: int = 0
    ungrouped: int = 0

    @property
    @abc.abstractmethod
    def clusters(self) -> int:
        """How many clusters the rows come from; each its own where they are independent."""

    @abc.abstractmethod
    def invalid(self, model: int) -> int:
        """How many rows have a score that cannot be one: not a number, infinite, or no probability."""

    @abc.abstractmethod
    def base(self) -> Base:
        """Counts and labels."""

    @abc.abstractmethod
    def sums(self, quantity: str, model: int, other: int | None) -> Sums:
        """A quantity of `model`, less that of `other` row by row where one is given."""

    @abc.abstractmethod
    def placements(self, model: int, other: int | None) -> Placements:
        """Of `model`, less those of `other` where one is given; both classes must be there."""

    @abc.abstractmethod
    def curve(self, model: int) -> Curve:
        """The calibration curve."""
