"""The configuration as it was resolved."""

from __future__ import annotations

import dataclasses
from typing import ClassVar, Self, final

from typing_extensions import override

from pipeline.report.record import RunRecord
from pipeline.report.sections.section import Section

__all__ = ["ConfigurationSection"]


@final
@dataclasses.dataclass(frozen=True)
class ConfigurationSection(Section):
    """The whole configuration, defaults and overrides included.

    Attributes:
        text: As YAML.
    """

    title: ClassVar[str] = "Configuration"

    text: str

    @classmethod
    @override
    def of(cls, run: RunRecord) -> Self | None:
        """None where no text was given."""
        return cls(run.configuration) if run.configuration else None
