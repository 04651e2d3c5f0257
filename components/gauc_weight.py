"""What a user counts for in GAUC."""

from __future__ import annotations

import enum

__all__ = ["GaucWeight"]


class GaucWeight(enum.Enum):
    """By what users are weighted; those with one class count for nothing."""

    IMPRESSIONS = "impressions"  # Rows of the output's sample space.
    CLICKS = "clicks"  # Rows with label 1.
