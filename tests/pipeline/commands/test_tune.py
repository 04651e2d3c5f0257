"""`evenkeel tune`: what it asks of a run, and what it refuses before anything is loaded."""

import pathlib

import pytest
from click.testing import CliRunner

from models.errors import ConfigError
from pipeline.commands.tune import command

CONFIG = str(pathlib.Path(__file__).resolve().parents[3] / "configs" / "chicago_taxi.yaml")
SEARCH = [
    "data.split.validation_share=0.2",
    "model.tower={value: [16], search: {choices: [[16], [32]]}}",
    "search={trials: 2, finalists: 1}",
]


@pytest.fixture
def asked(monkeypatch):
    """What is run instead of running it."""
    found = []

    def run_instead(config, *, verbose):
        found.append(config)

    monkeypatch.setattr("pipeline.commands.tune.run_and_show", run_instead)

    def ask(*options, sets=SEARCH):
        words = [word for assignment in sets for word in ("--set", assignment)]
        return CliRunner().invoke(command, [CONFIG, *words, *options], obj=False), found

    return ask


def test_a_run_that_searches_is_asked_for_and_the_declared_values_stand(asked):
    done, (config,) = asked()
    assert done.exit_code == 0
    assert config.search.when.value == "every_run"
    assert list(config.search_space) == ["model.tower"]
    assert config.model.tower == (16,)


def test_it_begins_with_fresh_weights_and_reads_up_to_the_day_that_it_is_told(asked):
    dated = ["data.path=taxi/{YYYY}-{MM}-{DD}.csv", "data.window_days=7", "data.split.by=hash"]
    done, (config,) = asked("--run-date", "2026-11-22", sets=[*SEARCH, *dated, "training.warm_start={unusable: stop}"])
    assert done.exit_code == 0
    assert config.training.warm_start is None
    assert str(config.data.run_date) == "2026-11-22"


@pytest.mark.parametrize(
    ("sets", "said"),
    [
        ([], "`search` is not declared, so there is nothing to tune: write `search: {trials: 20}`."),
        (SEARCH[1:], "search: needs a validation split, got none: the eval rows judge the model"),
        ([SEARCH[0], SEARCH[2]], "search: finds nothing to search: write {value: ..., search: {log: [low, high]}}"),
        ([*SEARCH, "search.finalists=2"], "`finalists` must be below `trials`, got 2 of 2: try more, or take fewer."),
    ],
    ids=["no search", "no validation", "nothing to search for", "all are finalists"],
)
def test_what_cannot_be_tuned_is_refused_before_anything_is_loaded(asked, sets, said):
    done, found = asked(sets=sets)
    assert isinstance(done.exception, ConfigError)  # The command line ends with 2.
    assert said in str(done.exception)
    assert not found
