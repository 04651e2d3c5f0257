"""What the gate of a checked configuration asks, in a few lines of text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from components.gate.config import GateConfig, Inconclusive, Rule, RuleName, WithoutReference
from components.gate.metrics import SCALES
from components.shift.config import Beyond
from pipeline.config.config import PipelineConfig
from pipeline.config.gate import gate_policy

__all__ = ["gate_lines"]

_UNSETTLED: Final = {
    Inconclusive.BLOCK: "unsettled, it blocks",
    Inconclusive.PASS_WITH_WARNING: "unsettled, it warns",
    Inconclusive.ASK_FOR_DATA: "unsettled, it blocks and says how many rows are needed",
}

_MEANINGS: Final = {Beyond.WARN: "warn", Beyond.BLOCK: "block"}


def gate_lines(config: PipelineConfig) -> list[str]:
    """What is asked in general, then a line for each rule, with all that was left open filled in."""
    gate, cluster = config.gate, config.evaluation.cluster
    general = [
        f"confidence {gate.confidence:g}",
        f"rows of one {cluster} go together" if cluster else "rows are taken as independent",
        f"anchor {gate.anchor}" if gate.anchor is not None else "no anchor",
    ]
    general += [f"twins every {config.twins.every} run{'s' * (config.twins.every > 1)}"] if config.twins else []
    general += ["at least one main output better"] if gate.at_least_one_superior else []
    general += [f"fused loss up by {gate.fused_loss.margin:g} at most"] if gate.fused_loss else []
    general += [*_checks(gate), *_without(gate)]
    rules = gate_policy(gate, config.graph, config.fusion).gate.rules
    return [f"gate: {'; '.join(general)}", *(f"  {_named(rule)}: {', '.join(_asked(rule))}" for rule in rules)]


def _checks(gate: GateConfig) -> Iterator[str]:
    if gate.drift is not None:
        yield f"columns that drift beyond {_most(gate.drift.default)} {_MEANINGS[gate.drift.beyond]}"
    if gate.skew is not None:
        yield f"columns whose requests differ beyond {_most(gate.skew.default)} {_MEANINGS[gate.skew.beyond]}"


def _most(default: float | None) -> str:
    return "their own distances" if default is None else f"{default:g}"


def _without(gate: GateConfig) -> Iterator[str]:
    """What is not as usual where there is nothing to compare with."""
    if gate.first_run is WithoutReference.BLOCK:
        yield "a first run is not pushed"
    if gate.not_comparable is WithoutReference.BOUNDS:
        yield "what cannot be compared is pushed on its bounds alone"


def _named(rule: Rule) -> str:
    return f"{rule.output} {rule.metric.value}"


def _asked(rule: Rule) -> Iterator[str]:
    where = " and by ".join(" x ".join(columns) for columns in rule.slices)
    if not rule.can_stop:
        yield f"reported{f' by {where}' if where else ''}, nothing is asked"
        return
    if rule.margin is not None:
        yield f"worse than what serves by less than {rule.margin:g}"
    if rule.relative_margin is not None:
        worthless = SCALES[rule.metric].worthless
        of = f"what exceeds {worthless:g}" if worthless else "it"
        yield f"worse than what serves by less than {rule.relative_margin:g} of {of}"
    if rule.rule is RuleName.SUPERIOR:
        yield "better than what serves"
    if rule.rule is RuleName.NOT_SIGNIFICANTLY_WORSE:
        yield "not shown to be worse than what serves"
    if rule.total_margin is not None:
        yield f"worse than the anchor by less than {rule.total_margin:g}"
    if rule.min is not None:
        yield f"at least {rule.min:g}"
    if rule.max is not None:
        yield f"at most {rule.max:g}"
    if rule.slices:
        yield f"only by {where}" if rule.only_slices else f"also by {where}"
    if rule.inconclusive is not None:
        yield _UNSETTLED[rule.inconclusive]
