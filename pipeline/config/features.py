"""Features: raw columns, and how Transform makes a model's inputs of them."""

from __future__ import annotations

import dataclasses
import enum
import math
from typing import Literal, final

from typing_extensions import override

from models.errors import raise_if_any
from models.inputs import Combiner

__all__ = ["CategoricalFeature", "CrossFeature", "Feature", "MultivaluedFeature", "NumericFeature", "Scaling"]


class Scaling(enum.Enum):
    """How a number becomes an input.

    `ZSCORE`: (x - mean) / standard deviation over the train split; missing becomes 0, the mean.
    `LOG`: sign(x) log(1 + |x|), then z-score.
    `BUCKETS`: the quantile bucket's embedding; missing has a bucket of its own.
    `NONE`: as it is; missing becomes 0.
    """

    ZSCORE = "zscore"
    LOG = "log"
    BUCKETS = "buckets"
    NONE = "none"


@dataclasses.dataclass(frozen=True, kw_only=True)
class _TextFeature:
    """Text that becomes ids, and ids that become embeddings; only subclassed.

    Attributes:
        column: The raw column; the feature's own name when not declared.
        top_k: Values kept in the learned vocabulary, the most frequent first. Either this or `hash_buckets`.
        oov_buckets: Ids shared, by hash, by values outside the vocabulary.
        hash_buckets: Ids shared, by hash, by all values, without a vocabulary.
        dim: Length of the embedding.
        table: Features of one table share vocabulary and embedding; the feature's own name when not declared.
        default: Cell that stands for a missing one; when not declared, missing has an id of its own in a categorical
            feature and embeds to zeros in a multi-valued one.
    """

    column: str | None = None
    top_k: int | None = None
    oov_buckets: int = 1
    hash_buckets: int | None = None
    dim: int = 8
    table: str | None = None
    default: str | None = None

    def __post_init__(self) -> None:
        raise_if_any("feature", self._problems())

    def _problems(self) -> list[str]:
        problems = []
        if (self.top_k is None) == (self.hash_buckets is None):
            got = "both" if self.top_k else "neither"
            problems.append(f"either `top_k` or `hash_buckets` must be given, got {got}.")
        for name in ("top_k", "hash_buckets", "dim"):
            value = getattr(self, name)
            if value is not None and value < 1:
                problems.append(f"`{name}` must be positive, got {value!r}.")
        if self.oov_buckets < 1:
            problems.append(f"`oov_buckets` must be at least 1, got {self.oov_buckets!r}: unseen values need an id.")
        return problems


@final
@dataclasses.dataclass(frozen=True, kw_only=True)
class CategoricalFeature(_TextFeature):
    """One value of many; see `_TextFeature` for its attributes."""

    kind: Literal["categorical"] = "categorical"


@final
@dataclasses.dataclass(frozen=True, kw_only=True)
class MultivaluedFeature(_TextFeature):
    """Several values in one cell, such as `comedy|drama`.

    Attributes:
        delimiter: What stands between two values.
        combiner: How their embeddings become one.
    """

    kind: Literal["multivalued"] = "multivalued"
    delimiter: str = "|"
    combiner: Combiner = Combiner.MEAN

    @override
    def _problems(self) -> list[str]:
        problems = super()._problems()
        if not self.delimiter:
            problems.append("`delimiter` must be at least one character, got ''.")
        return problems


@final
@dataclasses.dataclass(frozen=True, kw_only=True)
class NumericFeature:
    """A number.

    Attributes:
        column: The raw column; the feature's own name when not declared.
        scaling: How it becomes an input.
        buckets: Number of quantile buckets; for `scaling: buckets` only.
        dim: Length of a bucket's embedding; for `scaling: buckets` only.
        default: Number that stands for a missing one, before scaling.
    """

    kind: Literal["numeric"] = "numeric"
    column: str | None = None
    scaling: Scaling = Scaling.ZSCORE
    buckets: int = 10
    dim: int = 8
    default: float | None = None

    def __post_init__(self) -> None:
        problems = []
        if self.buckets < 2:
            problems.append(f"`buckets` must be at least 2, got {self.buckets!r}.")
        if self.dim < 1:
            problems.append(f"`dim` must be positive, got {self.dim!r}.")
        if self.default is not None and not math.isfinite(self.default):
            problems.append(f"`default` must be a finite number, got {self.default!r}.")
        raise_if_any("feature", problems)


@final
@dataclasses.dataclass(frozen=True, kw_only=True)
class CrossFeature:
    """The combination of several raw columns' values, hashed.

    Attributes:
        of: The raw columns, two or more.
        hash_buckets: Ids shared, by hash, by all combinations.
        dim: Length of the embedding.
    """

    kind: Literal["cross"] = "cross"
    of: tuple[str, ...]
    hash_buckets: int
    dim: int = 8

    def __post_init__(self) -> None:
        problems = []
        if len(set(self.of)) < 2:
            problems.append(f"`of` must name two columns or more, got {list(self.of)!r}.")
        if self.hash_buckets < 1:
            problems.append(f"`hash_buckets` must be positive, got {self.hash_buckets!r}.")
        if self.dim < 1:
            problems.append(f"`dim` must be positive, got {self.dim!r}.")
        raise_if_any("feature", problems)


Feature = CategoricalFeature | MultivaluedFeature | NumericFeature | CrossFeature
