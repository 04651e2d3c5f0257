"""The rows by which fusion weights are judged: what a batch holds, as columns."""

import numpy as np
import pytest

from components.comparison.rows import NO_ID, cluster_ids
from components.evaluator.plan import EvaluatorPlan
from models.fusion import FusionColumn, FusionConfig, PowerProduct, Segment, WeightedSum
from models.heads import Binary, Multiclass
from models.tasks import Task, TaskGraph
from tests.components.evaluator.test_lineup import model

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]  # TFMA takes long, and warns of itself.

GRAPH = TaskGraph(
    (
        Task(name="click", kind=Binary(), label="a"),
        Task(name="topic", kind=Multiclass(num_classes=3), label="d"),
    )
)
FUSION = FusionConfig(
    formulas={"main": PowerProduct(weights={"click": 1.0, "price": 0.5}), "sum": WeightedSum(weights={"click": 1.0})},
    served="main",
    label="click",
    columns={"price": FusionColumn(missing=1.0)},
    segment=Segment(column="country", weights={"US": {"main": {"click": 2.0}}}),
)
PLAN = EvaluatorPlan(
    tasks=GRAPH, split="eval", slices=(("country",),), cluster="user", user="user", fusion=FUSION, propensity="place"
)


class Sparse:
    """As TFMA hands a column without a value in each row."""

    def __init__(self, rows, values):
        self.indices, self.values = np.array([[row, 0] for row in rows]), np.array(values)


@pytest.fixture(scope="module")
def table():
    import tfx  # noqa: F401  # On Python 3.11 TFMA lacks names until tfx puts stand-ins there.

    from components.evaluator.kept_rows import schema_of, table_of

    extracts = {
        "input": np.array([b"row 0", b"row 1", b"row 2"], object),
        "features": {
            "price": Sparse([0, 2], [2.5, -1.0]),
            "place": Sparse([1, 2], [4.0, 1.0]),
            "country": Sparse([0, 1], [b"US", b"NL"]),
            "user": np.array([[b"u1"], [None], [b"u1"]], object),
        },
        "labels": {"click": np.array([[1.0], [0.0], [1.0]]), "topic": np.array([[2.0], [0.0], [0.0]])},
        "example_weights": {"click": np.ones((3, 1)), "topic": np.array([[1.0], [0.0], [1.0]])},
        "predictions": {"candidate": {"click": np.array([0.25, 0.5, 0.75]), "topic": np.zeros((3, 3))}},
    }
    found = table_of(extracts, PLAN, "candidate")
    assert found.schema == schema_of(PLAN)
    return found.to_pydict()


def test_predictions_labels_and_masks_are_those_of_the_batch(table):
    assert table["candidate/click"] == [0.25, 0.5, 0.75]
    assert (table["label/topic"], table["known/topic"]) == ([2.0, 0.0, 0.0], [1.0, 0.0, 1.0])
    assert "candidate/topic" not in table  # Of several classes no number is the score.


def test_columns_are_as_formulas_and_slices_read_them(table):
    assert np.array(table["column/price"]) == pytest.approx([2.5, np.nan, -1.0], nan_ok=True)
    assert np.array(table["column/place"]) == pytest.approx([np.nan, 4.0, 1.0], nan_ok=True)
    assert (table["column/country"], table["slice/country"]) == (["US", "NL", ""], ["US", "NL", None])


def test_of_users_only_ids_are_kept_and_a_row_without_one_is_a_cluster_of_its_own(table):
    known = int(cluster_ids(np.array(["u1"]))[0])
    first, lonely, last = table["id/user"]
    assert first == last == known
    assert lonely not in (known, int(NO_ID))


def test_scores_are_compared_by_their_label_in_metrics_of_order_alone():
    import tfx  # noqa: F401

    from components.comparison.cell import Reference
    from components.evaluator.errors import UnusableModelError
    from components.evaluator.lineup import line_up

    candidate, before = model("candidate", score=0, **{"score/sum": 0}), model("baseline")
    lineups = line_up(PLAN, candidate, {Reference.BASELINE: dict.fromkeys(before.widths, before)})
    assert list(lineups)[-2:] == ["score", "score/sum"]
    assert lineups["score"].plan.metrics == ("auc", "gauc")
    assert lineups["score"].not_comparable == {Reference.BASELINE: "It has no output score."}
    with pytest.raises(UnusableModelError, match="the candidate must serve `score`"):
        line_up(PLAN, model("candidate"), {})
