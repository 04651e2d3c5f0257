"""What of fusion formulas can be read although something else in their section is wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from models.binding import bind
from models.fusion import FormulaConfig, FusionConfig

__all__ = ["readable_formulas"]


def readable_formulas(given: object) -> Iterator[FusionConfig]:
    """Each formula as if it were the only one, with the columns that it reads; those that can be read.

    Args:
        given: A section `fusion`, as a YAML reader returned it.
    """
    if not isinstance(given, Mapping):
        return
    formulas, columns = _mapping(given.get("formulas")), _mapping(given.get("columns"))
    for name, own in formulas.items():
        formula: Any = bind(FormulaConfig, own)[0]  # type: ignore[arg-type]  # A union of dataclasses is bound, too.
        if formula is None:
            continue
        read = {column: columns[column] for column in formula.reads if column in columns}
        alone = {"formulas": {name: own}, "served": name, "label": given.get("label"), "columns": read}
        found = bind(FusionConfig, alone)[0]
        if found is not None:
            yield found


def _mapping(given: object) -> Mapping[str, Any]:
    return given if isinstance(given, Mapping) else {}
