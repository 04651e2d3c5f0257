"""What every head is: how a task's logits become a loss, served tensors and a score."""

from __future__ import annotations

import abc
import math
from collections.abc import Sequence
from typing import ClassVar, Final

import numpy as np

from models.deferred import tf

__all__ = ["LARGEST_EXPONENT", "MAIN", "Head"]

LARGEST_EXPONENT: Final = 80.0  # exp of it is still a float32.
MAIN: Final = ""  # The suffix of the output that carries the task's own name.


class Head(abc.ABC):
    """What a task predicts; a frozen declaration.

    Attributes:
        name: Its key in the catalogue and in a configuration.
        is_binary: Whether it predicts one probability: only such a task has positives to be given, and only
            probabilities multiply.
        metrics: Names of the metrics that judge it, see `components.gate.metrics.Metric`.
    """

    name: str
    is_binary: ClassVar[bool] = False
    metrics: ClassVar[tuple[str, ...]] = ("mse", "mae", "calibration")

    @property
    def width(self) -> int:
        """How many logits a row has."""
        return 1

    @property
    def label_range(self) -> tuple[float, float]:
        """The least and the largest label there can be."""
        return -math.inf, math.inf

    def is_label(self, values: np.ndarray) -> np.ndarray:
        """Where `values`, `[rows]`, could be labels: `[rows]` bool."""
        low, high = self.label_range
        return (values >= low) & (values <= high) & (np.abs(values) <= np.finfo(np.float32).max)

    @property
    def label_rule(self) -> tuple[str, str]:
        """What a label must be, and the way out where one is not."""
        low, high = self.label_range
        if math.isinf(low):
            return "within float32", "Scale the label down."
        wanted = f"at least {low:g}" if math.isinf(high) else f"a whole number from {low:g} to {high:g}"
        return wanted, "Correct the label, or take another `kind`."

    @property
    def list_column(self) -> str | None:
        """The raw column whose rows it compares with each other; None where each row is judged alone."""
        return None

    @property
    def suffixes(self) -> tuple[str, ...]:
        """What follows the task's name in the outputs that `serve` gives beside the main one."""
        return ()

    @abc.abstractmethod
    def row_losses(self, labels: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
        """`[batch]` losses of `[batch]` labels under `[batch]` logits, or `[batch, width]` where there are several."""

    def weighted_losses(
        self, labels: tf.Tensor, logits: tf.Tensor, *, weights: tf.Tensor, lists: tf.Tensor | None
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """`[batch]` losses times sample weights, and `[batch]` weights of the rows they are told of.

        Args:
            labels: `[batch]`.
            logits: `[batch]`, or `[batch, width]` where there are several.
            weights: `[batch]`; 0 for rows whose label is not known.
            lists: `[batch]` int64: which list each row is of, below 0 for none; None where there is no `list_column`.
        """
        del lists
        return weights * self.row_losses(labels, logits), weights

    @abc.abstractmethod
    def serve(self, logits: tf.Tensor) -> dict[str, tf.Tensor]:
        """By suffix, `MAIN` first, what is served: float32, the first axis being the batch."""

    def score(self, logits: tf.Tensor) -> tf.Tensor:
        """`[batch]`: what a streaming metric compares with the label; `[batch, metrics]` where there are several."""
        return self.serve(logits)[MAIN]

    def streaming(self, output: str) -> Sequence[tf.keras.metrics.Metric]:
        """The metrics that watch `output` while a model trains, one for each of its scores."""
        return [tf.keras.metrics.RootMeanSquaredError(name=f"{output}_rmse", dtype="float32")]
