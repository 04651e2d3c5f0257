"""What every section of the page has."""

from __future__ import annotations

import abc
from typing import ClassVar, Self

from pipeline.report.record import RunRecord

__all__ = ["Section"]


class Section(abc.ABC):
    """One section: typed values for the template of its key in the catalogue.

    Attributes:
        title: Its heading, and its name in the page's table of contents.
    """

    title: ClassVar[str]

    @classmethod
    @abc.abstractmethod
    def of(cls, run: RunRecord) -> Self | None:
        """Takes what it shows from a run; None where the run left nothing for it."""
