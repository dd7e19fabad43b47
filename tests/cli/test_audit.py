"""`limen audit`: who was told what and why, in words; verified; people erased."""

import csv
import io
import json
import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from monitor.cli.audit_words import Record
from monitor.cli.audit_words import sentence as sentence_of
from monitor.cli.formats import AuditKinds
from monitor.core.audit import AuditKind, Fact, Head, linked
from monitor.core.notifications import NoticeKind
from monitor.shipped_files import shipped_config_dir
from tests.support.command import GOOD, Command


@pytest.fixture
def told(limen: Command, tmp_path: Path) -> Command:
    """limen with two mails to people, which no server took yet."""
    file = tmp_path / "good.csv"
    file.write_text(GOOD, encoding="utf-8")
    assert limen("ingest", file, "--evaluate").code == 0
    return limen


def _json(limen: Command, *arguments: str) -> list[dict[str, Any]]:
    found = json.loads(limen("audit", "--format", "json", *arguments).out)
    assert isinstance(found, list)
    return found


def _rule(limen: Command) -> str:
    (rule,) = {each["facts"]["rule"] for each in _json(limen, "--kind", "decision")}
    return str(rule)


def test_the_trail_says_in_words_who_was_told_what_and_by_which_route(told: Command) -> None:
    assert told("once").code == 0

    said = told("audit").out
    lines = {each["kind"]: each["sentence"] for each in _json(told, "--person", "m-oyelaran")}

    assert "Judged from now on by rulebook" in said
    decision = lines["decision"]
    assert decision.startswith("Margaret Oyelaran was told that ")
    assert " in Kent is in breach (" in decision
    assert "), period to 31 March 2013: a route names them" in decision
    assert "as director of children's services of Kent, route" in decision
    assert lines["mail"].startswith("Mail 1 to Margaret Oyelaran <margaret.oyelaran@kent.example> by email: ")
    assert " in Kent is in breach (" in lines["mail"]
    assert "channel down" in lines["attempt"]


def test_entries_are_found_by_person_alert_area_kind_and_day(told: Command) -> None:
    everything = _json(told)
    rule = _rule(told)

    by_address = _json(told, "--person", "Margaret.Oyelaran@kent.example")
    assert {each["person"] for each in by_address} == {"m-oyelaran"}
    assert {each["kind"] for each in _json(told, "--alert", rule)} == {"decision", "mail"}
    assert _json(told, "--alert", rule) == _json(told, "--area", "E10000016") == _json(told, "--area", "Kent")
    assert _json(told, "--area", "Swale") == []
    assert {each["kind"] for each in _json(told, "--kind", "mail")} == {"mail"}
    assert _json(told, "--to", "2013-01-01") == []
    assert _json(told, "--from", "2013-01-01") == everything
    assert _json(told, "--limit", "1") == everything[-1:]
    assert "There are more, older ones" in told("audit", "--limit", "1").err
    assert told("audit", "--from", "yesterday").code == 2
    rows = list(csv.DictReader(io.StringIO(told("audit", "--format", "csv").out)))
    assert [int(row["entry"]) for row in rows] == [each["entry"] for each in everything]
    assert {row["rule"] for row in rows} >= {rule}


def test_a_whole_trail_is_verified_and_a_change_is_named(told: Command, state: Path) -> None:
    good = told("audit", "verify")
    head = json.loads(told("audit", "verify", "--format", "json").out)["head"]
    assert good.code == 0
    assert good.out.startswith("✓ The audit trail holds: ")
    assert good.out.endswith(f"Head: {head}\n")
    assert told("audit", "verify", "--expect-head", head).code == 0

    with closing(sqlite3.connect(state / "limen.db")) as database, database:
        database.execute("DROP TRIGGER audit_entries_no_delete")
        database.execute("DELETE FROM audit_personal WHERE entry_id = (SELECT max(id) FROM audit_entries)")
        database.execute("DELETE FROM audit_entries WHERE id = (SELECT max(id) FROM audit_entries)")
    cut = told("audit", "verify", "--expect-head", head)
    assert (told("audit", "verify").code, cut.code) == (0, 1)
    assert f"✕ The audit trail has no entry with the hash {head}" in cut.out

    with closing(sqlite3.connect(state / "limen.db")) as database, database:
        database.execute("DROP TRIGGER audit_entries_no_update")
        database.execute("UPDATE audit_entries SET facts = '{}' WHERE id = 2")
    bad = told("audit", "verify")
    assert bad.code == 1
    assert "Entry 2: its contents are not those that were written." in bad.out


