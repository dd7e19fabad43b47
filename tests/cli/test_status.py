"""`limen status`: what it says of rules, daemon, database and mails, and how it ends."""

import json
import os
import shutil
import signal
import subprocess
import time
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from http.client import BadStatusLine
from pathlib import Path
from urllib.error import URLError

import pytest

from monitor.cli.looks import _no_answer
from monitor.core.alerts import Alert, AlertState
from monitor.core.notifications import OperationsKind
from monitor.delivery import NOT_TRIED
from monitor.shipped_files import shipped_config_dir, shipped_rules_dir
from monitor.store.alerts import save_alerts
from monitor.store.file_faults import FileFault, note_fault
from monitor.store.operations_news import ToldOperations, append_told
from monitor.store.outbox import OutboxEntry, claim, record_deferred, record_delivered
from monitor.store.store import Store
from tests.support.command import LIMEN, Answer, Command, environment
from tests.support.store_samples import ANNA, NOON, queued

WITHIN = 60.0


def told(said: Answer) -> dict[str, object]:
    found = json.loads(said.out)
    assert isinstance(found, dict)
    return found


def test_a_limen_that_is_well_says_so_and_ends_with_0(limen: Command, store: Store) -> None:
    with store:
        said = limen("status")
        data = told(limen("status", "--format", "json"))

    # The two mails wait for a moment only; a mail that waits is no illness.
    assert said.code == 0, said.out
    assert "✓ Rules:      good, version" in said.out
    assert str(shipped_rules_dir()) in said.out
    assert "none runs with this state folder" in said.out
    assert "schema 0001" in said.out
    assert "2 figures judged by rules version" in said.out
    assert "✓ Alerts:     1 alert fires" in said.out
    assert "none is late" in said.out
    assert "2 mails to send" in said.out
    assert said.out.splitlines()[-1] == "limen does its work."
    assert data["healthy"] is True
    assert data["alerts_firing"] == 1
    assert data["late_figures"] == []
    assert data["daemon"] is None
    assert data["reload"] == {"ok": True, "refused_at": None, "problem": ""}
    assert data["templates"] == {"ok": True, "refused_at": None, "problems": []}


def test_late_figures_are_listed_and_are_no_illness(limen: Command, store: Store) -> None:
    late = Alert(
        "late:contacts_received",
        "Kent",
        AlertState.FIRING,
        episode=1,
        breach_since=date(2013, 9, 30),
        fired_on=date(2013, 10, 21),
    )
    with store, store.writing() as connection:
        save_alerts(connection, [late])

    said = limen("status")

    assert said.code == 0
    assert (
        "1 figure is late\n    contacts_received in Kent, for 30 September 2013, due 21 October 2013"
        in said.out
    )
    assert "✓ Alerts:     1 alert fires" in said.out
    listed = limen("alerts").out
    assert "▲ late  Kent: figures have not come: " in listed
    assert "for 30 September 2013, due 21 October 2013" in listed
    assert told(limen("status", "--format", "json"))["late_figures"] == [
        {"indicator": "contacts_received", "area": "Kent", "period_end": "2013-09-30", "due": "2013-10-21"}
    ]


