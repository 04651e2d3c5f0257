"""Every configuration that is shipped, against the files it is written for."""

import pathlib

import pytest

from benchmarks.prepare_kuairand import join
from components.trainer.settings import CheckpointRule
from models.tasks import Role
from pipeline.config import load_config
from pipeline.config.columns import feature_columns, label_columns
from pipeline.simulate import SimulateConfig, simulate

CONFIGS = sorted(pathlib.Path(__file__).resolve().parents[2].glob("configs/*.yaml"))
NEEDS_FILES = [path for path in CONFIGS if path.stem not in ("chicago_taxi", "simulate")]


def in_folder(path, folder):
    """Overrides that read from `folder` what the configuration reads from `data`."""
    data = load_config(str(path)).data
    overrides = [f"data.path={folder / pathlib.PurePath(data.path).relative_to('data')}"]
    for field in ("eval_path", "validation_path"):
        if path_of_split := getattr(data.split, field, None):
            overrides.append(f"data.split.{field}={folder / pathlib.PurePath(path_of_split).relative_to('data')}")
    return overrides


@pytest.fixture(scope="session")
def kuairand_csv(shared_data, tmp_path_factory):
    target = tmp_path_factory.mktemp("kuairand") / "kuairand.csv"
    assert join(shared_data / "kuairand_dev", target) == 33_485
    return target


@pytest.fixture
def load_real(request, shared_data):
    """Reads a configuration with its paths turned to the real files."""

    def load(path):
        if path.stem.startswith("kuairand"):
            return load_config(str(path), [f"data.path={request.getfixturevalue('kuairand_csv')}"])
        return load_config(str(path), in_folder(path, shared_data))

    return load


def test_the_examples_of_the_readme_are_there():
    assert {path.stem for path in CONFIGS} >= {
        "ali_ccp", "aliexpress", "census_income", "chicago_taxi", "hillstrom", "kuairand", "simulate",
    }  # fmt: skip


@pytest.mark.parametrize("path", NEEDS_FILES, ids=lambda path: path.stem)
def test_a_config_fits_its_real_files(path, load_real):
    config = load_real(path)  # Checks every column against the header, where the file exists.
    split_paths = [getattr(config.data.split, field, None) for field in ("eval_path", "validation_path")]
    assert all(pathlib.Path(path).is_file() for path in (config.data.local_pattern, *split_paths) if path)
    assert config.name == path.stem


def test_chicago_taxi_fits_the_file_in_the_wheel():
    config = load_config(str(next(path for path in CONFIGS if path.stem == "chicago_taxi")))
    assert pathlib.Path(config.data.local_pattern).is_file()
    assert "trip_miles" not in config.input_columns  # With the fare it would give fare per mile away.


def test_simulate_fits_what_the_simulator_writes_and_never_the_truth(tmp_path):
    simulate(SimulateConfig(num_rows=10), str(tmp_path / "rows.csv"))
    path = next(path for path in CONFIGS if path.stem == "simulate")
    config = load_config(str(path), [f"data.path={tmp_path / 'rows.csv'}"])
    assert not [name for name in config.input_columns if name.startswith("true_")]


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.stem)
def test_rows_of_their_own_choose_the_epoch_or_none_do(path):
    config = load_config(str(path))
    chooses = config.training.keep is not CheckpointRule.LAST
    assert (config.watched_split == "validation") == chooses == (path.stem in ("ali_ccp", "simulate"))


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.stem)
def test_a_config_speaks_to_a_newcomer(path):
    text = path.read_text()
    assert text.startswith("# "), "says first what the data is"
    assert max(map(len, text.splitlines())) <= 120


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.stem)
def test_every_main_output_is_in_the_gate_or_its_product_is(path):
    config = load_config(str(path))
    watched = {rule.output for rule in config.gate.rules}
    left = {task.name for task in config.tasks if task.role is Role.MAIN} - watched
    left -= {output.task for output in config.graph.outputs if output.name in watched}
    # A few dozen positives in the evaluation days bound nothing.
    allowed = {"kuairand": {"follow", "forward"}, "ali_ccp": {"purchase"}, "aliexpress": {"purchase"}}
    assert left == allowed.get(path.stem, set())


LEAKS = {
    "census_income": {
        "income_50k", "marital_stat", "education", "hs_college", "tax_filer_stat", "det_hh_fam_stat", "det_hh_summ",
        "instance_weight",
    },
    "hillstrom": {"visit", "conversion", "spend"},
    "kuairand": {
        "is_click", "is_follow", "is_comment", "is_forward", "long_view", "play_time_ms", "comment_stay_time",
        "is_profile_enter", "label",
    },
    "kuairand_boost_forward": {
        "is_click", "is_follow", "is_comment", "is_forward", "long_view", "play_time_ms", "comment_stay_time",
        "is_profile_enter", "label",
    },
    "chicago_taxi": {"payment_type", "tips"},
}  # fmt: skip


@pytest.mark.parametrize("name", LEAKS)
def test_no_input_gives_a_label_away(name):
    config = load_config(str(next(path for path in CONFIGS if path.stem == name)))
    read = {column for key, feature in config.features.items() for column in feature_columns(key, feature)}
    assert not read & LEAKS[name]
    assert not any(label_columns(task) & read for task in config.tasks)


def test_a_weight_boosts_one_behaviour():
    config = load_config(str(next(path for path in CONFIGS if path.stem == "kuairand_boost_forward")))
    assert [task.weight for task in config.tasks] == ["5 if is_forward == 1 else 1"]