def test_a_shortened_hash_is_found_or_said_to_be_none_and_raises_no_alarm(told: Command) -> None:
    head = json.loads(told("audit", "verify", "--format", "json").out)["head"]

    assert told("audit", "verify", "--expect-head", f" {head[:8].upper()}").code == 0
    for no_hash in (head[:7], "g" * 64, head + "0", "%" * 8, "", "0" * 63):
        answer = told("audit", "verify", "--expect-head", no_hash)
        assert (answer.code, answer.out) == (2, "")
        assert f"“{no_hash}” is no whole hash" in answer.err
    assert told("audit", "verify", "--expect-head", "f" * 64).code == 1


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (("--person", "nobody-at-all"), "limen knows no person “nobody-at-all”: contacts.yaml has"),
        (("--person", "m-oyelarn"), "limen knows no person “m-oyelarn”: did you mean “m-oyelaran”?"),
        (("--alert", "nope"), "limen knows no alert rule “nope”: the rule files name every one"),
    ],
)
def test_a_person_or_a_rule_that_limen_does_not_know_is_said_to_be_unknown(
    told: Command, asked: tuple[str, str], said: str
) -> None:
    answer = told("audit", *asked)

    assert (answer.code, answer.out) == (2, "")
    assert said in answer.err


def test_somebody_known_of_whom_nothing_is_recorded_is_not_said_to_be_unknown(told: Command) -> None:
    answer = told("audit", "--person", "M-OYELARAN", "--to", "2013-01-01")

    assert (answer.code, answer.out, answer.err) == (0, "The audit trail has no such entry.\n", "")


def test_a_kind_that_there_is_not_is_refused_in_plain_words(told: Command) -> None:
    answer = told("audit", "--kind", "foo")

    assert answer.code == 2
    assert "'foo' is not one of 'rulebook', 'decision'" in answer.err
    assert "Value error" not in answer.err


@pytest.mark.parametrize(
    ("kind", "rule", "said"),
    [
        ("breach", "core", "Ann was told that core in Kent is in breach (critical), period to 31 March 2013"),
        ("worsened", "core", "the breach of core in Kent has become worse (now critical)"),
        ("escalated", "core", "core in Kent is still in breach (critical), as those told before have not"),
        ("reminder", "core", "core in Kent is still in breach (critical), as a reminder"),
        ("reminder", "late:cpp", "figures of cpp in Kent are still late, as a reminder"),
        ("escalated", "fault:cpp", "a figure of cpp in Kent still looks wrong or is missing, as those"),
        ("restated", "core", "Ann was told that a figure of core in Kent has changed"),
        ("doubtful", "fault:cpp", "a figure of cpp in Kent looks wrong or is missing"),
        ("late", "late:cpp", "figures of cpp in Kent are late"),
        ("closed", "core", "the alert of core in Kent is closed: the rules or the areas changed"),
        ("recovered", "core", "Ann was told that core in Kent is back within limits, period to 31 March"),
        ("arrived", "late:cpp", "the late figures of cpp in Kent have come"),
        ("confirmed", "fault:cpp", "a figure of cpp in Kent is no longer in doubt"),
        (None, "core", "core in Kent has changed"),
    ],
)
def test_what_was_told_reads_as_a_sentence(kind: str | None, rule: str, said: str) -> None:
    assert said in _decided(kind, rule, "a route names them")


def test_a_renamed_area_reads_as_a_sentence_and_belongs_to_both_names() -> None:
    fact = Fact(AuditKind.AREA_RENAMED, datetime(2013, 4, 1, tzinfo=UTC), {"before": "A", "after": "B"})
    record = Record(*linked(fact, Head(0, "0"), "salt"))

    said = sentence_of(record, UTC)

    assert said == "A is called B in areas.csv now: all that was kept of it goes by that name"
    assert record.renamed == {"A", "B"}


