"""One task as its user declares it."""

from __future__ import annotations

import dataclasses
import enum
import math
import re
from typing import Final

from models.errors import ConfigError, raise_if_any
from models.expression import parse
from models.heads import HeadConfig
from models.relations import Conditional, Product, RelationConfig
from models.tasks.maturity import delay_us, maturity_problems
from models.tasks.preference import level_label

__all__ = ["NAME_PATTERN", "Role", "Task"]

NAME_PATTERN: Final = re.compile(r"[a-z][a-z0-9_]*")


class Role(enum.Enum):
    """Whether a task is an end in itself."""

    MAIN = "main"
    AUXILIARY = "auxiliary"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Task:
    """One thing to predict.

    Attributes:
        name: A lower-case word; names the tower, the metrics and the served output.
        kind: What is predicted; one of the catalogue of heads.
        label: An expression over raw columns; not known where an operand is missing. Of a ranking task it may follow
            from `prefer`.
        prefer: For ranking tasks, in place of `label`: events in order, such as buy > cart > click > impression, each
            but the last a raw column that is not 0 where it happened. A row's label is the level of its highest event.
        given: The parent task whose positives are this task's sample space.
        relation: Under `given` only, one of the catalogue of relations; product for a binary task, conditional for
            another, when not declared.
        product: Name of the product output; `<parent>_and_<name>` when not declared.
        weight: An expression: the sample weight of a row in this task's training loss; it does not weigh metrics.
        role: Main or auxiliary.
        loss_weight: Factor of its loss in the sum.
        also_input: Columns of `label` that may be inputs all the same.
        tower: Widths of the hidden layers of its tower, where they differ from the model's.
        kept_negatives: The share of its negatives that the rows hold, above 0 and at most 1: all that is predicted and
            measured, of this task and of others, is corrected for those left out, by a coin of this task's own.
        matures_after: How long after its event a row's label is waited for, such as 7d (s, m, h, d or w): until then
            it is not known, whatever it is, see `models.tasks.maturity`. None takes labels as they are.
        label_time: The raw column that tells when the label came, written like the event's time; one that came after
            the delay counts as negative. For tasks with a delay whose label is 0 where nothing came.
    """

    name: str
    kind: HeadConfig
    label: str = ""
    prefer: str | None = None
    given: str | None = None
    relation: RelationConfig | None = None
    product: str | None = None
    weight: str | None = None
    role: Role = Role.MAIN
    loss_weight: float = 1.0
    also_input: tuple[str, ...] = ()
    tower: tuple[int, ...] | None = None
    kept_negatives: float = 1.0
    matures_after: str | None = None
    label_time: str | None = None

    def __post_init__(self) -> None:
        problems = [*self._name_problems(), *self._preference_problems()]
        for field, text in (("label", self.label or None), ("weight", self.weight)):
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
        problems += self._relation_problems() + self._shape_problems()
        problems += maturity_problems(
            self.matures_after, self.label_time, kind=self.kind, kept_negatives=self.kept_negatives
        )
        raise_if_any(f"task {self.name!r}", problems)

    def _preference_problems(self) -> list[str]:
        """What is wrong with `prefer`; without a problem the label follows from it."""
        if self.prefer is None:
            beside = "" if self.kind.list_column is None else ", or `prefer` from which it follows"
            return [] if self.label else [f"`label` is missing: it has no default, so write it{beside}."]
        if self.kind.list_column is None:
            return [f"`prefer` is for ranking tasks, got it with {self.kind.name}: write a `label`."]
        try:
            label = level_label(self.prefer)
        except ConfigError as error:
            return list(error.problems)
        if self.label not in ("", label):
            return [f"`label` must be left out with `prefer`, from which it follows, got {self.label!r}."]
        object.__setattr__(self, "label", label)
        return []

    def _relation_problems(self) -> list[str]:
        problems = []
        if self.given is None and (self.relation or self.product):
            problems.append("`relation` and `product` need `given`: name the parent task, or leave them out.")
        if self.product is not None and not self.kind.is_binary:
            problems.append(f"`product` is for binary tasks, got it with {self.kind.name}: leave it out.")
        if self.relation is not None and self.relation.needs_binary and not self.kind.is_binary:
            problems.append(
                f"`relation` must be conditional for a {self.kind.name} task, got {self.relation.name!r}: "
                "only probabilities multiply."
            )
        return problems

    def _shape_problems(self) -> list[str]:
        problems = [f"`tower` must hold positive widths, got {width!r}." for width in self.tower or () if width < 1]
        if not 0 < self.kept_negatives <= 1:
            problems.append(f"`kept_negatives` must be above 0 and at most 1, got {self.kept_negatives!r}.")
        elif self.kept_negatives < 1 and not self.kind.is_binary:
            problems.append(f"`kept_negatives` is for binary tasks, got it with {self.kind.name}: leave it out.")
        return problems

    def _name_problems(self) -> list[str]:
        wanted = "a lower-case word of letters, digits and _"
        names = (("name", self.name), ("product", self.product))
        return [
            f"`{field}` must be {wanted}, got {name!r}."
            for field, name in names
            if name is not None and not NAME_PATTERN.fullmatch(name)
        ]

    @property
    def log_kept(self) -> float:
        """What the correction for negatives left out adds to its log-odds: 0 or below."""
        return math.log(self.kept_negatives)

    @property
    def delay_us(self) -> int | None:
        """Its delay in microseconds; None without one."""
        return None if self.matures_after is None else delay_us(self.matures_after)

    @property
    def how(self) -> RelationConfig | None:
        """Its relation, declared or not; None without a parent."""
        if self.given is None:
            return None
        return self.relation or (Product() if self.kind.is_binary else Conditional())
