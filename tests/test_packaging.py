"""What an installed wheel holds, what stands in its way, and that a Beam worker can be given it."""

import os
import pathlib
import subprocess
import sys
import zipfile

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[1]
PACKAGES = {"models", "components", "pipeline", "kubeflow"}

pytestmark = [pytest.mark.slow, pytest.mark.integration]


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """A folder with what the wheel installs."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def python(program, *paths, cwd):
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(map(str, paths))}
    return subprocess.run(
        [sys.executable, "-c", program], env=environment, cwd=cwd, capture_output=True, text=True, check=False
    )


def test_the_wheel_holds_our_packages_with_their_templates_and_no_tests(installed):
    names = {path.name for path in installed.iterdir() if not path.name.endswith(".dist-info")}
    assert names == PACKAGES
    templates = {str(path.relative_to(ROOT)) for path in ROOT.glob("pipeline/report/templates/*")}
    assert templates
    assert templates <= {str(path.relative_to(installed)) for path in installed.rglob("*")}


def test_it_runs_from_where_it_is_installed(installed, tmp_path):
    done = python("import pipeline.clash as c; print(c.__file__, c.clashes())", installed, cwd=tmp_path)
    assert done.stdout.split() == [str(installed / "pipeline" / "clash.py"), "[]"], done.stderr


@pytest.mark.parametrize("name", sorted(PACKAGES - {"pipeline"}))
def test_a_foreign_package_before_ours_is_named_at_start(installed, tmp_path, name):
    foreign = tmp_path / "foreign"
    (foreign / name).mkdir(parents=True)
    (foreign / name / "__init__.py").write_text("")
    program = "from pipeline.clash import clashes; print(*clashes())"
    done = python(program, foreign, installed, cwd=tmp_path)
    expected = f"package `{name}` must come from {installed}, got {foreign / name}"
    assert expected in done.stdout, done.stderr
    assert done.stdout.count("must come from") == 1


@pytest.mark.parametrize("name", ["tests", "configs", "benchmarks"])
def test_a_foreign_package_named_like_our_other_folders_breaks_nothing(installed, tmp_path, name):
    foreign = tmp_path / "foreign"
    (foreign / name).mkdir(parents=True)
    (foreign / name / "__init__.py").write_text("raise RuntimeError('foreign')")
    done = python("import pipeline.config, pipeline.cli; print('fine')", foreign, installed, cwd=tmp_path)
    assert done.stdout.strip() == "fine", done.stderr