def test_there_is_a_sentence_for_every_kind_of_notice() -> None:
    for kind in NoticeKind:
        assert "has changed" not in _decided(kind, "core", "x") or kind is NoticeKind.RESTATED


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("not told yet: it is silenced", "Ann was not told yet that core in Kent is in breach"),
        ("not told: they know it as it stands", "Ann was not told that core in Kent is in breach"),
    ],
)
def test_what_was_not_told_reads_as_a_sentence(reason: str, said: str) -> None:
    sentence = _decided("breach", "core", reason)
    assert sentence.startswith(said)
    assert sentence.endswith(f": {reason.partition(': ')[2]}")
    assert _decided("breach", "core", reason, person="").startswith("Nobody was told that core in Kent")


def _decided(kind: str | None, rule: str, reason: str, person: str = "Ann") -> str:
    facts = {
        **dict.fromkeys(("role", "route", "until", "mail")),
        "kind": kind,
        "rule": rule,
        "area": "Kent",
        "reason": reason,
        "level": "critical",
        "period_end": "2013-03-31",
    }
    at = datetime(2013, 7, 15, tzinfo=UTC)
    fact = Fact(AuditKind.DECISION, at, facts, person, {"recipient_name": person} if person else {})
    return sentence_of(Record(*linked(fact, Head(), "salt")), UTC)


def test_a_person_is_erased_once_nothing_is_owed_to_them_and_they_left_the_contacts(
    told: Command, state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    erase = ("audit", "erase", "m-oyelaran", "--reason", "left in June", "--yes")
    assert "is in contacts.yaml: take them out first" in told(*erase).err
    config = tmp_path / "config"
    shutil.copytree(shipped_config_dir(), config)
    contacts = config / "contacts.yaml"
    text = contacts.read_text().replace("m-oyelaran", "c-newcomer").replace("Oyelaran", "Newcomer")
    contacts.write_text(text)
    monkeypatch.setenv("LIMEN_CONFIG_DIR", str(config))
    refused = told(*erase)
    assert (refused.code, refused.out) == (1, "")
    assert "Mail 1 to them has not been sent yet" in refused.err

    with closing(sqlite3.connect(state / "limen.db")) as database, database:
        database.execute("UPDATE outbox SET state = 'sent', sent_at = created_at")
    done = told(*erase)

    assert done.code == 0, done.err
    assert done.out.startswith("Erased the person in 1 mail, 1 decision")
    assert told(*erase).code == 2
    assert "somebody (erased) was told that" in " ".join(told("audit").out.split())
    for asked in (["--area", "Kent"], ["--alert", _rule(told)]):
        about = told("audit", *asked)
        assert (about.code, about.err) == (0, "")
        assert "somebody (erased)" in about.out
    assert "left in June" in told("audit", "--kind", "erasure").out
    assert "They had been told of 1 breach that goes on: the next cycle tells whoever stands in" in done.out
    indicator = GOOD.splitlines()[1].partition(",")[0]
    explained = " ".join(told("explain", indicator, "--area", "Kent").out.split())
    assert "breach: a person who was erased was told: " in explained
    assert "of them with the person erased" in told("audit", "verify").out
    assert "Oyelaran" not in told("audit", "--format", "json").out
    assert told("outbox", "show", "1").code == 0


def test_nobody_is_erased_without_being_asked_for(told: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
    declined = told("audit", "erase", "m-oyelaran", "--reason", "x")
    assert declined.code == 1
    assert declined.out.endswith("Nothing was erased.\n")
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    assert told("audit", "erase", "m-oyelaran", "--reason", "x").code == 130


def test_what_is_old_enough_is_pruned_by_the_settings_or_by_hand(
    told: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert told("audit", "prune").out.startswith("There was nothing personal from more than 36 months ago.")
    monkeypatch.setenv("LIMEN_AUDIT__KEEP_PERSONAL_MONTHS", "0")
    assert told("audit", "prune").code == 78
    assert told("audit", "prune", "--months", "0").code == 2


def test_every_kind_of_entry_can_be_asked_for() -> None:
    assert [each.value for each in AuditKinds] == [each.value for each in AuditKind]


def test_for_another_program_no_line_of_the_table_is_filled_with_spaces(
    told: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("COLUMNS")

    lines = told("audit").out.splitlines()

    assert lines[0].split() == ["Entry", "When", "What"]
    assert len(lines) > 3
    assert [line for line in lines if line != line.rstrip()] == []
