"""What docs/gate.md says of the gate's report, held to the code."""

import dataclasses
import pathlib
import re

import pytest

from components.comparison.judging import MIN_CLUSTERS, MIN_GROUPS, MIN_POSITIVES
from components.gate.config import Inconclusive, RuleName
from components.gate.decision import Asked, Decision, GlobalDecision, Outcome
from components.gate.report import SCHEMA_VERSION, GateReport, GateStatus, report_from_json
from components.gate.verdict import Change, TaskChange, Verdict, Word

TEXT = (pathlib.Path(__file__).resolve().parents[1] / "docs" / "gate.md").read_text()


def keys_after(heading: str) -> list[str]:
    """First column of the table that follows a line."""
    table = TEXT.partition(heading)[2].partition("|---")[2].partition("\n\n")[0]
    return re.findall(r"^\| `(\w+)` \|", table, flags=re.MULTILINE)


@pytest.mark.parametrize(
    ("heading", "kind"),
    [
        ("## `gate_report.json`", GateReport),
        ("One of `decisions`:", Decision),
        ("One of `together`:", GlobalDecision),
        ("One of `verdicts`:", Verdict),
        ("One of its `tasks` or `scores`:", TaskChange),
    ],
    ids=lambda item: item.__name__ if isinstance(item, type) else "",
)
def test_every_key_is_told_and_no_other(heading, kind):
    assert keys_after(heading) == [field.name for field in dataclasses.fields(kind)]


@pytest.mark.parametrize("words", [Asked, Change, GateStatus, Inconclusive, Outcome, RuleName, Word])
def test_every_value_of_an_enumeration_is_told(words):
    assert [word.value for word in words if f"`{word.value}`" not in TEXT] == []


def test_the_example_is_one():
    (example,) = re.findall(r"```json\n(.*?)```", TEXT, flags=re.DOTALL)
    report = report_from_json(example)
    assert report.status is GateStatus.FAILED
    assert report.decisions[0].slice == (("country", "NL"),)


def test_its_numbers_are_the_codes():
    assert f"({MIN_POSITIVES} of either class and {MIN_CLUSTERS} clusters; for GAUC and NDCG {MIN_GROUPS} users" in (
        " ".join(TEXT.split())
    )
    assert f"Layout {SCHEMA_VERSION}:" in TEXT
