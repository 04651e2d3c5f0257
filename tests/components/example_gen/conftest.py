"""Small plans, files of rows, and what ExampleGen's reading step makes of them, without a Beam runner."""

import contextlib
import dataclasses
import functools

import pytest

from components.example_gen import DataConfig, ExampleGenPlan, Format, HashSplit
from components.example_gen.files import find_files
from components.example_gen.job import ReadFile
from components.example_gen.judge import check_rows
from components.example_gen.packing import unpack
from components.example_gen.summary import summarize
from components.example_gen.tally import Tally, later
from components.example_gen.windows import newest_event
from models.expression import ColumnType
from models.heads import Binary
from models.tasks import Task, TaskGraph


@dataclasses.dataclass
class Read:
    """What reading made: records by split, counts, and the judgement."""

    plan: ExampleGenPlan
    records: dict
    tally: Tally

    def check(self):
        check_rows(self.plan, self.tally)
        return summarize(self.plan, self.tally)

    @property
    def problems(self):
        from components.errors import UnusableInputError

        with contextlib.suppress(UnusableInputError):
            check_rows(self.plan, self.tally)
            return ()
        with pytest.raises(UnusableInputError) as error:
            check_rows(self.plan, self.tally)
        return error.value.problems


@pytest.fixture
def make_plan():
    """A plan of one click task over columns user (string) and price (number); anything can be changed."""

    def make(path, *, tasks=None, columns=None, delimiters=None, **data):
        data.setdefault("format", Format.CSV)
        data.setdefault("split", HashSplit(eval_share=0.5, columns=("user",)))
        default = (Task(name="click", kind=Binary(), label="clicked > 0"),)
        return ExampleGenPlan(
            data=DataConfig(path=str(path), **data),
            tasks=TaskGraph(tuple(tasks or default)),
            columns=columns or {"user": ColumnType.STRING, "price": ColumnType.NUMBER},
            delimiters=delimiters or {},
        )

    return make


@pytest.fixture
def read(make_plan, tmp_path):
    """Reads `content`, the bytes of one file, by a plan made of the other arguments."""

    def run(content=None, *, name="rows.csv", plan=None, **arguments):
        if content is not None:
            (tmp_path / name).write_bytes(content)
        plan = plan or make_plan(tmp_path / name, **arguments)
        step = ReadFile(plan, 1)
        step.setup()
        records, tally = {}, Tally()
        files = find_files(plan.data)
        newest = functools.reduce(later, (newest_event(plan, file) for file in files), None)
        for file in files:
            *groups, tagged = step.process(file, newest)
            tally.merge(tagged.value)
            for (split, _), packed in groups:
                records.setdefault(split, []).extend(unpack(packed))
        return Read(plan, records, tally)

    return run


@pytest.fixture
def good_rows():
    """CSV of users who click every other time: both splits get both classes."""
    rows = [f"u{number % 20},{number}.5,{number // 20 % 2}" for number in range(400)]
    return ("user,price,clicked\n" + "\n".join(rows) + "\n").encode()


@pytest.fixture
def parsed():
    """A record's features as a plain mapping of lists."""

    def parse(record):
        from tensorflow.core.example import example_pb2

        example = example_pb2.Example.FromString(record[16:])
        features = example.features.feature
        return {name: list(getattr(value, value.WhichOneof("kind")).value) for name, value in features.items()}

    return parse
