"""What of a configuration's gate can be simulated: its margins on AUCs."""

from __future__ import annotations

from typing import NamedTuple

from components.gate.config import Inconclusive, Rule, RuleName
from components.gate.metrics import SCALES, Metric
from models.errors import raise_if_any
from pipeline.config import PipelineConfig

__all__ = ["AskedMargin", "margins_of"]


class AskedMargin(NamedTuple):
    """How much worse an AUC may be, and whether what rows leave open of that passes with a warning."""

    margin: float
    is_lenient: bool


def margins_of(config: PipelineConfig, *, auc: float) -> tuple[dict[str, AskedMargin], tuple[str, ...]]:
    """By output what is asked of its AUC, and what else the gate asks, which is not simulated.

    Args:
        config: Its gate declares rules.
        auc: Of the model that serves, of which relative margins are a share.

    Raises:
        ConfigError: No rule has a margin on an AUC.
    """
    margins: dict[str, AskedMargin] = {}
    others = []
    for rule in config.gate.rules:
        margin = _margin(rule, auc)
        if margin is not None and not rule.only_slices:
            meaning = rule.inconclusive or config.gate.inconclusive
            margins[rule.output] = AskedMargin(margin, meaning is Inconclusive.PASS_WITH_WARNING)
        more = [field for field in ("total_margin", "min", "max", "slices") if getattr(rule, field)]
        if margin is None and rule.resolved is not RuleName.OBSERVE:
            more.insert(0, rule.resolved.value)
        if more:
            others.append(f"{rule.output} {rule.metric.value}: {', '.join(more)}")
    others += [field for field in ("at_least_one_superior", "fused_loss") if getattr(config.gate, field)]
    problems = []
    if not margins:
        problems.append(
            "`gate.rules` must hold a margin on an AUC, which alone is simulated, got: "
            f"{'; '.join(others) or 'nothing that can stop a model'}."
        )
    raise_if_any("gate simulate", problems)
    return margins, tuple(others)


def _margin(rule: Rule, auc: float) -> float | None:
    if rule.metric is not Metric.AUC:
        return None
    if rule.relative_margin is not None:
        return rule.relative_margin * (auc - SCALES[Metric.AUC].worthless)
    return rule.margin
