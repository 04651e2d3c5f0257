"""What a tuning found, as a record and as JSON."""

from __future__ import annotations

import dataclasses
import json
from typing import Final

from components.comparison import Comparison
from components.comparison.stored import comparison_text, parse_comparison
from components.fusion_tuner.search import Tried
from components.fusion_tuner.space import Bounds
from models.binding import bind_or_raise, unbind
from models.errors import raise_if_any

__all__ = ["Checked", "FusionTuning", "Halves"]

VERSION: Final = 1  # Of the layout.


@dataclasses.dataclass(frozen=True)
class Checked:
    """Weights of the front on rows that the search never saw.

    Attributes:
        place: In `tried`.
        values: By objective, on the check half.
        optimism: By objective, what they gain on the present weights in the search half less what they gain in the
            check half: what of the gain was luck in the search.
    """

    place: int
    values: dict[str, float]
    optimism: dict[str, float]


@dataclasses.dataclass(frozen=True)
class Halves:
    """What was searched and checked on.

    Attributes:
        search_rows: Rows of the search half.
        check_rows: Rows of the check half.
        without_user: Rows left out, since they are in neither.
    """

    search_rows: int
    check_rows: int
    without_user: int


@dataclasses.dataclass(frozen=True, kw_only=True)
class FusionTuning:
    """A tuning.

    Attributes:
        goal: "sum", "within" or "pareto".
        aims: Names of the objectives that it is about; more of each is better.
        objectives: These, and those that are observed.
        bounds: Between what weights were searched.
        tried: Everything tried, the present weights first, with values of the search half.
        refused: How many weights the formula could not take, or that made one score of all rows.
        front: Of `tried` those that none of it dominates, checked.
        present: The present weights on the check half, by objective.
        chosen: Place in `tried`; None where nothing tried meets the goal's bounds.
        comparison: The chosen weights against the present ones on the check half, with paired errors by user.
        halves: Of rows.
        seed: Of the halves and the search.
    """

    goal: str
    aims: tuple[str, ...]
    objectives: tuple[str, ...]
    bounds: dict[str, Bounds]
    tried: tuple[Tried, ...]
    refused: int
    front: tuple[Checked, ...]
    present: dict[str, float]
    chosen: int | None
    comparison: Comparison
    halves: Halves
    seed: int

    def to_json(self) -> str:
        """One text for equal tunings."""
        plain = {field.name: unbind(getattr(self, field.name)) for field in dataclasses.fields(self)}
        plain["comparison"] = json.loads(comparison_text(self.comparison))
        return json.dumps({"version": VERSION, **plain}, allow_nan=False, indent=1) + "\n"

    @classmethod
    def from_json(cls, text: str) -> FusionTuning:
        """Reads what `to_json` wrote; raises ValueError where it did not."""
        given = json.loads(text)
        found = given.pop("version", None) if isinstance(given, dict) else given
        if found != VERSION:
            raise_if_any("fusion tuning", [f"`version` must be {VERSION}, got {found!r}: tune again."])
        comparison = parse_comparison(json.dumps(given.pop("comparison", None)))
        empty = unbind(Comparison(cells=()))
        return dataclasses.replace(bind_or_raise(cls, {**given, "comparison": empty}), comparison=comparison)
