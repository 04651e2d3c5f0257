"""What a run's end means to whoever started it."""

import types

import pytest
from click.testing import CliRunner

from pipeline import cli
from pipeline.commands.run import command, run_and_show
from pipeline.errors import NotPushedError
from pipeline.report.errors import UnreadableRunError
from pipeline.report.verdict import Outcome

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]  # TFX is imported, and warns of itself.

NEW = types.SimpleNamespace(metadata_file="of-no-run-yet.sqlite")


@pytest.fixture
def ended(monkeypatch):
    """Makes the next run end with an outcome, without running anything."""

    def end(outcome):
        monkeypatch.setattr("pipeline.commands.run.fix_hash_seed", lambda: None)
        monkeypatch.setattr("pipeline.local.run_locally", lambda config, **given: None)
        monkeypatch.setattr("pipeline.run_date.with_run_date", lambda config, **given: config)
        monkeypatch.setattr("pipeline.show.show_run", lambda *given, **named: outcome)

    return end


def test_a_refused_model_is_told_from_a_pushed_one(ended):
    for fine in (Outcome.PUSHED, Outcome.SERVES):
        ended(fine)
        run_and_show(NEW, verbose=True)
    ended(Outcome.REFUSED)
    with pytest.raises(NotPushedError, match=r"^The gate refused the model, so nothing was pushed\.$"):
        run_and_show(NEW, verbose=True)
    ended(Outcome.BLESSED)
    with pytest.raises(NotPushedError, match=r"^The gate let the model through, but nothing was pushed\.$"):
        run_and_show(NEW, verbose=True)


def test_over_a_metadata_store_that_cannot_be_read_nothing_is_run(ended, monkeypatch, tmp_path):
    ended(Outcome.PUSHED)
    monkeypatch.setattr("pipeline.local.run_locally", lambda *_, **__: pytest.fail("ran"))
    (tmp_path / "metadata.sqlite").write_bytes(b"no database" * 100)
    with pytest.raises(UnreadableRunError, match="must be a store of this release"):
        run_and_show(types.SimpleNamespace(metadata_file=str(tmp_path / "metadata.sqlite")), verbose=True)


def test_twins_are_trained_on_demand_whatever_is_declared(monkeypatch):
    asked = []
    monkeypatch.setattr("pipeline.commands.run.load_config", lambda path, overrides: asked.append((path, overrides)))
    monkeypatch.setattr("pipeline.commands.run.run_and_show", lambda config, *, verbose: None)
    for options in ([], ["--twins"], ["--set", "twins.every=9", "--twins"]):
        assert CliRunner().invoke(command, ["shop.yaml", *options], obj=False).exit_code == 0
    # The last one wins.
    assert [overrides for _, overrides in asked] == [[], ["twins.every=1"], ["twins.every=9", "twins.every=1"]]


def test_a_run_date_is_an_override_like_others(monkeypatch):
    asked = []
    monkeypatch.setattr("pipeline.commands.run.load_config", lambda path, overrides: asked.append(overrides))
    monkeypatch.setattr("pipeline.commands.run.run_and_show", lambda config, *, verbose: None)
    options = ["shop.yaml", "--run-date", "2026-01-31", "--set", "data.window_days=3"]
    assert CliRunner().invoke(command, options, obj=False).exit_code == 0
    assert asked == [["data.window_days=3", "data.run_date=2026-01-31"]]


def test_a_refusal_exits_3(monkeypatch, capsys):
    def refuse(**given):
        raise NotPushedError("The gate refused the model.")

    monkeypatch.setattr(cli, "evenkeel", refuse)
    with pytest.raises(SystemExit) as exit_info:
        cli.main()
    assert exit_info.value.code == 3
    assert capsys.readouterr().err == "The gate refused the model.\n"
