"""The image's steps without a Docker engine: read, and done in an empty directory."""

import json
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import tomllib

import pytest

from tests.kubeflow.dockerfile import PATH, ROOT, first_base, stages

FINAL = ("cpu", "gpu")


@pytest.mark.parametrize("name", FINAL)
def test_everything_that_is_copied_exists_and_reaches_the_build(name):
    found = stages()
    ignored = (PATH.parent / f"{PATH.name}.dockerignore").read_text().splitlines()
    assert "*" in ignored
    for stage in (found[name], found[f"build-{name}"]):
        for copy in stage.said("COPY"):
            *sources, _ = [word for word in copy.split() if not word.startswith("--")]
            if "--from=" in copy:
                assert re.search(r"--from=(\S+)", copy)[1] == f"build-{name}"
                continue
            for source in sources:
                assert (ROOT / source).exists(), source
                assert f"!{source}" in ignored, source


def test_the_packages_of_the_wheel_are_those_that_are_copied():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    packages = {f"{package}/" for package in project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]}
    for name in FINAL:
        copied = {copy.split()[0] for _, copy in stages()[f"build-{name}"].own if copy.endswith("/")}
        assert copied == packages


@pytest.mark.parametrize("name", FINAL)
def test_the_environment_is_the_locked_one_without_tools_for_development(name):
    syncs = [run for run in stages()[f"build-{name}"].said("RUN") if "uv sync" in run]
    assert len(syncs) == 2
    for sync in syncs:
        assert {"--locked", "--no-dev"} <= set(sync.split())
        assert ("--extra gpu" in sync) == (name == "gpu")
    assert "--no-install-project" in syncs[0]
    assert "--no-editable" in syncs[1]


@pytest.mark.parametrize("name", FINAL)
def test_an_image_has_no_compiler_no_root_and_a_health_command(name):
    final = stages()[name]
    assert not [run for run in final.said("RUN") if re.search(r"apt-get|pip|uv|g\+\+|gcc", run)]
    user, *_ = final.said("USER")
    assert int(user.partition(":")[0]) > 0
    assert "slim" in first_base(name)
    assert "slim" in first_base("build")
    (health,) = final.said("HEALTHCHECK")
    assert json.loads(health.partition("CMD ")[2])[0] == "evenkeel"
    assert json.loads(final.said("ENTRYPOINT")[-1]) == ["python", "-m", "kubeflow.run_node"]


def test_the_base_is_the_python_and_the_glibc_that_the_lock_file_was_made_for():
    python = (ROOT / ".python-version").read_text().strip()
    assert first_base("cpu") == f"python:{python}-slim-bookworm"  # Debian 12: glibc 2.36.
    locked = tomllib.loads((ROOT / "uv.lock").read_text())["package"]
    mine = [it for it in locked if "python_full_version < '3.12'" in " ".join(it.get("resolution-markers", []))]
    names = {package["name"]: " ".join(wheel["url"] for wheel in package.get("wheels", [])) for package in mine}
    for name in ("ml-metadata", "tensorflow-data-validation"):
        needs = re.findall(rf"-cp{python.replace('.', '')}-\S*?manylinux_2_(\d+)_x86_64", names[name])
        assert needs, name
        assert min(map(int, needs)) <= 36


@pytest.mark.slow
@pytest.mark.integration
def test_its_steps_done_in_an_empty_directory_give_what_its_commands_need(tmp_path):
    uv = shutil.which("uv") or str(ROOT / ".tools" / "bin" / "uv")
    if not os.path.exists(uv):
        pytest.skip("uv is neither on the PATH nor in .tools, where `make setup` puts it")
    build, environment = tmp_path / "build", tmp_path / "environment"
    build.mkdir()
    # Links instead of copies, and no bytecode: the same files, sooner.
    changed = {"UV_PROJECT_ENVIRONMENT": str(environment), "UV_LINK_MODE": "hardlink", "UV_PYTHON_DOWNLOADS": "never"}
    clean = {name: value for name, value in os.environ.items() if name not in ("VIRTUAL_ENV", "PYTHONPATH")}
    stage = stages()["build-cpu"]
    for word, rest in stage.all:
        if word == "COPY":
            *sources, _ = rest.split()
            for source in sources:
                place = ROOT / source
                leave = shutil.ignore_patterns("__pycache__")
                shutil.copytree(place, build / source, ignore=leave) if place.is_dir() else shutil.copy(place, build)
        elif word == "RUN" and rest.startswith("uv sync"):
            words = [uv, *shlex.split(rest)[1:]]
            done = subprocess.run(words, cwd=build, env=clean | changed, capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stderr
    shutil.rmtree(build)  # The final stage has the environment alone.
    empty = tmp_path / "empty"
    empty.mkdir()
    path = f"{environment / 'bin'}{os.pathsep}{clean['PATH']}"
    final = stages()["cpu"]
    health = json.loads(final.said("HEALTHCHECK")[-1].partition("CMD ")[2])
    entry = [*json.loads(final.said("ENTRYPOINT")[-1]), "--help"]
    for words in (health, entry):
        command = [shutil.which(words[0], path=path), *words[1:]]
        assert pathlib.Path(command[0]).is_relative_to(environment)
        done = subprocess.run(
            command, cwd=empty, env=clean | {"PATH": path}, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
    assert not list((environment / "lib").rglob("pytest"))  # Nothing for development.
