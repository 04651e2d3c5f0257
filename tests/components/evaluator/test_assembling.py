"""What a reference lacks hides nothing that is wrong with the candidate."""

from __future__ import annotations

import numpy as np
import pytest

from components.comparison import OutputPlan, Reference, Rows, Status
from components.comparison.cell import Comparison
from components.comparison.kinds import Kind
from components.gate.config import GateConfig, Inconclusive, Rule, RuleName, WithoutReference
from components.gate.decide import decide
from components.gate.metrics import Metric
from components.gate.policy import Policy
from components.gate.report import GateStatus
from components.gauc_weight import GaucWeight

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]  # TFMA takes long, and warns of itself.

NUM_ROWS = 4_000
LACKS = {Reference.BASELINE: "It has no output click."}
POLICY = Policy(
    gate=GateConfig(
        rules=(
            Rule(
                output="click",
                metric=Metric.AUC,
                margin=0.01,
                rule=RuleName.NON_INFERIOR,
                inconclusive=Inconclusive.BLOCK,
            ),
        ),
        not_comparable=WithoutReference.BOUNDS,  # For the one run that brings a new output in.
    ),
    main_outputs=("click",),
    verdict_metrics={"click": Metric.AUC},
)


def compared(scores, *references) -> Comparison:
    """The candidate's scores, then those of each of `references`."""
    import tfx  # noqa: F401  # On Python 3.11 TFMA lacks names until tfx puts stand-ins there.

    from components.evaluator.assembling import Header, compare
    from components.evaluator.combining import OutputSums
    from components.evaluator.lineup import Lineup

    plan = OutputPlan(output="click", kind=Kind.BINARY, metrics=("auc",), references=references, clustered=False)
    models = ("candidate", *(reference.value for reference in references))
    lineup = Lineup(plan=plan, models=models, not_comparable=LACKS)
    sums = OutputSums(lineup)
    labels, known = np.arange(NUM_ROWS) % 2.0, np.ones(NUM_ROWS)
    sums.add(Rows(labels=labels, scores=np.array(scores), clusters=None, known=known))
    header = Header(
        cluster_column=None,
        references={Reference.BASELINE: "version 7"},
        missing={},
        empty=(),
        gauc_weight=GaucWeight.IMPRESSIONS,
    )
    return compare(header, {"click": lineup}, sums={"click": sums}, groups={})


def sound():
    return np.random.default_rng(1).random(NUM_ROWS)


def spoilt():
    scores = sound()
    scores[5] = np.nan
    return scores


def test_a_candidate_without_a_score_fails_where_the_baseline_lacks_the_output():
    (found, *_) = [cell for cell in compared([spoilt()]).cells if cell.against is Reference.BASELINE]
    assert (found.status, found.candidate) == (Status.NOT_FINITE, None)
    report = decide(POLICY, compared([spoilt()]))
    assert (report.blessed, report.status) == (False, GateStatus.FAILED)
    assert "1 of 4000 scores of the candidate are no probabilities." in report.reason


def test_a_sound_candidate_is_only_not_comparable_whatever_another_reference_scores():
    for cells in (compared([sound()]), compared([sound(), spoilt()], Reference.ANCHOR)):
        (found,) = [cell for cell in cells.cells if cell.against is Reference.BASELINE]
        assert (found.status, found.reason) == (Status.NOT_COMPARABLE, "It has no output click.")
        assert decide(POLICY, cells).blessed
