"""A fingerprint of the code behind a node, so that its cached result is not taken for that of newer code."""

from __future__ import annotations

import functools
import hashlib
import pathlib

__all__ = ["CODE_KEY", "code_fingerprint"]

CODE_KEY = "code"

_HOME = pathlib.Path(__file__).resolve().parents[1]


@functools.cache
def code_fingerprint(*places: str) -> str:
    """Tells versions of our code apart.

    Args:
        places: Python files or packages of ours, such as "models" or "pipeline/features.py".

    Returns:
        16 hexadecimal digits of a hash of their sources.
    """
    digest = hashlib.sha256()
    for place in places:
        path = _HOME / place
        for source in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            digest.update(str(source.relative_to(_HOME)).encode() + b"\0" + source.read_bytes() + b"\0")
    return digest.hexdigest()[:16]
