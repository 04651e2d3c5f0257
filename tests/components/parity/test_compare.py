"""Answers are held against the trainer's row by row; what cannot be compared never agrees."""

import numpy as np
import pytest

from components.parity.answers import Answers
from components.parity.compare import compare
from components.parity.config import ParityConfig
from components.parity.golden import Golden
from components.parity.report import ParityReport, parity_text, parse_parity
from models.errors import ConfigError

CLICK = np.array([0.1, 0.2, 0.3], np.float32)
SPEND = np.array([0.0, 50.0, 100.0], np.float32)
GOLDEN = Golden(
    rows=(b"a", b"b", b"c"), predictions={"click": CLICK, "spend": SPEND}, relative=("spend",), tolerance=1e-5
)


def compared(golden=GOLDEN, **outputs):
    given = {name: np.asarray(values, np.float64) for name, values in outputs.items() if values is not None}
    report = compare(golden, Answers({"signature": given}, server="embedded"))
    return report, {answer.output: answer for answer in report.answers}


def test_equal_answers_agree_exactly():
    report, found = compared(click=CLICK, spend=SPEND)
    assert report.agrees
    assert [found[name].largest for name in ("click", "spend")] == [0.0, 0.0]
    assert (report.rows, report.tolerance, report.server) == (3, 1e-5, "embedded")


def test_the_worst_row_of_the_output_that_differs_is_named():
    report, found = compared(click=[0.1, 0.2 + 2e-5, 0.3 + 3e-3], spend=SPEND)
    assert not report.agrees
    assert found["spend"].agrees
    assert not found["click"].agrees
    assert found["click"].row == 2
    assert found["click"].largest == pytest.approx(3e-3, abs=1e-7)


def test_means_are_compared_as_shares_of_their_size():
    # By hand: .0004 of 50 is a share of 8e-6, .002 of 100 one of 2e-5; at 0 the mean size, 50, counts.
    assert compared(click=CLICK, spend=[0.0, 50.0004, 100.0])[0].agrees
    assert compared(click=CLICK, spend=[0.0004, 50.0, 100.0])[0].agrees
    report, found = compared(click=CLICK, spend=[0.0, 50.0, 100.002])
    assert not report.agrees
    assert found["spend"].is_relative
    assert found["spend"].largest == pytest.approx(2e-5)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_what_is_not_finite_never_agrees_not_even_with_itself(value):
    report, found = compared(click=[0.1, value, 0.3], spend=SPEND)
    assert not report.agrees
    assert (found["click"].largest, found["click"].row) == (None, 1)
    assert found["click"].reason == "it is not finite in 1 of 3 rows"
    both = Golden(rows=GOLDEN.rows, predictions={"click": np.full(3, value)}, relative=(), tolerance=1e-5)
    assert not compared(both, click=np.full(3, value))[0].agrees


def test_a_missing_output_and_another_shape_are_said():
    report, found = compared(click=None, spend=np.zeros((3, 2)))
    assert not report.agrees
    assert found["click"].reason == "it is not among the outputs: spend"
    assert found["spend"].reason == "it has shape [3, 2], the trainer's [3]"


def test_probabilities_of_several_classes_are_compared_by_their_worst_class():
    kinds = np.array([[0.2, 0.8], [0.5, 0.5]], np.float32)
    golden = Golden(rows=(b"a", b"b"), predictions={"kind": kinds}, relative=(), tolerance=1e-5)
    _, found = compared(golden, kind=kinds + np.array([[0.0, 0.0], [0.0, 1e-3]]))
    assert (found["kind"].row, found["kind"].largest) == (1, pytest.approx(1e-3))


def test_a_route_that_failed_and_an_empty_batch_never_agree():
    failed = compare(GOLDEN, Answers({"signature": {"click": CLICK, "spend": SPEND}}, {"gRPC": "it said no"}))
    assert not failed.agrees
    assert failed.problem == "gRPC: it said no"
    empty = Golden(rows=(), predictions={"click": np.zeros(0)}, relative=(), tolerance=1e-5)
    assert compared(empty, click=[])[0].problem == "the golden batch is empty: the eval split has no rows"
    assert not compare(GOLDEN, Answers()).agrees


def test_files_survive():
    back = Golden.from_json(GOLDEN.to_json())
    assert (back.rows, back.relative, back.tolerance) == (GOLDEN.rows, GOLDEN.relative, GOLDEN.tolerance)
    for name, values in GOLDEN.predictions.items():
        assert back.predictions[name].tobytes() == values.astype(np.float64).tobytes()
    first = GOLDEN.first(2)
    assert first.rows == (b"a", b"b")
    np.testing.assert_array_equal(first.predictions["spend"], SPEND[:2])
    answers = Answers({"REST": {"click": np.array([0.5, np.nan])}}, {"gRPC": "no"}, "embedded")
    again = Answers.from_json(answers.to_json())
    np.testing.assert_array_equal(again.by_route["REST"]["click"], [0.5, np.nan])
    assert (again.failed, again.server) == (answers.failed, answers.server)
    report, _ = compared(click=[0.1, np.nan, 0.3], spend=SPEND)
    assert parse_parity(parity_text(report)) == report
    assert not ParityReport(rows=0, tolerance=0.0).agrees


def test_a_golden_batch_has_rows_but_not_too_many():
    for rows in (0, 257):
        with pytest.raises(ConfigError, match=f"`rows` must be between 1 and 256, got {rows}"):
            ParityConfig(rows=rows)
