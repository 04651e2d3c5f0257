"""The same chances by doing it: rows are drawn, compared and judged as the gate would."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
from scipy.stats import norm

from components.comparison import Kind, OutputPlan, PairedSums, Reference, Rows
from components.comparison.cell import Cell, Comparison
from components.gate.config import GateConfig, Rule, RuleName
from components.gate.decide import decide
from components.gate.metrics import Metric
from components.gate.policy import Policy
from pipeline.gate_simulate.config import PowerConfig

__all__ = ["Drawn", "draw_cell", "drawn_power"]


@dataclasses.dataclass(frozen=True)
class Drawn:
    """Shares of simulated comparisons.

    Attributes:
        passes_equal: Of those with a model just as good on every task, how many passed.
        stops_worse: Of those with a model worse on the first task alone, how many were stopped.
        draws: How many there were of each.
    """

    passes_equal: float
    stops_worse: float
    draws: int


def drawn_power(config: PowerConfig, *, draws: int, seed: int) -> Drawn:
    """Draws and judges `draws` equal and as many worse models; tasks are drawn independently."""
    generator = np.random.default_rng(seed)
    policy = _policy(config)
    aucs = [config.auc] * len(config.base_rates)
    blessed = {"equal": 0, "worse": 0}
    for kind, first in (("equal", config.auc), ("worse", config.worse_auc)):
        for _ in range(draws):
            cells = [
                draw_cell(config, generator, base_rate=rate, candidate=auc, output=f"task_{place}")
                for place, (rate, auc) in enumerate(zip(config.base_rates, [first, *aucs[1:]], strict=True))
            ]
            comparison = Comparison(cells=tuple(cells), references={Reference.BASELINE: "simulated"})
            blessed[kind] += decide(policy, comparison).blessed
    return Drawn(blessed["equal"] / draws, 1 - blessed["worse"] / draws, draws)


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
    outputs = [f"task_{place}" for place in range(len(config.base_rates))]
    rules = tuple(
        Rule(output=output, metric=Metric.AUC, rule=RuleName.NON_INFERIOR, margin=config.margin) for output in outputs
    )
    return Policy(
        gate=GateConfig(rules=rules, confidence=config.confidence), main_outputs=tuple(outputs), verdict_metrics={}
    )
