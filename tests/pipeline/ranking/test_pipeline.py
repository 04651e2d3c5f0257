"""A ranking head passes every node: its lists stay whole, its score is judged by NDCG, pushed and served."""

import collections
import pathlib

import numpy as np
import pytest

from components.comparison.cell import Reference
from components.comparison.stored import read_comparison
from components.comparison.within import ndcgs_within
from components.gate.decision import Asked, Outcome
from components.gate.metrics import Metric
from components.gate.report import GateStatus
from components.pusher.folder import versions
from pipeline.report import render_page
from tests.pipeline.ranking.conftest import rows_of_sessions

# TFX and TFMA warn of themselves.
pytestmark = [pytest.mark.slow, pytest.mark.integration, pytest.mark.filterwarnings("ignore")]


def examples(sessions, pattern):
    """By file, the examples that a node has written."""
    import tensorflow as tf

    files = sorted(pathlib.Path(sessions.config.home).glob(pattern))
    assert files
    read = {file: tf.data.TFRecordDataset(str(file), "GZIP").as_numpy_iterator() for file in files}
    return {file: [tf.train.Example.FromString(record) for record in records] for file, records in read.items()}


def test_rows_of_a_session_are_in_one_shard_of_one_split_one_after_the_other(sessions):
    places = collections.defaultdict(list)
    for file, found in examples(sessions, "artifacts/TaskExampleGen/examples/*/Split-*/*.gz").items():
        for place, example in enumerate(found):
            for value in example.features.feature["session"].bytes_list.value:
                places[value.decode()].append((file, place))
    wanted = collections.Counter(sessions.columns["session"][sessions.columns["session"] != ""].tolist())
    assert {session: len(of_session) for session, of_session in places.items()} == wanted
    for of_session in places.values():
        assert len({file for file, _ in of_session}) == 1
        assert np.ptp([place for _, place in of_session]) == len(of_session) - 1


def test_transformed_rows_carry_the_id_of_their_session(sessions):
    sizes = collections.Counter()
    for found in examples(sessions, "artifacts/Transform/transformed_examples/*/Split-*/*.gz").values():
        sizes.update(example.features.feature["list/rows"].int64_list.value[0] for example in found)
    alone = sizes.pop(-1)
    assert alone == np.count_nonzero(sessions.columns["session"] == "")
    _, counts = np.unique(sessions.columns["session"][sessions.columns["session"] != ""], return_counts=True)
    assert sorted(sizes.values()) == sorted(counts)


def test_skipped_lists_are_counted_and_told(sessions, record):
    lists = record.training.lists
    (order,) = lists.orders
    assert order.loss == "order"
    assert order.ordered + order.single + order.equal == lists.lists
    assert min(order.ordered, order.single, order.equal, lists.dealt, lists.alone) > 0
    rate = lists.lists / len(set(sessions.columns["session"].tolist()))
    assert rate == pytest.approx(0.7, abs=0.1)
    assert "lists that teach order" in render_page(record)


def test_a_ranking_output_is_judged_by_ndcg_and_pushed(sessions, record):
    assert len(sessions.pushed) == 1
    assert record.blessed
    assert record.evaluation.overall("click").candidate["auc"].number > 0.7
    scores = record.evaluation.overall("order").candidate
    assert "mse" not in scores
    known = sessions.columns["session"] != ""
    _, groups = np.unique(sessions.columns["session"][known], return_inverse=True)
    labels = (sessions.columns["click"] + sessions.columns["buy"])[known]
    by_chance = np.nanmean(ndcgs_within(groups, labels, np.random.default_rng(3).random(len(groups)), at=5))
    assert scores["ndcg"].number > by_chance + 0.1


def test_the_served_score_orders_new_rows_and_is_no_probability(sessions):
    import tensorflow as tf

    (version,) = sessions.pushed
    session = tf.compat.v1.Session(graph=tf.Graph())
    folder = str(pathlib.Path(sessions.config.serving_directory, str(version)))
    definition = tf.compat.v1.saved_model.load(session, ["serve"], folder).signature_def["predict_columns"]
    assert set(definition.inputs) == {"price", "taste"}
    rows = rows_of_sessions(seed=1)
    feeds = {definition.inputs[name].name: np.float32(rows[name]) for name in definition.inputs}
    served = session.run({name: tensor.name for name, tensor in definition.outputs.items()}, feeds)
    session.close()
    assert set(served) == {"click", "order"}
    assert served["order"].min() < 0 or served["order"].max() > 1
    buys = rows["buy"] == 1
    assert np.mean(served["order"][buys][:, None] > served["order"][~buys][None, :]) > 0.7


def test_a_model_whose_order_is_worse_than_the_served_ones_is_refused_by_ndcg(sessions, record, worse):
    new, served = (one.evaluation.overall("order") for one in (worse, record))
    # The served model is judged again on the same rows, in the same pass as the candidate.
    assert new.baseline["ndcg"].number == pytest.approx(served.candidate["ndcg"].number, abs=1e-6)
    assert new.candidate["ndcg"].number < served.candidate["ndcg"].number - 0.25
    (difference,) = [one for one in worse.gate.decisions if one.output == "order" and one.asked is Asked.DIFFERENCE]
    assert (difference.outcome, difference.metric) == (Outcome.FAILED, Metric.NDCG)
    assert difference.high < difference.limit == -0.2
    assert worse.gate.status is GateStatus.FAILED
    assert not worse.blessed
    assert worse.gate.reason.startswith("order ndcg against the baseline: It is worse by at least 0.")
    assert tuple(versions(sessions.config.serving_directory)) == sessions.pushed


def test_a_ranking_output_is_compared_with_a_twin_that_has_learnt_its_order_alone(sessions, worse):
    comparisons = [
        read_comparison(str(path.parent)) for path in pathlib.Path(sessions.config.home).rglob("comparison.json")
    ]
    (comparison,) = [found for found in comparisons if Reference.TWINS in found.references]
    (order,) = [one for one in comparison.cells if (one.output, one.against) == ("order", Reference.TWINS)]
    assert order.metric == "ndcg"
    assert order.candidate.value == pytest.approx(worse.evaluation.overall("order").candidate["ndcg"].number)
    assert order.reference.value > order.candidate.value + 0.25  # Its loss is its own, whatever factor it has here.
    (verdict,) = worse.gate.verdicts
    assert [(task.task, task.metric) for task in verdict.tasks] == [("click", Metric.AUC), ("order", Metric.NDCG)]
    # So few lists are no proof of what sharing does, and are said to be.
    assert "An interval needs 500 users or lists that count, got 1" in verdict.tasks[1].reason
