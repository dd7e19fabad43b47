"""`limen run`: the real process, from its start to its end."""

import os
import signal
import subprocess
import time
from pathlib import Path
from urllib.request import urlopen

from tests.support.command import LIMEN, environment, limen

WITHIN = 60.0


def settings(folder: Path) -> dict[str, str]:
    return {"LIMEN_STATE_DIR": str(folder), "LIMEN_HTTP__PORT": "0", "LIMEN_SMTP__SECURITY": "none"}


def test_the_daemon_makes_its_database_serves_and_ends_when_asked(tmp_path: Path) -> None:
    with subprocess.Popen(
        [LIMEN, "run"],
        env=environment(settings(tmp_path)),
        stderr=subprocess.PIPE,
        text=True,
    ) as daemon:
        address = tmp_path / "http-address"
        deadline = time.monotonic() + WITHIN
        while not address.exists() and daemon.poll() is None and time.monotonic() < deadline:
            time.sleep(0.05)
        with urlopen(f"http://{address.read_text().strip()}/healthz") as answer:
            assert answer.status == 200
        os.kill(daemon.pid, signal.SIGTERM)
        _, log = daemon.communicate(timeout=WITHIN)

    assert daemon.returncode == 0, log
    assert (tmp_path / "limen.db").exists()
    assert "Traceback" not in log


def test_the_daemon_leaves_a_database_that_is_not_its_own_alone(tmp_path: Path) -> None:
    (tmp_path / "limen.db").touch()

    said = limen("run", settings=settings(tmp_path))

    assert said.returncode == 3
    assert "Run: limen db upgrade" in said.stderr
    assert (tmp_path / "limen.db").stat().st_size == 0


def test_the_daemon_does_not_begin_without_rules_or_with_bad_settings(tmp_path: Path) -> None:
    rules = tmp_path / "rules"
    rules.mkdir()
    (rules / "bad.yaml").write_text("indicators: [\n", encoding="utf-8")

    no_rules = limen("run", settings=settings(tmp_path) | {"LIMEN_RULES_DIR": str(rules)})
    bad = limen("run", settings=settings(tmp_path) | {"LIMEN_SMTP__PORT": "0"})

    assert no_rules.returncode == 78
    assert "bad.yaml:" in no_rules.stderr
    assert bad.returncode == 78
    assert "port must be between 1 and 65535" in bad.stderr
    assert "Traceback" not in no_rules.stderr + bad.stderr
