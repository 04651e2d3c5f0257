"""Small comparisons and policies, said in few words."""

import dataclasses

import pytest

from components.comparison.cell import Cell, Comparison, Reference
from components.comparison.estimate import Estimate
from components.gate.config import GateConfig, Inconclusive, Rule
from components.gate.metrics import Metric
from components.gate.policy import Policy

THERE = {Reference.BASELINE: "version 7", Reference.ANCHOR: "version 1", Reference.TWINS: "of today"}


@pytest.fixture
def cell():
    """A measured cell of 10,000 rows: how far the candidate is from the reference, and the error of that."""

    def make(difference=0.0, error=0.002, *, output="click", metric="auc", reference=0.7, own_error=0.005, **others):
        against = others.pop("against", Reference.BASELINE)
        numbers = {} if against is None else {
            "reference": Estimate(reference, own_error), "difference": Estimate(difference, error)
        }  # fmt: skip
        made = Cell(
            output=output, metric=metric, rows=10_000, positives=2_000, clusters=5_000, against=against,
            candidate=Estimate(reference + difference, own_error), **numbers,
        )  # fmt: skip
        return dataclasses.replace(made, **others)

    return make


@pytest.fixture
def comparison():
    """Cells against all references, all of which are there, unless said otherwise."""

    def make(*cells, references=tuple(THERE), **others):
        return Comparison(cells=cells, references={known: THERE[known] for known in references}, **others)

    return make


@pytest.fixture
def policy():
    """Rules as keywords; each `rule` and `inconclusive` resolved."""

    def make(*rules, main=("click",), fused_metrics=None, **gate):
        asked = [Rule(**{"output": "click", "metric": Metric.AUC, **rule}) for rule in rules]
        default = gate.get("inconclusive", Inconclusive.BLOCK)
        resolved = tuple(
            dataclasses.replace(rule, rule=rule.resolved, inconclusive=rule.inconclusive or default) for rule in asked
        )
        return Policy(
            gate=GateConfig(rules=resolved, **gate),
            main_outputs=tuple(main),
            verdict_metrics=dict.fromkeys(main, Metric.AUC),
            fused_metrics=fused_metrics or {},
        )

    return make
