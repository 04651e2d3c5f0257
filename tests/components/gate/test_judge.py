"""Every rule by an example worked by hand: 1.645 standard errors are 95 %, one-sided."""

import dataclasses
import math

import pytest
from scipy.stats import poisson

from components.comparison.cell import Reference, Status
from components.comparison.estimate import Estimate
from components.comparison.judging import MIN_CLUSTERS, MIN_POSITIVES
from components.gate.config import Inconclusive, RuleName
from components.gate.decide import decide
from components.gate.decision import Asked, Outcome
from components.gate.enough import SPARE
from components.gate.metrics import Metric

NON_INFERIOR = {"margin": 0.01}
SUPERIOR = {"rule": RuleName.SUPERIOR}
NOT_WORSE = {"rule": RuleName.NOT_SIGNIFICANTLY_WORSE}


@pytest.fixture
def answers(policy, comparison):
    """The decisions about one rule."""

    def judge(rule, *cells, **others):
        return decide(policy(rule), comparison(*cells, **others)).decisions

    return judge


@pytest.mark.parametrize(
    ("rule", "gain", "outcome"),
    [
        (NON_INFERIOR, -0.0067, Outcome.PASSED),  # -0.0067 - 0.00329 > -0.01
        (NON_INFERIOR, -0.0068, Outcome.INCONCLUSIVE),
        (NON_INFERIOR, -0.0132, Outcome.INCONCLUSIVE),
        (NON_INFERIOR, -0.0133, Outcome.FAILED),  # -0.0133 + 0.00329 < -0.01
        (SUPERIOR, 0.0033, Outcome.PASSED),
        (SUPERIOR, 0.0032, Outcome.INCONCLUSIVE),
        (SUPERIOR, -0.0032, Outcome.INCONCLUSIVE),
        (SUPERIOR, -0.0033, Outcome.FAILED),
        (NOT_WORSE, -0.0032, Outcome.PASSED),
        (NOT_WORSE, -0.0033, Outcome.FAILED),
        ({"rule": RuleName.OBSERVE}, -0.5, Outcome.OBSERVED),
    ],
)
def test_a_rule_by_hand(answers, cell, rule, gain, outcome):
    (decision,) = answers(rule, cell(gain, 0.002))
    assert decision.outcome is outcome
    assert decision.value == gain


@pytest.mark.parametrize("rule", [NON_INFERIOR, SUPERIOR, NOT_WORSE])
def test_where_less_is_better_a_fall_is_a_gain(answers, cell, rule):
    for difference, gain in ((0.02, -0.02), (-0.02, 0.02)):
        (decision,) = answers({**rule, "metric": Metric.LOG_LOSS}, cell(difference, 0.002, metric="log_loss"))
        assert decision.value == gain
        assert decision.outcome is (Outcome.FAILED if gain < 0 else Outcome.PASSED)


def test_the_reason_says_what_was_found_and_asked(answers, cell):
    reasons = [answers(NON_INFERIOR, cell(gain, 0.002))[0].reason for gain in (0.005, 0.0, -0.005, -0.009, -0.02)]
    assert reasons == [
        "It is better by at least 0.00171.",
        "It is worse by no more than 0.00329, within the margin of 0.01.",
        "It is worse by no more than 0.00829, within the margin of 0.01.",
        "It may be worse by 0.0123, more than the margin of 0.01, or by only 0.00571.",
        "It is worse by at least 0.0167, more than the margin of 0.01.",
    ]


def test_what_is_shown_to_be_worse_is_not_said_to_be_better_by_less_than_nothing(answers, cell):
    # 0.02 less 1.645 standard errors of 0.002.
    assert answers(SUPERIOR, cell(-0.02, 0.002))[0].reason == "It is worse by at least 0.0167."


def test_identical_models_are_no_worse_and_not_better(answers, cell):
    assert answers(NON_INFERIOR, cell(0.0, 0.0))[0].reason == "It is no worse."
    assert answers(SUPERIOR, cell(0.0, 0.0))[0].outcome is Outcome.FAILED
    assert answers(SUPERIOR, cell(0.0, 0.0))[0].reason == "It is no better."
    assert answers(NOT_WORSE, cell(0.0, 0.0))[0].outcome is Outcome.PASSED


