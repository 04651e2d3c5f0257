"""`evenkeel fusion tune`: what is proposed, what is said, and what `fusion set` makes of it."""

import dataclasses
import json
import re
import shlex

import pytest

from components.fusion_tuner.proposal import Proposal
from components.fusion_tuner.rows import searched
from components.fusion_tuner.space import Bounds
from models.errors import ConfigError
from models.fusion import PowerProduct
from pipeline.cli import main
from pipeline.fusion.assignments import assigned
from pipeline.fusion.change import set_weights
from pipeline.fusion.rules import unjudged
from pipeline.fusion.served import served_scores
from pipeline.fusion.set_command import set_command
from pipeline.fusion.tune import tune_served
from tests.pipeline.fusion.conftest import TUNED, draw_rows

SEGMENTS = ("    trials: 60\n", "    trials: 60\n    segments: {{least_users: 200, trials: 20}}\n")


@pytest.fixture
def told(shop, tmp_path, monkeypatch, capsys):
    """Runs the command on a shop that declares a search; its status, what it said, and the configuration."""

    def run(*arguments, declared=(TUNED,)):
        config = shop(*declared)
        path = str(tmp_path / "shop.yaml")
        monkeypatch.setattr("sys.argv", ["evenkeel", "fusion", "tune", path, *arguments])
        with pytest.raises(SystemExit) as exit_:
            main()
        return exit_.value.code, capsys.readouterr(), config

    return run


def test_the_line_that_is_printed_sets_the_weights_that_were_chosen(told, tmp_path):
    status, said, config = told("--json", str(tmp_path / "found.json"), declared=(TUNED, SEGMENTS))
    assert status == 0
    (line,) = [line.strip() for line in said.out.splitlines() if line.startswith("  evenkeel ")]
    *command, path = shlex.split(line)[:4]
    assert (command, path) == (["evenkeel", "fusion", "set"], str(tmp_path / "shop.yaml"))
    served = served_scores(config)
    found = Proposal.from_json((tmp_path / "found.json").read_text())
    weights = assigned(served.fusion, served.weights, shlex.split(line)[4:])
    assert {key: value for key, value in weights.items() if key.startswith("main.")} == found.after
    chosen = found.tuning.tried[found.tuning.chosen].weights
    assert {name: weights[f"main.{name}"] for name in chosen} == chosen
    assert weights["main.buy"] != served.weights["main.buy"]
    assert served_scores(config) == served  # It proposes, and changes nothing.


def test_the_table_fits_a_terminal_and_shows_what_is_chosen_with_its_interval(told):
    _, said, _ = told(declared=(TUNED, SEGMENTS))
    lines = said.out.splitlines()
    assert max(len(line) for line in lines if "evenkeel" not in line) <= 80
    assert "which the search never saw" in " ".join(said.out.split())
    assert any(re.match(r" *present: buy 1, price 0 +0\.\d{4}", line) for line in lines)
    assert any(line.lstrip().startswith("chosen: buy ") for line in lines)
    (change,) = [line.split() for line in lines if line.lstrip().startswith("ctcvr.gauc ") and len(line.split()) == 6]
    before, after, gain, low, high = map(float, change[1:])
    assert low < gain < high and gain == pytest.approx(after - before, abs=2e-4)
    assert any(line.split()[:1] == ["US"] for line in lines)


def test_options_are_those_of_the_section_and_go_into_the_line_that_sets(told, tmp_path):
    files = ("--json", str(tmp_path / "found.json"), "--out", str(tmp_path / "page.html"))
    _, said, _ = told("--trials", "7", "--seed", "3", "--set", "evaluation.gauc_weight=clicks", *files)
    tuning = json.loads((tmp_path / "found.json").read_text())["tuning"]
    assert (len(tuning["tried"]), tuning["seed"]) == (8, 3)
    lasting = " --set=evaluation.gauc_weight=clicks --set=fusion.tune.seed=3"  # By which the gate knows the check half.
    assert [line for line in said.out.splitlines() if line.startswith("  evenkeel ") and line.endswith(lasting)]
    assert f"{lasting}<" in (tmp_path / "page.html").read_text()


@pytest.mark.parametrize("option", ["--out", "--json"])
def test_a_file_that_cannot_be_written_is_refused_before_the_search(told, tmp_path, option):
    status, said, _ = told(option, str(tmp_path / "nowhere" / "found"))
    assert status == 2 and "nowhere' is not there: make it, or name another." in " ".join(said.err.split())
    assert not said.out


def test_what_the_gate_would_refuse_is_said_beforehand(told, shop):
    formula = ("    trials: 60\n", "    trials: 30\n    formula: other\n")
    price = (", price: {{least: -0.5, most: 0.5}}", "")
    _, said, config = told(declared=(TUNED, formula, price))
    assert "As CONFIG is, that would be refused: `gate.rules` must hold a rule about" in " ".join(said.out.split())
    assert unjudged(config.gate, config.fusion, "main") == ""


def test_whom_the_gate_will_look_at_is_said_as_it_is(told, tmp_path):
    _, said, config = told("--out", str(tmp_path / "page.html"))
    sentence = "Its gate looks at the users that the search did not, as the figures above do"
    assert sentence in " ".join(said.out.split()) and sentence in (tmp_path / "page.html").read_text()
    rows = draw_rows()
    known = searched(rows["id/user"], seed=config.fusion_tune.seed)
    assert f"the figures are of {(~known).sum():,} rows of the other half" in " ".join(said.out.split())
    assert set_weights(config, ["main.click=0.99"], now_s=50).left_out == known.sum()


def test_without_a_search_or_of_another_formula_it_is_said_what_to_write(told, shop):
    status, said, _ = told(declared=())
    assert (status, "`fusion.tune` is not declared" in said.err) == (2, True)


def test_a_plan_cannot_be_made_without_a_search(shop):
    with pytest.raises(ConfigError, match=r"`fusion\.tune` must be declared, got none: write it"):
        tune_served(shop())


def test_weights_that_config_has_and_what_serves_has_not_are_told_to_be_of_another_formula(shop):
    config = shop(TUNED)
    other = config.fusion.formulas["main"].weights | {"ctcvr": 1.0}
    formulas = config.fusion.formulas | {"main": PowerProduct(weights=other)}
    tune = dataclasses.replace(config.fusion_tune, bounds={"ctcvr": Bounds(least=0.0, most=1.0)})
    changed = dataclasses.replace(
        config, fusion=dataclasses.replace(config.fusion, formulas=formulas), fusion_tune=tune
    )
    message = "for the formula of version 7, not of CONFIG: `bounds` must name weights of the formula, got `ctcvr`"
    with pytest.raises(ConfigError, match=message):
        tune_served(changed)


def test_where_nothing_is_better_there_is_no_line(shop):
    bounds = ("buy: {{least: 0, most: 3}}, price: {{least: -0.5, most: 0.5}}", "price: {{least: 0.2, most: 0.5}}")
    goal = ("{{click.gauc: 2, ctcvr.gauc: 1}}", "{{ctcvr.gauc: 1}}")
    _, found = tune_served(shop(TUNED, bounds, goal))
    assert (found.tuning.chosen, found.assignments, set_command("shop.yaml", found)) == (0, (), "")
