import pytest

from components.gate.config import RuleName
from components.gate.decision import Asked, Decision, Outcome
from components.gate.metrics import Metric
from components.gate.need import need_of

NOWHERE = (("city", "(no value)"),)


def asked(rows, wanted, *, output="tip", slice=(), outcome=Outcome.INCONCLUSIVE):
    return Decision(
        output=output, metric=Metric.AUC, slice=slice, asked=Asked.DIFFERENCE, rule=RuleName.NON_INFERIOR,
        outcome=outcome, reason="It may be worse.", rows=rows, rows_to_settle=wanted,
    )  # fmt: skip


def passed(rows, **others):
    return asked(rows, None, outcome=Outcome.PASSED, **others)


def test_a_slice_gets_but_its_share_of_the_rows_that_come():
    # 1,417 / 68 = 20.84 times the 3,009 rows of the output: 62,702.25. All rows alone would want 12,000.
    need = need_of([asked(3_009, 12_000), asked(68, 1_417, slice=NOWHERE)])
    assert (need.rows, need.decision.slice) == (62_703, NOWHERE)
    assert need.factor == pytest.approx(20.838, abs=0.001)


def test_the_rows_of_an_output_are_known_from_what_passed_too():
    assert need_of([passed(3_009), asked(68, 1_417, slice=NOWHERE)]).rows == 62_703


def test_the_output_that_must_grow_most_decides_not_the_largest_number():
    # Clicks want 20,000 of 10,000 rows, twice; what is bought after 1,000 of them 5,000, five times.
    need = need_of([asked(10_000, 20_000, output="click"), asked(1_000, 5_000, output="buy")])
    assert (need.rows, need.decision.output, need.factor) == (5_000, "buy", 5.0)


def test_the_rows_of_another_output_are_not_counted():
    assert need_of([passed(100_000, output="click"), passed(200), asked(100, 300, slice=NOWHERE)]).rows == 600


@pytest.mark.parametrize(
    "decisions", [[], [passed(100)], [asked(100, None)], [asked(0, 500)]], ids=["none", "settled", "unknown", "no rows"]
)
def test_nothing_is_needed_where_no_known_number_of_rows_settles_it(decisions):
    assert need_of(decisions) is None