def test_a_relative_margin_is_a_share_of_what_exceeds_a_coin(answers, cell):
    # 5 % of 0.7 - 0.5 is 0.01. Reference and candidate err alike, so the margin's own error is next to nothing.
    rule = {"relative_margin": 0.05, "rule": RuleName.NON_INFERIOR}
    (passed,) = answers(rule, cell(-0.0066, 0.002))
    assert passed.limit == pytest.approx(-0.01)
    assert passed.outcome is Outcome.PASSED
    assert answers(rule, cell(-0.0069, 0.002))[0].outcome is Outcome.INCONCLUSIVE
    (of_loss,) = answers({**rule, "metric": Metric.LOG_LOSS}, cell(0.0, 0.002, metric="log_loss", reference=0.6))
    assert of_loss.limit == pytest.approx(-0.03)


def test_what_is_told_of_a_relative_margin_is_the_gains_own_interval(answers, cell):
    rule = {"relative_margin": 0.05, "rule": RuleName.NON_INFERIOR}
    (same,) = answers(rule, cell(0.0, 0.0))
    assert (same.value, same.low, same.high, same.reason) == (0.0, 0.0, 0.0, "It is no worse.")
    # The gain's own error, 0.002, reaches below -0.01; that of candidate - 0.95 * reference, 0.001965, does not.
    (passed,) = answers(rule, cell(-0.00674, 0.002))
    assert passed.outcome is Outcome.PASSED
    assert passed.low == pytest.approx(-0.00674 - 1.6449 * 0.002, abs=1e-6)
    assert passed.reason == (
        "Its gain is between -0.01 and -0.00345, and, with the reference's own error, shown to be within the margin of "
        "0.01."
    )
    (waits,) = answers({**rule, "metric": Metric.LOG_LOSS}, cell(0.0167, 0.002, metric="log_loss", reference=0.4))
    assert waits.outcome is Outcome.INCONCLUSIVE
    assert waits.reason.endswith("shown to be neither within the margin of 0.02 nor beyond.")


def test_bounds_are_judged_by_the_interval(answers, cell):
    # The candidate is 0.7 -+ 1.645 * 0.005 = 0.6918 to 0.7082.
    found = {limit: answers({"min": limit}, cell(0.0))[1].outcome for limit in (0.69, 0.7, 0.71)}
    assert list(found.values()) == [Outcome.PASSED, Outcome.INCONCLUSIVE, Outcome.FAILED]
    found = {limit: answers({"max": limit}, cell(0.0))[1].outcome for limit in (0.71, 0.7, 0.69)}
    assert list(found.values()) == [Outcome.PASSED, Outcome.INCONCLUSIVE, Outcome.FAILED]


def test_the_reason_of_a_bound_says_what_was_found(answers, cell):
    reasons = [answers({"min": limit}, cell(0.0))[1].reason for limit in (0.69, 0.7, 0.71)]
    assert reasons == [
        "It is 0.7, and its interval (0.692 to 0.708) is at least 0.69.",
        "It is 0.7, and its interval (0.692 to 0.708) does not settle whether it is at least 0.7.",
        "It is 0.7, and its interval (0.692 to 0.708) is wholly below 0.71.",
    ]


def test_what_has_no_interval_is_bounded_by_its_value(answers, cell):
    rule = {"metric": Metric.CALIBRATION_ERROR, "max": 0.05}
    error = {"metric": "calibration_error", "status": Status.NO_INTERVAL, "own_error": math.nan, "error": math.nan}
    assert answers(rule, cell(reference=0.04, **error))[1].outcome is Outcome.PASSED
    failed = answers(rule, cell(reference=0.06, **error))[1]
    assert failed.outcome is Outcome.FAILED
    assert failed.reason == "It is 0.06, by its value alone; asked for at most 0.05."
    assert failed.trusted  # There is no interval to mistrust.


