"""Whoever asks may break: that is an answer, and nothing breaks here."""

import pathlib
import sys

import pytest

from components.parity.asking import ask
from components.parity.config import Process
from components.parity.golden import Golden

GOLDEN = Golden(rows=(b"row",), predictions={}, relative=(), tolerance=1e-5)

ASKER = """\
import pathlib, sys
from components.parity.answers import Answers

def answer(model, golden):
    if model.endswith("broken"):
        raise RuntimeError("no such table\\nand more")
    return Answers(server=f"{pathlib.Path(model).name} {golden.rows[0].decode()}")

if __name__ == "__main__":
    from components.parity.golden import Golden
    model, golden, told = sys.argv[1:]
    found = answer(model, Golden.from_json(pathlib.Path(golden).read_text()))
    pathlib.Path(told).write_text(found.to_json())
"""


@pytest.fixture
def asker(tmp_path, monkeypatch):
    (tmp_path / "asker_of_test.py").write_text(ASKER)
    monkeypatch.syspath_prepend(str(tmp_path))
    yield "asker_of_test"
    sys.modules.pop("asker_of_test", None)


@pytest.mark.integration
def test_a_process_of_its_own_asks(asker, tmp_path):
    assert ask(str(tmp_path / "model"), GOLDEN, asker=asker, process=Process.FRESH).server == "model row"
    broken = ask(str(tmp_path / "broken"), GOLDEN, asker=asker, process=Process.FRESH)
    assert broken.failed == {"asking": "the process ended with status 1: and more"}
    (pathlib.Path(tmp_path) / "asker_of_test.py").write_text("import time; time.sleep(60)")
    late = ask(str(tmp_path / "model"), GOLDEN, asker=asker, process=Process.FRESH, timeout_s=0.5)
    assert late.failed == {"asking": "there was no answer within 0.5 s"}


def test_this_process_asks(asker, tmp_path):
    assert ask(str(tmp_path / "model"), GOLDEN, asker=asker, process=Process.SAME).server == "model row"
    broken = ask(str(tmp_path / "broken"), GOLDEN, asker=asker, process=Process.SAME)
    assert broken.failed == {"asking": "no such table"}
