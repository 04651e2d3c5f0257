import dataclasses

import pytest

from pipeline.report.record import NodeRecord, NodeState
from pipeline.report.sections.timing import TimingSection


def test_bars_lie_on_one_clock(run):
    nodes = (
        NodeRecord(name="a", state=NodeState.COMPLETE, start_s=0.0, seconds=3.0),
        NodeRecord(name="b", state=NodeState.CACHED, start_s=3.5, seconds=0.5),
        NodeRecord(name="c", state=NodeState.FAILED, start_s=4.0, seconds=6.0),
        NodeRecord(name="d", state=NodeState.NOT_REACHED),
    )
    section = TimingSection.of(dataclasses.replace(run, nodes=nodes))
    assert [(bar.left, bar.width) for bar in section.nodes] == [(0, 30), (35, 5), (40, 60), (0, 0)]
    assert section.num_cached == 1
    assert section.nodes[3].seconds == ""


@pytest.mark.parametrize("seconds", [0.0, 1e-9])
def test_a_run_of_no_time_is_no_division_by_zero(run, seconds):
    nodes = (NodeRecord(name="a", state=NodeState.CACHED, start_s=0.0, seconds=seconds),)
    assert TimingSection.of(dataclasses.replace(run, nodes=nodes)).nodes[0].left == 0
