"""Baselines as a run might be judged beside."""

import math

from components.comparison.cell import Comparison, Reference, Status
from pipeline.baseline.record import BaselineRecord, Latency, ServingCost
from tests.pipeline.report.gate_reports import cell


def _comparison(name, *cells):
    return Comparison(cells=cells, cluster_column="user", references={Reference.BASELINE: name})


BASELINES = (
    BaselineRecord(
        run_id="2026-01-31T02-00-00.123456",
        kind="lambdamart",
        train_rows=18_000,
        digest=2**63 + 1,
        seconds=12.3,
        comparison=_comparison(
            "lambdamart",
            cell("click", "auc", 0.01),
            cell("click", "ndcg", -0.02, reference=0.61),
            cell("click", "ndcg", 0.3, slice=(("payment", "Cash"),)),
            cell("click", "gauc", 0.001),
            cell("click", "calibration_error", 0.003, math.nan, reference=0.05, status=Status.NO_INTERVAL),
            cell("conversion", "auc", None, status=Status.ONE_CLASS, reason="All labels are 0."),
        ),
        notes=("`spend` has no trees: its labels are no grades.",),
    ),
    BaselineRecord(
        run_id="2026-01-31T02-00-00.123456",
        kind="single_task",
        train_rows=18_000,
        digest=7,
        seconds=61.0,
        comparison=_comparison(
            "single_task",
            cell("click", "log_loss", -0.01, reference=0.6),
            cell("click", "calibration", 0.02, reference=1.0),
            cell("conversion", "auc", 0.001, status=Status.TOO_FEW, reason="Too few.", shortfall=math.inf),
        ),
        cost=ServingCost(
            parameters=(1_234_567, 3_500_000),
            flops=(12_000, 35_000),
            latency=(Latency(candidates=1_000, model_ms=4.5, ratio=2.31),),
        ),
    ),
)
