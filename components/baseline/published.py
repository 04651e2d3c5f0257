"""What the artifact of a model to compare with says of it: the one place that writes and reads it."""

from __future__ import annotations

import dataclasses
from typing import Final

from tfx import types

__all__ = ["Published"]

_IS_EMPTY: Final = "is_empty"
_NOTHING_SERVES: Final = "nothing_serves"
_VERSION: Final = "version"
_FINGERPRINT: Final = "fingerprint"
_REASON: Final = "reason"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Published:
    """The custom properties of a Model artifact that is there to be compared with.

    Attributes:
        version: Of the served folder, or in words; empty where the artifact holds no file, or nobody said.
        fingerprint: Of the model's files; empty where nobody said.
        reason: Why it holds no file, or not all; else empty.
        is_empty: Whether it holds no file.
        nothing_serves: Whether it holds none since there is no version at all yet.
    """

    version: str = ""
    fingerprint: str = ""
    reason: str = ""
    is_empty: bool = False
    nothing_serves: bool = False

    @classmethod
    def read(cls, artifact: types.Artifact) -> Published:
        """What the artifact says; one that says nothing holds a model without a version."""
        return cls(
            version=artifact.get_string_custom_property(_VERSION),
            fingerprint=artifact.get_string_custom_property(_FINGERPRINT),
            reason=artifact.get_string_custom_property(_REASON),
            is_empty=bool(artifact.get_int_custom_property(_IS_EMPTY)),
            nothing_serves=bool(artifact.get_int_custom_property(_NOTHING_SERVES)),
        )

    def write(self, artifact: types.Artifact) -> None:
        """Says it in the artifact."""
        artifact.set_string_custom_property(_VERSION, self.version)
        artifact.set_string_custom_property(_FINGERPRINT, self.fingerprint)
        artifact.set_string_custom_property(_REASON, self.reason)
        artifact.set_int_custom_property(_IS_EMPTY, int(self.is_empty))
        artifact.set_int_custom_property(_NOTHING_SERVES, int(self.nothing_serves))
