"""Adam."""

from __future__ import annotations

import dataclasses
from typing import Literal, final

from models.deferred import tf
from models.errors import raise_if_any
from models.optimizers.base import Optimizer, rate_problems

__all__ = ["Adam"]


@final
@dataclasses.dataclass(frozen=True, kw_only=True)
class Adam(Optimizer):
    """Adaptive moments; for tables their row-lazy form, see `RowAdam`.

    Source: Kingma and Ba, "Adam: A Method for Stochastic Optimization", ICLR 2015, Alg. 1.

    Attributes:
        learning_rate: Step size.
        beta_1: Decay of the mean of gradients, in [0, 1).
        beta_2: Decay of the mean of squared gradients, in [0, 1).
        epsilon: Added to the root of the latter.
    """

    name: Literal["adam"] = "adam"
    learning_rate: float = 0.001
    beta_1: float = 0.9
    beta_2: float = 0.999
    epsilon: float = 1e-7

    def __post_init__(self) -> None:
        problems = rate_problems(self.learning_rate)
        for field, value in (("beta_1", self.beta_1), ("beta_2", self.beta_2)):
            if not 0 <= value < 1:
                problems.append(f"`{field}` must be in [0, 1), got {value!r}.")
        if not 0 < self.epsilon < float("inf"):
            problems.append(f"`epsilon` must be positive, got {self.epsilon!r}.")
        raise_if_any(self.name, problems)

    def for_dense(self) -> tf.keras.optimizers.Optimizer:
        """See `Optimizer`."""
        return tf.keras.optimizers.Adam(self.learning_rate, self.beta_1, self.beta_2, self.epsilon, jit_compile=False)

    def for_rows(self) -> tf.keras.optimizers.Optimizer:
        """See `Optimizer`."""
        from models.optimizers.row_adam import RowAdam

        return RowAdam(self.learning_rate, self.beta_1, self.beta_2, self.epsilon, jit_compile=False)
