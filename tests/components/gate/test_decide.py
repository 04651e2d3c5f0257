"""What all answers come to: blessed or not, and how it is said."""

import dataclasses

import numpy as np
import pytest

from components.comparison import Kind, OutputPlan, PairedSums, Rows, membership
from components.comparison.cell import Reference, Status
from components.comparison.rows import MISSING
from components.gate.config import Inconclusive, RuleName, WithoutReference
from components.gate.decide import decide
from components.gate.decision import Asked, Outcome
from components.gate.report import GateStatus

MARGIN = {"margin": 0.01}
FIRST = {"references": (), "empty": (Reference.BASELINE, Reference.ANCHOR)}


def rules_of(*outputs):
    return [{"output": output, **MARGIN} for output in outputs]


def test_all_rules_hold(policy, comparison, cell):
    report = decide(policy(MARGIN), comparison(cell(0.0)))
    assert (report.blessed, report.status, report.reason) == (True, GateStatus.PASSED, "Every rule holds.")
    assert report.rows_to_settle is None


def test_a_gain_elsewhere_never_compensates(policy, comparison, cell):
    outputs = ["a", "b", "c", "d", "e"]
    cells = [cell(0.2, output=output) for output in outputs[:-1]] + [cell(-0.02, output="e")]
    report = decide(policy(*rules_of(*outputs)), comparison(*cells))
    assert (report.blessed, report.status) == (False, GateStatus.FAILED)
    assert report.reason.startswith("e auc against the baseline: It is worse by at least")


@pytest.mark.parametrize(
    ("on_all", "blessed", "status"), [(0.0, True, GateStatus.PASSED_WITH_WARNING), (-0.02, False, GateStatus.FAILED)]
)
def test_slices_may_only_warn_where_all_rows_block(policy, comparison, cell, on_all, blessed, status):
    of_slices = {**MARGIN, "slices": (("city",),), "only_slices": True, "inconclusive": Inconclusive.PASS_WITH_WARNING}
    cells = cell(on_all), cell(0.0, 0.01, slice=(("city", "rome"),))
    report = decide(policy(MARGIN, of_slices), comparison(*cells))
    assert (report.blessed, report.status) == (blessed, status)
    assert [decision.slice for decision in report.decisions] == [(), (("city", "rome"),)]
    assert decide(policy({**MARGIN, "slices": (("city",),)}), comparison(*cells)).blessed is False


def test_what_may_only_warn_asks_for_no_more_rows_of_what_blocks(policy, comparison, cell):
    open_one, asked = cell(0.0, 0.01), {**MARGIN, "inconclusive": Inconclusive.ASK_FOR_DATA}
    alone = decide(policy(asked), comparison(open_one))
    slices = [cell(0.0, 0.03, slice=(("city", str(place)),), rows=500) for place in range(50)]
    lenient = {**MARGIN, "slices": (("city",),), "only_slices": True, "inconclusive": Inconclusive.PASS_WITH_WARNING}
    beside = decide(policy(asked, lenient), comparison(open_one, *slices))
    assert beside.decisions[0].rows_to_settle == alone.decisions[0].rows_to_settle
    assert beside.rows_to_settle == alone.rows_to_settle == 61_826


@pytest.mark.parametrize(
    ("meaning", "blessed", "status"),
    [
        (Inconclusive.BLOCK, False, GateStatus.INCONCLUSIVE),
        (Inconclusive.ASK_FOR_DATA, False, GateStatus.MORE_ROWS),
        (Inconclusive.PASS_WITH_WARNING, True, GateStatus.PASSED_WITH_WARNING),
    ],
)
def test_inconclusive_is_what_the_policy_says_and_never_silent(policy, comparison, cell, meaning, blessed, status):
    report = decide(policy(MARGIN, inconclusive=meaning), comparison(cell(0.0, 0.01)))
    assert (report.blessed, report.status) == (blessed, status)
    assert "About 61,826 rows would settle it; there are 10,000." in report.reason
    assert report.rows_to_settle == 61_826
    assert len(report.warnings) == blessed


def test_a_rule_may_say_for_itself_what_inconclusive_means(policy, comparison, cell):
    lenient = {"output": "a", **MARGIN, "inconclusive": Inconclusive.PASS_WITH_WARNING}
    cells = cell(0.0, 0.01, output="a"), cell(0.0, 0.01, output="b")
    assert decide(policy(lenient), comparison(cells[0])).blessed
    report = decide(policy(lenient, {"output": "b", **MARGIN}), comparison(*cells))
    assert (report.blessed, report.status) == (False, GateStatus.INCONCLUSIVE)
    assert report.reason.startswith("b auc")


