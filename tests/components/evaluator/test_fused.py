"""The twin of a fused score is the same formula, by the candidate's weights, over the twins' own heads."""

import numpy as np
import pytest

from components.evaluator.plan import EvaluatorPlan
from models.fusion import FusionColumn, FusionConfig, PowerProduct, Segment, WeightedSum
from models.heads import Binary
from models.tasks import Task, TaskGraph
from tests.components.evaluator.test_kept_rows import Sparse
from tests.components.evaluator.test_lineup import model

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]  # TFMA takes long, and warns of itself.

GRAPH = TaskGraph((Task(name="click", kind=Binary(), label="a"), Task(name="buy", kind=Binary(), label="b")))
FUSION = FusionConfig(
    formulas={"main": PowerProduct(weights={"click": 1.0, "price": 1.0}), "sum": WeightedSum(weights={"buy": 1.0})},
    served="main",
    label="click",
    columns={"price": FusionColumn(missing=4.0)},
    segment=Segment(column="country", weights={"US": {"main": {"click": 2.0}}}),
)
PLAN = EvaluatorPlan(tasks=GRAPH, split="eval", fusion=FUSION)
SET = {**FUSION.declared, "main.price": 0.5, "sum.buy": 3.0}  # Other weights than declared.


@pytest.fixture
def twin():
    import tfx  # noqa: F401  # On Python 3.11 TFMA lacks names until tfx puts stand-ins there.

    from components.evaluator.fused import FusedTwin

    return FusedTwin(plan=PLAN, weights=SET)


def extracts(click=(0.25, 0.5, 0.5), **predictions):
    own = {"click": np.array(click, np.float32)[:, None], "buy": np.array([0.5, 0.25, 0.125], np.float32)}
    return {
        "input": np.array([b"row 0", b"row 1", b"row 2"], object),
        "features": {"price": Sparse([0, 2], [9.0, 1.0]), "country": Sparse([2], [b"US"])},
        "predictions": {"candidate": {"score": np.array([7.0, 7.0, 7.0])}, "twins": {**own, **predictions}},
    }


def test_scores_are_made_of_the_twins_heads_and_the_raw_columns_by_the_given_weights(twin):
    served_by_itself = {"score": np.zeros(3), "score/main": np.zeros(3)}  # Of whatever weights: not taken.
    found = twin.scored(extracts(**served_by_itself), "twins")["predictions"]
    # By hand: 0.25 x 9^0.5, 0.5 x 4^0.5 (no price), and of US 0.5^2 x 1^0.5.
    np.testing.assert_allclose(found["twins"]["score"], [0.75, 1.0, 0.25], rtol=1e-12)
    np.testing.assert_allclose(found["twins"]["score/sum"], [1.5, 0.75, 0.375], rtol=1e-12)
    assert found["twins"]["score/main"] is found["twins"]["score"]
    np.testing.assert_array_equal(found["candidate"]["score"], 7.0)


def test_where_a_head_is_no_number_its_score_is_none(twin):
    found = twin.scored(extracts(click=(np.nan, 0.5, 0.5)), "twins")["predictions"]["twins"]
    np.testing.assert_array_equal(np.isnan(found["score"]), [True, False, False])
    np.testing.assert_array_equal(np.isnan(found["score/sum"]), [True, False, False])


def test_twins_have_the_scores_that_are_judged_unless_one_that_is_read_was_left_out(twin):
    whole = model("twins")
    assert set(twin.of(whole).widths) - set(whole.widths) == {"score", "score/sum"}
    lacking = model("twins")
    del lacking.widths["buy"]
    assert twin.of(lacking).widths == lacking.widths
    given = extracts()
    del given["predictions"]["twins"]["buy"]
    assert "score" not in twin.scored(given, "twins")["predictions"]["twins"]
