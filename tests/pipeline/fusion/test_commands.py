"""`evenkeel fusion`, as it is typed."""

import subprocess
import sys

import pytest

from components.pusher.folder import versions
from pipeline.cli import main


@pytest.fixture
def fusion(shop, tmp_path, monkeypatch, capsys):
    """Runs a command on a shop whose version 7 serves; its status, what it said, and the versions."""
    config = shop()

    def run(command, *arguments):
        monkeypatch.setattr("sys.argv", ["evenkeel", "fusion", command, str(tmp_path / "shop.yaml"), *arguments])
        with pytest.raises(SystemExit) as exit_:
            main()
        return exit_.value.code, capsys.readouterr(), versions(config.serving_directory)

    return run


def test_what_passes_is_pushed_and_how_the_next_run_takes_it_is_said(fusion):
    status, said, known = fusion("set", "main.click=0.95")
    assert (status, len(known)) == (0, 2)
    assert f"Version {known[-1]} serves the model of version 7 with the new weights." in said.out
    assert "The next run keeps these weights, until CONFIG declares others than now." in said.out
    assert "  main.click: 0.95, in place of 1" in said.out.splitlines()
    _, changed, _ = fusion("show", "--set", "fusion.formulas.main.weights.click=1.1")
    assert "CONFIG was changed since the run of what serves, and the next run follows." in changed.out
    assert "  main.click: 0.95, in place of 1.1" in changed.out.splitlines()
    _, undone, _ = fusion("show", "--set", "fusion.weights_from=config")
    assert "The next run takes the weights of CONFIG (`weights_from: config`)." in undone.out
    _, gone, _ = fusion(
        "show", "--set", "fusion=null", "--set", "gate.rules=[{output: click, metric: auc, margin: 0.1}]"
    )
    assert "CONFIG declares no `fusion`: the next run's model serves no scores." in gone.out
    _, shown, _ = fusion("show")
    assert [line.split() for line in shown.out.splitlines() if line.startswith("main.click ")] == [
        ["main.click", "0.95", "1"]
    ]
    assert "0 or less" not in shown.out  # The price has a weight of 0.
    fusion("set", "main.price=-0.001")
    _, shown, _ = fusion("show")
    (line,) = [line for line in shown.out.splitlines() if line.startswith("main: `price` is 0 or less in 1,")]
    assert line.endswith(" of 12,000 rows: they come first by it.")


def test_what_is_refused_is_said_with_its_reason_and_a_status_of_its_own(fusion):
    status, said, known = fusion("set", "main.buy=0.1")
    assert (status, known) == (3, [7])
    assert "Not pushed, version 7 serves on: score auc" in said.err


def test_what_is_lost_since_the_run_stands_on_lines_of_its_own(fusion, monkeypatch):
    monkeypatch.setenv("COLUMNS", "140")
    fusion("set", "main.click=0.95")
    _, said, _ = fusion("set", "main.buy=0.97", "--set", "gate.rules.2.total_margin=0.02")
    assert "Where a line says anchor, B is version" in said.out
    assert "with the weights that its run declared" in " ".join(said.out.split())
    lines = {line.split("  ")[0]: line for line in said.out.splitlines() if line.startswith("score ")}
    assert list(lines)[:4] == ["score auc", "score auc, anchor", "score gauc", "score gauc, anchor"]
    assert "non_inferior" in lines["score auc"] and "total" not in lines["score auc"]
    assert "total" in lines["score auc, anchor"]
    of_slices = [line.split() for line in said.out.splitlines() if line.startswith("  country")][:6]
    assert [line[2] for line in of_slices] == ["(no", "NL", "US"] * 2  # The anchor's after the others.


@pytest.mark.integration
def test_none_needs_tensorflow(pytestconfig):
    program = (
        "import sys, pipeline.commands.fusion_set, pipeline.fusion.change, pipeline.fusion.show, pipeline.compare.show;"
        "import pipeline.commands.fusion_tune, pipeline.fusion.tune, pipeline.fusion.show_proposal;"
        "print([name for name in ('tensorflow', 'tfx', 'apache_beam', 'scipy.stats') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=pytestconfig.rootpath, capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"
