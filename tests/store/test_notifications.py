"""Who was told, and the mails that came of it."""

import re
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

from sqlalchemy import text

from monitor.core.notifications import NoticeKind, Notification, TellReason
from monitor.core.recipients import Recipient
from monitor.store.decisions import append_decisions, decisions_of, told_of
from monitor.store.notifications import enqueue, last_notices
from monitor.store.outbox import OutboxState, outbox_entries
from monitor.store.store import Store
from tests.support.store_samples import (
    ANNA,
    AREA,
    BEN,
    DOMAIN,
    NOON,
    RULE,
    cycle,
    decision,
    filled,
    notification,
    queued,
)

LATER = NOON + timedelta(days=1)


def _queue(store: Store, *notifications: Notification) -> tuple[str, ...]:
    with store.writing() as connection:
        return tuple(mail.message_id for mail in enqueue(connection, notifications, NOON, DOMAIN))


def test_each_notification_becomes_one_mail_that_waits(store: Store) -> None:
    told = [notification(ANNA), notification(BEN)]
    with store.writing() as connection:
        mails = enqueue(connection, told, NOON, DOMAIN)

    with store.reading() as connection:
        stored = outbox_entries(connection)
    assert stored == mails[::-1]
    assert [mail.notification for mail in mails] == told
    assert {mail.state for mail in mails} == {OutboxState.PENDING}
    assert [(mail.recipient_id, mail.recipient_name, mail.address, mail.channel) for mail in mails] == [
        (person.id, person.name, person.address, person.channel) for person in (ANNA, BEN)
    ]


def test_a_message_id_tells_its_row_and_is_never_given_twice(store: Store) -> None:
    first = queued(store, ANNA, ANNA)
    with store.writing() as connection:
        connection.execute(text("DELETE FROM threads"))
        connection.execute(text("DELETE FROM mail_order"))
        connection.execute(text("DELETE FROM outbox"))
    second = queued(store, ANNA)

    mails = (*first, *second)
    assert all(
        re.fullmatch(rf"<limen\.{mail.id}\.[0-9a-f]{{32}}@{DOMAIN}>", mail.message_id) for mail in mails
    )
    assert all(before.id < after.id for before, after in pairwise(mails))
    assert len({mail.message_id for mail in mails}) == 3


def test_later_mails_of_a_thread_follow_the_first_one_to_the_same_person(store: Store) -> None:
    (first,) = _queue(store, notification(ANNA, "a", "b"))
    (second,) = _queue(store, notification(ANNA, "c"))

    with store.writing() as connection:
        both, own, others = enqueue(
            connection,
            [notification(ANNA, "c", "a", "d"), notification(ANNA, "d"), notification(BEN, "a")],
            LATER,
            DOMAIN,
        )

    assert both.thread_ids == (first, second)
    assert own.thread_ids == (both.message_id,)
    assert others.thread_ids == ()
    with store.reading() as connection:
        assert outbox_entries(connection, ids=[both.id])[0].thread_ids == (first, second)


def test_nothing_to_tell_is_no_mail(store: Store) -> None:
    assert _queue(store) == ()


def test_decisions_come_back_with_the_mail_that_tells_them(store: Store) -> None:
    made = [
        decision(ANNA),
        replace(decision(BEN), route=None, role=None, role_area=None),
        decision(None, TellReason.NO_RECIPIENT),
        decision(BEN, TellReason.EASED),
    ]
    anna, ben = queued(store, ANNA, BEN)
    with store.writing() as connection:
        number = cycle(connection)
        mails = {ANNA.id: anna.id, BEN.id: ben.id}
        append_decisions(connection, made, cycle_id=number, at=NOON, mails=mails)
        append_decisions(connection, [decision(episode=2)], cycle_id=number, at=LATER)

    with store.reading() as connection:
        found = decisions_of(connection, RULE, AREA, episode=1)
        assert len(decisions_of(connection, RULE, AREA)) == 5
        assert decisions_of(connection, RULE, "Thanet") == ()
    assert [item.decision for item in found] == made
    # A decision not to tell has no mail, even where the same person is told of something else.
    assert [item.outbox_id for item in found] == [anna.id, ben.id, None, None]
    assert {(item.cycle_id, item.at) for item in found} == {(number, NOON)}


def test_who_was_told_of_a_breach_is_known_with_the_first_mail(store: Store) -> None:
    moved = Recipient(ANNA.id, "Anna Adams-Brown", "anna.ab@example.org", "Dear Anna")
    first, second = queued(store, ANNA, ANNA)
    with store.writing() as connection:
        number = cycle(connection)
        append_decisions(
            connection,
            [
                decision(ANNA),
                decision(BEN, TellReason.NEVER_TOLD_OF_BREACH),
                decision(None, TellReason.EASED),
            ],
            cycle_id=number,
            at=NOON,
            mails={ANNA.id: first.id},
        )
        append_decisions(
            connection, [decision(moved)], cycle_id=number, at=LATER, mails={moved.id: second.id}
        )
        append_decisions(connection, [decision(BEN, episode=2)], cycle_id=number, at=LATER)

    with store.reading() as connection:
        told = told_of(connection, [(RULE, AREA, 1), (RULE, AREA, 2), (RULE, AREA, 3), (RULE, "Thanet", 1)])
        assert told_of(connection, []) == {}
    assert {key: [(each.recipient, each.message_id) for each in found] for key, found in told.items()} == {
        (RULE, AREA, 1): [(moved, first.message_id)],
        (RULE, AREA, 2): [(BEN, None)],
    }
    (anna,) = told[RULE, AREA, 1]
    assert (anna.first_at, anna.last_at, anna.kind, anna.reminders) == (NOON, LATER, NoticeKind.BREACH, 0)


def test_what_was_last_said_of_a_breach_can_be_read_again(store: Store) -> None:
    done = filled(store)

    with store.reading() as connection:
        assert (
            last_notices(connection, [(RULE, AREA, 1)]).get((RULE, AREA, 1))
            == done.mail.notification.notices[0]
        )
        assert last_notices(connection, [(RULE, AREA, 2)]).get((RULE, AREA, 2)) is None
