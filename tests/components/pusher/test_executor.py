"""The Pusher's node: what was blessed against another version than serves by now is not pushed."""

import pytest

from components.pusher.publish import publish_version, versions

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]  # TFX takes long, and warns of itself.


@pytest.fixture
def run(tmp_path):
    """Asks what serves, lets another run push so many versions, then pushes; gives the versions and the output."""
    from tfx.types import standard_artifacts

    from components.baseline.component import Executor as ServedModelExecutor
    from components.pusher.executor import Executor

    served = tmp_path / "served"

    def go(name, *, content=None, between=()):
        made = {"model": standard_artifacts.Model(), "model_blessing": standard_artifacts.ModelBlessing()}
        made |= {"served": standard_artifacts.Model(), "pushed_model": standard_artifacts.PushedModel()}
        for key, artifact in made.items():
            artifact.uri = str(tmp_path / name / key)
        saved = tmp_path / name / "model" / "Format-Serving"
        saved.mkdir(parents=True)
        (saved / "saved_model.pb").write_text(content or name)
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
        Executor().Do(inputs, {"pushed_model": [pushed]}, {"push_destination": destination})
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
