"""Records of runs, those written by older code included."""

import dataclasses
import json

from components.trainer.record import RECORD_FILE, read_record, write_record
from tests.components.trainer.test_collapse import HEALTHY
from tests.pipeline.report.gradient_records import GRADIENTS
from tests.pipeline.report.inside_records import CONNECTIONS, EXPERTS, GATES, ROUTES


def test_what_is_inside_is_read_as_it_was_written(tmp_path):
    record = dataclasses.replace(
        HEALTHY, gates=GATES, experts=EXPERTS, connections=CONNECTIONS, routes=ROUTES, gradients=GRADIENTS
    )
    write_record(str(tmp_path), record)
    assert read_record(str(tmp_path)) == record


def test_a_record_from_before_gates_had_segments_is_still_read(tmp_path):
    interval = {"epoch": 1, "step": 8, "train": {}, "watched": {}, "score": None, "seconds": 1.0}
    gate = {"name": "level_1/click", "experts": ["a", "b"], "mean": [0.5, 0.5], "std": [0.0, 0.0]}
    later = {"gates", "experts", "connections", "routes", "intervals", "gradients"}
    old = {key: value for key, value in dataclasses.asdict(HEALTHY).items() if key not in later}
    text = json.dumps({**old, "intervals": [interval], "gates": [gate]})
    (tmp_path / RECORD_FILE).write_text(text, encoding="utf-8")
    record = read_record(str(tmp_path))
    assert record.gates[0].segments == record.connections == record.routes == ()
    assert record.intervals[0].inside == {}
    assert record.gradients is None
