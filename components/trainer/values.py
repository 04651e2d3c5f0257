"""Other values in their places of a plan."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from components.trainer.plan import TrainerPlan
from models.binding import bind_or_raise, unbind

__all__ = ["Values", "put", "taken", "with_values"]

Values = Mapping[str, Any]  # By dotted path, whatever stands there.


def with_values(plan: TrainerPlan, values: Values) -> TrainerPlan:
    """`plan` with other values in their places.

    Raises:
        ConfigError: They are not valid together.
    """
    plain = unbind(plan)
    for path, value in values.items():
        put(plain, path, value)
    return bind_or_raise(TrainerPlan, plain)


def taken(plain: Any, path: str) -> Any:
    """What stands at a dotted path of mappings and lists; items of lists go by their `name`, or by their place."""
    place = plain
    for part in path.split("."):
        place = place[_key(place, part)]
    return place


def put(plain: Any, path: str, value: Any) -> None:
    """Puts `value` where `taken` would find it."""
    above, _, last = path.rpartition(".")
    place = taken(plain, above) if above else plain
    place[_key(place, last)] = value


def _key(place: Any, part: str) -> str | int:
    if not isinstance(place, list):
        return part
    named = [number for number, item in enumerate(place) if isinstance(item, dict) and item.get("name") == part]
    return named[0] if named else int(part)
