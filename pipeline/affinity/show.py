"""The affinity of tasks on a terminal."""

from __future__ import annotations

from typing import Final

from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from pipeline.affinity.effect import Advice, Band
from pipeline.affinity.record import AffinityRecord, Influence, PairAdvice

__all__ = ["affinity_table"]

_COLORS: Final = {
    Advice.SHARE: "green",
    Advice.AUXILIARY: "cyan",
    Advice.SEPARATE: "yellow",
    Advice.CANNOT_TELL: "dim",
}
_NOTE: Final = (
    "Z: by what share a step along the first loss' gradient lowers the second. Probe: by what share the second ends "
    "lower where the first trained the shared parameters than where nobody did. Above 0 helps; after ± the noise."
)
_NOTHING: Final = "Nothing to change in the configuration."


def affinity_table(record: AffinityRecord) -> RenderableType:
    """What rich prints: effects, advice for pairs, and the proposed change."""
    proposal = _NOTHING if record.proposal is None else f"Proposed:\n\n{record.proposal}"
    return Group(_influences(record), Text(_NOTE, "dim"), _pairs(record), Text(proposal))


def _influences(record: AffinityRecord) -> Table:
    table = _table()
    table.add_column("of", overflow="fold")
    table.add_column("on", overflow="fold")
    table.add_column("Z", justify="right", no_wrap=True)
    table.add_column("probe", justify="right", no_wrap=True)
    table.add_column("it")
    for one in record.influences:
        table.add_row(*_cells(one), style="dim" if one.source == one.target else "")
    return table


def _cells(one: Influence) -> list[str]:
    is_own = one.source == one.target
    sign = "" if is_own else one.effect.sign.value
    target = "itself" if is_own else one.target
    return [one.source, target, _small(one.effect.lookahead), _percent(one.effect.probe), sign]


def _pairs(record: AffinityRecord) -> Table:
    table = _table()
    table.add_column("pair")
    table.add_column("advice")
    for one in record.pairs:
        table.add_row(f"{one.pair[0]}, {one.pair[1]}", Text(_advice(one), _COLORS[one.advice]))
    return table


def _advice(one: PairAdvice) -> str:
    return f"make {one.auxiliary} auxiliary" if one.auxiliary is not None else one.advice.value


def _table() -> Table:
    return Table(box=SIMPLE_HEAD, show_lines=False, padding=(0, 1, 0, 0), pad_edge=False)


def _small(band: Band) -> str:
    if band.value is None:
        return "not known"
    return f"{band.value:+.1e}" + ("" if band.noise is None else f" ± {band.noise:.0e}")


def _percent(band: Band) -> str:
    if band.value is None:
        return "not known"
    return f"{band.value:+.1%}" + ("" if band.noise is None else f" ± {band.noise:.1%}")
