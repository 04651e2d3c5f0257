import json
import subprocess
import sys

import numpy as np
import pytest

from tests.models.replicas import CASES, FREQUENCY

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def results():
    """Two logical devices must be declared before TensorFlow starts, hence another process."""
    command = [sys.executable, "-m", "tests.models.replicas"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-4000:]
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize("case", CASES)
def test_two_replicas_of_half_batches_end_with_the_weights_of_one(results, case):
    # Sums come in another order: float32 keeps 7 digits, products of float16 keep 3.
    share, least = (0.1, 1e-3) if "float16" in case else (1e-3, 1e-7)
    result = results[case]
    for name, apart, moved in zip(result["names"], result["apart"], result["moved"], strict=True):
        assert moved > 0 or name.startswith("balance/overdue"), name
        assert apart <= share * moved + least, name


@pytest.mark.parametrize("phase", ["train", "test"])
@pytest.mark.parametrize("case", CASES)
def test_two_replicas_report_what_one_does(results, case, phase):
    one, two = results[case]["one"][phase], results[case]["two"][phase]
    assert set(one) == set(two)
    for name, value in one.items():
        tolerance = {"rtol": 2e-2, "atol": 2e-2} if "float16" in case else {"rtol": 1e-4}
        np.testing.assert_allclose(two[name], value, **tolerance, err_msg=name)


def test_two_replicas_count_how_often_ids_come_as_one_does(results):
    one, two = results[FREQUENCY]
    for of_one, of_two in zip(one, two, strict=True):
        np.testing.assert_allclose(of_two, of_one, rtol=1e-6)
    steps, last, *_, log_q = one
    assert steps == 6 and 0 in last  # An id that never came is among them.
    assert len(set(log_q)) > 5
