"""limen under a real systemd: installed, started, reloaded, killed, hung, stopped."""

import json
from typing import Any

import pytest

from tests.support.service_manager import wait_for

pytestmark = [pytest.mark.xdist_group("systemd"), pytest.mark.timeout(240)]

Box = Any  # the fixture's type; conftest modules can't be imported from
PASSWORD = "correct-horse-battery"
FIGURES = """\
indicator,area,period_end,value
single_assessments_out_of_timescale,Swale,2026-08-31,460
single_assessments_out_of_timescale,Swale,2026-09-30,520
"""


def test_it_becomes_active_and_answers(box: Box) -> None:
    box.wait_ready()

    assert (box.show("ActiveState"), box.show("SubState")) == ("active", "running")
    assert "limen_build_info" in box.get("/metrics")
    assert box.run("ps", "-o", "user=", "-p", box.show("MainPID")) == "limen"
    assert "judged" in box.show("StatusText")


def test_the_journal_has_priorities_and_no_prefixes(box: Box) -> None:
    entries = [json.loads(line) for line in box.journal("--output=json").splitlines()]
    own = [entry for entry in entries if entry.get("_COMM") == "limen"]

    assert any(entry["MESSAGE"].startswith("limen is ready") for entry in own)
    assert {entry["PRIORITY"] for entry in own} <= {"3", "4", "6"}
    assert not [entry for entry in own if entry["MESSAGE"].startswith("<")]


@pytest.fixture(scope="module")
def mails(box: Box) -> str:
    """What the mail server has taken, after a member of the group has dropped a file of two breaches."""
    box.wait_ready()
    box.run("useradd", "--groups", "limen-data", "analyst")
    box.write("/home/figures.csv", FIGURES)
    # An umask that lets nobody else read: the inbox's own list of rights decides.
    drop = "umask 0077; cat /home/figures.csv > /var/lib/limen/inbox/figures.csv"
    box.run("runuser", "-u", "analyst", "--", "sh", "-c", drop)
    wait_for(lambda: ".json" in box.run("ls", "/srv/post"), lambda: f"a mail: {box.journal()}", 60)
    return str(box.run("sh", "-c", "cat /srv/post/*.json /srv/post/*.eml"))


def test_a_member_of_the_group_drops_a_file_and_the_manager_gets_a_mail(box: Box, mails: str) -> None:
    assert "kent.example" in mails
    assert "Swale" in mails
    assert box.run("ls", "/var/lib/limen/inbox") == ""
    assert box.run("runuser", "-u", "analyst", "--", "sh", "-c", "ls -R /var/lib/limen/archive | grep csv")
    assert "denied" in box.run("runuser", "-u", "analyst", "--", "ls", "/var/lib/limen", check=False)


def test_the_secret_arrives_and_is_seen_nowhere(box: Box, mails: str) -> None:
    """The server takes mails after a login only."""
    assert mails
    shown = box.run("systemctl", "show", "limen") + box.journal("--output=export") + box.get("/")
    environment = box.run("sh", "-c", f"tr '\\0' '\\n' < /proc/{box.show('MainPID')}/environ")

    assert PASSWORD not in shown + environment
    assert "CREDENTIALS_DIRECTORY=/run/credentials/limen.service" in environment


def test_a_bad_edit_keeps_the_last_good_rules_and_says_so(box: Box) -> None:
    box.wait_ready()
    before = json.loads(box.get("/readyz"))["rulebook"]
    box.write("/etc/limen/rules/broken.yaml", "indicators:\n  oops: [\n")
    box.run("systemctl", "reload", "limen")
    wait_for(lambda: "NOT in force" in box.show("StatusText"), "the status")

    wait_for(lambda: box.show("ActiveState") == "active", "the reload's end")
    assert json.loads(box.get("/readyz"))["rulebook"] == before
    assert "limen_rulebook_last_reload_successful 0.0" in box.get("/metrics")
    assert "broken.yaml:" in box.journal("--priority=err")

    box.run("rm", "/etc/limen/rules/broken.yaml")
    box.run("systemctl", "reload", "limen")
    wait_for(lambda: "limen_rulebook_last_reload_successful 1.0" in box.get("/metrics"), "good rules")
    assert "NOT in force" not in box.show("StatusText")


@pytest.mark.usefixtures("mails")
def test_it_is_started_anew_after_kill_9(box: Box) -> None:
    box.wait_ready()
    before, process = box.restarts(), box.show("MainPID")
    box.run("kill", "-KILL", process)
    wait_for(lambda: box.restarts() == before + 1 and box.show("ActiveState") == "active", "a restart", 60)

    box.wait_ready()
    assert box.show("MainPID") != process
    assert (
        'limen_indicator_value{indicator="single_assessments_out_of_timescale",area="Swale"} 520'
        in box.get("/metrics")
    )


def test_the_watchdog_ends_a_hung_process_and_it_is_started_anew(box: Box) -> None:
    box.wait_ready()
    before, process = box.restarts(), box.show("MainPID")
    box.run("kill", "-STOP", process)
    wait_for(lambda: box.restarts() == before + 1 and box.show("ActiveState") == "active", "a restart", 90)

    assert "Watchdog timeout" in box.journal()
    box.wait_ready()


def test_the_watchdog_is_fed_while_all_is_well(box: Box) -> None:
    box.wait_ready()
    before = box.restarts()
    fed = box.show("WatchdogTimestampMonotonic")
    wait_for(
        lambda: int(box.show("WatchdogTimestampMonotonic")) > int(fed) + 8_000_000, "two limits' time", 60
    )

    assert box.restarts() == before


def test_it_stops_in_order(box: Box) -> None:
    box.wait_ready()
    box.run("systemctl", "stop", "limen")

    assert (box.show("ActiveState"), box.show("Result"), box.show("ExecMainStatus")) == (
        "inactive",
        "success",
        "0",
    )
    assert "limen has stopped" in box.journal()
    assert box.run("ls", "/var/lib/limen/http-address", check=False).endswith("No such file or directory")


def test_it_starts_without_any_secret(box: Box) -> None:
    """A mail server on the same machine needs none; the folders of secrets are empty then."""
    box.run("systemctl", "stop", "limen")
    box.run("rm", "/etc/limen/credentials/smtp/password")
    box.write(
        "/etc/systemd/system/limen.service.d/test.conf", "[Service]\nEnvironment=LIMEN_SMTP__SECURITY=none\n"
    )
    box.run("systemctl", "daemon-reload")
    box.run("systemctl", "start", "limen")

    box.wait_ready()
    box.run("systemctl", "stop", "limen")
