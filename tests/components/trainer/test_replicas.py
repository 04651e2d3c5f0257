"""Two replicas train as one device does; they need devices of their own, so a process of their own."""

import dataclasses
import json
import pathlib
import subprocess
import sys

import numpy as np
import pytest

pytestmark = [pytest.mark.integration, pytest.mark.slow]

ROOT = pathlib.Path(__file__).parents[3]
SCRIPT = """
import dataclasses, json, pathlib, sys
import models
import tensorflow as tf
cpu = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
from components.trainer.build import model_input
from components.trainer.plan import TrainerPlan
from components.trainer.rows import RowStore, Split, row_format
from components.trainer.settings import Distribution
from components.trainer.training import train
from models.tasks import TaskGraph

folder = pathlib.Path(sys.argv[1])
plan = TrainerPlan.from_json((folder / "plan.json").read_text())
rows = row_format(plan.inputs, TaskGraph(plan.tasks))
packed = [bytes.fromhex(row) for row in json.loads((folder / "rows.json").read_text())]
split = Split(RowStore([packed], 1_000), rows)
inputs = tuple(model_input(column, {}) for column in plan.inputs)
losses, looks = {}, []
for distribution in Distribution:
    training = dataclasses.replace(plan.training, distribution=distribution)
    result = train(dataclasses.replace(plan, training=training), inputs, split, split, folder=str(folder / "run"))
    losses[distribution.value] = [interval.watched["loss"] for interval in result.record.intervals]
    looks.append(len(result.record.gradients.steps))
print(json.dumps([losses, looks]))
"""


def test_two_replicas_train_as_one_device(plan, split, tmp_path):
    looking = dataclasses.replace(plan.training, look_every_steps=10)
    exact = dataclasses.replace(plan, training=looking, model=dataclasses.replace(plan.model, dropout=0.0))
    (tmp_path / "plan.json").write_text(exact.to_json())
    rows = split().store.bucket(0).rows.numpy().tolist()
    (tmp_path / "rows.json").write_text(json.dumps([row.hex() for row in rows]))
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    losses, looks = json.loads(done.stdout.splitlines()[-1])
    assert looks == [2, 0]  # Two replicas cannot look at gradients.
    # Sums over two halves of a batch differ from the sum over the whole in the last bits only.
    np.testing.assert_allclose(losses["mirrored"], losses["one_device"], rtol=1e-4)
