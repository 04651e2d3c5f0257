"""Answers of a gate, decided by it from cells as a comparison might leave them."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from components.comparison.cell import Cell, Comparison, Reference, Slice, Status
from components.comparison.estimate import Estimate
from components.gate.checks import DRIFT, SKEW, judge_parity, judge_shift
from components.gate.config import GateConfig, Inconclusive, Rule
from components.gate.decide import decide
from components.gate.metrics import Metric
from components.gate.policy import Policy
from components.gate.report import GateReport
from components.parity.report import OutputParity, ParityReport
from components.shift.config import Beyond
from components.shift.report import ColumnShift, Measure, Shift, ShiftReport, ShiftStatus

__all__ = ["CASH", "CREDIT", "cell", "gate_report", "rule", "with_checks"]

CASH: Slice = (("payment", "Cash"),)
CREDIT: Slice = (("payment", "Credit Card"),)
NO_CHARGE: Slice = (("payment", "No Charge"),)
BY_PAYMENT = (("payment",),)
EVERYTHING: Mapping[str, Any] = {"at_least_one_superior": True}


def cell(
    output: str,
    metric: str,
    difference: float | None = 0.0,
    error: float = 0.002,
    *,
    reference: float = 0.7,
    **others: Any,
) -> Cell:
    """A cell of 6,000 rows, in clusters that double the variance, against the baseline; no `difference`: no values."""
    made = Cell(output=output, metric=metric, rows=6_000, positives=1_990, clusters=2_400, against=Reference.BASELINE)
    if difference is not None:
        made = dataclasses.replace(
            made,
            candidate=Estimate(reference + difference, 0.005),
            reference=Estimate(reference, 0.005),
            difference=Estimate(difference, error, row_error=error / 2**0.5),
        )
    made = dataclasses.replace(made, **others)
    return made if made.against is not None else dataclasses.replace(made, reference=None, difference=None)


def rule(output: str, metric: Metric, **asked: Any) -> Rule:
    """With nothing left open."""
    declared = Rule(output=output, metric=metric, **asked)
    return dataclasses.replace(
        declared, rule=declared.resolved, inconclusive=declared.inconclusive or Inconclusive.BLOCK
    )


def gate_report(
    *rules: Rule, cells: tuple[Cell, ...] = (), gate: Mapping[str, Any] | None = None, **comparison: Any
) -> GateReport:
    """What the gate decides; without rules and cells, a run with something of everything."""
    there = {Reference.BASELINE: "version 7", Reference.ANCHOR: "version 1", Reference.TWINS: "of today"}
    policy = Policy(
        gate=GateConfig(rules=rules or RULES, **{"anchor": 1, **(gate or {})}),
        main_outputs=("click", "conversion"),
        verdict_metrics={"click": Metric.AUC, "conversion": Metric.AUC},
    )
    known = {"references": there, "cluster_column": "user", **comparison}
    return decide(policy, Comparison(cells=cells or CELLS, **known))


def with_checks(report: GateReport) -> GateReport:
    """With a server that differs on one output, a column that drifted, one that is empty, and no logged requests."""
    answers = (
        OutputParity(output="click", route="signature", agrees=True, largest=2.5e-7, row=3),
        OutputParity(output="<click>", route="gRPC", agrees=False, largest=0.02, row=1_234),
    )
    parity = ParityReport(rows=64, tolerance=1e-5, server="embedded", answers=answers)
    near = tuple(_column(f"c{place}", place / 1_000) for place in range(20))
    columns = (*near, _column("age", 0.3), _column("<gone>", None, reason="no values any more"))
    drift = Shift(status=ShiftStatus.MEASURED, against="version 7", columns=columns)
    skew = Shift(status=ShiftStatus.NO_ROWS, against="logs/*", reason="No file matches.")
    checks = (judge_parity(parity), judge_shift(DRIFT, drift, Beyond.WARN), judge_shift(SKEW, skew, Beyond.BLOCK))
    shift = ShiftReport(drift=drift, skew=skew)
    return dataclasses.replace(report, parity=parity, shift=shift, together=(*report.together, *checks))


def _column(name: str, distance: float | None, reason: str = "") -> ColumnShift:
    is_beyond = distance is None or distance > 0.1
    return ColumnShift(
        column=name, measure=Measure.INFINITY, threshold=0.1, is_beyond=is_beyond, distance=distance, reason=reason
    )


RULES = (
    rule("click", Metric.AUC, margin=0.01, min=0.6, slices=BY_PAYMENT),
    rule("conversion", Metric.AUC, margin=0.01, slices=BY_PAYMENT),
    rule("click_and_conversion", Metric.AUC, margin=0.01, total_margin=0.02),
    rule("click", Metric.LOG_LOSS, margin=0.005),
    rule("click", Metric.CALIBRATION, min=0.9, max=1.1),
    rule("conversion", Metric.CALIBRATION, min=0.95, max=1.05),
    rule("spend", Metric.MSE),
)

CELLS = (
    cell("click", "auc", 0.012, 0.003),
    cell("click", "auc", 0.009, 0.004, slice=CASH),
    cell("click", "auc", -0.004, 0.006, slice=CREDIT),
    cell("click", "auc", None, slice=NO_CHARGE, status=Status.ONE_CLASS, reason="All 40 labels are 0.", rows=40,
         positives=0),
    cell("click", "auc", 0.011, 0.005, against=Reference.TWINS),
    cell("click", "auc", 0.011, 0.015, against=Reference.TWINS, slice=CASH),
    cell("conversion", "auc", -0.018, 0.004),
    cell("conversion", "auc", -0.031, 0.006, slice=CASH),
    cell("conversion", "auc", 0.01, 0.05, slice=CREDIT, rows=300),
    cell("conversion", "auc", -0.012, 0.005, against=Reference.TWINS),
    cell("conversion", "auc", -0.012, 0.015, against=Reference.TWINS, slice=CASH),
    cell("click_and_conversion", "auc", 0.002, 0.003, reference=0.76),
    cell("click_and_conversion", "auc", 0.014, 0.004, against=Reference.ANCHOR),
    cell("click", "log_loss", -0.004, 0.001, reference=0.6),
    cell("click", "calibration", 0.01, 0.01, reference=1.02),
    cell("conversion", "calibration", 0.02, 0.01, reference=1.06),
    cell("spend", "mse", None, status=Status.NOT_COMPARABLE, reason="The model that serves has no output `spend`.",
         candidate=Estimate(0.23, 0.02)),
)  # fmt: skip
