"""Has the exported model asked, in a process of its own or in this one."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
import tempfile
from typing import Final

from components.parity.answers import Answers
from components.parity.config import Process
from components.parity.golden import Golden

__all__ = ["ask"]

_TIMEOUT_S: Final = 600.0
_LAST_CHARS: Final = 500  # Of what a process that failed said.
_EVERY_ROUTE: Final = "asking"


def ask(model: str, golden: Golden, *, asker: str, process: Process, timeout_s: float = _TIMEOUT_S) -> Answers:
    """Asks in every way; whatever goes wrong there is an answer too, and raises nothing here.

    Args:
        model: Folder of a SavedModel.
        golden: What to ask.
        asker: The module that asks: it has a function `answer(model, golden)`, and as a program takes the folder, a
            file of the golden batch and a file to write `Answers` to.
        process: Where it does.
        timeout_s: How long a process of its own may take.
    """
    if process is Process.SAME:
        try:
            found = importlib.import_module(asker).answer(model, golden)
        except Exception as error:  # Whatever a graph raises: the gate is told, and the run goes on.
            return Answers(failed={_EVERY_ROUTE: _first_line(str(error) or type(error).__name__)})
        return found if isinstance(found, Answers) else Answers(failed={_EVERY_ROUTE: "it gave no answers"})
    return _ask_apart(model, golden, asker=asker, timeout_s=timeout_s)


def _ask_apart(model: str, golden: Golden, *, asker: str, timeout_s: float) -> Answers:
    with tempfile.TemporaryDirectory(prefix="parity-") as folder:
        given, told = os.path.join(folder, "golden.json"), os.path.join(folder, "answers.json")
        with open(given, "w", encoding="utf-8") as file:
            file.write(golden.to_json())
        paths = os.pathsep.join(path or os.getcwd() for path in sys.path)
        try:
            done = subprocess.run(
                [sys.executable, "-m", asker, os.path.abspath(model), given, told],
                env=os.environ | {"PYTHONPATH": paths},
                capture_output=True,
                text=True,
                errors="replace",
                timeout=timeout_s,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return Answers(failed={_EVERY_ROUTE: f"there was no answer within {timeout_s:g} s"})
        if done.returncode or not os.path.exists(told):
            said = _last_line(done.stderr) or "it said nothing"
            return Answers(failed={_EVERY_ROUTE: f"the process ended with status {done.returncode}: {said}"})
        with open(told, encoding="utf-8") as file:
            return Answers.from_json(file.read())


def _first_line(text: str) -> str:
    return text.strip().splitlines()[0][:_LAST_CHARS]


def _last_line(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[-1][-_LAST_CHARS:] if lines else ""
