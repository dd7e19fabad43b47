"""`limen run`: the real process, from its start to its end."""

import subprocess
from pathlib import Path
from typing import Any

import httpx

from tests.support.command import LIMEN, environment, limen
from tests.support.service_manager import wait_for

WITHIN = 60.0


def settings(folder: Path) -> dict[str, str]:
    return {"LIMEN_STATE_DIR": str(folder), "LIMEN_HTTP__PORT": "0", "LIMEN_SMTP__SECURITY": "none"}


def run_until_ready(folder: Path, **more: str) -> tuple[dict[str, Any], str]:
    """Runs the daemon until it is ready, then asks it to stop; returns what /readyz said, and the log."""
    with subprocess.Popen(
        [LIMEN, "run"],
        env=environment(settings(folder) | more),
        stderr=subprocess.PIPE,
        text=True,
    ) as daemon:
        address = folder / "http-address"
        wait_for(lambda: address.exists() or daemon.poll() is not None, "its address", WITHIN)
        ready = f"http://{address.read_text().strip()}/readyz"
        wait_for(lambda: httpx.get(ready).status_code == httpx.codes.OK, "readiness", WITHIN)
        said = httpx.get(ready).json()
        daemon.terminate()
        _, log = daemon.communicate(timeout=WITHIN)
    assert daemon.returncode == 0, log
    assert "Traceback" not in log
    return said, log


def test_the_daemon_makes_its_database_serves_ends_when_asked_and_begins_again_in_the_middle_of_an_edit(
    tmp_path: Path,
) -> None:
    before, _ = run_until_ready(tmp_path)
    assert (tmp_path / "limen.db").exists()
    assert before["remarks"] == []
    rules = tmp_path / "rules"
    rules.mkdir()
    (rules / "bad.yaml").write_text("indicators: [\n", encoding="utf-8")

    after, log = run_until_ready(tmp_path, LIMEN_RULES_DIR=str(rules))

    assert after["rulebook"] == before["rulebook"]
    assert "the rules on disk are not in force" in after["remarks"][0]
    assert "limen begins with the last good rules" in log
    assert "bad.yaml:" in log


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
