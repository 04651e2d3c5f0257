"""Exported models over raw rows, outside a pipeline."""

import dataclasses
import json
import re

import numpy as np
import pytest
from click.testing import CliRunner
from sklearn.metrics import log_loss, roc_auc_score

from components.comparison.cell import Reference, Status
from components.comparison.stored import comparison_text
from components.errors import UnusableInputError
from components.evaluator.errors import UnusableModelError
from components.gate.decision import Outcome
from components.gate.report import GateStatus
from pipeline.commands.compare import command
from pipeline.errors import NotPushedError
from tests.pipeline.compare.conftest import sigmoid

pytestmark = pytest.mark.slow

ALL_ROWS = ()


@pytest.fixture(scope="module")
def compared(world):
    from pipeline.compare.run import compare_models

    def run(candidate, reference, **changes):
        given = {"config": world.config, "path": str(world.rows)} | changes
        return compare_models(given["config"], candidate=candidate, reference=reference, path=given["path"])

    return run


@pytest.fixture(scope="module")
def better(compared, saved):
    return compared(saved["good"], saved["bad"])


def cells_of(found):
    return {(cell.output, cell.metric, cell.slice): cell for cell in found.comparison.cells}


def test_values_are_those_of_the_scores_in_the_rows(world, better):
    cells, columns = cells_of(better), world.columns
    for name, field in (("good", "candidate"), ("bad", "reference")):
        scores = sigmoid(columns[name])
        is_clicked = columns["click"] == 1
        found = {key: getattr(cells[key], field).value for key in cells if getattr(cells[key], field)}
        assert found["click", "auc", ALL_ROWS] == pytest.approx(roc_auc_score(columns["click"], scores), abs=1e-6)
        on_web = columns["device"] == "web"
        expected = log_loss(columns["click"][on_web], scores[on_web])
        assert found["click", "log_loss", (("device", "web"),)] == pytest.approx(expected, abs=1e-6)
        expected = roc_auc_score(columns["buy"][is_clicked], columns[name][is_clicked])
        assert found["buy", "auc", ALL_ROWS] == pytest.approx(expected, abs=1e-6)
        classes = np.exp(-np.square(columns[name][:, None] + 1 - np.arange(3)))
        classes /= classes.sum(axis=1, keepdims=True)
        assert found["topic", "log_loss", ALL_ROWS] == pytest.approx(log_loss(columns["topic"], classes), abs=1e-5)
    assert cells["click", "auc", ALL_ROWS].rows == len(columns["click"])
    assert cells["click", "gauc", ALL_ROWS].status in (Status.TOO_FEW, Status.MEASURED)
    assert cells["click", "auc", (("device", "watch"),)].status is Status.TOO_FEW
    assert better.comparison.cluster_column == "user"


def test_swapped_models_flip_and_one_with_itself_is_zero(compared, saved, better):
    swapped, same = compared(saved["bad"], saved["good"]), compared(saved["good"], saved["good"])
    for mine, theirs in zip(better.comparison.cells, swapped.comparison.cells, strict=True):
        if mine.difference is not None:
            assert mine.difference.value == -theirs.difference.value
            np.testing.assert_equal(mine.difference.std_error, theirs.difference.std_error)
    differences = [cell.difference for cell in same.comparison.cells if cell.difference is not None]
    assert len(differences) > 10
    assert {own.value for own in differences} == {0.0}
    assert {own.std_error for own in differences if not np.isnan(own.std_error)} == {0.0}


def test_columns_by_name_come_to_what_examples_do(compared, saved):
    cells = compared(saved["dense"], saved["good"]).comparison.cells
    differences = [cell.difference.value for cell in cells if cell.difference is not None]
    np.testing.assert_allclose(differences, 0.0, atol=1e-6)
    assert len(differences) > 10


def test_the_rules_are_judged(compared, saved, better):
    assert better.report.blessed
    assert better.report.decisions[0].outcome is Outcome.PASSED
    assert better.report.references == {"baseline": saved["bad"]}
    worse = compared(saved["bad"], saved["good"]).report
    assert (worse.blessed, worse.status) == (False, GateStatus.FAILED)


def test_what_one_of_them_lacks_is_named(compared, saved):
    found = compared(saved["good"], saved["other"])
    assert found.notes == (
        "`buy` is measured of A alone, of B: It has no output buy.",
        "`click_and_buy` is not compared: A does not serve it.",
        "`topic` is measured of A alone, of B: It has no output topic.",
        "B also serves `odd`, not an output of CONFIG.",
    )
    cells = cells_of(found)
    assert cells["click", "auc", ALL_ROWS].status is Status.MEASURED
    assert cells["buy", "auc", ALL_ROWS].status is Status.NOT_COMPARABLE
    assert found.comparison.references == {Reference.BASELINE: saved["other"]}
    turned = compared(saved["other"], saved["good"])
    assert turned.notes[0] == "`buy` is not compared: A does not serve it."
    assert {cell.output for cell in turned.comparison.cells} == {"click"}
    assert not turned.report.blessed  # A rule about `buy` has nothing to go by.


