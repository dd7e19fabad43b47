"""A mail that follows another one about the same alert waits for it; nothing else does, and not for ever."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from threading import Thread

import pytest
from sqlalchemy import func, select

from monitor.core.notifications import Notification, OperationsKind, OperationsNews
from monitor.store.erasure import erase, find_person
from monitor.store.failing_addresses import FailingAddress, clear_failing, mark_failing
from monitor.store.mail_order import overtaken, waits_for
from monitor.store.mail_tables import mail_order
from monitor.store.outbox import (
    OutboxState,
    claim,
    due,
    outbox_depth,
    record_deferred,
    record_delivered,
    record_rejected,
    retry,
)
from monitor.store.store import Store
from tests.support.store_samples import ANNA, BEN, NOON, about, queued, queued_mails

LEASE = timedelta(minutes=5)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
A_MOMENT = 0.3  # seconds, in which another thread could do what it must not
SHARED = replace(BEN, address=ANNA.address.upper())
ON_A_PAGER = replace(ANNA, channel="pager")
ALERTMANAGER, ITS_TWIN = (replace(each, channel="alertmanager", address="") for each in (ANNA, BEN))
RULES_REFUSED, RULES_ACCEPTED = (
    OperationsNews(kind, 1, "", "v1", "/etc/limen/rules")
    for kind in (OperationsKind.RULES_REFUSED, OperationsKind.RULES_ACCEPTED)
)


def _claim(store: Store, owner: str = "one", now: object = NOON, limit: int = 100) -> list[int]:
    with store.writing() as connection:
        return [mail.id for mail in claim(connection, owner, now, LEASE, limit)]  # type: ignore[arg-type]


def _deferred(store: Store, number: int, owner: str = "one") -> None:
    with store.writing() as connection:
        again = NOON + HOUR
        assert record_deferred(connection, number, owner, "451 greylisted", NOON, next_attempt_at=again)


def _sent(store: Store, number: int, owner: str = "one") -> None:
    with store.writing() as connection:
        assert record_delivered(connection, number, owner, "250 ok", NOON)


def _dead(store: Store, number: int, owner: str = "one") -> None:
    with store.writing() as connection:
        assert record_rejected(connection, number, owner, "550 no", NOON)


def _retried(store: Store, *numbers: int, even_sent: bool = False, even_overtaken: bool = False) -> list[int]:
    with store.writing() as connection:
        due_now = retry(connection, numbers, NOON, even_sent=even_sent, even_overtaken=even_overtaken)
    return list(due_now)


@pytest.mark.parametrize(
    ("first", "second", "waits"),
    [
        pytest.param(about(ANNA, "a"), about(ANNA, "a"), True, id="same person, same alert"),
        pytest.param(about(ANNA, "a"), about(ANNA, "a", breach=2), True, id="the alert's next breach"),
        pytest.param(about(ANNA, "a"), about(ANNA, "b"), False, id="another alert"),
        pytest.param(about(ANNA, "a"), about(BEN, "a"), False, id="another person"),
        pytest.param(about(ANNA, "a"), about(SHARED, "a"), True, id="another person of the same address"),
        pytest.param(about(ANNA, "a"), about(ON_A_PAGER, "a"), False, id="another channel"),
        pytest.param(about(ALERTMANAGER, "a"), about(ITS_TWIN, "a"), True, id="a channel without addresses"),
        pytest.param(about(ANNA, "a", "b"), about(ANNA, "b", "c"), True, id="summaries with one in common"),
        pytest.param(
            Notification(ANNA, (), NOON, RULES_REFUSED),
            Notification(ANNA, (), NOON, RULES_ACCEPTED),
            True,
            id="news of limen itself",
        ),
        pytest.param(
            about(ANNA, "a"),
            Notification(ANNA, (), NOON, RULES_REFUSED),
            False,
            id="an alert, and limen itself",
        ),
    ],
)
def test_a_mail_waits_for_an_earlier_one_to_the_same_address_about_the_same_alert(
    store: Store, first: Notification, second: Notification, waits: bool
) -> None:
    before, after = queued_mails(store, first, second)

    assert _claim(store) == ([before.id] if waits else [before.id, after.id])
    _deferred(store, before.id)
    with store.reading() as connection:
        assert waits_for(connection, [before.id, after.id]) == ({after.id: (before.id,)} if waits else {})


@pytest.mark.parametrize("end", [_sent, _dead])
def test_a_mail_goes_as_soon_as_the_one_it_follows_is_finished(
    store: Store, end: Callable[[Store, int], None]
) -> None:
    before, after = queued_mails(store, about(ANNA, "a"), about(ANNA, "a"))

    assert _claim(store) == [before.id]
    assert _claim(store, "two") == []  # it is being sent
    _deferred(store, before.id)
    assert _claim(store, "two") == []  # it was put off
    assert _claim(store, now=NOON + HOUR) == [before.id]
    assert _claim(store, "two", NOON + HOUR + LEASE) == [before.id]  # its lease ran out: it comes first again
    end_by_two: Callable[..., None] = end
    end_by_two(store, before.id, "two")

    assert _claim(store, "two", NOON + HOUR) == [after.id]


def test_a_summary_waits_for_all_that_it_follows_and_holds_up_what_follows_it(store: Store) -> None:
    a, b, summary, c, later = queued_mails(
        store,
        about(ANNA, "a"),
        about(ANNA, "b"),
        about(ANNA, "a", "b", "c"),
        about(ANNA, "c"),
        about(ANNA, "d"),
    )

    assert _claim(store) == [a.id, b.id, later.id]
    with store.reading() as connection:
        assert waits_for(connection, [summary.id, c.id]) == {
            summary.id: (a.id, b.id),
            c.id: (summary.id,),
        }
    _sent(store, a.id)
    assert _claim(store) == []
    _sent(store, b.id)
    assert _claim(store) == [summary.id]
    _sent(store, summary.id)
    assert _claim(store) == [c.id]


def test_what_was_given_back_or_held_is_no_less_waiting(store: Store) -> None:
    before, after = queued_mails(store, about(ANNA, "a"), about(ANNA, "a"), now=NOON - HOUR)
    _claim(store)
    _deferred(store, before.id)

    with store.reading() as connection:
        depth = outbox_depth(connection, NOON)
        assert due(connection, NOON, ["email"]) == 0
    assert depth.by_state[OutboxState.PENDING] == 2
    assert depth.oldest_pending_age == HOUR
    assert after.next_attempt_at < NOON


def test_an_address_whose_mails_come_back_keeps_no_order(store: Store) -> None:
    before, after = queued_mails(store, about(ANNA, "a"), about(ANNA, "a"))
    _claim(store)
    _deferred(store, before.id)
    with store.writing() as connection:
        mark_failing(connection, FailingAddress(ANNA.address, ANNA.id, NOON, before.id, "552 full"))
        assert waits_for(connection, [after.id]) == {}
        clear_failing(connection, ANNA.address, at=NOON, author="carol")
        assert waits_for(connection, [after.id]) == {after.id: (before.id,)}
        mark_failing(connection, FailingAddress(ANNA.address, ANNA.id, NOON, before.id, "552 full"))

    assert _claim(store) == [after.id]


def test_a_mail_is_unfinished_until_its_answer_is_committed(store: Store, store_url: str) -> None:
    if not store_url.startswith("postgresql"):
        return  # in SQLite one transaction writes at a time, and that is all there is to it
    before, after = queued_mails(store, about(ANNA, "a"), about(ANNA, "a"))
    with store.writing() as one, store.writing() as two:
        assert [mail.id for mail in claim(one, "one", NOON, LEASE, 10)] == [before.id]
        assert claim(two, "two", NOON, LEASE, 10) == ()  # locked, and no less unfinished for that
    with store.engines.writer.begin() as one:
        record_delivered(one, before.id, "one", "250 ok", NOON)
        assert _claim(store, "two") == []
    assert _claim(store, "two") == [after.id]


def test_a_refused_mail_that_is_retried_holds_up_again_what_follows_it(store: Store) -> None:
    before, after = queued_mails(store, about(ANNA, "a"), about(ANNA, "a"))
    _claim(store)
    _dead(store, before.id)

    assert _retried(store, before.id) == [before.id]

    assert _claim(store) == [before.id]
    _sent(store, before.id)
    assert _claim(store) == [after.id]


def test_a_refused_mail_is_not_retried_after_one_that_follows_it_unless_somebody_insists(
    store: Store,
) -> None:
    before, after = queued_mails(store, about(ANNA, "a"), about(ANNA, "a"))
    _claim(store)
    _dead(store, before.id)
    assert _claim(store) == [after.id]
    assert _retried(store, before.id) == []  # the other is being sent
    _sent(store, after.id)

    assert _retried(store, before.id, after.id) == []
    with store.reading() as connection:
        assert overtaken(connection, [before.id, after.id]) == {}
        assert overtaken(connection, [before.id]) == {before.id: after.id}
    assert _retried(store, before.id, even_overtaken=True) == [before.id]
    assert _claim(store) == [before.id]


def test_what_follows_a_mail_is_not_claimed_while_that_is_being_retried(store: Store) -> None:
    before, _ = queued_mails(store, about(ANNA, "a"), about(ANNA, "a"))
    _claim(store)
    _dead(store, before.id)
    claimed: list[int] = []
    sender = Thread(target=lambda: claimed.extend(_claim(store, "two")))
    with store.writing() as connection:
        assert retry(connection, [before.id], NOON) == (before.id,)
        sender.start()
        sender.join(A_MOMENT)
    sender.join()

    assert claimed == [before.id]


def test_a_mail_is_not_retried_while_what_follows_it_is_being_claimed(store: Store) -> None:
    before, after = queued_mails(store, about(ANNA, "a"), about(ANNA, "a"))
    _claim(store)
    _dead(store, before.id)
    retried: list[int] = []
    somebody = Thread(target=lambda: retried.extend(_retried(store, before.id)))
    with store.writing() as connection:
        assert [mail.id for mail in claim(connection, "two", NOON, LEASE, 10)] == [after.id]
        somebody.start()
        somebody.join(A_MOMENT)
    somebody.join()

    assert retried == []


def test_mails_that_came_back_are_sent_again_together_in_their_order(store: Store) -> None:
    first, second, third = queued_mails(store, about(ANNA, "a"), about(ANNA, "a", "b"), about(ANNA, "b"))
    for mail in (first, second, third):
        assert _claim(store) == [mail.id]
        _sent(store, mail.id)
    with store.writing() as connection:
        mark_failing(connection, FailingAddress(ANNA.address, ANNA.id, NOON, first.id, "552 full"))
        clear_failing(connection, ANNA.address, at=NOON, author="carol")

    # The third follows the second, which follows the first: without it neither may go.
    assert _retried(store, first.id, second.id, even_sent=True) == []
    assert _retried(store, first.id, second.id, third.id, even_sent=True) == [first.id, second.id, third.id]
    for mail in (first, second, third):
        assert _claim(store) == [mail.id]
        _sent(store, mail.id)


def test_whoever_is_erased_has_no_place_in_the_order_any_more(store: Store) -> None:
    (anna,) = queued(store, ANNA)
    (ben,) = queued(store, BEN)
    _claim(store)
    _sent(store, anna.id)
    _sent(store, ben.id)
    with store.writing() as connection:
        erase(connection, find_person(connection, ANNA.id), at=NOON, reason="asked", author="carol")

    with store.reading() as connection:
        assert list(connection.scalars(select(mail_order.c.outbox_id))) == [ben.id]
        assert connection.scalar(select(func.max(func.length(mail_order.c.key)))) == 32


def test_mails_to_others_that_name_whoever_is_erased_keep_their_order(store: Store) -> None:
    told = about(BEN, "a")
    (notice,) = told.notices
    named = replace(told, notices=(replace(notice, not_acknowledged_by=(ANNA.name,)),))
    failing = OperationsNews(OperationsKind.ADDRESS_FAILING, 1, "", "v1", "", ANNA.address)
    mails = queued_mails(store, about(ANNA, "a"), named, Notification(BEN, (), NOON, failing))
    _claim(store)
    for mail in mails:
        _dead(store, mail.id)
    (after,) = queued_mails(store, told)
    _claim(store)
    _sent(store, after.id)
    with store.writing() as connection:
        erase(connection, find_person(connection, ANNA.id), at=NOON, reason="asked", author="carol")
        assert list(connection.scalars(select(mail_order.c.outbox_id))) == [mails[1].id, after.id]

    assert _retried(store, mails[1].id) == []
