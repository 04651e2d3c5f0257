"""Benchmarks say what they measure, and nothing else."""

import pathlib
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]


def stderr_and_stdout(program):
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stderr, done.stdout


@pytest.mark.integration
def test_benchmarks_leave_tensorflow_to_what_loads_it_silently():
    program = (
        "import sys; from benchmarks import architectures, correlation, expert_cost, selection_bias; "
        "print('tensorflow' in sys.modules)"
    )
    assert stderr_and_stdout(program) == ("", "False\n")


@pytest.mark.integration
def test_tensorflow_is_loaded_with_keras_2_and_without_a_word():
    program = (
        "from benchmarks.quiet import load_tensorflow; load_tensorflow(); import tensorflow as tf; "
        "print(tf.zeros([2]).shape, tf.keras.layers.Layer.__module__.split('.')[0])"
    )
    assert stderr_and_stdout(program) == ("", "(2,) tf_keras\n")
