"""Numbers as text: thousands apart, units after a narrow space, a true minus."""

from __future__ import annotations

import math
from typing import Final

__all__ = ["compact", "count", "duration", "measure", "share", "signed", "tidy"]

NARROW_SPACE: Final = "\N{NARROW NO-BREAK SPACE}"
MINUS: Final = "\N{MINUS SIGN}"
ABSENT: Final = "\N{EN DASH}"

SECONDS_PER_MINUTE: Final = 60
LARGE: Final = 1e6
SMALL: Final = 1e-4


def count(value: float) -> str:
    """A number of things: 12,345."""
    return f"{value:,.0f}".replace("-", MINUS)


def compact(value: float) -> str:
    """A large number to three digits: 1.23 M."""
    for factor, unit in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= factor:
            return _minus(f"{value / factor:.3g}{NARROW_SPACE}{unit}")
    return _minus(f"{value:.3g}")


def share(value: float) -> str:
    """A part of one in percent: 6.2 %, and never 0 % or 100 % for what is only near."""
    if 0 < value < SMALL:
        return f"<{NARROW_SPACE}0.01{NARROW_SPACE}%"
    if 1 - SMALL < value < 1:
        return f">{NARROW_SPACE}99.99{NARROW_SPACE}%"
    if value in (0, 1):
        return f"{100 * value:.0f}{NARROW_SPACE}%"
    digits = 2 if abs(value) < 0.01 or 0.99 < value < 1 else 1
    return _minus(f"{100 * value:.{digits}f}{NARROW_SPACE}%")


def measure(value: float, digits: int = 4) -> str:
    """A metric or a column's value: four decimals near one, powers of ten far from it."""
    if not math.isfinite(value):
        return str(value)
    if value == 0 or SMALL <= abs(value) < 10:
        return _minus(f"{value:.{digits}f}")
    if SMALL <= abs(value) < LARGE:
        return _minus(f"{value:,.2f}")
    return _minus(f"{value:.3g}")


def tidy(value: float) -> str:
    """A column's value: four significant digits, whole numbers as they are."""
    if math.isfinite(value) and value == round(value) and abs(value) < LARGE:
        return count(value)
    return _minus(f"{value:,.4g}")


def signed(value: float, digits: int = 4) -> str:
    """A change: +0.0183; exactly none carries no sign."""
    sign = MINUS if value < 0 else "+" if value > 0 else ""
    return sign + measure(abs(value), digits)


def duration(seconds: float) -> str:
    """A wall time: 0.4 s, 39 s, 2 min 05 s."""
    if seconds < 9.95:
        return f"{seconds:.1f}{NARROW_SPACE}s"
    if seconds < SECONDS_PER_MINUTE - 0.5:
        return f"{seconds:.0f}{NARROW_SPACE}s"
    minutes, rest = divmod(round(seconds), SECONDS_PER_MINUTE)
    return f"{minutes}{NARROW_SPACE}min {rest:02d}{NARROW_SPACE}s"


def _minus(text: str) -> str:
    return text.replace("-", MINUS)
