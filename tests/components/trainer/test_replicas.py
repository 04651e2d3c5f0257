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
from components.trainer.build import build_model, model_input
from components.trainer.plan import TrainerPlan
from components.trainer.rows import RowStore, Split, row_format
from components.trainer.settings import Distribution
from components.trainer.training import train
from models.tasks import TaskGraph
from models.warm_start.carry import carry
from models.warm_start.names import slots_by_name, weights_by_name
from tests.models.warm_start.earlier import Earlier, layout_of, spoil

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
    if distribution is Distribution.ONE_DEVICE:
        spoil(result.model)
        kept = Earlier(result.model, layout_of(result.model), {})

going_on = build_model(dataclasses.replace(plan, training=training), inputs, num_steps=10)
carry(going_on, kept, layout=layout_of(going_on), entries={})
same = [
    value.numpy().tobytes() == kept.weights[name].tobytes()
    for name, weight in weights_by_name(going_on).items()
    for value in weight.values
]
same += [
    value.numpy().tobytes() == kept.slots[name][slot].tobytes()
    for name, slots in slots_by_name(going_on).items()
    for slot, variable in slots.items()
    for value in variable.values
]
print(json.dumps([losses, looks, all(same), len(same) > 2 * len(kept.weights)]))
"""


def test_two_replicas_train_as_one_device_and_go_on_from_the_same_weights(plan, split, tmp_path):
    looking = dataclasses.replace(plan.training, look_every_steps=10)
    exact = dataclasses.replace(plan, training=looking, model=dataclasses.replace(plan.model, dropout=0.0))
    (tmp_path / "plan.json").write_text(exact.to_json())
    rows = split().store.bucket(0).rows.numpy().tolist()
    (tmp_path / "rows.json").write_text(json.dumps([row.hex() for row in rows]))
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    losses, looks, are_carried, have_slots = json.loads(done.stdout.splitlines()[-1])
    assert looks == [2, 0]  # Two replicas cannot look at gradients.
    # Sums over two halves of a batch differ from the sum over the whole in the last bits only.
    np.testing.assert_allclose(losses["mirrored"], losses["one_device"], rtol=1e-4)
    # A warm start puts the same bits into both, weights and slots.
    assert (are_carried, have_slots) == (True, True)
