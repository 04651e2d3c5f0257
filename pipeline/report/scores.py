"""Fused scores as a report shows them: each like the output whose label it is to rank, under its own name."""

from __future__ import annotations

import dataclasses

from models.fusion import FusionConfig
from models.tasks import Output, TaskGraph

__all__ = ["judged_scores", "ranking_note"]


def judged_scores(graph: TaskGraph, fusion: FusionConfig | None) -> tuple[Output, ...]:
    """Those that are judged, the served one first; none without `fusion.label`."""
    if fusion is None:
        return ()
    ranked = next((output for output in graph.outputs if output.name == fusion.label), None)
    return () if ranked is None else tuple(dataclasses.replace(ranked, name=name) for name in fusion.judged)


def ranking_note(fusion: FusionConfig | None) -> str:
    """By what scores are judged, or why nothing is told of them; empty where none are served."""
    if fusion is None:
        return ""
    if fusion.label is not None:
        return f"Fused scores are judged by how they rank {fusion.label}."
    first, *others = fusion.scores
    served = f"{first} is served ({', '.join(others)})"
    return f"{served}, but nothing tells how well it ranks: `fusion.label` names no output whose label it is to rank."
