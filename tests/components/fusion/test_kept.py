"""What a model that is made now carries, by the folder that serves."""

import logging

import pytest

from components.fusion.kept import weights_not_carried, weights_to_carry
from models.fusion import weights_text
from models.fusion.beside import write_declaration
from models.fusion.weights import FILE
from tests.models.fusion.samples import FUSION

SET = {**FUSION.declared, "power_product.buy": 0.9}


@pytest.fixture
def served(tmp_path):
    """Puts a version there that serves with the weights, of which its run declared those of `FUSION`."""

    def put(version, weights, *, fusion=FUSION):
        folder = tmp_path / "served" / str(version)
        (folder / "assets").mkdir(parents=True)
        if fusion is not None:
            (folder / FILE).write_text(weights if isinstance(weights, str) else weights_text(weights))
            write_declaration(str(folder), fusion)
        return str(folder)

    put.directory = str(tmp_path / "served")
    return put


def test_the_highest_version_tells_what_was_set(served):
    served(1, {**SET, "weighted_sum.buy": 7.0})
    served(2, SET)
    assert weights_to_carry(FUSION, served.directory) == SET


def test_where_no_score_serves_the_declaration_holds(served):
    assert weights_to_carry(FUSION, served.directory) == FUSION.declared
    served(1, {}, fusion=None)
    assert weights_to_carry(FUSION, served.directory) == FUSION.declared


def test_weights_that_cannot_be_read_are_told_and_not_taken(served, caplog):
    served(1, "edited\n")
    with caplog.at_level(logging.WARNING):
        assert weights_to_carry(FUSION, served.directory) == FUSION.declared
    assert "The weights of version 1 cannot be read, so those declared are taken: " in caplog.text


def test_a_model_lacks_what_was_set_while_it_was_trained(served):
    candidate = served("candidate", FUSION.declared)
    assert weights_not_carried(candidate, served.directory) == ()
    served(1, SET)
    assert weights_not_carried(candidate, served.directory) == ("power_product.buy",)
    assert weights_not_carried(served("another", SET), served.directory) == ()
    assert weights_not_carried(served("without", {}, fusion=None), served.directory) == ()
