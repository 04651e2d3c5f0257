"""What a simulated data set looks like."""

from __future__ import annotations

import dataclasses
import datetime
import math
from typing import Final

from models.errors import raise_if_any

__all__ = ["SimulateConfig"]

_MAX_INDEX: Final = 2**53  # Row numbers and ids stay exact in a float64 and far from the pilot rows.


@dataclasses.dataclass(frozen=True, kw_only=True)
class SimulateConfig:
    """Impressions, the clicks on them and the conversions of these clicks.

    Every value is a function of `seed` and its row, so a longer run begins with the rows of a shorter one, and rows
    `first_row` on are the continuation of the same world: a later day, or an evaluation set.

    Attributes:
        num_rows: Impressions to write.
        seed: Makes the world and all draws in it; at least 0.
        first_row: Number of the first row; at least 0.
        num_users: Users that lists are drawn from.
        num_items: Items that impressions are drawn from.
        list_size: Consecutive impressions shown to one user in one list.
        activity: Zipf exponent of users: 0 is equal shares, 1 is a few users with most lists.
        popularity: Zipf exponent of items and of categorical values.
        num_categorical: Columns `category_0` and on.
        num_values: Values of each categorical column.
        num_numeric: Columns `number_0` and on, standard normal.
        click_rate: Share of impressions with a click.
        conversion_rate: Share of clicks with a conversion.
        correlation: Between what the features say of the click and of the conversion, in log-odds; -1 to 1.
        signal: Standard deviation of what the features say, in log-odds; 0 makes labels pure noise.
        selection_bias: Log-odds that one standard deviation of a confounder, seen by no feature, adds to click and
            conversion alike. With 0 a conversion does not depend on the click beyond the features; above, clicked
            impressions would convert more often than others that look the same.
        mean_spend: Mean spend of a conversion, log-normal; None leaves the column out.
        start_date: ISO date of row 0; None leaves the column `date` out.
        rows_per_day: Rows of one date; needed with `start_date`.
    """

    num_rows: int
    seed: int = 1
    first_row: int = 0
    num_users: int = 10_000
    num_items: int = 10_000
    list_size: int = 10
    activity: float = 0.5
    popularity: float = 1.0
    num_categorical: int = 4
    num_values: int = 100
    num_numeric: int = 4
    click_rate: float = 0.1
    conversion_rate: float = 0.1
    correlation: float = 0.5
    signal: float = 1.5
    selection_bias: float = 0.0
    mean_spend: float | None = None
    start_date: str | None = None
    rows_per_day: int | None = None

    def __post_init__(self) -> None:
        raise_if_any("simulate", [*self._count_problems(), *self._rate_problems(), *self._date_problems()])

    def _count_problems(self) -> list[str]:
        least = {name: 1 for name in ("num_rows", "num_users", "num_items", "list_size", "num_values")}
        least |= {name: 0 for name in ("seed", "first_row", "num_categorical", "num_numeric")}
        problems = [
            f"`{name}` must be from {minimum} to 2^53, got {getattr(self, name)!r}."
            for name, minimum in least.items()
            if not minimum <= getattr(self, name) <= _MAX_INDEX
        ]
        if self.first_row + self.num_rows > _MAX_INDEX:
            problems.append(f"`first_row` plus `num_rows` must be at most 2^53, got {self.first_row + self.num_rows}.")
        return problems

    def _rate_problems(self) -> list[str]:
        problems = [
            f"`{name}` must be between 0 and 1, got {getattr(self, name)!r}."
            for name in ("click_rate", "conversion_rate")
            if not 0 < getattr(self, name) < 1
        ]
        problems += [
            f"`{name}` must be finite and at least 0, got {getattr(self, name)!r}."
            for name in ("activity", "popularity", "signal")
            if not 0 <= getattr(self, name) < math.inf
        ]
        if not -1 <= self.correlation <= 1:
            problems.append(f"`correlation` must be from -1 to 1, got {self.correlation!r}.")
        if not math.isfinite(self.selection_bias):
            problems.append(f"`selection_bias` must be finite, got {self.selection_bias!r}.")
        if self.mean_spend is not None and not 0 < self.mean_spend < math.inf:
            problems.append(f"`mean_spend` must be positive, got {self.mean_spend!r}; leave it out for no spend.")
        return problems

    def _date_problems(self) -> list[str]:
        if (self.start_date is None) != (self.rows_per_day is None):
            return ["`start_date` and `rows_per_day` must be given together, got one: give both or neither."]
        if self.start_date is None or self.rows_per_day is None:
            return []
        if self.rows_per_day < 1:
            return [f"`rows_per_day` must be positive, got {self.rows_per_day!r}."]
        try:
            start = datetime.date.fromisoformat(self.start_date)
            start + datetime.timedelta(days=(self.first_row + self.num_rows) // self.rows_per_day)
        except (ValueError, OverflowError) as error:
            return [f"`start_date` must be an ISO date whose last row is before the year 10000, got {error}."]
        return []
