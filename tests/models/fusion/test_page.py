"""What docs/fusion.md shows can be declared."""

import pathlib
import re

import yaml

from models.binding import bind_or_raise
from models.fusion import FORMULAS, FusionConfig

PAGE = pathlib.Path(__file__).resolve().parents[3] / "docs" / "fusion.md"


def test_the_page_declares_every_kind_of_formula():
    (shown,) = (yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", PAGE.read_text(), re.S))
    fusion = bind_or_raise(FusionConfig, shown["fusion"])
    assert {formula.kind for formula in fusion.formulas.values()} == set(FORMULAS)
