"""`limen status`: what it says of rules, daemon, database and mails, and how it ends."""

import json
import os
import signal
import subprocess
import time
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from monitor.core.alerts import Alert, AlertState
from monitor.core.notifications import Decision, NoticeKind, OperationsKind, TellReason
from monitor.core.rulebook import RouteMatch
from monitor.delivery import NOT_TRIED
from monitor.shipped_files import shipped_rules_dir
from monitor.store.alerts import save_alerts
from monitor.store.decisions import append_decisions
from monitor.store.follow_ups import FollowUp, FollowUpKind, save_follow_ups
from monitor.store.operations_news import ToldOperations, append_told
from monitor.store.outbox import OutboxEntry, claim, record_deferred, record_delivered
from monitor.store.store import Store
from monitor.suppressing import silence
from tests.support.command import GOOD, LIMEN, Answer, Command, environment
from tests.support.store_samples import ANNA, NOON, queued

WITHIN = 60.0


@pytest.fixture
def store(limen: Command, state: Path, tmp_path: Path) -> Store:
    """The command's store, with figures in it."""
    file = tmp_path / "good.csv"
    file.write_text(GOOD, encoding="utf-8")
    assert limen("ingest", file, "--evaluate").code == 0
    return Store.open(f"sqlite:///{state / 'limen.db'}")


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
    assert "Put off 2 mails" in limen("once").out

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


def test_alerts_are_shown_while_a_rule_file_has_a_slip(
    limen: Command, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.close()
    rules = tmp_path / "rules"
    rules.mkdir()
    (rules / "bad.yaml").write_text("indicators: [\n", encoding="utf-8")
    monkeypatch.setenv("LIMEN_RULES_DIR", str(rules))

    listed, rated = limen("alerts", "-a", "kent"), limen("ratings")
    found = json.loads(limen("alerts", "--format", "json").out)

    assert listed.code == 0
    assert "◆ warning  Kent: leaving-care-adopted\n    to be told (breach)" in listed.out
    assert "have 1 problem: titles and figures are left out" in listed.err
    assert [(row["rule"], row["title"], row["value"]) for row in found] == [
        ("leaving-care-adopted", None, None)
    ]
    assert "No alert fires" in limen("alerts", "-a", "Swale").out
    assert rated.code == 78
    assert "bad.yaml:" in rated.err
    assert "LIMEN_RULES_DIR=FOLDER" in rated.err


def test_while_a_rule_file_has_a_slip_commands_answer_by_the_last_good_rules(
    limen: Command, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.close()
    limen("once")
    by_those_on_disk = limen("ratings").out
    rules = tmp_path / "rules"
    rules.mkdir()
    (rules / "bad.yaml").write_text("indicators: [\n", encoding="utf-8")
    monkeypatch.setenv("LIMEN_RULES_DIR", str(rules))

    rated, status = limen("ratings"), limen("status")
    silenced = limen(
        "silence", "add", "--area", "Kent", "--comment", "moving", "--until", "3 days", "--author", "ops"
    )

    assert (rated.code, rated.out) == (0, by_those_on_disk)
    assert rated.err.splitlines() == [
        "The rules on disk have an error, which “limen check” shows; this is by the last good ones."
    ]
    assert silenced.code == 0, silenced.err
    assert status.code == 1
    assert limen("check").code == 1


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
    assert "✕ Daemon:     does not answer at 127.0.0.1:9" in said.out


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


def test_what_is_held_why_and_what_comes_next_is_listed_and_is_no_illness(
    limen: Command, store: Store
) -> None:
    soon = datetime.now(UTC) + timedelta(days=1)
    held = FollowUp(
        rule="contacts-received",
        area="Kent",
        episode=1,
        kind=FollowUpKind.NEWS,
        subject="anna",
        step=0,
        since=datetime(2026, 11, 20, 18, 0, tzinfo=UTC),
        due_at=soon,
        reason=TellReason.WINDOW,
    )
    reminder = replace(held, kind=FollowUpKind.REMINDER, subject="sam", reason=TellReason.REMINDED)
    with store:
        with store.writing() as connection:
            save_follow_ups(connection, [held, reminder])
            silence(
                connection,
                soon - timedelta(days=2),
                match=RouteMatch(themes=frozenset({"adoption"})),
                author="anna",
                comment="the case system moves",
                starts_at=soon - timedelta(days=2),
                ends_at=soon + timedelta(days=9),
            )
        said = limen("status")
        data = told(limen("status", "--format", "json"))

    assert said.code == 0, said.out
    assert "✓ Held:       1 piece of news held back; 1 reminder and 0 escalations to come" in said.out
    assert "1: it is held until the window opens, since 20 Nov 2026 18:00" in said.out
    assert "✓ Silences:   1 silence is active" in said.out
    assert "by anna: the case system moves" in said.out
    assert isinstance(data["waiting"], dict)
    assert data["waiting"]["held"] == {"window": 1}
    assert data["waiting"]["next_due"] == soon.isoformat()
    assert data["acknowledged"] == 0


def test_what_should_have_been_told_long_ago_needs_a_look(limen: Command, store: Store) -> None:
    then = datetime.now(UTC) - timedelta(hours=3)
    row = FollowUp("r", "Kent", 1, FollowUpKind.NEWS, "anna", 0, then, then, TellReason.DIGEST)
    with store:
        with store.writing() as connection:
            save_follow_ups(connection, [row])
        said = limen("status")

    assert said.code == 0, said.out
    assert "! Held:       1 piece of news held back" in said.out
    assert "has waited for 3 h 0 min: does the daemon run?" in said.out


def test_alerts_and_the_outbox_say_what_is_held_back(limen: Command, store: Store) -> None:
    first = json.loads(limen("alerts", "--format", "json").out)[0]
    assert first["held"] is None
    since = datetime(2026, 11, 20, 18, 0, tzinfo=UTC)
    row = FollowUp(
        rule=first["rule"],
        area=first["area"],
        episode=first["episode"],
        kind=FollowUpKind.NEWS,
        subject="anna",
        step=0,
        since=since,
        due_at=None,
        reason=TellReason.INHIBITED,
    )
    by = "late:a in Kent (inhibition “feed”)"
    decision = Decision(
        row.rule, row.area, row.episode, NoticeKind.BREACH, ANNA, row.reason, None, None, None, None, note=by
    )
    with store, store.writing() as connection:
        save_follow_ups(connection, [row])
        append_decisions(connection, [decision], cycle_id=1, at=since)

    said, again = limen("alerts"), json.loads(limen("alerts", "--format", "json").out)[0]
    listed = limen("outbox", "list")

    why = "another alert says it already (late:a in Kent, by inhibition “feed”)"
    assert f"held back from 1 person since 20 Nov 2026 18:00: {why}" in " ".join(said.out.split())
    assert again["held"] == {
        "people": 1,
        "reason": "inhibited",
        "held_by": by,
        "since": since.isoformat(),
        "until": None,
    }
    assert "1 piece of news held back, for which there is no mail yet" in listed.out
