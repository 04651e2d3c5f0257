"""Names of folders in object stores; apart from what reads them, so that a configuration is checked without Arrow."""

from __future__ import annotations

from typing import Final

__all__ = ["STORES", "is_url"]

_SCHEMES: Final = ("gs", "s3", "abfss")
STORES: Final = "stores known are " + ", ".join(f"{scheme}://" for scheme in _SCHEMES)  # For messages.


def is_url(text: str) -> bool:
    """Whether it names a bucket, or a folder in one, of a store that is known."""
    scheme, _, place = text.partition("://")
    return scheme in _SCHEMES and bool(place) and not place.startswith("/")
