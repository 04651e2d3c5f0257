"""`kill -9` in the middle of training: the next process goes on, and ends with the same weights."""

import os
import pathlib
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

pytestmark = [pytest.mark.integration, pytest.mark.slow]

ROOT = pathlib.Path(__file__).parents[3]
SCRIPT = """
import pathlib, sys, time
import models
import numpy as np
import tensorflow as tf
from components.trainer.build import model_input
from components.trainer.plan import TrainerPlan
from components.trainer.rows import Split, row_format, store_rows
from components.trainer.training import train
from models.tasks import TaskGraph

class Slow(tf.keras.callbacks.Callback):
    def on_train_batch_end(self, batch, logs=None):
        time.sleep(float(sys.argv[3]))

folder = pathlib.Path(sys.argv[1])
plan = TrainerPlan.from_json((folder / "plan.json").read_text())
rows = row_format(plan.inputs, TaskGraph(plan.tasks))
inputs = tuple(model_input(column, {}) for column in plan.inputs)
splits = [
    Split(store_rows([str(folder / split / "*")], rows, split=split, bucket_rows=100), rows)
    for split in ("train", "eval")
]
result = train(plan, inputs, *splits, folder=str(folder / "run"), callbacks=[Slow()])
weights = {str(place): weight.numpy() for place, weight in enumerate(result.model.weights)}
np.savez(sys.argv[2], resumed=result.record.resumed_from_step, **weights)
"""


def write(folder, batch):
    import tensorflow as tf

    folder.mkdir()
    columns = {name: column.to_list() if name == "tags" else column.numpy() for name, column in batch.items()}
    with tf.io.TFRecordWriter(str(folder / "part-0.gz"), "GZIP") as writer:
        for row in range(len(columns["city"])):
            features = tf.train.Features()
            for name, values in columns.items():
                if name in ("city", "tags"):
                    features.feature[name].int64_list.value.extend(np.atleast_1d(values[row]).astype(int).tolist())
                else:
                    features.feature[name].float_list.value.append(values[row])
            writer.write(tf.train.Example(features=features).SerializeToString())


@pytest.fixture
def start(tmp_path):
    def run(result, delay):
        command = [sys.executable, "-c", SCRIPT, str(tmp_path), str(tmp_path / result), str(delay)]
        return subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True)

    return run


def finish(process):
    _, said = process.communicate(timeout=300)
    assert process.returncode == 0, said


def wait_for_checkpoint(process, folder):
    deadline = time.monotonic() + 300
    while not list(folder.glob("*/step-*/position.json")):
        assert process.poll() is None, process.communicate()[1]
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_killed_process_is_taken_up_and_ends_as_an_unbroken_one(plan, batch, start, tmp_path):
    write(tmp_path / "train", batch(400))
    write(tmp_path / "eval", batch(150, seed=1))
    (tmp_path / "plan.json").write_text(plan.to_json())
    killed = start("killed.npz", 0.3)
    wait_for_checkpoint(killed, tmp_path / "checkpoints")
    os.kill(killed.pid, signal.SIGKILL)
    killed.communicate()
    finish(start("resumed.npz", 0))
    (tmp_path / "checkpoints").rename(tmp_path / "out of the way")
    finish(start("unbroken.npz", 0))
    resumed, unbroken = np.load(tmp_path / "resumed.npz"), np.load(tmp_path / "unbroken.npz")
    assert resumed["resumed"] >= 3 and unbroken["resumed"] == 0
    for name in set(unbroken.files) - {"resumed"}:
        np.testing.assert_array_equal(resumed[name], unbroken[name])
