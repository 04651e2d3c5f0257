import sys

import pytest

from pipeline.report.evaluation import OVERALL, Evaluation, Failure, Score, SliceScores
from pipeline.report.reading.thresholds import read_failures

pytestmark = pytest.mark.slow  # TFMA's messages come with TFMA, which takes seconds to import.


def failures(
    *, change: bool, value: float | None = 0.6, evaluation: Evaluation | None = None, **bounds: float
) -> list[Failure]:
    import tfx  # noqa: F401  # On Python 3.11 TFMA lacks names until tfx puts stand-ins there.
    from tensorflow_model_analysis.proto import config_pb2, validation_result_pb2

    result = validation_result_pb2.ValidationResult()
    of_slice = result.metric_validations_per_slice.add()
    failure = of_slice.failures.add()
    failure.metric_key.name, failure.metric_key.output_name = "binary_crossentropy", "click"
    if value is not None:
        failure.metric_value.double_value.value = value
    threshold = failure.metric_threshold
    if change:
        higher = bounds.pop("higher")
        direction = (
            config_pb2.MetricDirection.HIGHER_IS_BETTER if higher else config_pb2.MetricDirection.LOWER_IS_BETTER
        )
        threshold.change_threshold.direction = direction
    for name, bound in bounds.items():
        getattr(threshold.change_threshold if change else threshold.value_threshold, name).value = bound
    given = evaluation or Evaluation(scores=())
    return list(read_failures(result, given, names={"binary_crossentropy": "log_loss"}))


@pytest.mark.parametrize(
    ("bounds", "text"),
    [
        ({"lower_bound": 0.7}, "at least 0.7"),
        ({"upper_bound": 0.5}, "at most 0.5"),
        ({"lower_bound": 0.9, "upper_bound": 1.1}, "at least 0.9 and at most 1.1"),
        ({"lower_bound": -sys.float_info.max}, "a number"),
        ({"lower_bound": -sys.float_info.max, "upper_bound": 0.5}, "at most 0.5"),
    ],
)
def test_bounds_on_a_value_read_as_words(bounds, text):
    assert failures(change=False, **bounds) == [
        Failure(output="click", metric="log_loss", slice=OVERALL, score=Score(0.6), bound=text, is_change=False)
    ]


@pytest.mark.parametrize(
    ("bounds", "text"),
    [
        ({"higher": True, "absolute": -0.002}, "a fall of at most 0.002"),
        ({"higher": True, "absolute": 0.002}, "a rise of at least 0.002"),
        ({"higher": False, "absolute": 0.002}, "a rise of at most 0.002"),
        ({"higher": False, "absolute": -0.002}, "a fall of at least 0.002"),
        ({"higher": True, "relative": -0.01}, "a fall of at most 1 %"),
        ({"higher": True, "absolute": 0.0}, "a fall of at most 0"),
    ],
)
def test_bounds_on_a_change_read_as_words(bounds, text):
    assert [(item.bound, item.is_change) for item in failures(change=True, **bounds)] == [(text, True)]


def test_a_metric_that_was_not_computed_has_no_value():
    assert failures(change=False, value=None, lower_bound=0.7)[0].score == Score(None, "not computed")


def test_an_undefined_value_stays_undefined_whatever_number_stands_in_the_result():
    undefined = Score(None, "no rows")
    scores = SliceScores(
        output="click", slice=OVERALL, known=0, positives=None, mean_label=None, candidate={"log_loss": undefined}
    )
    found = failures(change=False, value=0.0, evaluation=Evaluation(scores=(scores,)), lower_bound=0.7)
    assert found[0].score == undefined
