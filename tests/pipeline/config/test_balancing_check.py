"""Balancing as YAML says it, refused at its place or warned of."""

import gzip
import time

import pytest
from click.testing import CliRunner

from models.balancers import DWA, FAMO, STCH, After, Random, Schedule, Static, Uncertainty
from pipeline.commands.check import command
from pipeline.config.balancing_check import balancing_warnings
from pipeline.errors import ConfigFileError

MODEL = "model:\n"


def balancing(text):
    return (MODEL, f"balancing: {text}\n{MODEL}")


def problems(error):
    return [f"{mark}: {message}" for mark, message in error.value.located]


DECLARED = {
    "static": Static(),
    "uncertainty": Uncertainty(),
    "{method: uncertainty, cap: 10, learning_rate: 0.1}": Uncertainty(cap=10.0, learning_rate=0.1),
    "{method: dwa, window: 100}": DWA(window=100),
    "{method: random, seed: 3}": Random(seed=3),
    "{method: famo, after: next_batch}": FAMO(after=After.NEXT_BATCH),
    "{method: schedule, period: 5, initial: {click: 2}, ratio: {ctcvr: 0.5}}": Schedule(
        period=5, initial={"click": 2.0}, ratio={"ctcvr": 0.5}
    ),
    "{method: stch, mu: 0.1, preferences: {click: 3}}": STCH(mu=0.1, preferences={"click": 3.0}),
}


@pytest.mark.parametrize("text", DECLARED)
def test_a_method_is_declared_by_its_name_or_with_its_fields(load, text):
    assert load(balancing(text)).balancing == DECLARED[text]


def test_no_balancing_is_the_plain_sum(load):
    assert load().balancing == Static()
    assert balancing_warnings(load()) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("uncertanty", "18:12: balancing: must be one of the known names, got 'uncertanty'. Did you mean"),
        ("dwa", "18:12: balancing: `window` is missing: write it as {method: dwa, window: ...}."),
        ("{method: dwa, window: 0}", "18:34: balancing: `window` must be 1 step or more, got 0."),
        ("{method: uncertainty, cap: 0}", "18:39: balancing: `cap` must be positive, got 0.0."),
        (
            "{method: stch, mu: 1, preferences: {clik: 1}}",
            "18:48: balancing.preferences: no loss is called `clik`. Did you mean `click`?",
        ),
        (
            "{method: schedule, period: 1, ratio: {buy: 0.9}}",
            "18:50: balancing.ratio: no loss is called `buy`. Known: `click`, `ctcvr`.",
        ),
    ],
)
def test_a_mistake_is_refused_at_its_place(load, text, expected):
    with pytest.raises(ConfigFileError) as error:
        load(balancing(text))
    (problem,) = problems(error)
    assert problem.startswith(expected)


def test_tasks_that_make_no_graph_are_said_first(load):
    with pytest.raises(ConfigFileError) as error:
        load(balancing("{method: stch, mu: 1, preferences: {clik: 1}}"), ("given: click", "given: clik"))
    assert [problem.partition(" ")[2].partition(":")[0] for problem in problems(error)] == ["tasks.1.given"]


def test_check_prints_what_a_user_should_know(write):
    done = CliRunner().invoke(command, [write(balancing("uncertainty"))], obj=False)
    printed = done.output.splitlines()
    assert printed[0] == "shop: the configuration is valid."
    assert printed[-1].startswith("warning: `cap` is not set, and weights tend to 0.5 / loss")
    done = CliRunner().invoke(command, [write(balancing("{method: uncertainty, cap: 5}"))], obj=False)
    assert done.exit_code == 0
    assert "`cap`" not in done.output


@pytest.fixture
def load_rows(load, tmp_path):
    """Reads the valid configuration with so many rows, batches of 10 and two epochs: a fifth of the rows in steps."""

    def load_with(num_rows, text, *replacements):
        config = load(balancing(text), ("epochs: 1", "epochs: 2\n  batch_size: 10"), *replacements)
        rows = "".join(f"user{row},item{row},1.5,1,no\n" for row in range(num_rows))
        (tmp_path / "rows.csv").write_text("user,item,price,clicked,bought\n" + rows)
        return config

    return load_with


def test_fewer_than_three_windows_are_warned_of(load_rows):
    (warning,) = balancing_warnings(load_rows(2_000, "{method: dwa, window: 150}"))
    assert warning.startswith("`dwa` as declared needs 450 steps to do its work, and training takes about 40")
    assert balancing_warnings(load_rows(2_000, "{method: dwa, window: 130}")) == []


def test_a_schedule_of_one_period_is_warned_of(load_rows):
    (warning,) = balancing_warnings(load_rows(2_000, "{method: schedule, period: 300, ratio: {click: 0.9}}"))
    assert warning.startswith("`schedule` as declared needs 600 steps")


def test_rows_that_cannot_be_counted_in_a_moment_are_not(load_rows, load, tmp_path):
    config = load_rows(0, "{method: dwa, window: 1000000}")
    (tmp_path / "rows.csv").write_bytes(b"")
    assert balancing_warnings(config) == []
    (tmp_path / "rows.csv").unlink()
    assert balancing_warnings(config) == []
    (tmp_path / "rows.csv.gz").write_bytes(gzip.compress(b"user,item,price,clicked,bought\n"))
    zipped = load((str(tmp_path / "rows.csv"), str(tmp_path / "rows.csv.gz")), balancing("{method: dwa, window: 9}"))
    assert balancing_warnings(zipped) == []


def test_the_count_reads_the_beginning_of_a_large_file_only(load_rows, tmp_path):
    config = load_rows(100_000, "{method: dwa, window: 7000}")
    assert (tmp_path / "rows.csv").stat().st_size > 2**21
    began = time.perf_counter()
    (warning,) = balancing_warnings(config)
    assert time.perf_counter() - began < 1.0
    steps = int(warning.partition("takes about ")[2].partition(" ")[0])
    assert steps == pytest.approx(20_000, rel=0.05)
