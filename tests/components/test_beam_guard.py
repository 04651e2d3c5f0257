"""The guard against Beam's race, with the race made certain."""

import threading
import time
import types

import pytest
from apache_beam.runners.portability.fn_api_runner import execution

from components import beam_guard

NUM_WORKERS = 4


class SlowDict(dict):
    """Looks long, so that every thread has looked before any has made."""

    def __contains__(self, key):
        found = super().__contains__(key)
        time.sleep(0.05)
        return found


def buffers_of(get_buffer):
    """The buffer that each of several threads is given for the same name."""
    context = types.SimpleNamespace(
        execution_context=types.SimpleNamespace(pcoll_buffers=SlowDict()), get_input_coder_impl=lambda transform: None
    )
    given = []
    threads = [
        threading.Thread(target=lambda: given.append(get_buffer(context, b"materialize:rows", "read")))
        for _ in range(NUM_WORKERS)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return {id(buffer) for buffer in given}


def test_without_the_guard_workers_write_to_buffers_that_are_thrown_away():
    assert len(buffers_of(beam_guard._original)) > 1


@pytest.mark.parametrize("times", [1, 2])
def test_the_guard_gives_every_worker_the_same_buffer(monkeypatch, times):
    monkeypatch.setattr(execution.BundleContextManager, "get_buffer", beam_guard._original)
    for _ in range(times):
        beam_guard.guard_buffers()
    assert len(buffers_of(execution.BundleContextManager.get_buffer)) == 1
