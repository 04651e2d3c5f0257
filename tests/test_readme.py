"""What the README shows, done."""

import dataclasses
import pathlib
import re

import numpy as np
import pytest
import yaml
from click.testing import CliRunner

from components.gate.config import GateConfig, RuleName
from components.shift.config import Beyond, DriftConfig, SkewConfig
from models.architectures import ARCHITECTURES
from models.balancers import BALANCERS, BalancerConfig
from models.binding import bind_or_raise
from models.heads import HEADS
from models.interactions import INTERACTIONS
from models.relations import RELATIONS
from models.settings import ModelSettings
from pipeline.commands.gate import command as gate_command
from pipeline.config import load_config
from pipeline.config.describe import describe
from pipeline.config.run import EvaluationConfig
from pipeline.errors import ConfigFileError

ROOT = pathlib.Path(__file__).resolve().parents[1]
TEXT = (ROOT / "README.md").read_text()


@pytest.mark.slow
def test_the_keras_example_trains_and_its_product_is_one():
    (program,) = re.findall(r"```python\n(.*?)```", TEXT, flags=re.DOTALL)
    lines = program.strip().splitlines()
    place = {}
    exec("\n".join([*lines[:-1], "answer = " + lines[-1]]), place)  # Our own README.
    answer = {name: value.numpy() for name, value in place["answer"].items()}
    assert set(answer) == {"click", "buy", "ctcvr"}
    np.testing.assert_allclose(answer["ctcvr"], answer["click"] * answer["buy"], rtol=1e-6)


def test_a_wrong_configuration_is_answered_as_it_shows(tmp_path):
    shown = re.search(r"answered like this, and exits 2:\n\n```text\n(.*?)```", TEXT, flags=re.DOTALL)[1]
    text = (ROOT / "configs" / "chicago_taxi.yaml").read_text()
    mistakes = {
        "label: tips >": "label: tipps >",
        "given: card": "given: kard",
        "kind: regression": "kind: regresion",
        "name: ple": "name: pel",
        "  epochs:": "  epoch:",
    }
    for right, wrong in mistakes.items():
        assert text.count(right) == 1, right
        text = text.replace(right, wrong)
    (tmp_path / "taxi.yaml").write_text(text)
    with pytest.raises(ConfigFileError) as error:
        load_config(str(tmp_path / "taxi.yaml"))
    assert str(error.value).replace(f"{tmp_path}/", "") + "\n" == shown


def test_every_file_it_links_to_is_there():
    links = re.findall(r"\]\(([^)#]+)\)", TEXT)
    assert len(links) > 5
    assert [link for link in links if "://" not in link and not (ROOT / link).exists()] == []


def test_every_make_target_and_command_it_names_exists():
    from pipeline.cli import COMMANDS

    makefile = (ROOT / "Makefile").read_text()
    targets = set(re.findall(r"(?:^|`)make (\w+)", TEXT, flags=re.MULTILINE))
    assert {"demo", "test"} <= targets
    assert [target for target in targets if f"\n{target}:" not in makefile] == []
    commands = set(re.findall(r"evenkeel (\w+) [A-Z]", TEXT))
    assert {"check", "run", "serve"} <= commands <= set(COMMANDS)


def test_the_tasks_it_explains_are_those_of_the_demo():
    tasks = load_config(str(ROOT / "configs" / "chicago_taxi.yaml")).graph
    assert [output.name for output in tasks.outputs] == ["card", "tipped", "card_and_tipped", "log_fare_per_mile"]
    for task in tasks.tasks:
        assert f"label: {task.label}" in TEXT


AROUND = """\
name: readme
data: {{format: csv, path: {rows}, split: {{by: hash, eval_share: 0.2, columns: [session]}}}}
evaluation: {{list: session}}
features: {{item: {{kind: categorical, top_k: 100}}}}
{tasks}
model: {{architecture: mmoe, tower: [8]}}
training: {{epochs: 1}}
gate: {{rules: [{{output: click, metric: auc, min: 0.5}}]}}
push: {{directory: served}}
"""


