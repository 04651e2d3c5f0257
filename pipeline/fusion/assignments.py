"""Assignments of weights as they are written on a command line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from models.binding import nearest
from models.errors import raise_if_any
from models.fusion import FlatWeights, FusionConfig

__all__ = ["assigned"]

_DIVIDES: Final = re.compile(r"[\t\r\n]")  # Keys and numbers, and lines, of the file that servers read.


def assigned(fusion: FusionConfig, weights: FlatWeights, assignments: Sequence[str]) -> dict[str, float]:
    """The weights after assignments such as `main.ctr=1.2`, `main.ctr@US=0.8` and `main.ctr@US=`.

    A segment's own weight comes by being set, and goes where nothing follows the sign.

    Raises:
        ConfigError: Holds all that is wrong with them.
    """
    found, problems = dict(weights), []
    for text in assignments:
        key, sign, value = text.partition("=")
        problem = next(_key_problems(fusion, weights, text, key=key, sign=sign), None)
        if problem is not None:
            problems.append(problem)
        elif "@" in key and not value:
            found.pop(key, None)
        else:
            try:
                found[key] = float(value)
            except ValueError:
                problems.append(f"`{key}` must be set to a number, got {value!r}.")
    keys = [text.partition("=")[0] for text in assignments]
    problems += [f"`{key}` is set twice: keep one." for key in sorted({key for key in keys if keys.count(key) > 1})]
    raise_if_any("fusion", problems or fusion.weight_problems(found))
    return found


def _key_problems(fusion: FusionConfig, weights: FlatWeights, text: str, *, key: str, sign: str) -> Iterator[str]:
    common = [name for name in weights if "@" not in name]
    name, at, segment = key.partition("@")
    if not sign:
        yield f"an assignment must be like {common[0]}=1.5, got {text!r}."
    if name not in common:
        yield f"`{name}` is no weight of what serves. {nearest(name, common)}"
    if at and fusion.segment is None:
        yield f"`{key}` names a segment, but what serves has none: declare `fusion.segment`, and run the pipeline."
    if at and not segment.strip():
        yield f"`{key}` must name a segment after @, got none."
    if _DIVIDES.search(segment):
        yield f"`{key}` must name a segment of one line without tabs, got {segment!r}."
