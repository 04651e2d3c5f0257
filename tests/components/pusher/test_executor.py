"""The Pusher's node: what was blessed against another version than serves by now is not pushed."""

import json
import os

import pytest

from components.pusher.errors import ServedFolderError
from components.pusher.folder import versions
from components.pusher.publish import publish_version
from components.pusher.reweigh import reweigh
from components.pusher.rollback import roll_back
from models.fusion import FusionConfig, WeightedSum, weights_text
from models.fusion.beside import write_declaration
from models.fusion.weights import FILE

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]  # TFX takes long, and warns of itself.

FUSION = FusionConfig(formulas={"main": WeightedSum(weights={"click": 1.0})}, served="main")


def full_disk(*_):
    raise OSError(28, "No space left on device")


@pytest.fixture
def run(tmp_path, policy, monkeypatch):
    """Asks what serves, lets another run push so many versions, then pushes; gives the versions and the output."""
    from tfx.types import standard_artifacts

    from components.baseline.component import Executor as ServedModelExecutor
    from components.pusher.executor import Executor

    served = tmp_path / "served"

    def go(name, *, content=None, between=(), attempts=1, weights=None):
        made = {"model": standard_artifacts.Model(), "model_blessing": standard_artifacts.ModelBlessing()}
        made |= {"served": standard_artifacts.Model(), "pushed_model": standard_artifacts.PushedModel()}
        for key, artifact in made.items():
            artifact.uri = str(tmp_path / name / key)
        saved = tmp_path / name / "model" / "Format-Serving"
        saved.mkdir(parents=True)
        (saved / "saved_model.pb").write_text(content or name)
        if weights is not None:
            (saved / "assets").mkdir()
            (saved / FILE).write_text(weights_text(weights))
            write_declaration(str(saved), FUSION)
        made["model_blessing"].set_int_custom_property("blessed", 1)
        asked = {"directory": str(served), "which": "highest", "run": name}
        ServedModelExecutor().Do({}, {"model": [made["served"]]}, asked)
        for version in between:
            other = tmp_path / name / "other"
            other.mkdir()
            (other / "saved_model.pb").write_text("of another run")
            publish_version(str(other), str(served), now_s=version)
        pushed = made.pop("pushed_model")
        destination = f'{{"filesystem": {{"base_directory": "{served}"}}}}'
        inputs = {key: [artifact] for key, artifact in made.items()}
        given = {"push_destination": destination, "custom_config": json.dumps({"policy": policy(keep=3).to_json()})}
        executor = Executor(Executor.Context(pipeline_run_id=name))
        for _ in range(attempts - 1):
            with monkeypatch.context() as patched, pytest.raises(ServedFolderError):
                patched.setattr(os, "replace", full_disk)  # After the version, before what follows it.
                executor.Do(inputs, {"pushed_model": [pushed]}, given)
        executor.Do(inputs, {"pushed_model": [pushed]}, given)
        return versions(str(served)), pushed

    return go


def test_what_another_run_pushed_meanwhile_still_serves(run):
    first, pushed = run("first")
    assert (len(first), pushed.get_int_custom_property("pushed")) == (1, 1)
    better = first[0] + 1
    after, pushed = run("overtaken", between=[better])
    assert (after, pushed.get_int_custom_property("pushed")) == ([*first, better], 0)
    said = f"compared with, version {first[0]}, as the highest in "
    assert said in pushed.get_string_custom_property("reason")
    assert f"but holds version {better}: " in pushed.get_string_custom_property("reason")
    again, pushed = run("again")
    assert (len(again), pushed.get_int_custom_property("pushed")) == (3, 1)


def test_a_model_without_the_weights_that_were_set_while_it_was_trained_is_not_pushed(run, tmp_path, policy):
    (first,), _ = run("first", weights=FUSION.declared)
    served, text = str(tmp_path / "served"), weights_text({"main.click": 2.0})
    changed = reweigh(served, policy(keep=3), text=text, over=first, now_s=first + 1)
    after, pushed = run("trained meanwhile", weights=FUSION.declared)
    assert (after, pushed.get_int_custom_property("pushed")) == ([first, changed], 0)
    assert "so that it does not carry them: main.click. Run again" in pushed.get_string_custom_property("reason")
    after, pushed = run("again", weights={"main.click": 2.0})
    assert (len(after), pushed.get_int_custom_property("pushed")) == (3, 1)


def test_the_very_model_that_serves_is_not_pushed_again(run):
    first, _ = run("first", content="one and the same")
    after, pushed = run("again", content="one and the same")
    assert (after, pushed.get_int_custom_property("pushed")) == (first, 0)
    assert pushed.get_string_custom_property("serves") == str(first[0])
    assert len(run("better")[0]) == 2
    back, pushed = run("as at first", content="one and the same")  # Served once, but serves no more.
    assert (len(back), pushed.get_string_custom_property("serves")) == (3, "")


def test_a_first_run_is_one_no_more_when_another_came_first(run):
    after, pushed = run("overtaken", between=[7])
    assert (after, pushed.get_int_custom_property("pushed")) == ([7], 0)
    assert "compared with, no version, " in pushed.get_string_custom_property("reason")


def test_a_retried_node_does_not_push_twice_and_answers_as_an_unbroken_one(run, tmp_path):
    after, pushed = run("interrupted", attempts=3)
    assert (len(after), pushed.get_int_custom_property("pushed")) == (1, 1)
    assert pushed.get_string_custom_property("pushed_version") == str(after[0])
    assert f"versions: {after[0]}\n" in (tmp_path / "served" / "models.config").read_text()
    assert (tmp_path / "interrupted" / "pushed_model" / "saved_model.pb").is_file()


def test_what_was_rolled_back_is_not_pushed_again_and_old_versions_go(run, tmp_path, policy):
    for name in ("first", "second", "third"):
        after, _ = run(name)
    roll_back(str(tmp_path / "served"), policy(), now_s=1)
    after, pushed = run("third again", content="third")
    assert (len(after), pushed.get_int_custom_property("pushed")) == (4, 0)
    assert f"than version {after[2]} in " in pushed.get_string_custom_property("reason")
    assert len(run("fourth")[0]) == 3
