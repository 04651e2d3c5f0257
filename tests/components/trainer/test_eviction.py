"""A training run that is asked to end saves first, and the next one goes on where it was."""

import os
import signal
import threading

import pytest

from components.trainer.errors import EvictedTrainingError
from components.trainer.eviction import Eviction


def test_a_request_to_end_interrupts_nothing_until_it_is_asked_about():
    with Eviction() as eviction:
        os.kill(os.getpid(), signal.SIGTERM)
        with pytest.raises(EvictedTrainingError, match=r"is saved after step 7: run again, it goes on there\.$"):
            eviction.check(7)


def test_without_a_request_nothing_ends():
    with Eviction() as eviction:
        eviction.check(7)
    assert not eviction.asked


def test_what_heard_the_signal_before_hears_it_again():
    before = signal.getsignal(signal.SIGTERM)
    with Eviction():
        assert signal.getsignal(signal.SIGTERM) != before
    assert signal.getsignal(signal.SIGTERM) == before


def test_outside_the_main_thread_it_leaves_signals_alone():
    found = []

    def elsewhere():
        with Eviction():
            found.append(signal.getsignal(signal.SIGTERM))

    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join()
    assert found == [signal.getsignal(signal.SIGTERM)]
