"""What becomes one score, and how, in a few lines of text."""

from __future__ import annotations

from components.fusion_tuner.config import FusionTuneConfig
from components.fusion_tuner.goals import Within
from components.tuner.config import When
from models.fusion import ExpressionFormula, Formula, FusionColumn, FusionConfig, version_of

__all__ = ["fusion_lines", "tune_lines", "weights_line"]


def fusion_lines(fusion: FusionConfig | None) -> list[str]:
    """A line for each formula, the served one told; none without a fusion."""
    if fusion is None:
        return []
    ranks = f", which is to rank {fusion.label}" if fusion.label is not None else ""
    lines = [f"score: {fusion.served}{ranks}; weights of version {version_of(fusion.declared)}"]
    lines += [f"  {name}: {_formula(formula)}" for name, formula in fusion.formulas.items()]
    lines += [f"  column {name}: {_column(column)}" for name, column in fusion.columns.items()]
    if fusion.segment is not None:
        lines.append(f"  of their own where {fusion.segment.column} is {', '.join(fusion.segment.weights)}")
    return lines


def tune_lines(tune: FusionTuneConfig | None, fusion: FusionConfig | None) -> list[str]:
    """A line on the search for weights; none without one."""
    if tune is None or fusion is None:
        return []
    runs = "in every run" if tune.when is When.EVERY_RUN else "when asked"
    bounds = ", ".join(f"{name} {own.least:g} to {own.most:g}" for name, own in tune.bounds.items())
    goal = f"{tune.goal.kind} of {', '.join(tune.goal.names)}"
    if isinstance(tune.goal, Within):
        held = "".join(f", {name} changing by {least:+g} or more" for name, least in tune.goal.least_change.items())
        goal = f"most of {tune.goal.maximise}{held}"
    segments = f", then of each {fusion.segment.column}" if tune.segments and fusion.segment else ""
    return [f"  weights of {tune.formula or fusion.served} searched {runs}: {bounds}{segments}; {goal}"]


def weights_line(weights: dict[str, float]) -> str:
    """Names and numbers."""
    return ", ".join(f"{name} {value:g}" for name, value in weights.items())


def _column(column: FusionColumn) -> str:
    ends = (("at least", column.least), ("at most", column.most))
    limits = "".join(f", {word} {end:g}" for word, end in ends if end is not None)
    return f"{column.missing!r} where it is missing{limits}"


def _formula(formula: Formula) -> str:
    what = formula.expression if isinstance(formula, ExpressionFormula) else formula.kind
    return f"{what} ({weights_line(formula.declared)})" if formula.declared else what
