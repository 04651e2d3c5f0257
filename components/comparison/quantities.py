"""What is summed over rows, by name."""

from __future__ import annotations

from typing import Final

import numpy as np

from components.comparison.kinds import Kind

__all__ = ["quantity"]

SMALLEST_PROBABILITY: Final = 1e-7  # Keras's, so that log losses agree with the training's.


def quantity(name: str, kind: Kind, labels: np.ndarray, scores: np.ndarray, hits: np.ndarray | None) -> np.ndarray:
    """One model's quantity of each row.

    Args:
        name: "prediction", "log_loss", "squared", "absolute", "hit", or of users and lists "weighted".
        kind: Of the output.
        labels: `[rows]`.
        scores: `[rows]` of the model.
        hits: `[rows]` of the model, of several classes.
    """
    if name == "hit" and hits is not None:
        return hits
    if name in ("prediction", "weighted") or kind is Kind.CLASSES:
        return scores
    if name == "log_loss":
        of_label = np.where(labels > 0, scores, 1.0 - scores)
        return -np.log(np.clip(of_label, SMALLEST_PROBABILITY, 1.0 - SMALLEST_PROBABILITY))
    error = scores - labels
    return np.square(error) if name == "squared" else np.abs(error)
