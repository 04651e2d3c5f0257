"""What TensorBoard reads."""

import tensorflow as tf

from components.trainer.board import write_board
from components.trainer.record import Interval


def scalars(folder):
    found = {}
    for path in folder.glob("events*"):
        for record in tf.data.TFRecordDataset(str(path)).as_numpy_iterator():
            event = tf.compat.v1.Event.FromString(record)
            found |= {(event.step, value.tag): value.simple_value for value in event.summary.value}
    return found


def test_curves_of_both_splits_are_written(tmp_path):
    intervals = [
        Interval(epoch=1, step=8, train={"loss": 0.5}, eval={"loss": 0.25, "click_auc": 0.75}, score=-1.0, seconds=1.0)
    ]
    write_board(str(tmp_path), intervals)
    assert scalars(tmp_path / "train") == {(8, "loss"): 0.5}
    assert scalars(tmp_path / "eval") == {(8, "loss"): 0.25, (8, "click_auc"): 0.75, (8, "score"): -1.0}
