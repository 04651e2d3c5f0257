"""The report as a file."""

import json

import pytest

from components.comparison.cell import Reference
from components.gate.decide import decide
from components.gate.report import SCHEMA_VERSION, GateReport, report_from_json, report_to_json
from models.errors import ConfigError


@pytest.fixture
def report(policy, comparison, cell):
    """With everything that may be in one."""
    asked = policy(
        {"margin": 0.01, "total_margin": 0.02, "min": 0.6, "slices": (("day",),)},
        {"output": "buy", "margin": 0.01},
        anchor="oldest",
        at_least_one_superior=True,
    )
    cells = [
        cell(-0.005, slice=place, against=against, output=output)
        for output in ("click", "buy")
        for place in ((), (("day", "7"),))
        for against in Reference
    ]
    return decide(asked, comparison(*cells, cluster_column="user", missing={}))


def test_a_report_comes_back_from_its_json(report):
    assert report_from_json(report_to_json(report)) == report


def test_a_reader_finds_what_the_schema_says(report):
    plain = json.loads(report_to_json(report))
    assert plain["schema_version"] == SCHEMA_VERSION == 1
    assert plain["blessed"] is False
    assert set(plain) == set(GateReport.__dataclass_fields__)
    (total,) = [found for found in plain["decisions"] if found["asked"] == "total" and found["slice"]]
    assert (total["slice"], total["metric"], total["against"]) == ([["day", "7"]], "auc", "anchor")
    assert plain["verdicts"][0]["word"] == "negative transfer"


@pytest.mark.parametrize("version", [0, SCHEMA_VERSION + 1, None])
def test_another_layout_is_refused(report, version):
    plain = json.loads(report_to_json(report)) | {"schema_version": version}
    with pytest.raises(ConfigError, match="`schema_version` must be 1, got"):
        report_from_json(json.dumps(plain))
