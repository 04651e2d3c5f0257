"""A folder of an object store: whatever interrupts the writer, readers find whole objects."""

import contextlib
import os
import signal
import threading
import time

import pytest

from components.object_store import ObjectFolder

pytestmark = pytest.mark.slow  # A server of objects.

PIECE = b"half" * (1 << 18)  # As much as is read at once.


class AskedToGoError(Exception):
    """What a handler of signals raises."""


@pytest.fixture
def asked_to_go():
    def leave(signum, frame):
        raise AskedToGoError

    before = signal.signal(signal.SIGUSR1, leave)
    yield
    signal.signal(signal.SIGUSR1, before)


def test_a_signal_amid_a_write_leaves_no_half_object(bucket, tmp_path, asked_to_go):
    bucket["served/models.config"] = b"the one before"
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)

    def feed():
        with contextlib.suppress(BrokenPipeError), pipe.open("wb") as source:
            source.write(PIECE)
            source.flush()
            time.sleep(0.2)  # So that the piece is read.
            os.kill(os.getpid(), signal.SIGUSR1)
            time.sleep(0.2)
            source.write(PIECE)

    feeding = threading.Thread(target=feed)
    feeding.start()
    with pytest.raises(AskedToGoError):
        ObjectFolder("s3://shop/served").write(str(pipe), "models.config")
    feeding.join()
    assert bucket["served/models.config"] in (b"the one before", 2 * PIECE)


def test_what_cannot_be_read_makes_no_object(bucket, tmp_path):
    bucket["served/models.config"] = b"the one before"
    unreadable = f"/proc/{os.getpid()}/mem"  # Its first page is nobody's.
    with pytest.raises(OSError, match="Input/output error"):
        ObjectFolder("s3://shop/served").write(unreadable, "models.config")
    assert bucket["served/models.config"] == b"the one before"
