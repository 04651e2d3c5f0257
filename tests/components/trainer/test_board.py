"""What TensorBoard reads."""

import dataclasses

import tensorflow as tf

from components.trainer.board import write_board, write_looks, write_pictures
from components.trainer.record import Interval
from models.gradients.telemetry import Sample
from tests.components.trainer.test_collapse import HEALTHY, connected, gate, routed
from tests.pipeline.report.gradient_records import gradients


def values(folder):
    found = {}
    for path in folder.glob("events*"):
        for record in tf.data.TFRecordDataset(str(path)).as_numpy_iterator():
            event = tf.compat.v1.Event.FromString(record)
            found |= {(event.step, value.tag): value for value in event.summary.value}
    return found


def scalars(folder):
    return {key: value.simple_value for key, value in values(folder).items()}


def interval(score):
    watched = {"loss": 0.25, "click_auc": 0.75}
    return Interval(epoch=1, step=8, train={"loss": 0.5}, watched=watched, score=score, seconds=1.0)


def test_curves_of_both_splits_are_written_under_their_names(tmp_path):
    write_board(str(tmp_path), [interval(-1.0)], watched_split="validation")
    assert scalars(tmp_path / "train") == {(8, "loss"): 0.5}
    assert scalars(tmp_path / "validation") == {(8, "loss"): 0.25, (8, "click_auc"): 0.75, (8, "score"): -1.0}


def test_without_a_rule_that_compares_there_is_no_score(tmp_path):
    write_board(str(tmp_path), [interval(None)], watched_split="eval")
    assert scalars(tmp_path / "eval") == {(8, "loss"): 0.25, (8, "click_auc"): 0.75}


def test_what_is_inside_is_a_curve_beside_the_watched_losses(tmp_path):
    seen = dataclasses.replace(interval(None), inside={"gate_entropy/level_1/click": 0.5})
    write_board(str(tmp_path), [seen], watched_split="eval")
    assert scalars(tmp_path / "eval")[8, "gate_entropy/level_1/click"] == 0.5
    assert set(scalars(tmp_path / "train")) == {(8, "loss")}


COSINES = {
    "gradient_cosines/click/click_and_conversion",
    "gradient_cosines/click/spend",
    "gradient_cosines/click_and_conversion/spend",
}


def test_a_look_is_a_curve_at_its_own_step_beside_the_train_losses(tmp_path):
    looks = [Sample(step=step, losses={}, weights={"click": 0.5}, grams={}) for step in (0, 50)]
    write_looks(str(tmp_path), looks)
    assert scalars(tmp_path / "train") == {(0, "loss_weight/click"): 0.5, (50, "loss_weight/click"): 0.5}


def test_pictures_are_images_of_the_size_they_say_at_the_exported_step(tmp_path):
    record = dataclasses.replace(
        HEALTHY,
        intervals=(interval(None),),
        gates=(gate(0.4, 0.6),),
        connections=(connected((1.0, 0.0), (0.0, -0.4)),),
        routes=(routed((0.9, 0.1), (0.1, 0.9)),),
        gradients=gradients(),
    )
    write_pictures(str(tmp_path), record)
    found = {tag: value.image for (step, tag), value in values(tmp_path / "eval").items() if step == 8}
    assert set(found) == {"gates/level_1/click", "connections/level_1", "routes/level_2", *COSINES}
    for image in found.values():
        pixels = tf.io.decode_png(image.encoded_image_string)
        assert pixels.shape == (image.height, image.width, image.colorspace)
        assert len(set(map(tuple, pixels.numpy().reshape(-1, 4)[::7]))) > 3  # Something is drawn.


def test_without_anything_inside_there_is_no_picture(tmp_path):
    write_pictures(str(tmp_path), dataclasses.replace(HEALTHY, intervals=(interval(None),)))
    assert not list(tmp_path.glob("*"))
