"""The plain sum of losses."""

from __future__ import annotations

import dataclasses
from typing import Literal, final

from models.balancers.base import Balancer, Memory, Seen
from models.deferred import tf

__all__ = ["Static"]


@final
@dataclasses.dataclass(frozen=True, kw_only=True)
class Static(Balancer):
    """Every loss counts by its task's `loss_weight` alone."""

    method: Literal["static"] = "static"

    def weigh(self, seen: Seen, memory: Memory) -> tf.Tensor:
        """See `Balancer`."""
        del memory
        return tf.ones_like(seen.losses)
