import subprocess
import sys

CATALOGUES = "models.architectures, models.balancers, models.optimizers, models.settings, models.inputs"
PROGRAM = f"""
import sys, time
start = time.process_time()
import {CATALOGUES}
seconds = time.process_time() - start
print(seconds, *(name for name in sys.modules if name in ("tensorflow", "tf_keras", "keras")))
"""


def test_what_a_config_check_imports_is_quick_and_without_tensorflow():
    printed = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True).stdout
    seconds, *loaded = printed.split()
    assert loaded == []
    assert float(seconds) < 2  # A third of it on an idle machine; TensorFlow takes ten.


def test_the_stand_in_gives_what_tensorflow_holds():
    import tensorflow

    from models.deferred import tf

    assert tf.constant is tensorflow.constant
