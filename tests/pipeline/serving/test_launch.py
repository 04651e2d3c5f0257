"""Which server is started, with what command line, and how it ends."""

import json
import os
import pathlib
import signal
import subprocess
import sys

import pytest

from pipeline.serving.config import ServerConfig
from pipeline.serving.errors import ServerStartError
from pipeline.serving.launch import Engine, model_server_argv, serve

# Writes its own command line where the test looks, then ends with a status of its own.
FAKE_SERVER = """#!{python}
import json, pathlib, sys
pathlib.Path({record!r}).write_text(json.dumps(sys.argv[1:]))
sys.exit(7)
"""
PROGRAM = """
import logging, pathlib, sys
from pipeline.serving import ServerConfig, serve
config = ServerConfig(model_name="demo", model_base_path=pathlib.Path(sys.argv[1]), grpc_port={grpc}, rest_port={rest})
def say(running):
    print(running.engine.name, running.grpc_endpoint, running.rest_endpoint, running.version)
    sys.stdout.{flush}()
serve(config, on_start=say)
print("ended")
"""


@pytest.fixture()
def on_path(tmp_path, monkeypatch):
    """Puts a `tensorflow_model_server` on the PATH that records its command line."""
    record = tmp_path / "argv.json"
    binary = tmp_path / "bin" / "tensorflow_model_server"
    binary.parent.mkdir()
    binary.write_text(FAKE_SERVER.format(python=sys.executable, record=str(record)))
    binary.chmod(0o755)
    monkeypatch.setenv("PATH", f"{binary.parent}{os.pathsep}{os.environ['PATH']}")
    return record


def config(base_path, **changed):
    return ServerConfig(**{"model_name": "demo", "model_base_path": base_path, **changed})


def started(base_path, *, grpc_port, rest_port):
    program = PROGRAM.format(grpc=grpc_port, rest=rest_port, flush="flush" if grpc_port == 0 else "fileno")
    return subprocess.Popen(
        [sys.executable, "-c", program, str(base_path)],
        env={name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.integration
def test_the_real_server_on_the_path_takes_over_with_its_own_flags_and_status(on_path, tmp_path):
    program = started(tmp_path, grpc_port=8510, rest_port=8511)
    output, errors = program.communicate(timeout=60)
    assert program.returncode == 7, errors
    assert output == "MODEL_SERVER 127.0.0.1:8510 127.0.0.1:8511 None\n", "what was printed before must not be lost"
    assert json.loads(on_path.read_text()) == [
        "--port=8510",
        "--rest_api_port=8511",
        "--model_name=demo",
        f"--model_base_path={tmp_path}",
        "--file_system_poll_wait_seconds=1",
    ]


def test_the_base_path_is_given_from_the_root(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    argv = model_server_argv("/bin/x", config(pathlib.Path("served")))
    assert argv[0] == "/bin/x"
    assert f"--model_base_path={tmp_path}/served" in argv


def test_the_real_server_needs_chosen_ports(tmp_path):
    with pytest.raises(ServerStartError, match="must be chosen for tensorflow_model_server, got 0"):
        model_server_argv("x", config(tmp_path, grpc_port=0))


def test_the_real_server_asked_for_but_missing_is_named(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ServerStartError, match="`tensorflow_model_server` must be on the PATH"):
        serve(config(tmp_path), on_start=print, engine=Engine.MODEL_SERVER)


def test_a_base_path_that_is_no_directory_is_named(tmp_path):
    with pytest.raises(ServerStartError, match="`model_base_path` must be a directory with numbered versions"):
        serve(config(tmp_path / "nope"), on_start=print)


@pytest.mark.integration
def test_a_directory_without_a_model_ends_the_embedded_server_with_one_sentence(tmp_path):
    with pytest.raises(ServerStartError, match="it holds none yet: push a model first"):
        serve(
            config(tmp_path, grpc_port=0, rest_port=0),
            on_start=print,
            engine=Engine.EMBEDDED,
            available_within_s=0.1,
        )
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL, "the caller's signal handlers must be back"


@pytest.mark.slow
@pytest.mark.integration
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_signal_ends_the_embedded_server_cleanly(exports, number):
    program = started(exports[1].parent, grpc_port=0, rest_port=0)
    engine, _, _, version = program.stdout.readline().split()
    assert (engine, version) == ("EMBEDDED", str(max(exports)))
    program.send_signal(number)
    output, errors = program.communicate(timeout=60)
    assert (program.returncode, output) == (0, "ended\n"), errors
