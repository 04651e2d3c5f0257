"""Version after version, each a little worse than the one that serves, until the pinned first one says stop."""

from __future__ import annotations

import pytest

from components.comparison.cell import Reference
from components.evaluator.plan import EvaluatorPlan
from components.gate.config import GateConfig, Inconclusive, Rule, RuleName
from components.gate.decide import decide
from components.gate.decision import Asked, Outcome
from components.gate.metrics import Metric
from components.gate.policy import Policy
from components.gate.report import GateStatus
from components.pusher.folder import versions
from components.pusher.publish import publish_version
from tests.components.evaluator.conftest import CLICK, save_model

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]  # TFX takes long, and warns of itself.

PLAN = EvaluatorPlan(tasks=CLICK, split="eval")
MARGIN, TOTAL = 0.06, 0.1
RULE = Rule(
    output="click", metric=Metric.AUC, rule=RuleName.NON_INFERIOR, margin=MARGIN, total_margin=TOTAL,
    inconclusive=Inconclusive.BLOCK,
)  # fmt: skip
POLICY = Policy(gate=GateConfig(rules=(RULE,), anchor="oldest"), main_outputs=("click",), verdict_metrics={})


def served(folder, target, which):
    """What the node publishes of the served folder."""
    from tfx.types import standard_artifacts

    from components.baseline.component import Executor

    model = standard_artifacts.Model()
    model.uri = str(target)
    Executor().Do({}, {"model": [model]}, {"directory": str(folder), "which": which, "run": "1"})
    return model


def test_losses_within_the_margin_add_up_to_a_stop_at_the_declared_total(world, evaluate, tmp_path):
    folder, chain, reports = tmp_path / "served", world, []
    for number in range(1, 6):
        name = f"v{number}"
        # Each ranks one click in twenty more at the very end: some 0.03 less of AUC, and nothing else changes.
        scores = world["candidate/click"].copy()
        scores[world["label/click"].cumsum() % 20 < number - 1] *= 1e-3
        chain = chain.with_columns(**{f"{name}__click": scores})
        candidate = save_model(tmp_path / name, name, {"click": 0})
        references = {"baseline_model": "highest", "anchor_model": "oldest"}
        against = {key: served(folder, tmp_path / f"{name} {key}", which) for key, which in references.items()}
        comparison, _ = evaluate(PLAN, chain, {"model": candidate, **against})
        reports.append(decide(POLICY, comparison))
        if not reports[-1].blessed:
            break
        publish_version(f"{candidate}/Format-Serving", str(folder), now_s=number)

    assert [report.status for report in reports] == [
        GateStatus.FIRST_RUN, GateStatus.PASSED, GateStatus.PASSED, GateStatus.INCONCLUSIVE,
    ]  # fmt: skip
    assert versions(str(folder)) == [1, 2, 3]
    last = {decision.asked: decision for decision in reports[-1].decisions}
    assert last[Asked.DIFFERENCE].outcome is Outcome.PASSED
    assert last[Asked.TOTAL].against is Reference.ANCHOR
    assert reports[-1].references["baseline"].startswith("3 (")
    assert reports[-1].references["anchor"].startswith("1 (")
