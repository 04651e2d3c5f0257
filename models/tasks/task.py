"""One task as its user declares it."""

from __future__ import annotations

import dataclasses
import enum
import math
import re
from typing import Final

from models.errors import ConfigError, raise_if_any
from models.expression import parse

__all__ = ["NAME_PATTERN", "Kind", "Relation", "Role", "Task"]

NAME_PATTERN: Final = re.compile(r"[a-z][a-z0-9_]*")


class Kind(enum.Enum):
    """What a task predicts."""

    BINARY = "binary"
    REGRESSION = "regression"


class Role(enum.Enum):
    """Whether a task is an end in itself."""

    MAIN = "main"
    AUXILIARY = "auxiliary"


class Relation(enum.Enum):
    """How a task that is `given` another is trained.

    `PRODUCT`: losses on the parent and on the product of the chain's probabilities over all impressions, none on the
    conditional. Source: Ma et al., "Entire Space Multi-Task Model", SIGIR 2018, Eq. 3. `ESMM` is its other name.
    `CONDITIONAL`: a loss on the conditional over the parent's positives alone.
    """

    PRODUCT = "product"
    ESMM = "esmm"
    CONDITIONAL = "conditional"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Task:
    """One thing to predict.

    Attributes:
        name: A lower-case word; names the tower, the metrics and the served output.
        kind: Binary or regression.
        label: An expression over raw columns; not known where an operand is missing.
        given: The parent task whose positives are this task's sample space.
        relation: Under `given` only; product for a binary task, conditional for a regression, when not declared.
        product: Name of the product output; `<parent>_and_<name>` when not declared.
        weight: An expression: the sample weight of a row in this task's training loss; it does not weigh metrics.
        role: Main or auxiliary.
        loss_weight: Factor of its loss in the sum.
        also_input: Columns of `label` that may be inputs all the same.
    """

    name: str
    kind: Kind
    label: str
    given: str | None = None
    relation: Relation | None = None
    product: str | None = None
    weight: str | None = None
    role: Role = Role.MAIN
    loss_weight: float = 1.0
    also_input: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        problems = self._name_problems()
        for field, text in (("label", self.label), ("weight", self.weight)):
            try:
                parse(text) if text is not None else None
            except ConfigError as error:
                problems.extend(f"`{field}`: {problem}" for problem in error.problems)
        if not problems:
            unread = sorted(set(self.also_input) - set(parse(self.label).columns))
            problems += [
                f"`also_input` names `{column}`, which `label` does not read: leave it out." for column in unread
            ]
        if not 0 <= self.loss_weight < math.inf:
            problems.append(f"`loss_weight` must be 0 or positive, got {self.loss_weight!r}.")
        if self.given is None and (self.relation or self.product):
            problems.append("`relation` and `product` need `given`: name the parent task, or leave them out.")
        if self.kind is Kind.REGRESSION and self.relation in (Relation.PRODUCT, Relation.ESMM):
            problems.append(
                f"`relation` must be conditional for a regression, got {self.relation.value!r}: "
                "only probabilities multiply."
            )
        raise_if_any(f"task {self.name!r}", problems)

    def _name_problems(self) -> list[str]:
        wanted = "a lower-case word of letters, digits and _"
        names = (("name", self.name), ("product", self.product))
        return [
            f"`{field}` must be {wanted}, got {name!r}."
            for field, name in names
            if name is not None and not NAME_PATTERN.fullmatch(name)
        ]

    @property
    def is_product(self) -> bool:
        """Whether this task is trained through the product of its chain."""
        if self.given is None or self.kind is not Kind.BINARY:
            return False
        return self.relation in (None, Relation.PRODUCT, Relation.ESMM)
