"""ROC and calibration of every binary output, and the ROC of fused scores."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import ClassVar, Self, final

from markupsafe import Markup
from typing_extensions import override

from models.tasks import Output
from pipeline.report.drawing.calibration import draw_calibration
from pipeline.report.drawing.palette import task_color, task_slot
from pipeline.report.drawing.roc import draw_roc
from pipeline.report.evaluation import Evaluation
from pipeline.report.metrics import score_text
from pipeline.report.record import RunRecord
from pipeline.report.sampling import is_sampled
from pipeline.report.sections.section import Section

__all__ = ["CurvesSection", "OutputCurves"]


@dataclasses.dataclass(frozen=True)
class OutputCurves:
    """One output's pictures.

    Attributes:
        name: The output.
        slot: Its task's colour.
        roc: None where it is undefined, as with one class.
        calibration: None where there are no rows.
        auc: The candidate's, as text.
        ratio: The candidate's predicted over observed, as text; empty of a fused score, which is no probability.
    """

    name: str
    slot: int
    roc: Markup | None
    calibration: Markup | None
    auc: str
    ratio: str


@final
@dataclasses.dataclass(frozen=True)
class CurvesSection(Section):
    """Pictures of all binary outputs, then of fused scores.

    Attributes:
        outputs: In the graph's order.
        has_baseline: Whether a second line is in each picture.
        is_sampled: Whether some rows stand for others, so that intervals take few rows for many.
    """

    title: ClassVar[str] = "ROC and calibration"

    outputs: tuple[OutputCurves, ...]
    has_baseline: bool
    is_sampled: bool

    @classmethod
    @override
    def of(cls, run: RunRecord) -> Self | None:
        """None where no curve was computed."""
        if run.evaluation is None or not run.evaluation.curves:
            return None
        outputs = tuple(_outputs(run, run.evaluation))
        return cls(outputs, run.evaluation.has_baseline, is_sampled(run.graph))


def _outputs(run: RunRecord, evaluation: Evaluation) -> Iterator[OutputCurves]:
    for output in run.judged:
        if any(curves.output == output.name for curves in evaluation.curves):
            drawn = _draw(output, evaluation, slot=task_slot(run.graph, output.task))
            yield dataclasses.replace(drawn, ratio="") if output in run.scores else drawn


def _draw(output: Output, evaluation: Evaluation, *, slot: int) -> OutputCurves:
    found = [curves for curves in evaluation.curves if curves.output == output.name]
    with_roc = [curves for curves in found if curves.roc]
    with_buckets = [curves for curves in found if curves.calibration]
    scores = evaluation.overall(output.name)
    candidate = scores.candidate if scores else {}
    name, color = output.name, task_color(slot)
    return OutputCurves(
        name=name,
        slot=slot,
        roc=draw_roc(with_roc, color=color, key=f"roc-{name}", title=f"ROC curve of {name}") if with_roc else None,
        calibration=(
            draw_calibration(with_buckets, color=color, key=f"calibration-{name}", title=f"Calibration of {name}")
            if with_buckets
            else None
        ),
        auc=score_text(candidate.get("auc")),
        ratio=score_text(candidate.get("calibration")),
    )
