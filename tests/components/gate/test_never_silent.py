"""Whatever a comparison holds, a blessing has its reasons."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.comparison.cell import Cell, Comparison, Reference, Status
from components.comparison.estimate import Estimate
from components.gate.config import GateConfig, Inconclusive, Rule, RuleName, WithoutReference
from components.gate.decide import decide
from components.gate.decision import Outcome
from components.gate.metrics import Metric
from components.gate.policy import Policy
from components.gate.report import GateStatus, report_from_json, report_to_json

pytestmark = pytest.mark.slow  # A hundred comparisons each.

TASKS = ("a", "b")
NUMBERS = st.floats(-0.1, 0.1) | st.just(math.nan)
ESTIMATES = st.none() | st.builds(
    Estimate, NUMBERS, st.just(0.0) | st.floats(1e-4, 0.1) | st.just(math.nan), dof=st.sampled_from([3.0, math.inf])
)
CELLS = st.builds(
    Cell,
    output=st.sampled_from(TASKS),
    metric=st.just("auc"),
    slice=st.sampled_from([(), (("day", "1"),), (("day", "2"),)]),
    status=st.sampled_from(Status),
    rows=st.integers(0, 10**6),
    positives=st.integers(0, 10**3),
    clusters=st.integers(0, 10**4),
    candidate=ESTIMATES,
    against=st.sampled_from([None, *Reference]),
    reference=ESTIMATES,
    difference=ESTIMATES,
)
THERE = st.dictionaries(st.sampled_from(Reference), st.just("it"))
COMPARISONS = st.builds(
    Comparison,
    cells=st.lists(CELLS, max_size=12).map(tuple),
    references=THERE,
    missing=THERE,
    empty=st.lists(st.sampled_from(Reference), max_size=2).map(tuple),
)
ASKED = [
    {"rule": RuleName.NON_INFERIOR, "margin": 0.01, "total_margin": 0.02},
    {"rule": RuleName.SUPERIOR, "min": 0.55},
    {"rule": RuleName.NOT_SIGNIFICANTLY_WORSE},
    {"rule": RuleName.OBSERVE, "min": 0.5, "max": 0.9},
]
DAYS = (("day",),)
OF_SLICES = {
    "rule": RuleName.NON_INFERIOR,
    "margin": 0.02,
    "only_slices": True,
    "inconclusive": Inconclusive.PASS_WITH_WARNING,
}
POLICIES = st.builds(
    lambda first, other, meaning, both, without, apart: Policy(
        gate=GateConfig(
            rules=(
                *(
                    Rule(output=task, metric=Metric.AUC, slices=() if apart else DAYS, inconclusive=meaning, **asked)
                    for task, asked in zip(TASKS, (first, other), strict=True)
                ),
                *(Rule(output=task, metric=Metric.AUC, slices=DAYS, **OF_SLICES) for task in TASKS if apart),
            ),
            anchor="oldest",
            at_least_one_superior=both,
            not_comparable=without,
        ),
        main_outputs=TASKS,
        verdict_metrics=dict.fromkeys(TASKS, Metric.AUC),
    ),
    st.sampled_from(ASKED),
    st.sampled_from(ASKED),
    st.sampled_from(Inconclusive),
    st.booleans(),
    st.sampled_from(WithoutReference),
    st.booleans(),
)


@given(policy=POLICIES, comparison=COMPARISONS)
def test_a_blessing_has_every_answer_passed_or_says_which_is_not(policy, comparison):
    report = decide(policy, comparison)
    answers = [*report.decisions, *report.together]
    outcomes = {answer.outcome for answer in answers}
    unsettled = [answer for answer in answers if answer.outcome is Outcome.INCONCLUSIVE]
    if report.blessed:
        assert Outcome.FAILED not in outcomes
        if policy.gate.not_comparable is WithoutReference.BOUNDS:
            unsettled += [answer for answer in answers if answer.outcome is Outcome.NOT_COMPARABLE]
        assert policy.gate.not_comparable is WithoutReference.BOUNDS or Outcome.NOT_COMPARABLE not in outcomes
        assert len(report.warnings) == len(unsettled)
        first = Outcome.FIRST_RUN in outcomes
        expected = GateStatus.PASSED_WITH_WARNING if unsettled else GateStatus.PASSED
        assert report.status is (GateStatus.FIRST_RUN if first else expected)
    assert report_from_json(report_to_json(report)) == report  # No number in it that JSON has no word for.


@given(policy=POLICIES, comparison=COMPARISONS)
def test_what_passed_was_measured_and_within_its_limit(policy, comparison):
    for decision in decide(policy, comparison).decisions:
        assert decision.reason
        if decision.outcome is Outcome.PASSED and decision.rule is RuleName.NON_INFERIOR:
            assert decision.low > decision.limit
        if decision.outcome is Outcome.FIRST_RUN:
            assert decision.against in comparison.empty
            if not decision.slice:  # Something was measured that the next run can be compared with.
                found = [cell for cell in comparison.cells if (cell.output, cell.slice) == (decision.output, ())]
                assert any(cell.status not in (Status.NO_ROWS, Status.ONE_CLASS) for cell in found)
