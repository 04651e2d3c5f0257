"""What a trainer leaves of the gradients it has looked at."""

from __future__ import annotations

import dataclasses
import itertools

__all__ = ["GradientRecord", "LayerGradients"]

Rows = tuple[tuple[float | None, ...], ...]


@dataclasses.dataclass(frozen=True, kw_only=True)
class LayerGradients:
    """The gradients of all losses by one layer or table, look by look.

    Attributes:
        name: Of the layer; "all" for all shared parameters together.
        norms: By look, by loss: the length of its gradient, times the declared factor of its task. None where there
            is none: the loss does not reach the layer, or the batch has no label of it.
        cosines: By look, by pair of losses; below 0 the two are in conflict. None where one has no gradient.
    """

    name: str
    norms: Rows
    cosines: Rows


@dataclasses.dataclass(frozen=True, kw_only=True)
class GradientRecord:
    """What was seen of the gradients of all losses, at some of the steps; no step where devices shared them.

    Attributes:
        balancer: Key in the catalogue of what weighed the losses.
        every: Steps from one look to the next.
        num_looks: How many were made; evenly spread ones are listed.
        losses: Names.
        watched: Those of factor 0, which are not trained; their gradients are taken times 1.
        steps: Of the listed looks: optimizer steps before each.
        values: By look, by loss; None without a known label in the batch.
        weights: By look, by loss, what the balancer said, beside the declared factors.
        shared: Over all parameters that two or more losses reach.
        layers: The same in parts: those of the largest gradients, in the model's order.
        num_layers: How many parts there are.
    """

    balancer: str
    every: int
    num_looks: int = 0
    losses: tuple[str, ...] = ()
    watched: tuple[str, ...] = ()
    steps: tuple[int, ...] = ()
    values: Rows = ()
    weights: Rows = ()
    shared: LayerGradients = dataclasses.field(default_factory=lambda: LayerGradients(name="all", norms=(), cosines=()))
    layers: tuple[LayerGradients, ...] = ()
    num_layers: int = 0

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """Of losses, in the order of `cosines`."""
        return tuple(itertools.combinations(self.losses, 2))
