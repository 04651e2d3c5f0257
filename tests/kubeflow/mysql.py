"""A MySQL server of the tests' own, on loopback, with its data in a folder of theirs."""

import contextlib
import dataclasses
import getpass
import pathlib
import shutil
import socket
import subprocess
import time

import pytest

START_LIMIT_S = 120
USER, PASSWORD = "evenkeel", "loopback"


@dataclasses.dataclass
class Mysql:
    """A running server."""

    port: int
    socket: pathlib.Path
    host: str = "127.0.0.1"

    def sql(self, statement):
        client = shutil.which("mariadb") or shutil.which("mysql")
        command = [client, "--no-defaults", "--user=root", f"--socket={self.socket}", "--batch", "--skip-column-names"]
        return subprocess.run([*command, "-e", statement], check=True, capture_output=True, text=True).stdout


def server():
    """The path of the server's program; skips where there is none."""
    found = shutil.which("mariadbd", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin")
    if found is None:
        pytest.skip("no MySQL server is installed: `apt-get install mariadb-server` brings one")
    return found


@contextlib.contextmanager
def running(folder):
    """A server with an empty data folder, until the block ends."""
    program = server()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    here = ["--no-defaults", f"--datadir={folder / 'rows'}", f"--user={getpass.getuser()}"]
    install = ["mariadb-install-db", *here, "--auth-root-authentication-method=normal", "--skip-test-db"]
    subprocess.run(install, check=True, capture_output=True)
    where = ["--bind-address=127.0.0.1", f"--port={port}", f"--socket={folder / 's'}", f"--pid-file={folder / 'pid'}"]
    with open(folder / "log", "wb") as log:
        process = subprocess.Popen([program, *here, *where], stdout=log, stderr=log)
    try:
        mysql = Mysql(port, folder / "s")
        _wait(mysql, process, folder / "log")
        mysql.sql(f"create user '{USER}'@'127.0.0.1' identified by '{PASSWORD}'")
        mysql.sql(f"grant all on *.* to '{USER}'@'127.0.0.1'")
        yield mysql
    finally:
        process.terminate()
        process.wait(timeout=START_LIMIT_S)


def _wait(mysql, process, log):
    deadline = time.monotonic() + START_LIMIT_S
    while True:
        try:
            mysql.sql("select 1")
            return
        except subprocess.CalledProcessError:
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.1)
