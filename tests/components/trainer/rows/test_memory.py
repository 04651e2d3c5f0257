"""Ten times the rows need no more memory."""

import json
import pathlib
import subprocess
import sys

import pytest

pytestmark = [pytest.mark.integration, pytest.mark.slow]

ROOT = pathlib.Path(__file__).parents[4]
SCRIPT = """
import json, resource, sys
import models
import numpy as np
import tensorflow as tf
from components.trainer.rows import RowFormat, RowStore, Split

rows = RowFormat(ids=tuple(f"id_{number}" for number in range(30)), lists=(), numbers=(), targets=("label/click",))
rng = np.random.default_rng(0)

def written():
    for _ in range(int(sys.argv[1]) // 2_000):
        ids = {name: tf.constant(rng.integers(0, 10**9, 2_000)) for name in rows.ids}
        yield rows.pack(ids | {"label/click": tf.zeros([2_000])})

with RowStore(written(), 5_000) as store:
    batches = Split(store, rows).shuffled(seed=1, epoch=1, batch_size=512)
    read = sum(len(targets["label/click"]) for _, targets in batches)
print(json.dumps([read, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024]))
"""


def peak_mib(rows):
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(rows)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    read, peak = json.loads(done.stdout.splitlines()[-1])
    assert read == rows
    return peak


def test_ten_times_the_rows_take_no_more_memory():
    # 540,000 further rows of 244 bytes are 126 MiB; two runs of one size differ by a few MiB.
    assert peak_mib(600_000) < peak_mib(60_000) + 40
