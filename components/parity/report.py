"""Whether all ways of asking give the trainer's predictions, as one JSON file."""

from __future__ import annotations

import dataclasses
import json
from typing import Final

from models.binding import bind_or_raise, unbind

__all__ = ["REPORT_FILE", "OutputParity", "ParityReport", "parity_text", "parse_parity"]

REPORT_FILE: Final = "parity_report.json"


@dataclasses.dataclass(frozen=True, kw_only=True)
class OutputParity:
    """One output, asked for in one way.

    Attributes:
        output: Its served name.
        route: How it was asked for, such as "signature" or "gRPC, one by one".
        agrees: Whether every row is within the tolerance.
        is_relative: Whether differences are shares of the output's size, rather than plain.
        largest: The largest difference from the trainer's prediction; None where there is none to tell.
        row: Where that is, among the golden rows from 0; of what is not finite the first such row.
        reason: Why there is no difference to tell; else empty.
    """

    output: str
    route: str
    agrees: bool
    is_relative: bool = False
    largest: float | None = None
    row: int | None = None
    reason: str = ""


@dataclasses.dataclass(frozen=True, kw_only=True)
class ParityReport:
    """The trained model against the exported one.

    Attributes:
        rows: How many golden rows were asked for.
        tolerance: The largest difference allowed.
        server: What served: "tensorflow_model_server" or "embedded"; empty where none did.
        answers: By output and route.
        problem: Why not everything could be asked; else empty.
    """

    rows: int
    tolerance: float
    server: str = ""
    answers: tuple[OutputParity, ...] = ()
    problem: str = ""

    @property
    def agrees(self) -> bool:
        """Whether everything could be asked, and all answers are the trainer's."""
        return not self.problem and bool(self.answers) and all(answer.agrees for answer in self.answers)


def parity_text(report: ParityReport) -> str:
    """What `parity_report.json` holds."""
    return json.dumps(unbind(report), allow_nan=False, indent=1) + "\n"


def parse_parity(text: str) -> ParityReport:
    """Reads what `parity_text` wrote; raises `ValueError` where it did not."""
    return bind_or_raise(ParityReport, json.loads(text))
