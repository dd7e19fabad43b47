"""`limen audit`: who was told what and why, in words; verified; people erased."""

import csv
import io
import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from monitor.cli.formats import AuditKinds
from monitor.core.audit import AuditKind
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


def test_the_trail_says_in_words_who_was_told_what_and_by_which_route(told: Command) -> None:
    assert told("once").code == 0

    said = told("audit").out
    lines = {each["kind"]: each["sentence"] for each in _json(told, "--person", "m-oyelaran")}

    assert "Judged from now on by rulebook" in said
    decision = lines["decision"]
    assert decision.startswith("Margaret Oyelaran was told of breach")
    assert "in Kent, period to 31 March 2013: a route names them" in decision
    assert "as director of children's services of Kent, route" in decision
    assert lines["mail"].startswith(
        "Mail 1 to Margaret Oyelaran <margaret.oyelaran@kent.example> by email: breach"
    )
    assert "channel down" in lines["attempt"]


def test_entries_are_found_by_person_alert_area_kind_and_day(told: Command) -> None:
    everything = _json(told)
    (rule,) = {rule for each in everything for rule in [each["facts"].get("rule")] if rule}

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
    assert "somebody (erased) was told of breach" in told("audit").out
    assert "left in June" in told("audit", "--kind", "erasure").out
    assert "of them with the person erased" in told("audit", "verify").out
    assert "Oyelaran" not in told("audit", "--format", "json").out
    assert told("outbox", "show", "1").code == 0


def test_nobody_is_erased_without_being_asked_for(told: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
    assert told("audit", "erase", "m-oyelaran", "--reason", "x").code == 1
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
