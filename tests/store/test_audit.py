"""The audit trail in the store: written with what it records, by several at once, and guarded."""

import json
import threading
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, text, update
from sqlalchemy.exc import DBAPIError

from monitor.core.audit import AuditKind
from monitor.store.acknowledgements import append_acknowledgement
from monitor.store.audit import audit_trail, begin, head, verify, write_noted
from monitor.store.audit_tables import audit_personal
from monitor.store.cycles import hold_cycles
from monitor.store.decisions import append_decisions
from monitor.store.erasure import PERSONAL_COLUMNS
from monitor.store.outbox import claim, record_deferred, record_delivered, retry
from monitor.store.store import Store
from tests.support.statements import statement_counter
from tests.support.store_samples import (
    ACKNOWLEDGED,
    ANNA,
    BEN,
    NOON,
    RULE,
    cycle,
    decision,
    filled,
    queued,
)

LEASE = timedelta(minutes=5)


def _records(store: Store) -> list[tuple[str, str, dict[str, Any], dict[str, Any]]]:
    """(kind, person, facts, personal) of each entry."""
    with store.reading() as connection:
        return [
            (
                entry.kind,
                own.person if own else "",
                json.loads(entry.facts),
                json.loads(own.data) if own else {},
            )
            for entry, own in audit_trail(connection)
        ]


def test_everything_that_is_done_leaves_its_entry(store: Store) -> None:
    mail = filled(store).mail

    records = _records(store)

    assert Counter(kind for kind, *_ in records) == {
        "rulebook": 1,
        "area-renamed": 1,
        "mail": 1,
        "decision": 1,
        "acknowledgement": 1,
        "silence": 1,
        "silence-end": 1,
        "operations": 1,
        "address-failing": 1,
        "attempt": 1,
    }
    by_kind = {kind: (person, facts, personal) for kind, person, facts, personal in records}
    assert by_kind["rulebook"] == ("", {"version": "4f2a", "revision": "abc123"}, {})
    person, facts, personal = by_kind["decision"]
    assert (person, personal["address"], personal["salutation"]) == ("anna", ANNA.address, "Dear Anna")
    assert (facts["rule"], facts["route"], facts["mail"]) == (RULE, "districts", mail.id)
    person, facts, personal = by_kind["attempt"]
    assert (person, facts["outcome"], personal["response"]) == ("anna", "delivered", "250 2.0.0 accepted")


def test_no_entry_names_a_person_or_a_figure_among_its_facts(store: Store) -> None:
    filled(store)
    with store.reading() as connection:
        facts = " ".join(entry.facts for entry, _ in audit_trail(connection)).lower()
    for personal in ("anna", "ben", "example.org", "workers", "46"):
        assert personal not in facts.replace('"message_id":"<limen.1.', "").replace("limen.example", "")


def test_what_is_taken_back_leaves_no_entry_and_no_gap(store: Store) -> None:
    queued(store, ANNA)
    with store.engines.writer.connect() as connection, connection.begin() as transaction:
        begin(connection)
        append_acknowledgement(connection, ACKNOWLEDGED)
        write_noted(connection)
        assert head(connection).entries == 2
        transaction.rollback()
    queued(store, BEN)

    with store.reading() as connection:
        assert head(connection).entries == 2
        assert verify(connection).holds


def test_retries_by_hand_and_senders_never_heard_of_again_are_recorded(store: Store) -> None:
    (mail,) = queued(store, ANNA)
    with store.writing() as connection:
        claim(connection, "dead", NOON, LEASE, 1)
    with store.writing() as connection:
        claim(connection, "alive", NOON + LEASE, LEASE, 1)
        record_deferred(
            connection, mail.id, "alive", "450 busy", NOON + LEASE, next_attempt_at=NOON + 2 * LEASE
        )
        retry(connection, [mail.id], NOON + LEASE, author="carol")
        retry(connection, [4711], NOON + LEASE, author="carol")

    assert [(kind, person, facts.get("outcome")) for kind, person, facts, _ in _records(store)] == [
        ("mail", "anna", None),
        ("attempt", "anna", "unheard"),
        ("attempt", "anna", "deferred"),
        ("retry", "carol", None),
    ]


def test_an_attempt_after_the_lease_was_lost_is_recorded_too(store: Store) -> None:
    (mail,) = queued(store, ANNA)
    with store.writing() as connection:
        assert not record_delivered(connection, mail.id, "nobody", "250 ok", NOON)
    assert _records(store)[-1][:2] == ("attempt", "anna")


def test_the_rules_in_force_are_recorded_when_they_change_and_not_again(store: Store) -> None:
    for _ in range(2):
        with store.writing() as connection:
            cycle(connection)
    assert [kind for kind, *_ in _records(store)] == ["rulebook"]


def test_a_transaction_with_nothing_to_record_costs_no_statement_and_many_entries_cost_few(
    store: Store,
) -> None:
    with store.writing() as connection:
        number = cycle(connection)

    with statement_counter(store) as idle, store.writing() as connection:
        hold_cycles(connection)
    with statement_counter(store) as sent, store.writing() as connection:
        append_decisions(
            connection, [decision(ANNA, episode=n) for n in range(500)], cycle_id=number, at=NOON
        )

    assert not [each for each in idle if "audit" in each]
    # The lock (PostgreSQL only), the head, and the entries and their personal parts in one statement each.
    assert len([each for each in sent if "audit" in each or "advisory" in each]) <= 4
    with store.reading() as connection:
        assert verify(connection).head.entries == 501


