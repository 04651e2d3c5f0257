"""What must hold before a candidate replaces the model that serves, as its user declares it."""

from __future__ import annotations

import dataclasses
import enum
import math
from typing import Final

from components.gate.metrics import SCALES, Metric
from components.parity.config import ParityConfig
from components.shift.config import DriftConfig, SkewConfig
from models.errors import raise_if_any

__all__ = ["OLDEST", "FusedLoss", "GateConfig", "Inconclusive", "Rule", "RuleName", "WithoutReference"]

OLDEST: Final = "oldest"


class RuleName(enum.Enum):
    """What is asked of the difference between candidate and baseline."""

    NON_INFERIOR = "non_inferior"  # Shown to be no worse than by the margin.
    SUPERIOR = "superior"  # Shown to be better.
    NOT_SIGNIFICANTLY_WORSE = "not_significantly_worse"  # Not shown to be worse: the fewer the rows, the less it asks.
    OBSERVE = "observe"  # Nothing; it is reported.


class Inconclusive(enum.Enum):
    """What a cell that the rows cannot settle means for the push."""

    BLOCK = "block"
    PASS_WITH_WARNING = "pass_with_warning"
    ASK_FOR_DATA = "ask_for_data"  # Blocks too, and the answer is how many rows would settle it.


class WithoutReference(enum.Enum):
    """What holds where there is nothing to compare with."""

    BOUNDS = "bounds"  # `min` and `max` alone.
    BLOCK = "block"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Rule:
    """What is asked of one metric of one output.

    Attributes:
        output: A task or a product.
        metric: What is measured, over the rows of the output's sample space.
        rule: What is asked of the difference from the baseline; when not declared, non_inferior where a margin is, else
            observe, which a rule of a main task without `min` and `max` must say itself.
        margin: Under non_inferior, how much worse than the baseline it may be, in the metric's own units.
        relative_margin: The same as a share of the baseline's value, of AUC and GAUC of what they exceed 0.5 by.
        total_margin: How much worse than the anchor it may be, in the metric's own units: without it small losses
            add up from push to push.
        min: Smallest value allowed.
        max: Largest value allowed.
        slices: Which of `evaluation.slices` all this holds for too, in each of their values and without one.
        only_slices: Whether it holds for them alone, beside a rule for all rows of the same metric: so that a loss on
            all rows blocks, and what a slice's few rows leave open only warns.
        inconclusive: Where it differs from the gate's.
    """

    output: str
    metric: Metric
    rule: RuleName | None = None
    margin: float | None = None
    relative_margin: float | None = None
    total_margin: float | None = None
    min: float | None = None
    max: float | None = None
    slices: tuple[tuple[str, ...], ...] = ()
    only_slices: bool = False
    inconclusive: Inconclusive | None = None

    def __post_init__(self) -> None:
        problems = [*self._margin_problems(), *self._rule_problems(), *self._bound_problems()]
        if not all(self.slices):
            problems.append("`slices` must hold lists of one or more columns, got an empty one: leave that out.")
        raise_if_any(f"rule of {self.output} {self.metric.value}", problems)

    @property
    def has_bounds(self) -> bool:
        """Whether it asks anything of the value itself."""
        return self.min is not None or self.max is not None

    @property
    def _margins(self) -> dict[str, float]:
        fields = ("margin", "relative_margin", "total_margin")
        return {field: getattr(self, field) for field in fields if getattr(self, field) is not None}

    def _margin_problems(self) -> list[str]:
        problems, scale = [], SCALES[self.metric]
        for field, value in self._margins.items():
            highest = 1.0 if field == "relative_margin" else scale.widest
            if not 0 < value < math.inf:
                problems.append(
                    f"`{field}` must be positive, got {value!r}: it says how much worse the candidate may be, and "
                    "without any margin a model just as good is all but never shown to be no worse."
                )
            elif value >= highest:
                moves = "falls" if scale.sign > 0 else "rises"
                problems.append(
                    f"`{field}` must be under {highest:g}, got {value!r}: a model whose {self.metric.value} {moves} by "
                    "as much is worth nothing, so nothing would be asked."
                )
        if self.margin is not None and self.relative_margin is not None:
            problems.append("`relative_margin` must be left out beside `margin`: keep one of them.")
        if self.margin is not None and self.total_margin is not None and 0 < self.total_margin < self.margin:
            problems.append(
                f"`total_margin` must be at least `margin`, got {self.total_margin!r} and {self.margin!r}: "
                "one push may lose the margin."
            )
        return problems

    def _rule_problems(self) -> list[str]:
        ranked, problems = SCALES[self.metric].is_ranked, []
        if self.only_slices and not self.slices:
            problems.append("`slices` must name one at least under `only_slices`, got none: nothing would be asked.")
        if not ranked and (self._margins or self.rule not in (None, RuleName.OBSERVE)):
            why = "whose best value is 1" if SCALES[self.metric].has_interval else "which is measured without interval"
            problems.append(
                f"`{self._named}` has no meaning for {self.metric.value}, {why}: use `min` and `max`, or observe."
            )
            return problems
        needs = self.margin is None and self.relative_margin is None
        if self.rule is RuleName.NON_INFERIOR and needs:
            problems.append("`rule` non_inferior needs a `margin` or a `relative_margin`: how much worse may it be?")
        if self.resolved is not RuleName.NON_INFERIOR and not needs:
            field = "margin" if self.margin is not None else "relative_margin"
            problems.append(f"`{field}` must be left out under {self.resolved.value}: only non_inferior has a margin.")
        if self.rule is RuleName.OBSERVE and self.total_margin is not None:
            problems.append("`total_margin` must be left out under observe, which asks for nothing.")
        if self.rule is None and needs and self.total_margin is not None:
            problems.append("`total_margin` needs a `margin` beside it, for one push, or a `rule` that has none.")
        return problems

    @property
    def resolved(self) -> RuleName:
        """What is asked of the difference, declared or not."""
        has_margin = self.margin is not None or self.relative_margin is not None
        return self.rule or (RuleName.NON_INFERIOR if has_margin else RuleName.OBSERVE)

    @property
    def can_stop(self) -> bool:
        """Whether any answer to it keeps a candidate back."""
        return self.has_bounds or self.resolved is not RuleName.OBSERVE

    @property
    def _named(self) -> str:
        return next(iter(self._margins), "rule")

    def _bound_problems(self) -> list[str]:
        problems, highest = [], SCALES[self.metric].highest
        bounds = {field: getattr(self, field) for field in ("min", "max") if getattr(self, field) is not None}
        for field, value in bounds.items():
            if not 0 <= value <= highest or math.isinf(value):
                end = "0 or more" if math.isinf(highest) else f"between 0 and {highest:g}"
                problems.append(f"`{field}` must be {end}, as {self.metric.value} is, got {value!r}.")
        lowest = SCALES[self.metric].worthless
        if "min" in bounds and (bounds["min"] == 0 or 0 < bounds["min"] < lowest):
            problems.append(
                f"`min` must be {f'at least {lowest:g}' if lowest else 'above 0'}, got {self.min!r}: "
                f"{'a coin' if lowest else 'every model'} has as much, so nothing would be asked."
            )
        if bounds.get("max") == highest:
            problems.append(f"`max` must be below {highest:g}, got {self.max!r}: every model has at most as much.")
        best = {1: ("min", highest), -1: ("max", 0.0)}.get(SCALES[self.metric].sign)
        if best is not None and bounds.get(best[0]) == best[1]:
            problems.append(
                f"`{best[0]}` must leave room to {best[1]:g}, the best {self.metric.value} there is, got "
                f"{bounds[best[0]]!r}: no model is shown to reach it."
            )
        if len(bounds) > 1 and bounds["min"] >= bounds["max"]:
            problems.append(
                f"`min` must be less than `max`, got {self.min!r} and {self.max!r}: an interval has to fit between."
            )
        return problems