def test_a_slice_that_wants_rows_wants_them_of_the_whole_output(policy, comparison, cell):
    # Of 10,000 rows 500 are in the slice: each that comes there takes twenty.
    by_city = {**MARGIN, "slices": (("city",),)}
    small = cell(0.0, 0.02, slice=(("city", "Rome"),), rows=500)
    report = decide(policy(by_city), comparison(cell(0.0, 0.001), small))
    (wanted,) = [decision.rows_to_settle for decision in report.decisions if decision.slice]
    assert report.rows_to_settle == 20 * wanted
    assert f"About {wanted:,} rows of this slice would settle it; there are 500." in report.reason


def test_the_rows_asked_for_grow_with_the_number_of_rules(policy, comparison, cell):
    # Five rules are to pass together with 0.8: each with 0.96, (1.6449 + 1.7507)^2 = 11.53.
    outputs = ["a", "b", "c", "d", "e"]
    report = decide(policy(*rules_of(*outputs)), comparison(*(cell(0.0, 0.01, output=output) for output in outputs)))
    assert report.rows_to_settle == pytest.approx(115_300, rel=1e-3)


def test_a_model_that_is_not_equal_is_settled_by_its_own_distance_from_the_margin(policy, comparison, cell):
    # 10,000 rows are enough for an equal model; this one is 0.002 from the margin: (2.4865 * 0.002 / 0.002)^2.
    report = decide(policy(MARGIN), comparison(cell(-0.008, 0.002)))
    assert report.rows_to_settle == pytest.approx(61_826, rel=1e-3)


def test_the_first_run_has_a_status_of_its_own(policy, comparison, cell):
    first = comparison(cell(against=None), **FIRST, left_out={"country": 3})
    report = decide(policy({**MARGIN, "min": 0.6}), first)
    assert (report.blessed, report.status) == (True, GateStatus.FIRST_RUN)
    assert (report.empty, report.left_out) == (("baseline", "anchor"), {"country": 3})
    assert report.reason == "First run: nothing serves yet to compare with. Its bounds hold."
    assert [decision.outcome for decision in report.decisions] == [Outcome.FIRST_RUN, Outcome.PASSED]
    assert decide(policy({**MARGIN, "min": 0.8}), first).status is GateStatus.FAILED
    blocked = decide(policy(MARGIN, first_run=WithoutReference.BLOCK), first)
    assert (blocked.blessed, blocked.status) == (False, GateStatus.FIRST_RUN)


@pytest.mark.parametrize("shown", [None, Status.NO_ROWS, Status.ONE_CLASS])
def test_a_first_run_of_which_nothing_could_be_measured_is_not_pushed(policy, comparison, cell, shown):
    cells = [] if shown is None else [cell(against=None, status=shown, candidate=None, rows=0)]
    report = decide(policy(MARGIN), comparison(*cells, **FIRST))
    assert (report.blessed, report.status) == (False, GateStatus.FAILED if shown is None else GateStatus.INCONCLUSIVE)
    assert decide(policy(MARGIN), comparison(cell(against=None), **FIRST)).blessed


def test_a_first_run_says_what_it_was_judged_by(policy, comparison, cell):
    first = comparison(cell(against=None), **FIRST)
    lenient = decide(policy({**MARGIN, "min": 0.7}, inconclusive=Inconclusive.PASS_WITH_WARNING), first)
    assert "Nothing failed, but not all is settled: click auc: " in lenient.reason
    assert decide(policy(MARGIN), first).reason.endswith("No rule bounds a value by itself, so nothing was judged.")


def test_a_first_run_that_does_not_settle_its_bounds_is_no_silent_pass(policy, comparison, cell):
    first = comparison(cell(against=None), **FIRST)
    assert decide(policy({**MARGIN, "min": 0.7}), first).status is GateStatus.INCONCLUSIVE
    lenient = decide(policy({**MARGIN, "min": 0.7}, inconclusive=Inconclusive.PASS_WITH_WARNING), first)
    assert (lenient.blessed, lenient.status, len(lenient.warnings)) == (True, GateStatus.FIRST_RUN, 1)


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        (
            {"missing": {Reference.BASELINE: "saved_model.pb is cut short."}},
            "The baseline is not there: saved_model.pb",
        ),
        ({}, "The evaluation was made without the baseline."),
    ],
    ids=["not loaded", "forgotten"],
)
def test_a_baseline_that_is_not_there_is_never_taken_for_a_first_run(policy, comparison, cell, state, reason):
    given = comparison(cell(against=None), references=(), **state)
    report = decide(policy({**MARGIN, "min": 0.5}), given)
    assert (report.blessed, report.status) == (False, GateStatus.NOT_COMPARABLE)
    assert reason in report.reason
    by_bounds = decide(policy({**MARGIN, "min": 0.5}, not_comparable=WithoutReference.BOUNDS), given)
    assert (by_bounds.blessed, by_bounds.status) == (True, GateStatus.PASSED_WITH_WARNING)
    assert len(by_bounds.warnings) == 1