def test_json_holds_all(better):
    read = json.loads(better.to_json(), parse_constant=pytest.fail)
    stored = json.loads(comparison_text(better.comparison))
    for cell, kept in zip(read["comparison"].pop("cells"), stored.pop("cells"), strict=True):
        # What is no finite number is text as the Evaluator stores it, and null here.
        assert cell == json.loads(re.sub('"(nan|inf)"', "null", json.dumps(kept)))
    assert read["comparison"] == stored
    assert (read["gate"]["blessed"], read["models"]) == (True, list(better.models))


def test_one_class_has_a_status(world, compared, saved, tmp_path):
    lines = world.rows.read_text().splitlines()
    header = lines[0].split(",")
    unclicked = [line for line in lines[1:] if line.split(",")[header.index("click")] == "0"]
    (tmp_path / "rows.csv").write_text("\n".join([lines[0], *unclicked]) + "\n")
    cells = cells_of(compared(saved["good"], saved["bad"], path=str(tmp_path / "rows.csv")))
    assert cells["click", "auc", ALL_ROWS].status is Status.ONE_CLASS
    assert cells["buy", "auc", ALL_ROWS].status is Status.NO_ROWS


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("user,device,good,bad,click,buy,topic\n", "holds a header and no rows"),
        ("user,device,good,click,buy,topic\nu,app,1,1,0,0\n", "has no column `bad`"),
        ("user,device,good,bad,click,buy,topic\nu,app,1,1,much,0,0\n", "column `click` must hold numbers"),
    ],
)
def test_rows_that_are_not_as_declared_are_said_so(compared, saved, tmp_path, content, expected):
    (tmp_path / "rows.csv").write_text(content)
    with pytest.raises(UnusableInputError, match=expected):
        compared(saved["good"], saved["bad"], path=str(tmp_path / "rows.csv"))


def test_models_that_cannot_be_compared_are_said_so(world, compared, saved, tmp_path):
    import tensorflow as tf

    def kept(name, function, signature="serving_default"):
        tf.saved_model.save(tf.Module(), str(tmp_path / name), signatures={signature: function})
        return str(tmp_path / name)

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="examples")])
    def needy(examples):
        spec = {"device": tf.io.FixedLenFeature([], tf.float32)}  # It is text.
        return {"click": tf.io.parse_example(examples, spec)["device"]}

    @tf.function(input_signature=[tf.TensorSpec([None, 4], tf.float32, name="image")])
    def wide(image):
        return {"click": image[:, 0]}

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="examples")])
    def foreign(examples):
        return {"click": tf.zeros([1]) + 0.5}

    cases = {
        str(tmp_path): "does not load: ",
        kept("unsigned", needy, "other"): "must have the signature serving_default, has: other.",
        kept("needy", needy): "cannot score the rows: .*device",
        kept("wide", wide): r"takes image of shape \(None, 4\)",
        kept("foreign", foreign): "must give 3000 scores of click, gave 1.",
    }
    for folder, expected in cases.items():
        with pytest.raises(UnusableModelError, match=f"^`B`, {folder}.*{expected}"):
            compared(saved["good"], folder)
    topic = dataclasses.replace(world.config.gate, rules=world.config.gate.rules[2:])
    config = dataclasses.replace(world.config, tasks=tuple(world.config.tasks[2:]), gate=topic)
    with pytest.raises(UnusableModelError, match="an output of CONFIG, topic, but A serves buy, click, topic, and B"):
        compared(saved["good"], saved["other"], config=config)


def test_the_command_prints_what_the_rules_say(world, saved):
    def run(candidate, reference):
        arguments = [saved[candidate], saved[reference], "--data", str(world.rows), "--config", str(world.path)]
        return CliRunner().invoke(command, arguments, env={"COLUMNS": "200"})

    passed, refused = run("good", "bad"), run("bad", "good")
    assert passed.exit_code == 0, passed.output
    assert "non_inferior passed" in passed.output
    assert "By the rules of CONFIG: passed. Every rule holds." in passed.output
    assert "on device = watch: too few. An interval needs 500 rows" in passed.output
    assert "non_inferior failed" in refused.output
    assert isinstance(refused.exception, NotPushedError)
