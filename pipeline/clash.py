"""Names a foreign package that stands where one of ours is expected."""

from __future__ import annotations

import importlib.util
import pathlib

__all__ = ["clashes"]


def clashes() -> list[str]:
    """One sentence for each of our packages that Python would take from elsewhere; empty when all are ours."""
    home = pathlib.Path(__file__).resolve().parents[1]
    problems = []
    for name in ("models", "components", "kubeflow"):
        spec = importlib.util.find_spec(name)
        found = pathlib.Path(spec.origin).resolve().parents[1] if spec and spec.origin else None
        if found != home:
            place = str(found / name) if found else "nowhere"
            problems.append(
                f"package `{name}` must come from {home}, got {place}: another package of that name comes first on "
                "the path. Uninstall it, or run Evenkeel from an environment of its own."
            )
    return problems
