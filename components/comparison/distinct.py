"""How many distinct clusters were seen, in 4 KB."""

from __future__ import annotations

import math
from typing import Final, final

import numpy as np

__all__ = ["DistinctCount", "Marks", "marks"]

REGISTERS: Final = 2**12
_REGISTER_BITS: Final = 12
_REST_BITS: Final = 40
_BIAS: Final = 0.7213 / (1 + 1.079 / REGISTERS)
_FEW: Final = 2.5  # Up to so many values a register, the empty ones tell more.

Marks = tuple[np.ndarray, np.ndarray]


def marks(hashes: np.ndarray) -> Marks:
    """The register and the rank of each hash; its low 12 bits are left to others."""
    registers = (hashes >> np.uint64(12)) & np.uint64(REGISTERS - 1)
    rest = hashes >> np.uint64(64 - _REST_BITS)
    ranks = _REST_BITS + 1 - np.frexp(rest.astype(np.float64))[1]  # Leading zeros and one.
    return registers.astype(np.int64), ranks.astype(np.uint8)


@final
class DistinctCount:
    """Counts distinct hashes to within 1.6 % (one standard error), below 10,000 closer.

    Source: Flajolet, Fusy, Gandouet and Meunier, "HyperLogLog", AofA 2007, figure 3.
    """

    def __init__(self) -> None:
        self._ranks = np.zeros(REGISTERS, np.uint8)

    def add(self, found: Marks) -> None:
        """Sees values by what `marks` says of their hashes."""
        np.maximum.at(self._ranks, *found)

    def merge(self, other: DistinctCount) -> None:
        """Sees what `other` saw."""
        np.maximum(self._ranks, other._ranks, out=self._ranks)

    def count(self) -> int:
        """The estimate."""
        empty = int(np.count_nonzero(self._ranks == 0))
        raw = _BIAS * REGISTERS**2 / float(np.exp2(-self._ranks.astype(np.float64)).sum())
        if raw <= _FEW * REGISTERS and empty:
            return round(REGISTERS * math.log(REGISTERS / empty))
        return round(raw)
