"""One seed becomes many, each told by what it is for."""

from __future__ import annotations

import hashlib

__all__ = ["derive"]

_NUM_BYTES = 4
_MAX_INT32 = 0x7FFFFFFF


def derive(seed: int, *path: str | int) -> int:
    """The seed of the part of a model that `path` names, from 0 to 2^31 - 1.

    It depends on `seed` and `path` alone: adding a part changes no other part's draws, and the same model gets the
    same ones in every process.
    """
    text = "\x1f".join(map(str, (seed, *path)))
    digest = hashlib.blake2b(text.encode(), digest_size=_NUM_BYTES).digest()
    return int.from_bytes(digest, "little") & _MAX_INT32