@dataclasses.dataclass(frozen=True, kw_only=True)
class FusedLoss:
    """How much the losses of outputs may rise together.

    Attributes:
        weights: By output: factors of the rise of its log loss, or, of a regression, of its mean squared error.
        margin: Largest weighted sum of rises allowed.
    """

    weights: dict[str, float]
    margin: float

    def __post_init__(self) -> None:
        problems = [
            f"`weights` must be positive, got {weight!r} for {output!r}: leave the output out."
            for output, weight in self.weights.items()
            if not 0 < weight < math.inf
        ]
        if not self.weights:
            problems.append("`weights` must name at least one output, got none.")
        if not 0 < self.margin < math.inf:
            problems.append(f"`margin` must be positive, got {self.margin!r}: a model just as good would not pass.")
        raise_if_any("fused_loss", problems)


@dataclasses.dataclass(frozen=True, kw_only=True)
class GateConfig:
    """What must hold before a candidate replaces the model that serves.

    Attributes:
        rules: All must hold.
        confidence: With which each is shown, one-sided; 0.95 is wrong once in twenty at its limit.
        inconclusive: What cells mean that the rows cannot settle.
        first_run: What holds while nothing serves.
        not_comparable: What holds for an output that the baseline lacks, or where it cannot be loaded: `bounds` for the
            one run that brings a new output in.
        at_least_one_superior: Whether an output of a main task must be shown to be better, besides.
        fused_loss: How much the losses may rise together.
        anchor: The served version that `total_margin` counts from, by number; `oldest` is the first still there, so
            removing old versions moves it.
        parity: How the exported model is held against the trained one; where they differ nothing is pushed.
        drift: How far columns may have moved since the rows that the served model learned from; None asks nothing.
        skew: How far logged requests may be from the train rows; None asks nothing.
    """

    rules: tuple[Rule, ...]
    confidence: float = 0.95
    inconclusive: Inconclusive = Inconclusive.BLOCK
    first_run: WithoutReference = WithoutReference.BOUNDS
    not_comparable: WithoutReference = WithoutReference.BLOCK
    at_least_one_superior: bool = False
    fused_loss: FusedLoss | None = None
    anchor: int | str | None = None
    parity: ParityConfig = dataclasses.field(default_factory=ParityConfig)
    drift: DriftConfig | None = None
    skew: SkewConfig | None = None

    def __post_init__(self) -> None:
        problems = []
        if not self.rules:
            problems.append("`rules` must hold at least one rule: a gate without any passes everything.")
        problems += self._rules_problems()
        if not 0.5 < self.confidence < 1:
            problems.append(f"`confidence` must be above 0.5 and below 1, got {self.confidence!r}: 0.95 is usual.")
        if isinstance(self.anchor, str) and self.anchor != OLDEST:
            problems.append(f"`anchor` must be a version's number or {OLDEST}, got {self.anchor!r}.")
        if self.anchor is None and any(rule.total_margin is not None for rule in self.rules):
            problems.append(
                f"`anchor` is missing, which `total_margin` counts from: write a served version, or {OLDEST}."
            )
        if isinstance(self.anchor, int) and self.anchor < 0:
            problems.append(f"`anchor` must be a version's number, got {self.anchor!r}.")
        raise_if_any("gate", problems)

    def _rules_problems(self) -> list[str]:
        """No row is asked about twice by rules of one metric, and what is asked of slices is asked of all rows too."""
        rows = [(_name(rule), place) for rule in self.rules for place in _places(rule)]
        doubled = {item: None for item in rows if rows.count(item) > 1}
        problems = []
        for name, place in doubled:
            where = f" of [{', '.join(place)}]" if place else ""
            problems.append(f"`rules` names {name!r}{where} twice: write one with all that is asked.")
        of_all = {_name(rule) for rule in self.rules if not rule.only_slices and rule.can_stop}
        for name in dict.fromkeys(_name(rule) for rule in self.rules if rule.only_slices):
            if name not in of_all:
                problems.append(
                    f"`rules` must hold a rule of {name!r} for all rows, which can stop a candidate, beside that of "
                    "`only_slices`."
                )
        return problems


def _name(rule: Rule) -> str:
    return f"{rule.output} {rule.metric.value}"


def _places(rule: Rule) -> list[tuple[str, ...]]:
    """The slicings that it asks about; the empty one is all rows."""
    return [*([()] if not rule.only_slices else []), *rule.slices]
