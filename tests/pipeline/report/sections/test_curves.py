import dataclasses

from pipeline.report.sections.curves import CurvesSection


def test_every_binary_output_has_both_pictures(run):
    outputs = CurvesSection.of(run).outputs
    assert [output.name for output in outputs] == ["click", "conversion", "click_and_conversion"]
    assert all(output.roc and output.calibration for output in outputs)
    assert [output.slot for output in outputs] == [0, 1, 1]


def test_a_curve_over_one_class_is_not_drawn(run, evaluation):
    flat = tuple(dataclasses.replace(curves, roc=()) for curves in evaluation.curves)
    section = CurvesSection.of(dataclasses.replace(run, evaluation=dataclasses.replace(evaluation, curves=flat)))
    assert [output.roc for output in section.outputs] == [None, None, None]


def test_a_candidate_and_a_baseline_are_two_lines(run):
    roc = CurvesSection.of(run).outputs[0].roc
    assert "var(--task-0)" in roc and "var(--baseline)" in roc
