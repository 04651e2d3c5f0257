"""The node that proposes weights, inside TFX."""

import dataclasses
import pathlib

import pytest

from components.fusion.rows_file import ROWS_FILE
from components.fusion_tuner.proposal import PROBLEM_KEY, PROPOSAL_FILE, Proposal
from components.fusion_tuner.propose import propose
from models.fusion import weights_text
from models.fusion.weights import FILE
from tests.components.fusion_tuner.kept_files import FUSION, PLAN, TUNE, draw_columns, write_rows

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]  # TFX takes long, and warns of itself.

CARRIED = {**FUSION.declared, "main.buy": 0.75}  # Set since, and kept: not what is declared.
SHORT = dataclasses.replace(PLAN, tune=dataclasses.replace(TUNE, trials=15))


@pytest.fixture
def node(tmp_path):
    """Runs it on rows, or on none; gives what it filled."""

    def run(columns):
        from tfx.types import standard_artifacts

        from components.fusion_tuner.artifacts import FusionProposalArtifact
        from components.fusion_tuner.component import FusionTuner

        made = {
            "evaluation": standard_artifacts.ModelEvaluation(),
            "model": standard_artifacts.Model(),
            "proposal": FusionProposalArtifact(),
        }
        for name, artifact in made.items():
            artifact.uri = str(tmp_path / name)
            pathlib.Path(artifact.uri).mkdir()
        if columns is not None:
            pathlib.Path(write_rows(tmp_path, columns)).rename(tmp_path / "evaluation" / ROWS_FILE)
        weights = tmp_path / "model" / "Format-Serving" / FILE
        weights.parent.mkdir(parents=True)
        weights.write_text(weights_text(CARRIED))
        FusionTuner.test_call(**made, plan=SHORT.to_json(), page="pipeline.report.proposal", title="shop")
        return made["proposal"]

    return run


def test_it_proposes_by_the_rows_and_the_weights_that_the_model_carries_and_draws_a_page(node, tmp_path):
    filled = node(draw_columns())
    found = Proposal.from_json(pathlib.Path(filled.uri, PROPOSAL_FILE).read_text())
    assert found.to_json() == propose(SHORT, str(tmp_path / "evaluation" / ROWS_FILE), CARRIED).to_json()
    assert found.before["main.buy"] == 0.75
    page = pathlib.Path(filled.uri, "fusion_proposal.html").read_text()
    assert "evenkeel fusion set CONFIG main.buy=" in page and "<title>shop</title>" in page
    assert not filled.has_custom_property(PROBLEM_KEY)


def test_rows_that_cannot_tell_stop_no_run_and_say_why(node):
    filled = node(None)
    assert "cannot be read" in filled.get_string_custom_property(PROBLEM_KEY)
    assert list(pathlib.Path(filled.uri).iterdir()) == []
