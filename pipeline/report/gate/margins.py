"""One picture of all that may not get worse: each gain as a share of its own margin."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Sequence

from components.gate.decision import Asked, Decision, Outcome
from pipeline.report.gate.panels import MOST_LINES, Line, Panel, gain_line, worst_first
from pipeline.report.gate.words import metric_title

__all__ = ["margin_panel"]


def margin_panel(decisions: Sequence[Decision]) -> Panel | None:
    """All gains that have a margin on one axis, of which -1 is the margin and 0 what the reference does.

    Slices that do not fit are left out; those that may be worst are kept. None where one metric's own picture says it
    all, or nothing served yet.
    """
    is_gain = (Asked.DIFFERENCE, Asked.TOTAL)
    shown = [one for one in decisions if one.asked in is_gain and one.outcome is not Outcome.FIRST_RUN]
    shown = [one for one in shown if gain_line(one).has_margin]
    if len({(one.metric, one.asked) for one in shown}) < 2:
        return None
    owners = {_name(one): one.output for one in shown}
    lines = [_line(one) for one in shown]
    slices = sorted((line for line in lines if line.slice), key=worst_first)
    overall = [line for line in lines if not line.slice]
    room = max(MOST_LINES - len(overall), 0)
    names = list(owners)
    kept = sorted([*overall, *slices[:room]], key=lambda line: (names.index(line.output), bool(line.slice)))
    return Panel(
        metric=None,
        asked=Asked.DIFFERENCE,
        lines=tuple(kept),
        left_out=dict(Counter(line.output for line in slices[room:])),
        owners=owners,
    )


def _name(decision: Decision) -> str:
    since = ", since the anchor" if decision.asked is Asked.TOTAL else ""
    return f"{decision.output} {metric_title(decision.metric)}{since}"


def _line(decision: Decision) -> Line:
    line, margin = gain_line(decision), -(decision.limit or -1.0)  # Without a limit it has no interval either.

    def share(end: float | None) -> float | None:
        return None if end is None else end / margin

    return dataclasses.replace(
        line,
        output=_name(decision),
        value=share(line.value),
        low=share(line.low),
        high=share(line.high),
        floor=share(line.floor),
    )