def test_a_value_of_too_few_rows_settles_nothing_without_an_interval(answers, cell):
    rule = {"metric": Metric.CALIBRATION_ERROR, "max": 0.05}
    few = {"metric": "calibration_error", "status": Status.TOO_FEW, "own_error": math.nan, "error": math.nan}
    for value in (0.04, 0.4):
        decision = answers(rule, cell(reference=value, reason="Too noisy.", **few))[1]
        assert (decision.outcome, decision.reason) == (Outcome.INCONCLUSIVE, "Too noisy.")


def test_a_bound_counts_without_a_reference_only_on_rows_enough(answers, cell):
    lacks = {"status": Status.NOT_COMPARABLE, "difference": None, "reference": None}
    for shortfall, outcome in ((0.8, Outcome.PASSED), (1.2, Outcome.INCONCLUSIVE), (math.inf, Outcome.INCONCLUSIVE)):
        found = dataclasses.replace(cell(0.0), **lacks, shortfall=shortfall)
        assert answers({"min": 0.5}, found)[1].outcome is outcome


def test_too_few_rows_never_pass_but_may_fail(answers, cell):
    few = {"status": Status.TOO_FEW, "reason": "An interval needs 500 rows with label 1, got 100.", "shortfall": 5.0}
    for rule in (NON_INFERIOR, SUPERIOR, NOT_WORSE):
        (better,) = answers(rule, cell(0.1, **few))
        assert better.outcome is Outcome.INCONCLUSIVE
        assert "not to be trusted: An interval needs 500 rows with label 1, got 100." in better.reason
        assert answers(rule, cell(-0.1, **few))[0].outcome is Outcome.FAILED
    for rule, side in (({"min": 0.5}, "at least 0.5"), ({"max": 0.8}, "at most 0.8")):
        bounded = answers(rule, cell(0.0, **few))[1]
        assert bounded.outcome is Outcome.INCONCLUSIVE
        assert bounded.reason.endswith(f"its interval (0.692 to 0.708) would be {side}, could it be trusted.")
    assert answers({"min": 0.9}, cell(0.0, **few))[1].outcome is Outcome.FAILED


def test_few_rows_fail_only_by_what_leaves_no_doubt(answers, cell):
    # -0.02 is 5 errors below the margin of -0.01, -0.0155 is 2.75: one in 300, which few rows show by chance.
    few = {"status": Status.TOO_FEW, "reason": "An interval needs 500 rows with label 1, got 50."}
    found = {
        (shortfall, gain): answers(NON_INFERIOR, cell(gain, 0.002, shortfall=shortfall, **few))[0].outcome
        for shortfall in (10.0, 10.1)
        for gain in (-0.02, -0.0155)
    }
    assert found.pop((10.0, -0.02)) is Outcome.FAILED
    assert set(found.values()) == {Outcome.INCONCLUSIVE}


def test_a_failure_is_held_to_holms_levels_over_the_slices(answers, cell):
    # p(-0.0133) = 0.0495: enough alone, not as one of four. p(-0.015) = 0.0062 is under 0.05 / 4, and then 0.0495 is
    # over 0.05 / 3.
    def of(*gains):
        cells = [cell(gain, 0.002, slice=(("country", str(n)),) if n else ()) for n, gain in enumerate(gains)]
        return [found.outcome for found in answers({**NON_INFERIOR, "slices": (("country",),)}, *cells)]

    passed, waits, failed = Outcome.PASSED, Outcome.INCONCLUSIVE, Outcome.FAILED
    assert of(0.0, -0.0134) == [passed, waits]
    assert of(0.0, 0.0, 0.0, -0.0133) == [passed, passed, passed, waits]
    assert of(0.0, 0.0, -0.0133, -0.015) == [passed, passed, waits, failed]


def test_what_fails_by_chance_as_one_of_several_says_so(answers, cell):
    cells = [cell(gain, 0.002, slice=(("country", str(n)),) if n else ()) for n, gain in enumerate((0.0, -0.0133))]
    _, found = answers({**NON_INFERIOR, "slices": (("country",),)}, *cells)
    assert (
        found.reason
        == "It looks worse by at least 0.01, more than the margin of 0.01, as one of several may by chance."
    )
    bounded = [
        dataclasses.replace(made, candidate=Estimate(value, 0.005))
        for made, value in zip(cells, (0.75, 0.6917), strict=True)
    ]
    lowest = answers({"min": 0.7, "slices": (("country",),)}, *bounded)[3]
    assert lowest.outcome is Outcome.INCONCLUSIVE
    assert lowest.reason.endswith("is below 0.7, as one of several may be by chance.")


