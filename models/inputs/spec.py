"""The transformed columns a model reads, after Transform."""

from __future__ import annotations

import dataclasses
import enum
from typing import Literal

from models.errors import raise_if_any

__all__ = ["Combiner", "DenseInput", "EmbeddingInput", "Input"]


class Combiner(enum.Enum):
    """How the embeddings of a multi-valued column become one vector."""

    MEAN = "mean"
    SUM = "sum"


@dataclasses.dataclass(frozen=True, kw_only=True)
class EmbeddingInput:
    """A column of int64 ids, `[batch]`, or a ragged or sparse `[batch, (values)]` with a combiner.

    Attributes:
        name: The transformed column.
        table: The embedding table; columns of one table share their ids and vectors.
        num_ids: Ids run from 0 to `num_ids - 1`.
        dim: Length of the embedding vector.
        combiner: None for exactly one id a row; else rows without any id embed to zeros.
    """

    name: str
    table: str
    num_ids: int
    dim: int
    combiner: Combiner | None = None
    kind: Literal["embedding"] = "embedding"

    def __post_init__(self) -> None:
        problems = []
        if self.num_ids < 1:
            problems.append(f"`num_ids` must be positive, got {self.num_ids!r}.")
        if self.dim < 1:
            problems.append(f"`dim` must be positive, got {self.dim!r}.")
        raise_if_any(f"input {self.name!r}", problems)


@dataclasses.dataclass(frozen=True, kw_only=True)
class DenseInput:
    """A column of float32, `[batch]`, scaled by Transform.

    Attributes:
        name: The transformed column.
    """

    name: str
    kind: Literal["dense"] = "dense"


Input = EmbeddingInput | DenseInput
