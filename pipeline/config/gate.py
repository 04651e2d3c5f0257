"""What the gate's node is told: the declared rules, and what of the task graph they need."""

from __future__ import annotations

import dataclasses

from components.gate.config import GateConfig, Rule, RuleName
from components.gate.metrics import SCORE_METRICS, loss_metric, main_metric
from components.gate.policy import Policy
from models.fusion import FusionConfig
from models.tasks import Role, TaskGraph

__all__ = ["gate_policy", "resolved_rules"]


def gate_policy(gate: GateConfig, graph: TaskGraph, fusion: FusionConfig | None = None) -> Policy:
    """Leaves nothing open in a checked declaration; an output or score that no rule names is observed."""
    rules = resolved_rules(gate)
    named = {rule.output for rule in rules}
    rules += tuple(
        Rule(output=output.name, metric=main_metric(output.kind), rule=RuleName.OBSERVE, inconclusive=gate.inconclusive)
        for output in graph.outputs
        if output.name not in named
    )
    rules += tuple(
        Rule(output=score, metric=SCORE_METRICS[0], rule=RuleName.OBSERVE, inconclusive=gate.inconclusive)
        for score in (fusion.judged if fusion is not None else ())
        if score not in named
    )
    kinds = {output.name: output.kind for output in graph.outputs}
    fused = gate.fused_loss.weights if gate.fused_loss else {}
    return Policy(
        gate=dataclasses.replace(gate, rules=rules),
        main_outputs=tuple(output.name for output in graph.outputs if output.role is Role.MAIN),
        verdict_metrics={task.name: main_metric(task.kind) for task in graph.tasks if task.role is Role.MAIN},
        fused_metrics={output: loss_metric(kinds[output]) for output in fused},
        verdict_scores=dict.fromkeys(fusion.judged if fusion is not None else (), SCORE_METRICS[0]),
    )


def resolved_rules(gate: GateConfig) -> tuple[Rule, ...]:
    """The declared ones, with what was left open filled in."""
    return tuple(
        dataclasses.replace(rule, rule=rule.resolved, inconclusive=rule.inconclusive or gate.inconclusive)
        for rule in gate.rules
    )
