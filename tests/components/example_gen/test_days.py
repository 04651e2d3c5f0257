import pytest

from components.errors import UnusableInputError
from components.example_gen import DataConfig, FilesSplit, Format, HashSplit, SpanSplit
from components.example_gen.days import days_read
from components.example_gen.files import find_files
from models.errors import ConfigError

HASH = HashSplit(eval_share=0.2)


@pytest.fixture
def found(tmp_path):
    """Days of some January and their splits, told by a run's date and window."""

    def find(days, **options):
        for day in days:
            (tmp_path / f"2026-01-{day:02d}.csv").write_text("x")
        path = str(tmp_path / "{YYYY}-{MM}-{DD}.csv")
        files = find_files(DataConfig(**{"format": Format.CSV, "path": path, "split": SpanSplit(), **options}))
        return [(file.path[-6:-4], file.split) for file in files]

    return find


def test_a_window_is_so_many_days_to_the_run_date_and_its_newest_are_eval(found):
    days = found([1, 2, 3, 4, 5], run_date="2026-01-04", window_days=3)
    assert days == [("02", "train"), ("03", "train"), ("04", "eval")]
    days = found([], run_date="2026-01-04", window_days=4, split=SpanSplit(validation_spans=1))
    assert days == [("01", "train"), ("02", "train"), ("03", "validation"), ("04", "eval")]


def test_without_a_window_every_day_to_the_run_date_is_read(found):
    assert found([1, 3, 5, 6], run_date="2026-01-05", split=HASH) == [("01", None), ("03", None), ("05", None)]


def test_missing_days_are_named_and_nothing_older_takes_their_place(found):
    with pytest.raises(
        UnusableInputError, match=r"for 2026-01-02, 2026-01-04, and the run needs all 3 days up to "
    ) as error:
        found([1, 3, 5], run_date="2026-01-04", window_days=3)
    assert str(error.value).endswith("2026-01-04. Wait until they are there, or run for another date by --run-date.")
    with pytest.raises(UnusableInputError, match=r"for 2026-01-04, and the run needs the day of 2026-01-04\. Wait"):
        found([], run_date="2026-01-04")


def test_of_many_missing_days_only_some_are_named():
    with pytest.raises(UnusableInputError, match=r"for 1970-01-01, .*, 1970-01-31 and 4 more, and the run"):
        days_read("x", [], run_date="1970-02-04", window_days=35)


def test_a_window_without_a_run_date_is_never_guessed(found):
    with pytest.raises(
        UnusableInputError, match=r"^`run_date` must be given to read 2 days of .*: set `data.run_date`\.$"
    ):
        found([1, 2], window_days=2)


@pytest.mark.parametrize("date", ["20260104", "2026-1-4", "2026-02-30", "yesterday", ""])
def test_a_run_date_is_one_date(date):
    with pytest.raises(ConfigError, match=rf"`run_date` must be a date such as 2026-01-31, got '{date}'\."):
        DataConfig(format=Format.CSV, path="{YYYY}{MM}{DD}", split=HASH, run_date=date)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"path": "{SPAN}", "window_days": 3}, r"`window_days` needs {YYYY}, {MM} and {DD} in `path`, got '{SPAN}'"),
        ({"path": "a.csv", "run_date": "2026-01-04"}, r"`run_date` needs {YYYY}, {MM} and {DD} in `path`, got 'a.csv'"),
        ({"window_days": 0}, r"`window_days` must be positive, got 0\."),
        (
            {"window_days": 1, "split": SpanSplit()},
            r"must be more than the 1 spans of eval and validation, got 1: leave",
        ),
        (
            {"window_days": 3, "split": SpanSplit(validation_spans=2)},
            r"`window_days` must be more than the 3 spans of eval and validation, got 3: leave days to train on\.",
        ),
        (
            {"run_date": "2026-01-04", "split": FilesSplit(eval_path="b")},
            r"`run_date` must be left out with a split by",
        ),
    ],
)
def test_a_window_must_make_sense(options, message):
    with pytest.raises(ConfigError, match=message):
        DataConfig(**{"format": Format.CSV, "path": "{YYYY}/{MM}/{DD}/*", "split": HASH, **options})


def test_rows_elsewhere_have_no_date():
    data = DataConfig(format=Format.CSV, path="{YYYY}{MM}{DD}", split=SpanSplit(), window_days=3, run_date="2026-01-04")
    assert not data.elsewhere("one.csv", HASH).has_date
