"""Starts this process over with a fixed hash seed, where it has a random one."""

from __future__ import annotations

import os
import sys
from typing import Final

__all__ = ["fix_hash_seed"]

HASH_SEED: Final = "PYTHONHASHSEED"


def fix_hash_seed() -> None:
    """Beam merges partial results in the order of sets, so a random hash seed moves the last bits of its sums.

    Call it before anything worth keeping is in memory: where the seed is random, the process begins again.
    """
    if HASH_SEED not in os.environ:
        os.execve(sys.executable, sys.orig_argv, os.environ | {HASH_SEED: "0"})
