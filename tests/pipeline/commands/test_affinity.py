"""`evenkeel affinity`: what it refuses at once, and what it leaves of a pipeline that has run."""

import json
import pathlib

import pytest
from click.testing import CliRunner

from models.errors import ConfigError
from pipeline.affinity.errors import NoRowsError
from pipeline.commands.affinity import command

CONFIG = str(pathlib.Path(__file__).resolve().parents[3] / "configs" / "chicago_taxi.yaml")
ONE_TASK = """\
name: one
data: {{format: csv, path: {rows}, split: {{by: hash, eval_share: 0.2}}}}
features: {{item: {{kind: categorical, top_k: 100}}}}
tasks: [{{name: click, kind: binary, label: click}}]
model: {{architecture: shared_bottom, tower: [8]}}
training: {{epochs: 1}}
gate: {{rules: [{{output: click, metric: auc, min: 0.5}}]}}
push: {{directory: served}}
"""


def test_a_configuration_that_never_ran_is_told_to_run(tmp_path):
    done = CliRunner().invoke(command, [CONFIG, "--set", f"root={tmp_path}"], obj=False)
    assert isinstance(done.exception, NoRowsError)
    assert str(done.exception) == (
        "`CONFIG` must have been run, for its transformed rows are read, got nothing in "
        f"{tmp_path}/chicago_taxi: do `evenkeel run` with it first."
    )
    assert done.output == ""  # Before anything is loaded.


def test_one_loss_alone_has_nothing_to_be_compared_with(tmp_path):
    rows, config = tmp_path / "rows.csv", tmp_path / "one.yaml"
    rows.write_text("item,click\n1,0\n")
    config.write_text(ONE_TASK.format(rows=rows))
    done = CliRunner().invoke(command, [str(config)], obj=False)
    assert isinstance(done.exception, ConfigError)
    assert "affinity needs two losses or more, got ['click']: declare another task." in str(done.exception)


def test_too_few_steps_are_refused():
    done = CliRunner().invoke(command, [CONFIG, "--steps", "3"], obj=False)
    assert done.exit_code == 2
    assert "3 is not in the range x>=20" in done.output


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # TFX is imported, and warns of itself.
def test_it_measures_on_the_rows_of_the_last_run_and_pushes_nothing(funnel):
    before = sorted(path for path in funnel.folder.rglob("*") if path.is_file())
    done = CliRunner().invoke(command, [funnel.path, "--steps", "20"], obj=True, catch_exceptions=False)
    assert done.exit_code == 0
    new = set(path for path in funnel.folder.rglob("*") if path.is_file()) - set(before)
    (path,) = new
    assert path.parent == pathlib.Path(funnel.config.home, "reports")
    found = json.loads(path.read_text())
    run_id, _, kind = path.name.partition(".affinity")
    assert (found["run_id"], kind) == (run_id, ".json")
    assert run_id >= funnel.run_ids[-1]  # Other tests may have run the pipeline once more.
    path.unlink()
    assert [one["pair"] for one in found["pairs"]] == [["click", "ctcvr"]]
    # Conversions are clicks: each step along one lowers the other.
    signs = {(one["source"], one["target"]): one["effect"]["lookahead"]["value"] > 0 for one in found["influences"]}
    assert all(signs.values())
    assert "click, ctcvr" in done.output
