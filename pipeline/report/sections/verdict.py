"""The verdict in one sentence, with its reasons and the run's key figures."""

from __future__ import annotations

import dataclasses
import datetime
from typing import ClassVar, Final, Self, final

from typing_extensions import override

from pipeline.report import numbers
from pipeline.report.record import RunRecord
from pipeline.report.sections.section import Section
from pipeline.report.verdict import Verdict, verdict_of

__all__ = ["VerdictSection"]


FIRST_REASONS: Final = 3  # Shown at once, so that the gate's picture stands near the top.


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

    @property
    def first(self) -> tuple[str, ...]:
        """The worst reasons; a fourth is not hidden behind a line as long as itself."""
        reasons = self.verdict.reasons
        return reasons if len(reasons) <= FIRST_REASONS + 1 else reasons[:FIRST_REASONS]

    @property
    def rest(self) -> tuple[str, ...]:
        """What is opened on demand."""
        return self.verdict.reasons[len(self.first) :]

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
