"""Fused scores: their formulas, and the weights that the model carries beside those declared and those that serve."""

from __future__ import annotations

import dataclasses
from typing import ClassVar, Self, final

from typing_extensions import override

from models.fusion import version_of
from pipeline.config.describe_fusion import fusion_lines
from pipeline.report.record import RunRecord
from pipeline.report.scores import ranking_note
from pipeline.report.sections.section import Section
from pipeline.report.weights import number_text, weights_notes

__all__ = ["FusionSection"]


@final
@dataclasses.dataclass(frozen=True)
class FusionSection(Section):
    """How predictions become scores.

    Attributes:
        ranking: By what scores are judged, or why they are not.
        lines: A line for each formula, the served one told.
        version: What the model answers as `fusion_version`; empty where that is not known.
        notes: Where the model's weights are not those declared, or not those that serve.
        weights: For each its key, then what is declared, what the model carries, and what serves; none where all are
            as declared.
    """

    title: ClassVar[str] = "Fused scores"

    ranking: str
    lines: tuple[str, ...]
    version: str
    notes: tuple[str, ...]
    weights: tuple[tuple[str, str, str, str], ...]

    @classmethod
    @override
    def of(cls, run: RunRecord) -> Self | None:
        """None where no score is declared."""
        if run.fusion is None:
            return None
        served, *formulas = fusion_lines(run.fusion)
        return cls(
            ranking=ranking_note(run.fusion),
            lines=(served.partition("; weights of version")[0], *formulas),
            version="" if run.weights is None else str(version_of(run.weights.carried)),
            notes=weights_notes(run.weights),
            weights=_weights(run),
        )


def _weights(run: RunRecord) -> tuple[tuple[str, str, str, str], ...]:
    found = run.weights
    if found is None or not (found.kept or found.changed):
        return ()
    declared, serving = found.fusion.declared, found.serving
    return tuple(
        (
            key,
            number_text(declared.get(key)),
            number_text(found.carried.get(key)),
            "" if serving is None else number_text(serving.get(key)),
        )
        for key in sorted({*declared, *found.carried, *(serving or ())})
    )