def test_the_tasks_it_shows_are_valid_and_of_every_head_and_relation(tmp_path):
    (tasks,) = [text for text in re.findall(r"```yaml\n(.*?)```", TEXT, flags=re.DOTALL) if "kept_negatives" in text]
    rows = tmp_path / "rows.csv"
    rows.write_text(",".join(["item", "session", *re.findall(r"label: (\w+)", tasks)]) + "\n")
    path = tmp_path / "readme.yaml"
    path.write_text(AROUND.format(rows=rows, tasks=tasks))
    config = load_config(str(path))
    assert {task.kind.name for task in config.tasks} == set(HEADS)
    assert {task.how.name for task in config.tasks if task.how} == set(RELATIONS)
    for served in ("dwell_quantiles", "stars_probabilities"):
        assert served in TEXT
        assert f"serves {served} too" in describe(config)


def test_it_names_every_architecture_and_interaction():
    (table,) = re.findall(r"\| architecture \|.*?\n\n", TEXT, flags=re.DOTALL)
    named = [name for row in table.strip().splitlines()[2:] for name in re.findall(r"`(\w+)`", row.split("|")[1])]
    assert sorted(named) == sorted(ARCHITECTURES)
    (others,) = re.findall(r"interaction: .*# or (.+)$", TEXT, flags=re.MULTILINE)
    assert {"din", *others.split(", ")} == set(INTERACTIONS)


def test_the_model_it_shows_is_one():
    (text,) = re.findall(r"```yaml\nmodel:\n(.*?)```", TEXT, flags=re.DOTALL)
    settings = bind_or_raise(ModelSettings, yaml.safe_load(text))
    assert settings.architecture.gate_inputs == ("user_segment",)
    assert settings.interaction.sequences == ("history",)


def test_the_balancing_it_shows_is_valid_and_its_table_is_the_catalogue():
    rows = re.findall(r"^\| (`.*?) \|", TEXT[TEXT.index("| method |") : TEXT.index("balancing:\n")], flags=re.MULTILINE)
    named = {name for row in rows for name in re.findall(r"`(\w+)`", row)}
    assert named == set(BALANCERS)

    @dataclasses.dataclass(frozen=True)
    class Section:
        balancing: BalancerConfig

    (text,) = [
        text for text in re.findall(r"```yaml\n(.*?)```", TEXT, flags=re.DOTALL) if text.startswith("balancing:")
    ]
    balancing = bind_or_raise(Section, yaml.safe_load(text)).balancing
    assert balancing.segments.feature == "user_active_degree"


def test_the_distances_it_shows_are_valid():
    (text,) = [text for text in re.findall(r"```yaml\n(.*?)```", TEXT, flags=re.DOTALL) if "drift:" in text]
    shown = yaml.safe_load(text)["gate"]
    assert bind_or_raise(DriftConfig, shown["drift"]).beyond is Beyond.BLOCK
    assert bind_or_raise(SkewConfig, shown["skew"]).beyond is Beyond.WARN


def test_the_gate_it_shows_is_valid():
    @dataclasses.dataclass(frozen=True)
    class Sections:
        evaluation: EvaluationConfig
        gate: GateConfig

    (text,) = [text for text in re.findall(r"```yaml\n(.*?)```", TEXT, flags=re.DOTALL) if "total_margin" in text]
    shown = bind_or_raise(Sections, yaml.safe_load(text))
    assert shown.evaluation.cluster == "user_id"
    assert {rule.resolved for rule in shown.gate.rules} == {RuleName.NON_INFERIOR, RuleName.OBSERVE}


def test_the_simulation_it_names_can_be_asked_for():
    (options,) = re.findall(r"^evenkeel gate (simulate .*)$", TEXT, flags=re.MULTILINE)
    assert CliRunner().invoke(gate_command, options.split()).exit_code == 0
