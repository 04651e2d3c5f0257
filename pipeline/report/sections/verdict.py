"""The verdict in one sentence, with its reasons and the run's key figures."""

from __future__ import annotations

import dataclasses
import datetime
from typing import ClassVar, Self, final

from typing_extensions import override

from pipeline.report import numbers
from pipeline.report.record import RunRecord
from pipeline.report.sections.section import Section
from pipeline.report.verdict import Verdict, verdict_of

__all__ = ["VerdictSection"]


@final
@dataclasses.dataclass(frozen=True)
class VerdictSection(Section):
    """The top of the page.

    Attributes:
        verdict: What the run came to.
        facts: Key figures by name.
        unreadable: What should be on the page and is not.
    """

    title: ClassVar[str] = "Verdict"

    verdict: Verdict
    facts: tuple[tuple[str, str], ...]
    unreadable: tuple[str, ...]

    @classmethod
    @override
    def of(cls, run: RunRecord) -> Self:
        """Never None: every run comes to something."""
        return cls(verdict_of(run), tuple(_facts(run)), run.unreadable)


def _facts(run: RunRecord) -> list[tuple[str, str]]:
    facts = [("run", run.run_id)]
    if run.started:
        began = datetime.datetime.fromtimestamp(run.started, tz=datetime.UTC)
        facts.append(("started", f"{began:%Y-%m-%d %H:%M} UTC"))
        facts.append(("took", numbers.duration(run.seconds)))
    facts += [(f"{name} rows", numbers.count(rows)) for name, rows in run.split_rows.items()]
    if run.training is not None:
        facts.append(("parameters", numbers.compact(run.training.num_parameters)))
    return facts