def test_a_new_output_is_let_in_by_its_bounds_where_that_is_said(policy, comparison, cell):
    new = dataclasses.replace(cell(output="new"), status=Status.NOT_COMPARABLE, reference=None, difference=None)
    given = comparison(cell(0.0), new)
    rules = (MARGIN, {"output": "new", **MARGIN, "min": 0.6})
    assert decide(policy(*rules), given).status is GateStatus.NOT_COMPARABLE
    report = decide(policy(*rules, not_comparable=WithoutReference.BOUNDS), given)
    assert (report.blessed, report.status) == (True, GateStatus.PASSED_WITH_WARNING)
    worse = comparison(cell(-0.05), new)
    assert decide(policy(*rules, not_comparable=WithoutReference.BOUNDS), worse).status is GateStatus.FAILED


def test_a_chain_of_small_losses_is_stopped_at_the_declared_total(policy, comparison, cell):
    # Each of twenty models is worse by 0.9 margins than the one before, which is allowed; the pinned one tells.
    # Error 0.0002: -0.009 * n - 1.645 * 0.0002 > -0.03 up to n = 3.
    chained = policy({**MARGIN, "total_margin": 0.03}, anchor="oldest")
    pushed = []
    for links in range(1, 21):
        serving = cell(-0.009, 0.0002)
        pinned = cell(-0.009 * links, 0.0002, against=Reference.ANCHOR)
        report = decide(chained, comparison(serving, pinned))
        if not report.blessed:
            assert report.decisions[0].outcome is Outcome.PASSED
            assert report.decisions[1].asked is Asked.TOTAL
            assert "more than the total margin of 0.03" in report.reason
            break
        pushed.append(links)
    assert pushed == [1, 2, 3]


def test_an_anchor_that_is_gone_blocks(policy, comparison, cell):
    chained = policy({**MARGIN, "total_margin": 0.03}, anchor=1)
    gone = comparison(cell(0.0), references=(Reference.BASELINE,), missing={Reference.ANCHOR: "No version 1."})
    report = decide(chained, gone)
    assert report.status is GateStatus.NOT_COMPARABLE
    assert report.reason == "click auc against the anchor: The anchor is not there: No version 1."


def test_what_is_observed_decides_nothing(policy, comparison, cell):
    watched = {"output": "aux", "rule": RuleName.OBSERVE}
    report = decide(policy(MARGIN, watched), comparison(cell(0.0), cell(-0.3, output="aux")))
    assert report.blessed
    assert report.decisions[1].reason == "Gain -0.3, between -0.303 and -0.297; nothing is asked of it."


def test_swapping_the_models_turns_every_gain(policy, comparison, cell):
    one, other = (decide(policy(MARGIN), comparison(cell(gain))).decisions[0] for gain in (0.004, -0.004))
    assert (one.value, one.low, one.high) == pytest.approx((-other.value, -other.high, -other.low))


def test_rows_without_a_value_of_a_slicing_cannot_get_worse_unnoticed(policy, comparison):
    rng = np.random.default_rng(5)
    served = rng.uniform(size=20_000)
    lacks = np.arange(len(served)) % 4 == 0
    country = np.where(lacks, None, np.array(["nl", "de"], dtype=object)[rng.integers(0, 2, len(served))])
    candidate = np.where(lacks, rng.uniform(size=len(served)), served)  # Noise where there is no country.
    sums = PairedSums(OutputPlan(
        output="click", kind=Kind.BINARY, metrics=("auc",), references=(Reference.BASELINE,),
        slicings=(("country",),), clustered=False,
    ))  # fmt: skip
    sums.add(Rows(
        labels=(rng.uniform(size=len(served)) < served).astype(float), scores=np.stack([candidate, served]),
        slices=(membership(("country",), (country,)),),
    ))  # fmt: skip
    asked = {"margin": 0.15, "slices": (("country",),)}
    report = decide(policy(asked), comparison(*sums.cells()))
    outcomes = {decision.slice: decision.outcome for decision in report.decisions}
    assert (report.status, outcomes.pop((("country", MISSING),))) == (GateStatus.FAILED, Outcome.FAILED)
    assert outcomes == dict.fromkeys([(), (("country", "de"),), (("country", "nl"),)], Outcome.PASSED)
