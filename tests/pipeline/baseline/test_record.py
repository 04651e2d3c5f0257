"""A baseline's record comes back as it was written, and only to the run it belongs to."""

import dataclasses
import json

from pipeline.baseline.record import read_baselines, write_baseline
from tests.pipeline.report.baseline_records import BASELINES

RUN = BASELINES[0].run_id


def test_it_comes_back_as_it_was_written(tmp_path):
    for record in BASELINES:
        write_baseline(record, tmp_path / "reports")
    assert repr(read_baselines(tmp_path / "reports", RUN)) == repr(BASELINES)  # Not a number is not itself.
    assert not list((tmp_path / "reports").glob("*.part"))


def test_another_run_and_another_layout_are_left_alone(tmp_path):
    path = write_baseline(BASELINES[0], tmp_path)
    write_baseline(dataclasses.replace(BASELINES[0], run_id=f"{RUN}7"), tmp_path)
    assert [one.run_id for one in read_baselines(tmp_path, RUN)] == [RUN]
    path.write_text(json.dumps({**json.loads(path.read_text()), "format": 0}))
    assert read_baselines(tmp_path, RUN) == ()
    assert read_baselines(tmp_path / "nowhere", RUN) == ()


def test_a_second_one_of_a_kind_takes_the_place_of_the_first(tmp_path):
    write_baseline(BASELINES[0], tmp_path)
    write_baseline(dataclasses.replace(BASELINES[0], seconds=1.0), tmp_path)
    assert [one.seconds for one in read_baselines(tmp_path, RUN)] == [1.0]
