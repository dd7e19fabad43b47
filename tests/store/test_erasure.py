"""People are erased from all that is kept; what was decided and told stays, and the trail still holds."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from monitor.core.alerts import AlertState
from monitor.core.notifications import Notification, OperationsKind, OperationsNews
from monitor.store.acknowledgements import append_acknowledgement, latest_acknowledgements
from monitor.store.alerts import save_alerts
from monitor.store.audit import audit_trail, verify
from monitor.store.codec import notification_from_json
from monitor.store.decisions import append_decisions, decisions_of, told_of
from monitor.store.erasure import (
    PersonNotFoundError,
    StillOwedError,
    erase,
    find_person,
    keep_within,
    months_before,
)
from monitor.store.failing_addresses import FailingAddress, clear_failing, failing_addresses, mark_failing
from monitor.store.follow_ups import save_follow_ups
from monitor.store.notifications import enqueue, last_notices
from monitor.store.operations_news import ToldOperations, append_told
from monitor.store.outbox import OutboxState, claim, outbox_entries, record_delivered, record_rejected, retry
from monitor.store.store import Store
from monitor.store.tables import metadata
from tests.support.store_samples import (
    ACKNOWLEDGED,
    ANNA,
    AREA,
    BEN,
    DOMAIN,
    FOLLOW_UP,
    NOON,
    RULE,
    cycle,
    decision,
    firing,
    notice,
    queued,
)

LATER = NOON + timedelta(days=1)


def _told(store: Store, *, answer: bool = True) -> None:
    """Anna and Ben are told, sent to, and Anna acknowledges."""
    entries = queued(store, ANNA, BEN)
    with store.writing() as connection:
        number = cycle(connection)
        mails = {ANNA.id: entries[0].id, BEN.id: entries[1].id}
        append_decisions(connection, [decision(ANNA), decision(BEN)], cycle_id=number, at=NOON, mails=mails)
        append_acknowledgement(connection, ACKNOWLEDGED)
        save_alerts(connection, [firing()])
    if answer:
        _send_all(store)


def _send_all(store: Store, now: datetime = NOON) -> None:
    with store.writing() as connection:
        for entry in claim(connection, "sender", now, timedelta(minutes=5), 100):
            assert record_delivered(connection, entry.id, "sender", f"250 ok for {entry.address}", now)


def _everything(store: Store) -> Iterator[str]:
    """All that the database holds, table by table, as text."""
    with store.reading() as connection:
        for table in metadata.sorted_tables:
            for row in connection.execute(select(table)):
                yield f"{table.name}: {tuple(row)}"


def _erase(store: Store, who: str = "anna") -> None:
    with store.writing() as connection:
        person = find_person(connection, who)
        erase(connection, person, at=LATER, reason="left the council", author="carol")


@pytest.mark.parametrize("who", ["anna", "Anna Adams", "ANNA@example.org"])
def test_an_erased_person_is_nowhere_any_more_and_the_trail_still_holds(store: Store, who: str) -> None:
    _told(store)
    with store.writing() as connection:
        mark_failing(connection, FailingAddress(ANNA.address, "anna", NOON, 1, f"550 no {ANNA.address} here"))
        news = OperationsNews(
            OperationsKind.ADDRESS_FAILING, 1, f"{ANNA.name}: 550", "v", "rules", ANNA.address
        )
        overdue = replace(notice(), not_acknowledged_by=(ANNA.name,))
        mails = [Notification(BEN, (), NOON, news), Notification(BEN, (overdue,), NOON)]
        enqueue(connection, mails, NOON, DOMAIN)
        line = f"contacts.yaml:7:14: LIM606 “{ANNA.address}” is written twice"
        append_told(connection, ToldOperations(NOON, OperationsKind.RULES_REFUSED, "5f3a", line))
        mark_failing(connection, FailingAddress(BEN.address, "ben", NOON, 2, "550"))
        clear_failing(connection, "ben", at=NOON, author="anna")
        append_told(
            connection, ToldOperations(NOON, OperationsKind.RULES_REFUSED, "9c1b", "rules.yaml:1:1: LIM101")
        )
    _send_all(store)

    _erase(store, who)

    left = [row for row in _everything(store) for word in ("anna", "adams") if word in row.lower()]
    assert left == []
    assert any("Ben Brown" in row for row in _everything(store))
    assert any("rules.yaml:1:1: LIM101" in row for row in _everything(store))
    with store.reading() as connection:
        verdict = verify(connection)
        assert verdict.holds
        assert verdict.erased >= 5
        assert last_notices(connection, [(RULE, AREA, 1)]).get((RULE, AREA, 1)) == notice()
        first, second = (each.decision for each in decisions_of(connection, RULE, AREA))
        assert first.recipient is not None
        assert (first.recipient.name, second.recipient) == ("erased", BEN)
        assert (first.reason, first.route) == (second.reason, second.route)
        # Nobody can be told at an address that is gone.
        assert [each.recipient for each in told_of(connection, [(RULE, AREA, 1)])[RULE, AREA, 1]] == [BEN]
        for entry in outbox_entries(connection):
            notification_from_json(entry.payload)


def test_the_language_in_which_somebody_was_greeted_is_erased_too(store: Store) -> None:
    greeted = replace(ANNA, salutation="Szanowna Pani Anno", language="pl")
    (mail,) = queued(store, greeted)
    with store.writing() as connection:
        number = cycle(connection)
        append_decisions(connection, [decision(greeted)], cycle_id=number, at=NOON, mails={ANNA.id: mail.id})
    with store.reading() as connection:
        (before,) = decisions_of(connection, RULE, AREA)
    _send_all(store)

    _erase(store)

    assert before.decision.recipient == greeted
    assert [row for row in _everything(store) if "'pl'" in row or '"pl"' in row] == []
    with store.reading() as connection:
        (after,) = decisions_of(connection, RULE, AREA)
        (sent,) = outbox_entries(connection)
        languages = [
            after.decision.recipient and after.decision.recipient.language,
            sent.notification.recipient.language,
        ]
        assert languages == [None, None]
        assert verify(connection).holds


def test_who_erased_and_why_is_in_the_trail(store: Store) -> None:
    _told(store)
    _erase(store)
    with store.reading() as connection:
        entry, own = list(audit_trail(connection))[-1]
    assert entry.kind == "erasure"
    assert '"reason":"left the council"' in entry.facts
    assert own is not None
    assert own.person == "carol"


def test_a_person_who_is_still_owed_a_mail_or_held_news_is_not_erased(store: Store) -> None:
    _told(store, answer=False)
    before = list(_everything(store))
    with pytest.raises(StillOwedError, match="Mail 1 to them has not been sent yet"):
        _erase(store)
    assert list(_everything(store)) == before

    _send_all(store)
    with store.writing() as connection:
        save_follow_ups(connection, [FOLLOW_UP])
    with pytest.raises(StillOwedError, match=f"News of {RULE} in Swale is held for them"):
        _erase(store)


def test_a_mail_that_was_refused_for_good_is_withdrawn_and_not_sent_again(store: Store) -> None:
    (mail,) = queued(store, ANNA)
    with store.writing() as connection:
        claim(connection, "one", NOON, timedelta(minutes=5), 1)
        record_rejected(connection, mail.id, "one", "550 no such user", NOON)

    _erase(store)

    with store.writing() as connection:
        (left,) = outbox_entries(connection)
        assert left.state is OutboxState.WITHDRAWN
        assert retry(connection, [mail.id], LATER) == ()


def test_names_that_nobody_or_several_have_are_refused(store: Store) -> None:
    _told(store)
    namesake = replace(BEN, name="Anna Adams")
    queued(store, namesake)
    for text, said in [("Eve", "Nothing that limen keeps"), ("Anna Adams", "by id: anna, ben")]:
        with pytest.raises(PersonNotFoundError, match=said):
            _erase(store, text)


def test_somebody_who_only_signed_is_erased_too(store: Store) -> None:
    with store.writing() as connection:
        append_acknowledgement(connection, replace(ACKNOWLEDGED, author="Dot, duty desk"))
    _erase(store, "Dot, duty desk")
    with store.reading() as connection:
        (left,) = latest_acknowledgements(connection, [(RULE, AREA, 1)]).values()
        assert (left.author, left.comment) == ("erased", "erased")
        assert verify(connection).holds
    assert not [row for row in _everything(store) if "duty desk" in row]


def test_what_is_old_enough_loses_its_people_and_what_goes_on_keeps_them(store: Store) -> None:
    _told(store)
    with store.writing() as connection:
        mark_failing(connection, FailingAddress("ben@example.org", "ben", NOON, 2, "550"))
    years_later = NOON.replace(year=NOON.year + 4)

    kept, _ = keep_within(store, 36, years_later)
    assert (kept.mails, kept.decisions, kept.acknowledgements) == (0, 0, 0)
    with store.reading() as connection:
        assert len(told_of(connection, [(RULE, AREA, 1)])[RULE, AREA, 1]) == 2

    with store.writing() as connection:
        save_alerts(connection, [replace(firing(), state=AlertState.RESOLVED)])
        clear_failing(connection, "ben", at=NOON + timedelta(days=2), author="carol")
    done, end = keep_within(store, 36, years_later)

    assert (done.mails, done.decisions, done.acknowledgements) == (2, 2, 1)
    assert not [
        row
        for row in _everything(store)
        for word in ("adams", "brown", "@example.org")
        if word in row.lower()
    ]
    with store.reading() as connection:
        verdict = verify(connection, expected_head=end.hash)
        assert verdict.holds
        assert told_of(connection, [(RULE, AREA, 1)]) == {}
    again, _ = keep_within(store, 36, years_later)
    assert not again.anything


def test_what_is_new_is_kept_and_looking_leaves_no_entry(store: Store) -> None:
    _told(store)
    with store.reading() as connection:
        before = verify(connection).head
    done, end = keep_within(store, 36, LATER)
    assert not done.anything
    assert end == before
    with store.reading() as connection:
        assert failing_addresses(connection) == ()


@pytest.mark.parametrize(
    ("months", "expected"),
    [
        (1, datetime(2024, 2, 29, 12, tzinfo=UTC)),
        (3, datetime(2023, 12, 31, 12, tzinfo=UTC)),
        (36, datetime(2021, 3, 31, 12, tzinfo=UTC)),
    ],
)
def test_months_are_counted_back_in_the_calendar(months: int, expected: datetime) -> None:
    assert months_before(datetime(2024, 3, 31, 12, tzinfo=UTC), months) == expected


def test_whoever_is_called_may_is_erased_and_the_month_stays(store: Store) -> None:
    may = replace(ANNA, name="May Adams", salutation="May")
    label = replace(notice(), period_label="31 May 2026", not_acknowledged_by=("May Adams",))
    queued(store, may)
    with store.writing() as connection:
        enqueue(connection, [Notification(BEN, (label,), NOON)], NOON, DOMAIN)
        line = f"May Adams ({may.id}), mail 1: 550 no such user"
        news = OperationsNews(OperationsKind.ADDRESS_FAILING, 1, line, "v", "rules", "former@example.org")
        enqueue(connection, [Notification(BEN, (), NOON, news)], NOON, DOMAIN)
    _send_all(store)

    _erase(store)

    assert [row for row in _everything(store) if "anna" in row.lower() or "adams" in row.lower()] == []
    with store.reading() as connection:
        told = [each.notification for each in outbox_entries(connection)]
        assert verify(connection).holds
    assert replace(label, not_acknowledged_by=("erased",)) in [one for each in told for one in each.notices]
