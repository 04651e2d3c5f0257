"""A run killed while it trains ends, when run again, with the model an unbroken run pushes."""

import os
import pathlib
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from components.pusher.folder import versions

pytestmark = [pytest.mark.slow, pytest.mark.integration, pytest.mark.filterwarnings("ignore")]  # TFX warns of itself.

LIMIT_S = 400


def start(funnel, folder):
    """`evenkeel run` of the funnel's first model, elsewhere and with frequent checkpoints."""
    arguments = [f"root={folder}/runs", f"push.directory={folder}/served", "training.seed=1"]
    arguments += ["training.checkpoint_every_steps=5"]
    options = [text for argument in arguments for text in ("--set", argument)]
    program = "from pipeline.cli import main; main()"
    return subprocess.Popen(
        [sys.executable, "-c", program, "run", funnel.path, *options],
        cwd=pathlib.Path(__file__).resolve().parents[2],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def weights(version_folder):
    import tensorflow as tf

    reader = tf.train.load_checkpoint(str(version_folder / "variables" / "variables"))
    return {name: reader.get_tensor(name) for name in reader.get_variable_to_shape_map() if "VARIABLE_VALUE" in name}


def test_a_killed_trainer_resumes_and_the_same_model_is_pushed(funnel, tmp_path):
    checkpoints = tmp_path / "runs" / "funnel" / "checkpoints"
    with start(funnel, tmp_path) as first:
        deadline = time.monotonic() + LIMIT_S
        while not list(checkpoints.rglob("position.json")):
            assert first.poll() is None, first.communicate()[0]
            assert time.monotonic() < deadline
            time.sleep(0.005)
        first.send_signal(signal.SIGKILL)
    assert not (tmp_path / "served").exists()

    with start(funnel, tmp_path) as second:
        output, _ = second.communicate(timeout=LIMIT_S)
    served = tmp_path / "served" / "funnel"
    (version,) = versions(str(served))
    (record,) = (tmp_path / "runs").rglob("training.json")
    assert '"resumed_from_step": 0' not in record.read_text(), output
    assert not any(checkpoints.iterdir())

    unbroken = pathlib.Path(funnel.config.serving_directory)
    expected = weights(unbroken / str(versions(str(unbroken))[0]))
    resumed = weights(served / str(version))
    assert expected.keys() == resumed.keys()
    for name, value in expected.items():
        np.testing.assert_array_equal(resumed[name], value, err_msg=name)


def test_a_run_speaks_of_nothing_but_itself(funnel, tmp_path):
    # The report's line and the summary are wanted; TensorFlow's, Beam's and Google's chatter is not.
    program = "from pipeline.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", program, "run", funnel.path, "--set", "training.seed=2"],
        cwd=pathlib.Path(__file__).resolve().parents[2],
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
        env={name: value for name, value in os.environ.items() if not name.startswith("TF_CPP")},
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert "report:" in done.stdout
