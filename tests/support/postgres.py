"""A throw-away PostgreSQL cluster: a real server on loopback, gone with the tests."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from types import MappingProxyType

from tests.support.components import require, require_program

START_TIMEOUT_S = 60

# Durability is what the tests of a real crash need, and no test of ours crashes the machine.
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "64MB",
    "max_connections": "50",
    # Not UTC, and summer time: what comes back must be UTC all the same.
    "timezone": "Europe/London",
}


@dataclass(slots=True)
class Cluster:
    """A running server. `create` makes a database in milliseconds, from `template` where one is named."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes]
    _numbers: Iterator[int] = field(default_factory=count)

    def url(self, database: str) -> str:
        """The address of a database, as people write it: limen chooses the driver itself."""
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}"

    def create(self, template: str = "template1") -> str:
        """Makes a database and returns its name."""
        name = f"limen_{next(self._numbers)}"
        self.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return name

    def drop(self, database: str) -> None:
        """Removes a database, and whoever is still connected to it."""
        self.execute(f'DROP DATABASE "{database}" WITH (FORCE)')

    def execute(self, statement: str) -> None:
        """Runs one statement of administration."""
        import psycopg  # noqa: PLC0415 - part of an extra: where it is missing, only these tests are skipped

        with psycopg.connect(self._address, autocommit=True) as connection:
            connection.execute(statement.encode())

    def wait_until_ready(self) -> None:
        """Returns when the server answers; raises where it has ended or never does."""
        import psycopg  # noqa: PLC0415 - as above

        deadline = time.monotonic() + START_TIMEOUT_S
        while True:
            try:
                psycopg.connect(self._address).close()
            except psycopg.OperationalError:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    raise
                time.sleep(0.05)
            else:
                return

    def stop(self) -> None:
        """Ends the server at once."""
        self.process.send_signal(signal.SIGQUIT)
        self.process.wait(timeout=START_TIMEOUT_S)

    def start_again(self) -> None:
        """Starts the server anew, on the same port; what was committed is there again."""
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(self.process.args, cwd="/", stdout=log, stderr=subprocess.STDOUT)
        self.wait_until_ready()

    @property
    def _address(self) -> str:
        return f"host=127.0.0.1 port={self.port} user=postgres dbname=postgres connect_timeout=10"


@contextmanager
def running_cluster(changed: Mapping[str, str] = MappingProxyType({})) -> Iterator[Cluster]:
    """Starts a server of one's own, with `changed` in place of some of SETTINGS.

    Leaves the test by `require` where PostgreSQL is not installed.

    PostgreSQL refuses to run as root, so root runs it as the user postgres.
    """
    programs = _programs()
    folder = Path(tempfile.mkdtemp(prefix="limen-pg-", dir="/tmp"))
    try:
        if os.geteuid() == 0:
            account = _account()
            os.chown(folder, account.pw_uid, account.pw_gid)
        _initialise(programs, folder)
        cluster = _start(programs, folder, {**SETTINGS, **changed})
        try:
            cluster.wait_until_ready()
            yield cluster
        finally:
            cluster.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _programs() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[4]))
    on_path = shutil.which("initdb")
    require(found or on_path, "needs PostgreSQL (Debian: apt-get install postgresql)")
    return found[-1].parent if found else Path(str(on_path)).resolve().parent


def _account() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        require(condition=False, reason="needs a user postgres (Debian: apt-get install postgresql)")
        raise


def _command(*arguments: str | Path) -> list[str]:
    """The command as the right user; the server must not outlive the tests, however they end."""
    setpriv = [require_program("setpriv", "util-linux"), "--pdeathsig", "QUIT"]
    if os.geteuid() == 0:
        setpriv += ["--reuid=postgres", "--regid=postgres", "--init-groups"]
    return [*setpriv, *map(str, arguments)]


def _initialise(programs: Path, folder: Path) -> None:
    # A locale that sorts as people do, not by code points: the store must not depend on it.
    locale = ["--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=en-GB"]
    initdb = _command(
        programs / "initdb", "-D", folder / "data", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"
    )
    done = subprocess.run([*initdb, *locale], cwd="/", capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def _start(programs: Path, folder: Path, chosen: Mapping[str, str]) -> Cluster:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    settings = {**chosen, "port": str(port), "unix_socket_directories": str(folder)}
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            _command(programs / "postgres", "-D", folder / "data", *options),
            cwd="/",
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    return Cluster(folder, port, process)
