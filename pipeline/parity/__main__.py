"""As a program: the model's folder, a file of the golden batch, and the file that gets the answers."""

from __future__ import annotations

import pathlib
import sys

from components.parity.golden import Golden
from pipeline.parity.ask import answer

if __name__ == "__main__":
    model, golden, told = sys.argv[1:]
    found = answer(model, Golden.from_json(pathlib.Path(golden).read_text(encoding="utf-8")))
    pathlib.Path(told).write_text(found.to_json(), encoding="utf-8")
