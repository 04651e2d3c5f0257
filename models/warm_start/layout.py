"""What the numbers of a model mean: two models of one layout can take each other's weights by name."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

__all__ = ["Layout", "Table"]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Table:
    """How the ids of an embedding table are made: 0 is missing, then come the vocabulary's, then the table's own.

    Attributes:
        ids: What makes its own ids, in a few words, such as "hash" or "quantiles".
        num_own: How many ids it has beside missing and the vocabulary's: buckets of a hash, of quantiles, or of values
            outside the vocabulary.
        dim: Length of a row.
    """

    ids: str
    num_own: int
    dim: int


@dataclasses.dataclass(frozen=True, kw_only=True)
class Layout:
    """What a weight of a name stands for.

    Attributes:
        architecture: Its name.
        interaction: Its name.
        inputs: In the order in which they are joined, each with its width.
        tasks: In the order in which towers and gates are stacked.
        losses: In the order in which a balancer counts them.
        balancing: The whole declaration, as one text.
        balanced_by: Tables whose ids the balancer's memory goes by.
        tables: By name.
    """

    architecture: str
    interaction: str
    inputs: tuple[str, ...]
    tasks: tuple[str, ...]
    losses: tuple[str, ...]
    balancing: str
    balanced_by: tuple[str, ...]
    tables: Mapping[str, Table]

    def other_network(self, before: Layout) -> str:
        """Why this network can take nothing of the network of `before`; empty if it can."""
        problems = [
            f"the {part} was {was!r}, and is {now!r}"
            for part, was, now in (
                ("architecture", before.architecture, self.architecture),
                ("interaction", before.interaction, self.interaction),
            )
            if was != now
        ]
        return "; ".join(problems)

    def moved(self, before: Layout) -> str:
        """Why places within weights of the same shape stand for other things than in `before`; empty if they do not."""
        problems = [
            f"{what} were {', '.join(was)}, and are {', '.join(now)}"
            for what, was, now in (("inputs", before.inputs, self.inputs), ("tasks", before.tasks, self.tasks))
            if was != now
        ]
        return "; ".join(problems)
