"""Plain gradient descent."""

from __future__ import annotations

import dataclasses
from typing import Literal, final

from models.deferred import tf
from models.errors import raise_if_any
from models.optimizers.base import Optimizer, rate_problems

__all__ = ["SGD"]


@final
@dataclasses.dataclass(frozen=True, kw_only=True)
class SGD(Optimizer):
    """Gradient descent without momentum, which would move every row of a table in every step; see `RowSGD`.

    Attributes:
        learning_rate: Step size.
    """

    name: Literal["sgd"] = "sgd"
    learning_rate: float = 0.01

    def __post_init__(self) -> None:
        raise_if_any(self.name, rate_problems(self.learning_rate))

    def for_dense(self) -> tf.keras.optimizers.Optimizer:
        """See `Optimizer`."""
        from models.optimizers.row_sgd import RowSGD

        return RowSGD(self.learning_rate)

    def for_rows(self) -> tf.keras.optimizers.Optimizer:
        """See `Optimizer`."""
        return self.for_dense()
