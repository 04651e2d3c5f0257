"""Starts `python -m ...` as a fork of a process that has imported TFX already, which is what takes long.

A container's process is its own all the same: it shares no memory, file or variable with another, and can be killed.
"""

import contextlib
import multiprocessing
import os
import runpy
import subprocess
import sys
import tempfile

PRELOADED = ["pipeline.launch", "pipeline.graph", "components.trainer.run", "kubeflow.intermediate"]

_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(PRELOADED)


class Forked:
    """What of `subprocess.Popen` a pod needs."""

    def __init__(self, words, folder, environment):
        if words[:2] != ["python", "-m"]:
            raise FileNotFoundError(words[0])
        self._output = tempfile.NamedTemporaryFile()  # noqa: SIM115  # Kept for as long as the process writes to it.
        self._process = _CONTEXT.Process(target=_become, args=(words[2:], str(folder), environment, self._output.name))
        self._process.start()

    @property
    def pid(self):
        return self._process.pid

    @property
    def returncode(self):
        return self._process.exitcode

    def send_signal(self, number):
        with contextlib.suppress(ProcessLookupError):  # It has ended by itself.
            os.kill(self.pid, number)

    def communicate(self, timeout):
        self._process.join(timeout)
        if self._process.exitcode is None:
            self._process.kill()
            raise subprocess.TimeoutExpired(self._process.name, timeout)
        with self._output:
            return self._output.read().decode(errors="replace"), None


def call(function, *arguments):
    """Calls a module's function in such a process."""
    process = _CONTEXT.Process(target=function, args=arguments)
    process.start()
    process.join()
    assert process.exitcode == 0


def _become(words, folder, environment, output):
    with open(output, "wb", buffering=0) as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = words
    runpy.run_module(words[0], run_name="__main__", alter_sys=True)
