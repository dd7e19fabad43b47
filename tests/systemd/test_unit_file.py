"""The unit file, judged by systemd's own checks."""

import re
import subprocess
from pathlib import Path

from monitor.daemon.heartbeat import Limits
from tests.support.components import require_program
from tests.support.repository import ROOT

UNIT = ROOT / "systemd" / "limen.service"
MOST_EXPOSED = 1.5  # of 10; what the network and the inbox's group cost is in it


def _analyze(*arguments: str) -> subprocess.CompletedProcess[str]:
    program = require_program("systemd-analyze", "systemd")
    return subprocess.run([program, *arguments], capture_output=True, text=True, check=False)


def _setting(name: str) -> str:
    (value,) = re.findall(rf"^{name}=(.*)$", UNIT.read_text(), re.MULTILINE)
    return str(value)


def test_systemd_finds_no_fault_in_the_unit(tmp_path: Path) -> None:
    unit = tmp_path / UNIT.name
    unit.write_text(UNIT.read_text().replace("/opt/limen/bin/limen", "/bin/true"))
    verdict = _analyze("verify", "--man=no", str(unit))

    assert (verdict.returncode, verdict.stdout + verdict.stderr) == (0, "")


def test_the_service_is_exposed_to_little() -> None:
    limit = f"--threshold={round(MOST_EXPOSED * 10)}"
    verdict = _analyze("security", "--offline=true", "--no-pager", limit, str(UNIT))

    assert verdict.returncode == 0, verdict.stdout


def test_limen_gives_up_waiting_before_systemd_does() -> None:
    assert Limits().finish_within < float(_setting("TimeoutStopSec").removesuffix("s"))


def test_the_installer_writes_a_tree_and_overwrites_no_configuration(tmp_path: Path) -> None:
    program = tmp_path / "opt/limen/bin/limen"
    program.parent.mkdir(parents=True)
    program.touch(0o755)
    for _ in range(2):
        subprocess.run(
            [ROOT / "systemd/install.sh"], env={"PATH": "/usr/bin:/bin", "DESTDIR": str(tmp_path)}, check=True
        )
        (tmp_path / "etc/limen/limen.toml").write_text("# mine\n")

    assert (tmp_path / "etc/limen/limen.toml").read_text() == "# mine\n"
    assert (tmp_path / "etc/systemd/system/limen.service").read_bytes() == UNIT.read_bytes()
    assert list((tmp_path / "etc/limen/rules").glob("*.yaml"))


def test_the_installer_says_what_is_missing(tmp_path: Path) -> None:
    done = subprocess.run(
        [ROOT / "systemd/install.sh"],
        env={"PATH": "/usr/bin:/bin", "DESTDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert "/opt/limen/bin/limen is not there" in done.stderr
