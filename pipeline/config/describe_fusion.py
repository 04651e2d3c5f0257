"""What becomes one score, and how, in a few lines of text."""

from __future__ import annotations

from models.fusion import ExpressionFormula, Formula, FusionConfig, version_of

__all__ = ["fusion_lines", "weights_line"]


def fusion_lines(fusion: FusionConfig | None) -> list[str]:
    """A line for each formula, the served one told; none without a fusion."""
    if fusion is None:
        return []
    ranks = f", which is to rank {fusion.label}" if fusion.label is not None else ""
    lines = [f"score: {fusion.served}{ranks}; weights of version {version_of(fusion.declared)}"]
    lines += [f"  {name}: {_formula(formula)}" for name, formula in fusion.formulas.items()]
    if fusion.segment is not None:
        lines.append(f"  of their own where {fusion.segment.column} is {', '.join(fusion.segment.weights)}")
    return lines


def weights_line(weights: dict[str, float]) -> str:
    """Names and numbers."""
    return ", ".join(f"{name} {value:g}" for name, value in weights.items())


def _formula(formula: Formula) -> str:
    what = formula.expression if isinstance(formula, ExpressionFormula) else formula.kind
    return f"{what} ({weights_line(formula.declared)})" if formula.declared else what