def test_values_of_a_slicing_that_nobody_looked_at_are_not_settled(answers, cell):
    rule = {**NON_INFERIOR, "slices": (("country",), ("device",))}
    cells = [cell(0.0, slice=((column, "a"),)) for column in ("country", "device")]
    found = answers(rule, cell(0.0), *cells, left_out={"country": 12_000})
    (unseen,) = [one for one in found if one.outcome is not Outcome.PASSED]
    assert (unseen.slice, unseen.outcome) == ((("country", "(other values)"),), Outcome.INCONCLUSIVE)
    assert unseen.reason == "12,000 rows lie in values beyond those that are compared one by one."


@pytest.mark.parametrize("rule", [NON_INFERIOR, {"min": 0.6}, {"margin": 0.01, "max": 0.8}])
def test_no_row_at_all_is_let_through_by_no_policy(policy, comparison, cell, rule):
    empty = {"status": Status.NO_ROWS, "reason": "No rows with a known label.", "candidate": None, "difference": None}
    lenient = policy(rule, inconclusive=Inconclusive.PASS_WITH_WARNING)
    assert decide(lenient, comparison(dataclasses.replace(cell(), **empty))).blessed is False
    of_slice = dataclasses.replace(cell(), slice=(("country", "a"),), **empty)
    sliced = policy({**rule, "slices": (("country",),)}, inconclusive=Inconclusive.PASS_WITH_WARNING)
    assert decide(sliced, comparison(cell(0.0), of_slice)).blessed


def test_too_few_rows_ask_for_as_many_as_make_the_interval_count(answers, cell):
    # 100 positives of the 500 that an interval needs: five times the rows, more than the difference itself asks for.
    (decision,) = answers(NON_INFERIOR, cell(0.0, 0.002, status=Status.TOO_FEW, shortfall=5.0))
    assert (decision.rows_to_settle, decision.trusted) == (math.ceil(50_000 * SPARE), False)
    # So many positives, or clusters, come short of the limit once in five times at most.
    assert all(poisson.cdf(limit - 1, limit * SPARE) <= 0.2 for limit in (MIN_CLUSTERS, MIN_POSITIVES))
    assert poisson.cdf(MIN_CLUSTERS - 1, MIN_CLUSTERS * (SPARE - 0.01)) > 0.2
    assert answers(NON_INFERIOR, cell(0.0))[0].trusted


@pytest.mark.parametrize(
    ("spoilt", "outcome", "reason"),
    [
        ({"status": Status.ONE_CLASS, "difference": None}, Outcome.INCONCLUSIVE, "One class."),
        ({"status": Status.NO_ROWS, "difference": None, "reason": "Empty."}, Outcome.INCONCLUSIVE, "Empty."),
        ({"status": Status.NOT_FINITE, "candidate": None}, Outcome.FAILED, "A prediction is not a finite number."),
        ({"status": Status.NOT_FINITE}, Outcome.NOT_COMPARABLE, "The reference is at fault: A prediction is not"),
        ({"status": Status.NOT_COMPARABLE}, Outcome.NOT_COMPARABLE, "The reference lacks it."),
        ({"difference": Estimate(math.nan, 0.1)}, Outcome.FAILED, "It is no number, but nan."),
        ({"difference": Estimate(0.1, math.nan)}, Outcome.INCONCLUSIVE, "No interval could be told."),
    ],
    ids=["one class", "no rows", "candidate nan", "reference nan", "not comparable", "nan", "no error"],
)
@pytest.mark.parametrize("rule", [NON_INFERIOR, SUPERIOR, NOT_WORSE])
def test_what_cannot_be_judged_never_passes(answers, cell, rule, spoilt, outcome, reason):
    difference = {} if "difference" not in spoilt else {"difference": spoilt["difference"]}
    made = cell(0.1, **{key: value for key, value in spoilt.items() if key != "difference"})
    (decision,) = answers(rule, made.__class__(**{**made.__dict__, **difference}))
    assert decision.outcome is outcome
    assert decision.reason.startswith(reason)