def test_rules_that_can_not_be_used_are_shown_with_every_problem(
    limen: Command, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.close()
    rules = tmp_path / "rules"
    rules.mkdir()
    (rules / "bad.yaml").write_text("indicators: [\n", encoding="utf-8")
    monkeypatch.setenv("LIMEN_RULES_DIR", str(rules))

    said = limen("status")

    assert said.code == 1
    assert f"✕ Rules:      1 error in {rules}" in said.out
    assert "bad.yaml:" in said.out
    data = told(limen("status", "--format", "json"))
    assert data["healthy"] is False
    rules_record = data["rules"]
    assert isinstance(rules_record, dict)
    assert (rules_record["ok"], rules_record["errors"]) == (False, 1)


def test_people_on_a_channel_that_is_not_set_up_are_named_before_any_mail_is_for_them(
    limen: Command, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / "config-of-pagers"
    shutil.copytree(shipped_config_dir(), config)
    contacts = config / "contacts.yaml"
    text = contacts.read_text("utf-8")
    contacts.write_text(text.replace(", address: ", ", channel: pager, address: ", 1), "utf-8")
    monkeypatch.setenv("LIMEN_CONFIG_DIR", str(config))
    with store:
        said = limen("status")
        rules = told(limen("status", "--format", "json"))["rules"]

    assert "! Rules:      good, version" in said.out
    assert "is to be told by “pager”, which is no channel of the settings" in said.out
    assert isinstance(rules, dict)
    assert len(rules["unreachable"]) == 1


def test_a_refused_edit_stands_until_the_rules_were_good_again(limen: Command, store: Store) -> None:
    with store:
        with store.writing() as connection:
            append_told(
                connection, ToldOperations(NOON, OperationsKind.RULES_REFUSED, "f", "a.yaml:1:1: LIM1 no")
            )
        refused = limen("status")
        with store.writing() as connection:
            append_told(connection, ToldOperations(NOON, OperationsKind.RULES_ACCEPTED, "", ""))
        good = limen("status")

    assert (refused.code, good.code) == (1, 0)
    assert "✕ Reload:     an edit was refused 15 Jul 2013 13:00" in refused.out
    assert "    a.yaml:1:1: LIM1 no" in refused.out
    assert "no refused edit is left" in good.out


def test_refused_templates_are_listed_until_they_are_good_again(limen: Command, store: Store) -> None:
    lines = ["templates/mail/a.j2:1:1: LIM752 no", "templates/mail/b.j2:2:3: LIM753 no"]
    refusal = ToldOperations(NOON, OperationsKind.TEMPLATES_REFUSED, "f", "\n".join(lines))
    with store:
        with store.writing() as connection:
            append_told(connection, refusal)
        refused, data = limen("status"), told(limen("status", "--format", "json"))
        with store.writing() as connection:
            append_told(connection, ToldOperations(NOON, OperationsKind.TEMPLATES_ACCEPTED, "", ""))
        good = limen("status")

    assert (refused.code, good.code) == (1, 0)
    assert "✕ Templates:  2 errors in your own, 15 Jul 2013 13:00; where these fail" in refused.out
    assert "\n    ".join(["", *lines]) in refused.out
    assert data["templates"] == {"ok": False, "refused_at": NOON.isoformat(), "problems": lines}
    assert "✓ Reload:     no refused edit is left" in refused.out
    assert "✓ Templates:  none of your own is refused" in good.out


def test_files_that_could_not_be_taken_in_are_shown_for_a_week_and_are_no_illness(
    limen: Command, store: Store
) -> None:
    now = datetime.now().astimezone()
    unread = FileFault(now - timedelta(days=6), "report.pdf", "no header", "failed/report.pdf.reason.txt")
    aside = FileFault(now, "sep.csv", "unknown area (line 3)", "archive/sep.csv.rejected.csv", 12, 1)
    with store:
        before = limen("status").out
        with store.writing() as connection:
            note_fault(connection, "0", replace(unread, at=now - timedelta(days=8), name="old.csv"))
            note_fault(connection, "1", unread)
            note_fault(connection, "2", aside)
        after, data = limen("status"), told(limen("status", "--format", "json"))

    assert "✓ Files:      all that came was taken in as a whole, in the last 7 days" in before
    assert after.code == 0
    assert (
        "! Files:      1 file could not be read; rows of 1 file were set aside, in the last 7 days"
        in after.out
    )
    assert ": report.pdf could not be read: no header. See failed/report.pdf.reason.txt" in after.out
    assert ": sep.csv: 1 of 12 rows was set aside: unknown area (line 3). See archive/" in after.out
    assert "old.csv" not in after.out
    assert "limen works, but the line with !" in after.out
    files = data["files"]
    assert isinstance(files, list)
    assert [each["file"] for each in files] == ["sep.csv", "report.pdf"]
    assert files[0] == {
        "file": "sep.csv",
        "at": now.astimezone(UTC).isoformat(),
        "rows_read": 12,
        "rows_rejected": 1,
        "reasons": "unknown area (line 3)",
        "see": "archive/sep.csv.rejected.csv",
    }


def test_a_mail_that_waits_for_too_long_is_an_illness(limen: Command, store: Store) -> None:
    with store:
        queued(store, ANNA, now=datetime.now().astimezone() - timedelta(hours=3, minutes=5))
        said = limen("status")

    assert said.code == 1
    assert "✕ Outbox:     3 mails to send, the oldest for 3 h 5 min" in said.out


def attempted(store: Store, *, channel_down: bool) -> OutboxEntry:
    """A mail that was put off at its first attempt."""
    now = datetime.now().astimezone()
    with store.writing() as connection:
        mail = claim(connection, "me", now, timedelta(minutes=5), 1)[0]
        record_deferred(
            connection, mail.id, "me", "no connection", now, next_attempt_at=now, channel_down=channel_down
        )
    return mail


def test_a_mail_server_that_is_down_is_said_at_once(limen: Command, store: Store) -> None:
    with store:
        mail = attempted(store, channel_down=True)
        said = limen("status")
        record = told(limen("status", "--format", "json"))

    assert said.code == 1
    assert "✕ Outbox:     2 mails to send" in said.out
    assert f"failed: no connection (mail {mail.id})" in said.out
    assert record["healthy"] is False
    outbox = record["outbox"]
    assert isinstance(outbox, dict)
    assert (outbox["last_failure"]["mail"], outbox["last_failure"]["response"]) == (mail.id, "no connection")


def test_a_mail_that_was_put_off_is_a_warning_until_another_one_gets_through(
    limen: Command, store: Store
) -> None:
    with store:
        attempted(store, channel_down=False)
        put_off = limen("status")
        now = datetime.now().astimezone()
        with store.writing() as connection:
            other = claim(connection, "me", now, timedelta(minutes=5), 1)[0]
            record_delivered(connection, other.id, "me", "250 ok", now)
        through = limen("status")

    assert (put_off.code, through.code) == (0, 0)
    assert "! Outbox:     2 mails to send" in put_off.out
    assert put_off.out.splitlines()[-1] == "limen works, but the line with ! needs a look if it stays."
    assert "✓ Outbox:     1 mail to send" in through.out


def test_what_was_not_tried_is_not_the_reason(limen: Command, store: Store) -> None:
    store.close()
    assert "2 mails did not go out and will be tried again" in limen("once").out

    said = limen("status").out

    assert "Connection refused" in said
    assert NOT_TRIED not in said
    assert NOT_TRIED in limen("outbox").out


def test_who_is_not_told_yet_is_not_said_to_be(limen: Command, store: Store) -> None:
    store.close()

    listed = limen("alerts").out
    explained = limen("explain", "leaving-care-adopted", "-a", "Kent").out

    assert "to be told (breach) Margaret Oyelaran, Daniel Whitcombe: the mail waits to be sent" in listed
    assert "Margaret Oyelaran is to be told: a route names them" in explained
    assert "was told:" not in explained


def test_where_there_are_no_figures_the_area_is_named(limen: Command, store: Store) -> None:
    store.close()

    assert limen("ratings", "-a", "swale").err == "There are no figures of Swale yet.\n"
    assert (
        limen("ratings", "-a", "Swale", "-i", "leaving_care_adopted").err
        == "There are no figures of “leaving_care_adopted” in Swale yet.\n"
    )


def test_a_database_that_is_not_there_is_said_in_a_sentence(limen: Command) -> None:
    said = limen("status")

    assert said.code == 1
    assert "✕ Database:" in said.out
    assert "Run: limen db upgrade" in said.out
    data = told(limen("status", "--format", "json"))
    assert data["outbox"] is None


def test_a_daemon_that_died_without_a_word_is_an_illness(limen: Command, store: Store, state: Path) -> None:
    store.close()
    (state / "http-address").write_text("127.0.0.1:9\n", encoding="utf-8")

    said = limen("status")

    assert said.code == 1
    assert (
        "✕ Daemon:     does not answer: nothing listens at 127.0.0.1:9. Did it end by itself? “systemctl "
        "status limen” and “journalctl -u limen” say how\n"
    ) in said.out


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (URLError(ConnectionRefusedError(111, "Connection refused")), "nothing listens at 127.0.0.1:9."),
        (URLError(TimeoutError("timed out")), "does not answer at 127.0.0.1:9 within 3 s"),
        (TimeoutError("timed out"), "does not answer at 127.0.0.1:9 within 3 s"),
        (URLError(OSError(113, "No route to host")), "does not answer at 127.0.0.1:9: No route to host"),
        (BadStatusLine("SSH-2.0"), "it is not limen that answers at 127.0.0.1:9"),
        (ValueError("Expecting value"), "it is not limen that answers at 127.0.0.1:9"),
    ],
)
def test_why_the_daemon_does_not_answer_is_said_in_words(fault: Exception, told: str) -> None:
    said = _no_answer("127.0.0.1:9", fault)

    assert told in said
    assert "urlopen" not in said


def test_a_real_daemon_is_asked_whether_it_is_ready(tmp_path: Path, limen: Command, state: Path) -> None:
    settings = {
        "LIMEN_STATE_DIR": str(state),
        "LIMEN_HTTP__PORT": "0",
        "LIMEN_SMTP__SECURITY": "none",
        "http_proxy": "http://127.0.0.1:9",
    }
    log = (tmp_path / "log").open("w")
    with log, subprocess.Popen([LIMEN, "run"], env=environment(settings), stderr=log) as daemon:
        try:
            deadline = time.monotonic() + WITHIN
            said = limen("status")
            while "✓ Daemon:     ready" not in said.out and time.monotonic() < deadline:
                time.sleep(0.2)
                said = limen("status")
        finally:
            os.kill(daemon.pid, signal.SIGTERM)
            daemon.wait(WITHIN)

    assert "✓ Daemon:     ready at 127.0.0.1:" in said.out
    assert "rules in force: version" in said.out
    assert said.code == 0
    assert "none runs" in limen("status").out
