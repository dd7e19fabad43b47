"""`limen status`, `alerts` and `outbox`: what is held back; and answers while a rule file has a slip."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.core.notifications import Decision, NoticeKind, TellReason
from monitor.core.rulebook import RouteMatch
from monitor.store.decisions import append_decisions
from monitor.store.follow_ups import FollowUp, FollowUpKind, save_follow_ups
from monitor.store.store import Store
from monitor.suppressing import silence
from tests.support.command import Answer, Command
from tests.support.store_samples import ANNA


def told(said: Answer) -> dict[str, object]:
    found = json.loads(said.out)
    assert isinstance(found, dict)
    return found


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
