from pipeline.report.evaluation import OVERALL, Score, SliceScores


def test_a_change_needs_two_numbers():
    scores = SliceScores(
        output="click",
        slice=OVERALL,
        known=9.0,
        positives=3.0,
        mean_label=1 / 3,
        candidate={"auc": Score(0.75), "mse": Score(1.0), "mae": Score(1.0)},
        baseline={"auc": Score(0.5), "mse": Score(None, "no rows")},
    )
    assert scores.change("auc") == 0.25
    assert scores.change("mse") is None
    assert scores.change("mae") is None
