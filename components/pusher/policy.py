"""What becomes of the versions after a push: which are loaded, which are kept, and where else they go."""

from __future__ import annotations

import dataclasses
import enum
import json
from typing import Final

from models.binding import bind_or_raise, unbind

__all__ = ["OLDEST", "PushPolicy", "Serve"]

OLDEST: Final = "oldest"  # As an anchor: the first version that is still there.


class Serve(enum.Enum):
    """Which versions TF Serving loads.

    `NEWEST`: the newest one. `CANARY`: the three newest; `canary` is the label of the newest, `stable` of the one
    before. The third is the one whose label moves on: it must answer until the server has heard of that.
    """

    NEWEST = "newest"
    CANARY = "canary"

    @property
    def num_versions(self) -> int:
        """How many versions are loaded."""
        return 1 if self is Serve.NEWEST else 3


@dataclasses.dataclass(frozen=True, kw_only=True)
class PushPolicy:
    """What `settle` does.

    Attributes:
        name: The model's, as requests call it.
        server_path: The model's served folder, as the model server sees it.
        serve: Which versions it loads.
        keep: How many versions stay, the newest first.
        anchor: The version that the gate counts losses from, by number or `OLDEST`; it stays as well.
        copy_to: A folder of an object store, such as s3://bucket/served/shop, to which versions are copied; or empty.
    """

    name: str
    server_path: str
    serve: Serve
    keep: int
    anchor: int | str | None = None
    copy_to: str = ""

    def to_json(self) -> str:
        """The same policy always gives the same text."""
        return json.dumps(unbind(self), sort_keys=True, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> PushPolicy:
        """Reads what `to_json` wrote."""
        return bind_or_raise(cls, json.loads(text))
