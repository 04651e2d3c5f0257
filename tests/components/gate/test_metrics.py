"""What the gate knows of metrics is what they are measured as."""

import math

import pytest

from components.comparison.kinds import Gain
from components.comparison.metrics import COMPARED
from components.gate.metrics import SCALES, Metric, loss_metric, main_metric, metrics_of
from models.heads import HEADS, Multiclass, Ordinal, Quantile, Ranking

SIGNS = {Gain.MORE: 1, Gain.LESS: -1, Gain.NEAR_ONE: 0}


@pytest.mark.parametrize("metric", Metric, ids=lambda metric: metric.value)
def test_the_gate_reads_a_metric_as_it_is_measured(metric):
    measured, scale = COMPARED[metric.value], SCALES[metric]
    assert SIGNS[measured.gain] == scale.sign
    assert measured.has_interval == scale.has_interval
    assert measured.high == scale.highest
    assert measured.low == 0


def test_the_gate_knows_every_metric_that_is_measured():
    assert {metric.value for metric in Metric} == set(COMPARED) == {metric.value for metric in SCALES}


@pytest.mark.parametrize("name", [name for name in HEADS if name != "ranking"])
def test_every_head_has_a_metric_to_rank_by_and_a_loss(name):
    special = {
        "multiclass": Multiclass(num_classes=3), "quantile": Quantile(levels=(0.5,)), "ordinal": Ordinal(num_levels=3),
    }  # fmt: skip
    made = special.get(name) or HEADS[name]()
    assert {Metric(known) for known in made.metrics} <= set(metrics_of(made))
    assert SCALES[main_metric(made)].is_ranked
    assert SCALES[loss_metric(made)].sign == -1
    assert math.isinf(SCALES[loss_metric(made)].highest)


def test_a_ranking_output_is_judged_by_its_lists_alone():
    head = Ranking(list="session")
    assert metrics_of(head) == (Metric.NDCG,)
    assert main_metric(head) is Metric.NDCG
    assert SCALES[main_metric(head)].is_ranked
