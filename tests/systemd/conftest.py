import os
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.components import require, require_program
from tests.support.repository import ROOT
from tests.support.service_manager import wait_for

SCRIPT = Path(__file__).with_name("box.sh")
SYSTEM_PYTHON = "/usr/bin/python3"
PASSWORD = "correct-horse-battery"

DROP_IN = """\
[Service]
RestartSec=200ms
WatchdogSec=4s
Environment=LIMEN_CYCLE__INBOX_EVERY=0.5 LIMEN_CYCLE__EVALUATE_EVERY=1 LIMEN_CYCLE__DELIVER_EVERY=1
Environment=LIMEN_CYCLE__SETTLE=0.5 LIMEN_SMTP__PORT=2525 LIMEN_SMTP__USERNAME=limen
Environment=LIMEN_SMTP__CA_FILE=/srv/post/ca.pem LIMEN_SMTP__SENDER=limen@kent.example
"""


@dataclass(frozen=True)
class Box:
    """A machine of our own, with limen installed as docs/run-it.md says."""

    folder: Path

    def run(self, *command: str, check: bool = True, text: str | None = None) -> str:
        """What a command inside prints, both streams together."""
        done = subprocess.run(
            [str(SCRIPT), "run", str(self.folder), *command],
            input=text,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert not check or done.returncode == 0, f"{command}: {done.stdout}"
        return done.stdout.strip()

    def write(self, path: str, text: str) -> None:
        self.run("/bin/sh", "-c", 'mkdir -p "$(dirname "$0")" && cat > "$0"', path, text=text)

    def show(self, name: str) -> str:
        return self.run("systemctl", "show", "limen", "--property", name, "--value")

    def get(self, path: str) -> str:
        reader = "import sys, urllib.request as u; print(u.urlopen(sys.argv[1]).read().decode())"
        return self.run(SYSTEM_PYTHON, "-c", reader, f"http://127.0.0.1:9188{path}", check=False)

    def journal(self, *options: str) -> str:
        return self.run("journalctl", "--unit=limen", "--output=cat", "--no-pager", *options)

    def wait_ready(self) -> None:
        wait_for(lambda: '"ready":true' in self.get("/readyz"), lambda: f"readiness: {self.journal()}", 60)

    def restarts(self) -> int:
        return int(self.show("NRestarts"))


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def box(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Box]:
    """A booted machine in which limen is installed and started."""
    require(os.geteuid() == 0, "needs root, to boot a systemd of its own")
    require(Path("/lib/systemd/systemd").exists(), "needs systemd (Debian: apt-get install systemd dbus)")
    for program, package in (("unshare", "util-linux"), ("nsenter", "util-linux"), ("ip", "iproute2")):
        require_program(program, package)
    require_program("pgrep", "procps")
    version = "import sys; print(*sys.version_info[:2])"
    system = subprocess.run([SYSTEM_PYTHON, "-c", version], capture_output=True, text=True, check=False)
    require(
        system.stdout.split() == [str(part) for part in sys.version_info[:2]],
        f"needs .venv to be made by {SYSTEM_PYTHON}: make clean, then make PYTHON={SYSTEM_PYTHON} test",
    )
    folder = tmp_path_factory.mktemp("limen-box")
    mounts = [
        f"{sysconfig.get_path('purelib')}:/opt/packages",
        f"{wheel.parent}:/opt/wheel",
        f"{ROOT / 'tests'}:/opt/check/tests",
    ]
    subprocess.run([str(SCRIPT), "up", str(folder), *mounts], check=True, timeout=90)
    machine = Box(folder)
    try:
        _install(machine, wheel)
        yield machine
    finally:
        subprocess.run([str(SCRIPT), "down", str(folder)], check=False, timeout=60)


def _install(box: Box, wheel: Path) -> None:
    box.run(SYSTEM_PYTHON, "-m", "venv", "--without-pip", "/opt/limen")
    site = box.run("/opt/limen/bin/python", "-c", "import sysconfig; print(sysconfig.get_path('purelib'))")
    # The packages limen needs are those of the tests, so that nothing has to be fetched.
    install = [SYSTEM_PYTHON, "/opt/packages/pip", "--python", "/opt/limen/bin/python", "install", "--quiet"]
    box.run(*install, "--no-deps", "--no-index", f"/opt/wheel/{wheel.name}")
    box.write(f"{site}/packages.pth", "/opt/packages\n")
    box.run("sh", f"{site}/monitor/shipped/systemd/install.sh")
    box.write("/etc/systemd/system/limen.service.d/test.conf", DROP_IN)
    box.write("/etc/limen/credentials/smtp/password", PASSWORD)
    box.run("systemctl", "daemon-reload")
    box.run(
        *("systemd-run", "--unit=post", "--working-directory=/opt/check"),
        *("/opt/limen/bin/python", "-m", "tests.support.smtp_server", "--port=2525", "--folder=/srv/post"),
        f"--login=limen={PASSWORD}",
    )
    wait_for(lambda: "ca.pem" in box.run("ls", "/srv/post", check=False), "the mail server")
    box.run("systemctl", "start", "limen")
