"""The gradient of one loss by the parameters that it shares."""

from __future__ import annotations

from collections.abc import Sequence

import tensorflow as tf

from models.gradients.combine import Gradient, combine
from models.gradients.gram import is_shared
from models.gradients.sources import PerLoss

__all__ = ["check_shares", "shared_gradients"]


def shared_gradients(
    gradients: PerLoss, variables: Sequence[tf.Variable], weights: tf.Tensor, own: tf.Tensor
) -> list[Gradient]:
    """One gradient for each of `variables`, None where no loss reaches it.

    Args:
        gradients: Of all losses.
        variables: The model's trainable ones.
        weights: `[losses]`, of the losses by what two or more of them reach.
        own: `[losses]`, of each loss by what it alone reaches.
    """
    return combine(
        gradients,
        lambda layer: weights,
        variables,
        num_tasks=weights.shape[0],
        of_task=lambda variable: True,
        trained=own,
    )


def check_shares(gradients: PerLoss) -> None:
    """Raises `ValueError` where no parameter is reached by two losses."""
    reaches = [*(one.reach for one in gradients.dense), *(one.reach for one in gradients.rows)]
    if not any(is_shared(reach) for reach in reaches):
        raise ValueError(
            "`tasks` must hold two losses or more that reach a common parameter, got none: with nothing shared there "
            "is no affinity to measure. Declare another task, or an embedding that both read."
        )