def test_a_candidate_that_predicts_nan_fails_even_where_it_is_only_observed(answers, cell):
    nan = {"status": Status.NOT_FINITE, "candidate": None, "reason": "3 of 9 scores of the candidate are not finite."}
    (decision,) = answers({"rule": RuleName.OBSERVE}, cell(0.0, **nan))
    assert decision.outcome is Outcome.FAILED
    (first,) = answers(
        {"rule": RuleName.OBSERVE}, cell(against=None, **nan), references=(), empty=(Reference.BASELINE,)
    )
    assert first.outcome is Outcome.FAILED


def test_a_rule_whose_cell_was_not_measured_fails(answers, cell):
    (decision,) = answers(NON_INFERIOR, cell(output="buy"))
    assert decision.outcome is Outcome.FAILED
    assert decision.reason == "The evaluation holds no such cell, so nothing shows that it holds."


def in_slices(cell, *gains):
    return [cell(gain, 0.002, slice=(("day", str(day)),)) for day, gain in enumerate(gains)]


def test_non_inferiority_over_slices_needs_no_correction(answers, cell):
    # Each at 95 %: -0.0067 passes among twenty slices as it does alone.
    rule = {**NON_INFERIOR, "slices": (("day",),)}
    found = answers(rule, cell(0.0), *in_slices(cell, *[-0.0067] * 20))
    assert len(found) == 21
    assert {decision.outcome for decision in found} == {Outcome.PASSED}


def test_not_significantly_worse_over_slices_is_held_to_holm(answers, cell):
    # One of three at -2.1 standard errors has p = 0.018 > 0.05 / 4, so it is no rejection; at -2.3, p = 0.011 is.
    rule = {**NOT_WORSE, "slices": (("day",),)}
    by_chance = answers(rule, cell(0.0), *in_slices(cell, -0.0042, 0.0, 0.0))
    assert {decision.outcome for decision in by_chance} == {Outcome.PASSED}
    alone = answers(NOT_WORSE, cell(-0.0042))
    assert alone[0].outcome is Outcome.FAILED
    shown = answers(rule, cell(0.0), *in_slices(cell, -0.0046, 0.0, 0.0))
    assert [decision.outcome for decision in shown] == [Outcome.PASSED, Outcome.FAILED, Outcome.PASSED, Outcome.PASSED]
    assert shown[1].confidence == pytest.approx(1 - 0.05 / 4)


def test_superior_over_slices_is_held_to_holm(answers, cell):
    rule = {**SUPERIOR, "slices": (("day",),)}
    found = answers(rule, cell(0.01), *in_slices(cell, 0.0042, 0.0035))
    # p = 0.000, 0.018 and 0.040 against 0.05 / 3, 0.05 / 2 and 0.05.
    assert [decision.outcome for decision in found] == [Outcome.PASSED, Outcome.PASSED, Outcome.PASSED]
    found = answers(rule, cell(0.0038), *in_slices(cell, 0.0042, 0.0035))
    # 0.018 > 0.05 / 3 stops all of them.
    assert {decision.outcome for decision in found} == {Outcome.INCONCLUSIVE}


def test_a_slicing_that_was_not_measured_fails(answers, cell):
    found = answers({**NON_INFERIOR, "slices": (("day",),)}, cell(0.0))
    assert [decision.outcome for decision in found] == [Outcome.PASSED, Outcome.FAILED]


def test_a_rule_looks_at_its_own_slices_only(answers, cell):
    other = cell(-0.5, slice=(("city", "x"),))
    assert len(answers(NON_INFERIOR, cell(0.0), other)) == 1


def test_bounds_are_told_whoever_the_candidate_was_compared_with(answers, cell):
    alone = cell(against=None, reference=0.8)
    differing = cell(0.0, status=Status.NOT_COMPARABLE)
    (_, bound) = answers({"min": 0.75}, differing, alone)
    assert (bound.asked, bound.outcome, bound.value) == (Asked.MIN, Outcome.PASSED, 0.8)
    (_, bound) = answers({"min": 0.65}, differing)
    assert bound.outcome is Outcome.PASSED
