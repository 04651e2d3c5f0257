"""What an output's scores are, and what is known of them."""

from __future__ import annotations

import enum

__all__ = ["Gain", "Kind"]


class Kind(enum.Enum):
    """What the rows of an output hold."""

    BINARY = "binary"  # Labels 0 or 1, scores probabilities.
    REGRESSION = "regression"  # Labels and scores in the label's unit; grades of NDCG too.
    CLASSES = "classes"  # Of several classes a row's loss and whether the first guess was right.


class Gain(enum.Enum):
    """Which way a metric is better."""

    MORE = "more"
    LESS = "less"
    NEAR_ONE = "near one"
