"""The same chances by doing it: rows are drawn, compared and judged as the gate would."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence

import numpy as np
from scipy.stats import norm

from components.comparison import Kind, OutputPlan, PairedSums, Reference, Rows
from components.comparison.cell import Cell, Comparison
from components.gate.config import GateConfig, Inconclusive, Rule, RuleName
from components.gate.decide import decide
from components.gate.metrics import Metric
from components.gate.policy import Policy
from components.gate.report import GateStatus
from pipeline.gate_simulate.config import PowerConfig

__all__ = ["Drawn", "draw_cell", "drawn_power"]


@dataclasses.dataclass(frozen=True)
class Drawn:
    """Shares of simulated comparisons.

    Attributes:
        passes_equal: Of those with a model just as good on every task, how many passed.
        stops_worse: Of those with a model worse on the first task alone, how many were stopped.
        shows_worse: Of the same, how many were stopped because it was shown to be worse, not for want of rows.
        draws: How many there were of each.
    """

    passes_equal: float
    stops_worse: float
    shows_worse: float
    draws: int


def drawn_power(config: PowerConfig, *, draws: int, seed: int, gains: float = 0.0) -> Drawn:
    """Draws and judges `draws` equal and as many worse models; tasks are drawn independently.

    Args:
        config: What is drawn.
        draws: Of each.
        seed: Of all.
        gains: By how many margins the worse model is better on all tasks but the first.
    """
    generator = np.random.default_rng(seed)
    first, *others = config.margins
    alike = [config.auc] * len(config.margins)
    mixed = [config.worse_auc(first), *(config.auc + gains * margin for margin in others)]
    equal = [_status(config, generator, alike) for _ in range(draws)]
    worse = [_status(config, generator, mixed) for _ in range(draws)]
    return Drawn(
        passes_equal=_passed(equal) / draws,
        stops_worse=1 - _passed(worse) / draws,
        shows_worse=worse.count(GateStatus.FAILED) / draws,
        draws=draws,
    )


def _passed(found: Sequence[GateStatus]) -> int:
    return sum(found.count(status) for status in (GateStatus.PASSED, GateStatus.PASSED_WITH_WARNING))


def _status(config: PowerConfig, generator: np.random.Generator, aucs: Sequence[float]) -> GateStatus:
    """Of one drawn candidate with these AUCs, one a task."""
    cells = [
        draw_cell(config, generator, base_rate=rate, candidate=auc, output=f"task_{place}")
        for place, (rate, auc) in enumerate(zip(config.base_rates, aucs, strict=True))
    ]
    comparison = Comparison(cells=tuple(cells), references={Reference.BASELINE: "simulated"})
    return decide(_policy(config), comparison).status


def draw_cell(
    config: PowerConfig, generator: np.random.Generator, *, base_rate: float, candidate: float, output: str = "task"
) -> Cell:
    """The AUC of one task as the Evaluator would find it on rows drawn by the model of `auc_error`.

    Args:
        config: Rows, correlations, clusters.
        generator: Used up.
        base_rate: Share of positives.
        candidate: Its AUC.
        output: The task's name.
    """
    clusters = np.arange(config.rows, dtype=np.uint64) // np.uint64(config.cluster_size)
    labels = generator.random(config.rows) < base_rate
    shared = _pairs(generator, int(clusters[-1]) + 1, config.correlation)[:, clusters]
    noise = math.sqrt(config.within) * shared
    noise += math.sqrt(1 - config.within) * _pairs(generator, config.rows, config.correlation)
    distances = math.sqrt(2) * norm.ppf([candidate, config.auc])  # Of the classes' means: AUC = Phi(distance / sqrt 2).
    scores = norm.cdf(noise + np.outer(distances, labels) - 1.0)
    plan = OutputPlan(
        output=output, kind=Kind.BINARY, metrics=("auc",), references=(Reference.BASELINE,), clustered=True
    )
    sums = PairedSums(plan)
    sums.add(Rows(labels=labels.astype(np.float64), scores=scores, clusters=clusters))
    (cell,) = sums.cells()
    return cell


def _pairs(generator: np.random.Generator, count: int, correlation: float) -> np.ndarray:
    """`[2, count]` standard normal, the two rows correlated."""
    first, other = generator.standard_normal((2, count))
    return np.stack([first, correlation * first + math.sqrt(1 - correlation**2) * other])


def _policy(config: PowerConfig) -> Policy:
    outputs = [f"task_{place}" for place in range(len(config.margins))]
    rules = tuple(
        Rule(
            output=output,
            metric=Metric.AUC,
            rule=RuleName.NON_INFERIOR,
            margin=margin,
            inconclusive=Inconclusive.PASS_WITH_WARNING if is_lenient else Inconclusive.BLOCK,
        )
        for output, margin, is_lenient in zip(outputs, config.margins, config.leniences, strict=True)
    )
    return Policy(
        gate=GateConfig(rules=rules, confidence=config.confidence), main_outputs=tuple(outputs), verdict_metrics={}
    )
