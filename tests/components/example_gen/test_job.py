"""The Beam job: the same bytes in every process, every row accounted for, and its errors in our words."""

import dataclasses
import gzip
import hashlib
import os
import pathlib
import subprocess
import sys

import apache_beam as beam
import pytest

from components.errors import FailedBeamJobError
from components.example_gen import EventTime, HashSplit, LabelCheck, TimeUnit
from components.example_gen.files import find_files
from components.example_gen.job import ReadFile, run_job
from components.example_gen.judge import check_rows
from components.example_gen.summary import summarize
from components.example_gen.tally import Count
from components.example_gen.tfrecord import read_records
from models.expression import ColumnType
from models.heads import Binary
from models.tasks import Task

TAXI = "package:tfx/examples/chicago_taxi_pipeline/data/simple/data.csv"
SEVERAL = ("--direct_running_mode=multi_processing", "--direct_num_workers=2")
SCRIPT = """
import pathlib, sys
import apache_beam as beam
from components.example_gen import files
from components.example_gen.job import run_job
from components.example_gen.plan import ExampleGenPlan

if __name__ == "__main__":
    plan_path, folder, *options = sys.argv[1:]
    files.SHARD_BYTES = 5_000
    plan = ExampleGenPlan.from_json(pathlib.Path(plan_path).read_text())
    make = lambda: beam.Pipeline(argv=["--runner=components.beam_runner.InProcessRunner", *options])
    run_job(make, plan, files=files.find_files(plan.data), folder=folder)
"""


def make_pipeline():
    return beam.Pipeline(argv=["--runner=components.beam_runner.InProcessRunner"])


@pytest.fixture
def folder(tmp_path):
    """A place for an artifact, as the executor makes it."""

    def make(name="out"):
        for part in ("Split-train", "Split-eval", "_TEMP"):
            (tmp_path / name / part).mkdir(parents=True)
        return str(tmp_path / name)

    return make


@pytest.fixture
def run(folder):
    """Runs a plan; gives its folder and the tally."""

    def go(plan, name="out"):
        path = folder(name)
        return pathlib.Path(path), run_job(make_pipeline, plan, files=find_files(plan.data), folder=path)

    return go


@pytest.fixture
def many_files(tmp_path, good_rows, monkeypatch):
    """Several files and several shards a split."""
    monkeypatch.setattr("components.example_gen.files.SHARD_BYTES", 5_000)
    (tmp_path / "in").mkdir()
    for number in range(4):
        (tmp_path / "in" / f"{number}.csv").write_bytes(good_rows.replace(b"u1", b"v%d" % number))
    return tmp_path / "in" / "*.csv"


