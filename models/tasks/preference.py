"""An ordering of events, such as `buy > cart > click > impression`, as the label of a ranking task."""

from __future__ import annotations

import keyword
from typing import Final

from models.errors import raise_if_any

__all__ = ["FLOOR", "level_label"]

FLOOR: Final = "impression"  # What every row is: the end of an ordering, and no column.

_EXAMPLE: Final = "such as `buy > cart > click > impression`"


def level_label(ordering: str) -> str:
    """The label expression of the levels of `ordering`: 0 for an impression, 1 for what is just above it, and so on.

    A row has the level of the highest event it holds. Events joined by `=` share a level.

    Raises:
        ConfigError: With all that is wrong.
    """
    levels = [[name.strip() for name in level.split("=")] for level in ordering.split(">")]
    raise_if_any("prefer", _problems(ordering, levels))
    parts = [f"{len(levels) - 1 - place} if {_any(names)} else " for place, names in enumerate(levels[:-1])]
    return "".join([*parts, "0"])


def _problems(ordering: str, levels: list[list[str]]) -> list[str]:
    names = [name for level in levels for name in level]
    wrong = [name for name in names if not name.isidentifier() or keyword.iskeyword(name)]
    if wrong:
        wanted = f"columns' names with > or = between them, {_EXAMPLE}"
        return [f"`prefer` must be {wanted}, got {wrong[0]!r} in {ordering!r}; write other labels as `label`."]
    problems = []
    for name in dict.fromkeys(name for name in names if names.count(name) > 1):
        first, last = [place for place, level in enumerate(levels) for _ in range(level.count(name))][:2]
        if first == last:
            problems.append(f"`prefer` must name an event once, got `{name}` twice in {ordering!r}: leave one out.")
        else:
            circle = " > ".join([name, *(" = ".join(level) for level in levels[first + 1 : last]), name])
            problems.append(f"`prefer` must not go round in a circle, got {circle}: leave one `{name}` out.")
    if levels[-1] != [FLOOR] and not problems:
        problems.append(f"`prefer` must end in `> {FLOOR}`, which every row is, got {ordering!r}.")
    elif len(levels) < 2 and not problems:
        problems.append(f"`prefer` must hold two levels at least, got {ordering!r}: write one {_EXAMPLE}.")
    return problems


def _any(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"({' or '.join(names)})"