def test_many_writers_at_once_make_one_chain_without_gaps(store: Store) -> None:
    queued(store, *([ANNA, BEN] * 6))
    failures: list[BaseException] = []

    def send(owner: str) -> None:
        try:
            while True:
                with store.writing() as connection:
                    mails = claim(connection, owner, NOON, LEASE, 1)
                if not mails:
                    return
                with store.writing() as connection:
                    record_delivered(connection, mails[0].id, owner, "250 ok", NOON)
                    retry(connection, [mails[0].id], NOON)
        except BaseException as error:  # noqa: BLE001 - whatever it is, the test is to show it
            failures.append(error)

    def judge() -> None:
        try:
            for episode in range(6):
                with store.writing() as connection:
                    number = cycle(connection)
                    append_decisions(connection, [decision(episode=episode)], cycle_id=number, at=NOON)
        except BaseException as error:  # noqa: BLE001 - as above
            failures.append(error)

    threads = [threading.Thread(target=send, args=(f"sender {n}",)) for n in range(3)]
    threads += [threading.Thread(target=judge) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert not failures
    with store.reading() as connection:
        verdict = verify(connection)
    assert verdict.holds
    assert verdict.head.entries == 12 + 12 + 12 + 1


_CUTTING = (
    "DELETE FROM audit_personal WHERE entry_id = (SELECT max(id) FROM audit_entries)",
    "DELETE FROM audit_entries WHERE id = (SELECT max(id) FROM audit_entries)",
)


def _unguarded(store: Store, *statements: str) -> None:
    """What somebody does who may do everything to the database."""
    with store.engines.writer.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL session_replication_role = replica"))
        else:
            connection.execute(text("DROP TRIGGER audit_entries_no_update"))
            connection.execute(text("DROP TRIGGER audit_entries_no_delete"))
            connection.execute(text("DROP TRIGGER audit_personal_no_update"))
            connection.execute(text("PRAGMA defer_foreign_keys = ON"))
        for statement in statements:
            connection.execute(text(statement))


@pytest.mark.parametrize(
    ("statement", "entry"),
    [
        ("""UPDATE audit_entries SET facts = '{}' WHERE id = 2""", 2),
        ("UPDATE audit_entries SET at = 'never' WHERE id = 2", 2),
        ('UPDATE audit_personal SET data = \'{"name":"Eve"}\' WHERE entry_id = 3', 3),
        ("UPDATE audit_personal SET person = 'eve' WHERE entry_id = 3", 3),
        ("DELETE FROM audit_personal WHERE entry_id = 3", 3),
    ],
)
def test_what_was_tampered_with_in_the_database_is_named(store: Store, statement: str, entry: int) -> None:
    filled(store)
    _unguarded(store, statement)

    with store.reading() as connection:
        misfit = verify(connection).misfit

    assert misfit is not None
    assert misfit.entry == entry


def test_a_cut_tail_is_found_by_the_head_noted_before(store: Store) -> None:
    filled(store)
    with store.reading() as connection:
        noted = head(connection)
    _unguarded(store, *_CUTTING)

    with store.reading() as connection:
        assert verify(connection).holds
        assert not verify(connection, expected_head=noted.hash).holds


@pytest.mark.parametrize("table", PERSONAL_COLUMNS, ids=lambda table: table.name)
def test_history_lets_people_be_erased_and_nothing_else_be_changed(store: Store, table: Any) -> None:
    filled(store)
    allowed = PERSONAL_COLUMNS[table]

    with store.writing() as connection:
        erased = {name: "erased:1" if name in ("recipient_id", "person") else "erased" for name in allowed}
        assert connection.execute(update(table).values(erased)).rowcount
    for column in table.columns:
        other: Any = "eve" if column.name in (*allowed, "area", "role_area") else column
        other = column + 1 if column.name == "episode" else other
        with pytest.raises(DBAPIError, match="append-only"), store.writing() as connection:
            connection.execute(update(table).values({column.name: other}))
    with pytest.raises(DBAPIError, match="append-only"), store.writing() as connection:
        connection.execute(update(table).values({"id": table.c.id, allowed[0]: "erased"}))


def test_a_row_of_history_gets_no_other_number_by_its_other_name(store: Store) -> None:
    if store.engines.url.get_backend_name() == "sqlite":
        filled(store)
        with pytest.raises(DBAPIError, match="append-only"), store.writing() as connection:
            connection.execute(text("UPDATE decisions SET rowid = 99"))


def test_the_personal_parts_may_be_deleted_but_not_changed(store: Store) -> None:
    filled(store)
    with pytest.raises(DBAPIError, match="append-only"), store.writing() as connection:
        connection.execute(update(audit_personal).values(person="eve"))
    with store.writing() as connection:
        assert connection.execute(delete(audit_personal)).rowcount
    with store.reading() as connection:
        assert verify(connection).misfit is not None


def test_entries_are_found_by_kind_and_time(store: Store) -> None:
    filled(store)
    queued(store, BEN, now=NOON + timedelta(days=1))
    with store.reading() as connection:
        mails = [entry.id for entry, _ in audit_trail(connection, kinds=[AuditKind.MAIL])]
        later = [entry.id for entry, _ in audit_trail(connection, since=NOON + timedelta(days=1))]
        last = [entry.id for entry, _ in audit_trail(connection, newest_first=True, kinds=[AuditKind.MAIL])]
        until = [entry.id for entry, _ in audit_trail(connection, kinds=[AuditKind.MAIL], until=NOON + LEASE)]
    assert (mails[-1:], mails[:1]) == (later, until)
    assert last == mails[::-1]
