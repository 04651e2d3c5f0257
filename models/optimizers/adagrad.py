"""Adagrad."""

from __future__ import annotations

import dataclasses
from typing import Literal, final

from models.deferred import tf
from models.errors import raise_if_any
from models.optimizers.base import Optimizer, rate_problems

__all__ = ["Adagrad"]


@final
@dataclasses.dataclass(frozen=True, kw_only=True)
class Adagrad(Optimizer):
    """Steps that shrink with each weight's own squared gradients: rare ids keep learning.

    Source: Duchi et al., "Adaptive Subgradient Methods", JMLR 12, 2011.

    Attributes:
        learning_rate: Step size.
        initial_accumulator: What each sum of squared gradients starts from; if it is large against the square of a
            row's gradient, rare ids learn slowly.
    """

    name: Literal["adagrad"] = "adagrad"
    learning_rate: float = 0.05
    initial_accumulator: float = 0.001

    def __post_init__(self) -> None:
        problems = rate_problems(self.learning_rate)
        if not 0 <= self.initial_accumulator < float("inf"):
            problems.append(f"`initial_accumulator` must be 0 or positive, got {self.initial_accumulator!r}.")
        raise_if_any(self.name, problems)

    def for_dense(self) -> tf.keras.optimizers.Optimizer:
        """See `Optimizer`."""
        return tf.keras.optimizers.Adagrad(
            self.learning_rate, initial_accumulator_value=self.initial_accumulator, jit_compile=False
        )

    def for_rows(self) -> tf.keras.optimizers.Optimizer:
        """See `Optimizer`."""
        from models.optimizers.row_adagrad import RowAdagrad

        return RowAdagrad(self.learning_rate, initial_accumulator_value=self.initial_accumulator, jit_compile=False)