def digests(path):
    return {
        str(file.relative_to(path)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(path.rglob("*"))
        if file.is_file()
    }


def records(path, split):
    return [
        [record for record in read_records(gzip.open(file), file.name)]
        for file in sorted((path / f"Split-{split}").iterdir())
    ]


@pytest.mark.slow
def test_every_row_is_written_once_to_numbered_shards_in_hashed_order(run, make_plan, many_files, read):
    plan = make_plan(many_files)
    path, tally = run(plan)
    shards = records(path, "train")
    names = sorted(file.name for file in (path / "Split-train").iterdir())
    assert names == [f"data_tfrecord-{number:05d}-of-{len(shards):05d}.gz" for number in range(len(shards))]
    assert len(shards) > 2
    assert tally.get(Count.ROWS, "train") + tally.get(Count.ROWS, "eval") == 1_600
    alone = read(plan=plan)
    for split in ("train", "eval"):
        written = [record for shard in records(path, split) for record in shard]
        assert sorted(written) == sorted(record[16:] for record in alone.records[split])
    in_order = [record[16:] for record in sorted(alone.records["train"])]
    for shard in shards:
        assert shard == [record for record in in_order if record in set(shard)]


@pytest.mark.slow
def test_the_order_of_files_and_rows_leaves_no_trace(run, make_plan, tmp_path, good_rows):
    header, *rows = good_rows.splitlines(keepends=True)
    for name, order in (("a", rows), ("b", rows[::-1])):
        (tmp_path / name).mkdir()
        (tmp_path / name / "0.csv").write_bytes(header + b"".join(order[:150]))
        (tmp_path / name / "1.csv").write_bytes(header + b"".join(order[150:]))
    first, second = (run(make_plan(tmp_path / name / "*.csv"), name + "_out")[0] for name in "ab")
    assert digests(first) == digests(second)


@pytest.mark.slow
def test_a_shard_without_rows_is_an_empty_file(run, make_plan, tmp_path, monkeypatch):
    monkeypatch.setattr("components.example_gen.files.SHARD_BYTES", 10)
    (tmp_path / "x.csv").write_bytes(b"user,price,clicked\na,1,0\nb,1,1\n")
    path, tally = run(make_plan(tmp_path / "x.csv"))
    assert tally.get(Count.SHARDS) == 2 * 4
    assert sorted(map(len, [*records(path, "train"), *records(path, "eval")])) == [0] * 6 + [1] * 2


@pytest.mark.integration
@pytest.mark.parametrize("options", [(), SEVERAL], ids=["one process", "several processes"])
def test_other_processes_write_the_same_bytes(run, folder, make_plan, many_files, tmp_path, options):
    plan = make_plan(many_files)
    (tmp_path / "plan.json").write_text(plan.to_json())
    (tmp_path / "script.py").write_text(SCRIPT)
    here, _ = run(plan, "here")
    there = folder("there")
    root = str(pathlib.Path(__file__).parents[3])
    environment = {**os.environ, "PYTHONHASHSEED": "7", "PYTHONPATH": root}
    command = [sys.executable, tmp_path / "script.py", tmp_path / "plan.json", there, *options]
    subprocess.run(command, check=True, env=environment, cwd=tmp_path, capture_output=True, timeout=300)
    assert digests(pathlib.Path(there)) == digests(here)
    assert len(digests(here)) > 4


@pytest.mark.slow
def test_tips_on_cash_trips_are_counted_and_named(run, make_plan):
    plan = make_plan(
        TAXI,
        tasks=(
            Task(name="card", kind=Binary(), label='payment_type == "Credit Card"'),
            Task(name="tip", kind=Binary(), label="tips > 0.2 * fare", given="card"),
        ),
        columns={"fare": ColumnType.NUMBER, "company": ColumnType.STRING},
        split=HashSplit(eval_share=0.2),
        label_check=LabelCheck(max_share=0.01),
    )
    _, tally = run(plan)
    check_rows(plan, tally)
    report = summarize(plan, tally)
    assert sum(report.rows.values()) == 15_002
    assert report.contradictions["tip"].rows == 9
    assert [place.row for place in report.contradictions["tip"].first] == [852, 1839, 5307, 6708, 7267]
    assert report.missing == {"company": 5_140, "fare": 0, "payment_type": 0, "tips": 0}


@pytest.mark.slow
def test_the_newest_event_of_all_files_tells_the_age_of_rows(run, make_plan, many_files, tmp_path):
    """File k holds days 8k to 8k+7: as of the 32nd, the last seven days are open, in whatever file they lie."""
    for number in range(4):
        days = [f"u{day},1,{day % 2},{day * 86_400},{day * 86_400 + 60}" for day in range(8 * number, 8 * number + 8)]
        (many_files.parent / f"{number}.csv").write_text("\n".join(["user,price,clicked,at,came", *days]))
    click = Task(name="click", kind=Binary(), label="clicked > 0", matures_after="7d", label_time="came")
    event_time = EventTime(column="at", unit=TimeUnit.SECONDS)
    plan = make_plan(many_files, tasks=(click,), event_time=event_time)
    _, tally = run(plan)
    report = summarize(plan, tally)
    assert report.as_of == "1970-02-01T00:00:00+00:00"
    assert sum(report.maturity["click"].open.values()) == 7
    declared = dataclasses.replace(event_time, as_of=report.as_of)
    same_time = dataclasses.replace(plan, data=dataclasses.replace(plan.data, event_time=declared))
    assert summarize(plan, run(same_time, "declared")[1]) == report
    assert digests(tmp_path / "declared") == digests(tmp_path / "out")


class LosesRows(beam.DoFn):
    """Reads like `ReadFile`, but one shard's records never arrive."""

    def __init__(self, plan, shards):
        self.inner = ReadFile(plan, shards)

    def setup(self):
        self.inner.setup()

    def process(self, file):
        *groups, tally = self.inner.process(file)
        yield from groups[1:]
        yield tally


class Breaks(beam.DoFn):
    def __init__(self, plan, shards):
        pass

    def process(self, file):
        raise MemoryError("no more of it")
        yield


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # Beam warns of broken bundles in its own way.
@pytest.mark.parametrize(
    ("step", "message"),
    [
        (LosesRows, r"the Beam runner lost part of the rows: \d+ of \d+ (train|eval) rows came through\. Use another"),
        (Breaks, r"the Beam job of ExampleGen failed: .*no more of it.* Look at its log and run again\."),
    ],
)
def test_what_breaks_in_beam_is_one_sentence(run, make_plan, tmp_path, good_rows, monkeypatch, step, message):
    monkeypatch.setattr("components.example_gen.job.ReadFile", step)
    (tmp_path / "x.csv").write_bytes(good_rows)
    with pytest.raises(FailedBeamJobError, match=message) as error:
        run(make_plan(tmp_path / "x.csv"))
    assert "\n" not in str(error.value)
