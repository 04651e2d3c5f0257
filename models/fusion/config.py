"""The section `fusion` of a configuration: formulas, which of them is served, and weights by segment."""

from __future__ import annotations

import dataclasses
import enum
import re
from collections.abc import Iterator, Mapping
from typing import Final

from models.arrays import Array, Arrays
from models.binding import nearest
from models.errors import raise_if_any
from models.fusion.affine_power import AffinePower
from models.fusion.base import Formula
from models.fusion.columns import FusionColumn, missing_name
from models.fusion.expression import ExpressionFormula
from models.fusion.power_product import PowerProduct
from models.fusion.weighted_sum import WeightedSum
from models.fusion.weights import FlatWeights, key_of, vector_of

__all__ = ["FORMULAS", "SCORE", "VERSION", "FormulaConfig", "FusionConfig", "Segment", "WeightsFrom", "score_name"]

SCORE: Final = "score"  # The served output of the formula that is served.
VERSION: Final = "fusion_version"

_NAME: Final = re.compile(r"[a-z][a-z0-9_]*")
_NO_KEY: Final = re.compile(r"[@=\t\r\n]")  # What divides keys of weights, and lines of their file.
_YAML_WORDS: Final = ("True", "False", "None")

FormulaConfig = WeightedSum | PowerProduct | AffinePower | ExpressionFormula

FORMULAS: Final[dict[str, type[Formula]]] = {
    "weighted_sum": WeightedSum,
    "power_product": PowerProduct,
    "affine_power": AffinePower,
    "formula": ExpressionFormula,
}


class WeightsFrom(enum.Enum):
    """Whose weights a new model serves."""

    SERVED = "served"  # Those declared, but for what was set since of the model that serves.
    CONFIG = "config"  # Those declared.


def score_name(formula: str) -> str:
    """The served output of a formula."""
    return f"{SCORE}/{formula}"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Segment:
    """Weights that differ by the value of a column; rows of other values have those of the formulas.

    Attributes:
        column: A raw column of texts.
        weights: By value, formula and weight; what is left out is as in the formula.
    """

    column: str
    weights: dict[str, dict[str, dict[str, float]]]


@dataclasses.dataclass(frozen=True, kw_only=True)
class FusionConfig:
    """How a row's predictions become one score.

    Attributes:
        formulas: By name; all are served side by side.
        served: The one that is called `score`.
        label: The output whose label the score is to rank; it is judged by AUC and GAUC then, and the gate may ask.
        columns: The raw columns that formulas read.
        segment: Weights by the value of a column.
        weights_from: What becomes, in the next model, of weights that were set of the one that serves.
    """

    formulas: dict[str, FormulaConfig]
    served: str
    label: str | None = None
    columns: dict[str, FusionColumn] = dataclasses.field(default_factory=dict)
    segment: Segment | None = None
    weights_from: WeightsFrom = WeightsFrom.SERVED

    def __post_init__(self) -> None:
        problems = [*self._name_problems(), *self._column_problems(), *self._segment_problems()]
        if not problems:
            problems += self.weight_problems(self.declared)
        raise_if_any("fusion", problems)

    @property
    def reads(self) -> tuple[str, ...]:
        """Outputs and columns, each once."""
        return tuple(dict.fromkeys(name for formula in self.formulas.values() for name in formula.reads))

    @property
    def heads(self) -> tuple[str, ...]:
        """What is read and is no declared column, so must be an output."""
        return tuple(name for name in self.reads if name not in self.columns)

    @property
    def inputs(self) -> tuple[str, ...]:
        """The raw columns that a served score reads, the segment's among them."""
        of_segment = () if self.segment is None else (self.segment.column,)
        return tuple(dict.fromkeys((*self.columns, *of_segment)))

    @property
    def scores(self) -> tuple[str, ...]:
        """Served outputs: the served formula's, then each formula's under its name."""
        return (SCORE, *map(score_name, self.formulas))

    @property
    def judged(self) -> tuple[str, ...]:
        """The scores that are judged by `label`, each once; none without it."""
        if self.label is None:
            return ()
        return (SCORE, *(score_name(formula) for formula in self.formulas if formula != self.served))

    @property
    def declared(self) -> FlatWeights:
        """Every weight of every formula and segment by its key, such as `main.ctr` and `main.ctr@US`."""
        found = {
            key_of(formula, weight): value
            for formula, declared in self.formulas.items()
            for weight, value in declared.declared.items()
        }
        for segment, formulas in (self.segment.weights if self.segment else {}).items():
            for formula, weights in formulas.items():
                found |= {key_of(formula, weight, segment): value for weight, value in weights.items()}
        return found

    def prepare(self, values: Mapping[str, Array], arrays: Arrays) -> dict[str, Array]:
        """What formulas read: outputs as float64, columns as declared, and where those that they ask of were missing.

        Args:
            values: By output and column, `[rows]`; more are left alone.
            arrays: The functions of their library.
        """
        prepared = {
            name: self.columns[name].prepare(values[name], arrays)
            if name in self.columns
            else arrays.number(values[name])
            for name in self.reads
        }
        asked = {name for formula in self._expressions.values() for name in formula.asked}
        return prepared | {missing_name(name): self.columns[name].is_missing(values[name], arrays) for name in asked}

    def weight_problems(self, weights: FlatWeights) -> list[str]:
        """What is wrong with weights of all keys, each formula's in each segment; sentences."""
        found: dict[str, None] = {}
        for name, formula in self.formulas.items():
            for segment in (None, *self._segments_of(name, weights)):
                where = f"formula `{name}`" + (f" where {self._column} is {segment!r}" if segment else "")
                vector = vector_of(weights, name, formula.declared, segment=segment)
                found.update(dict.fromkeys(f"{where}: {problem}" for problem in formula.problems(vector)))
        return list(found)

    @property
    def _expressions(self) -> dict[str, ExpressionFormula]:
        return {name: formula for name, formula in self.formulas.items() if isinstance(formula, ExpressionFormula)}

    @property
    def _column(self) -> str:
        return "" if self.segment is None else self.segment.column

    @staticmethod
    def _segments_of(formula: str, weights: FlatWeights) -> list[str]:
        marks = (key.partition("@") for key in weights if key.partition(".")[0] == formula)
        return list(dict.fromkeys(segment for _, mark, segment in marks if mark))

    def _name_problems(self) -> Iterator[str]:
        if not self.formulas:
            yield "`formulas` must hold at least one, got none."
        for name in self.formulas:
            if not _NAME.fullmatch(name):
                yield f"`formulas` must have lower-case words for names, got {name!r}."
        if self.formulas and self.served not in self.formulas:
            yield f"`served` must be one of `formulas`, {', '.join(self.formulas)}, got {self.served!r}."
        for name in self.reads:
            if _NO_KEY.search(name):
                yield f"`{name}` cannot be read by a formula: rename the column so that it has no @, = or line break."

    def _column_problems(self) -> Iterator[str]:
        for name in self.columns:
            if name not in self.reads:
                yield f"`columns` holds `{name}`, which no formula reads: leave it out."
        for title, asking in self._expressions.items():
            for name in asking.asked:
                if name not in self.columns:
                    yield f"`is_missing({name})` in formula `{title}` asks of no entry of `columns`: it is never true."
        for title, formula in self.formulas.items():
            for name in formula.reads:
                text = self.columns[name].is_text if name in self.columns else False
                wanted = formula.types.get(name) if isinstance(formula, ExpressionFormula) else "number"
                if name not in self.columns and wanted == "string":
                    yield (
                        f"`{name}` is a text to formula `{title}`, which no output is: declare the column under "
                        f'`columns`, such as {name}: {{missing: ""}}.'
                    )
                elif wanted is not None and text != (wanted == "string"):
                    given = "a text" if text else "a number"
                    yield f"`{name}` is {given} by its `missing`, but formula `{title}` reads it as a {wanted}."

    def _segment_problems(self) -> Iterator[str]:
        for segment, formulas in (self.segment.weights if self.segment else {}).items():
            if not segment or _NO_KEY.search(segment.replace("@", "").replace("=", "")):
                yield f"`segment.weights` must be named by values of one line, got {segment!r}."
            if segment in _YAML_WORDS:
                yield f"`segment.weights` names {segment!r}, which YAML made of another word: put that in quotes."
            for formula, weights in formulas.items():
                known = self.formulas[formula].declared if formula in self.formulas else None
                if known is None:
                    yield f"`segment.weights.{segment}` names formula `{formula}`. {nearest(formula, self.formulas)}"
                for weight in weights:
                    if known is not None and weight not in known:
                        others = f"only {', '.join(known)}" if known else "for the formula has none"
                        yield f"`segment.weights.{segment}.{formula}` has no weight `{weight}` to change, {others}."
