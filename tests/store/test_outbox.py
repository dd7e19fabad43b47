"""The outbox: claimed once, sent at least once, never lost."""

import multiprocessing
import os
import signal
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from monitor.core.audit import AuditKind
from monitor.core.recipients import Recipient
from monitor.store.audit import audit_trail
from monitor.store.errors import PayloadError
from monitor.store.failing_addresses import FailingAddress, clear_failing, mark_failing
from monitor.store.notifications import enqueue
from monitor.store.outbox import (
    LONGEST_RESPONSE,
    AttemptOutcome,
    DeliveryAttempt,
    Depth,
    OutboxState,
    attempts_of,
    claim,
    outbox_depth,
    outbox_entries,
    record_deferred,
    record_delivered,
    record_rejected,
    release,
    retry,
)
from monitor.store.store import Store
from tests.support.offices import people
from tests.support.statements import statement_counter
from tests.support.store_samples import ANNA, BEN, DOMAIN, NOON, notification, queued

LEASE = timedelta(minutes=5)
MINUTE = timedelta(minutes=1)


def _claim(store: Store, owner: str, now: Any = NOON, limit: int = 100) -> list[int]:
    with store.writing() as connection:
        return [mail.id for mail in claim(connection, owner, now, LEASE, limit)]


def _entry(store: Store, number: int) -> Any:
    with store.reading() as connection:
        (found,) = outbox_entries(connection, ids=[number])
    return found


def test_a_claimed_mail_is_nobody_elses_until_the_lease_runs_out(store: Store) -> None:
    (mail,) = queued(store, ANNA)

    with store.writing() as connection:
        (claimed,) = claim(connection, "one", NOON, LEASE, 10)

    assert claimed == replace(
        mail, state=OutboxState.SENDING, attempts=1, lease_owner="one", lease_until=NOON + LEASE
    )
    assert _claim(store, "two") == []
    assert _claim(store, "two", NOON + LEASE - MINUTE) == []
    assert _claim(store, "two", NOON + LEASE) == [mail.id]


def test_a_sender_that_dies_between_claim_and_answer_is_noted_and_its_mail_goes_out_again(
    store: Store,
) -> None:
    (mail,) = queued(store, ANNA)
    _claim(store, "dead")

    assert _claim(store, "alive", NOON + LEASE) == [mail.id]
    with store.writing() as connection:
        assert not record_delivered(connection, mail.id, "dead", "250 late", NOON + LEASE)
        assert record_delivered(connection, mail.id, "alive", "250 ok", NOON + LEASE)

    again = _entry(store, mail.id)
    assert (again.state, again.message_id, again.payload) == (
        OutboxState.SENT,
        mail.message_id,
        mail.payload,
    )
    assert (again.attempts, again.lease_owner, again.lease_until) == (2, None, None)
    with store.reading() as connection:
        assert attempts_of(connection, mail.id) == (
            DeliveryAttempt(
                mail.id,
                NOON + LEASE,
                "dead",
                AttemptOutcome.UNHEARD,
                "its sender was not heard of again",
            ),
            DeliveryAttempt(mail.id, NOON + LEASE, "dead", AttemptOutcome.DELIVERED, "250 late"),
            DeliveryAttempt(mail.id, NOON + LEASE, "alive", AttemptOutcome.DELIVERED, "250 ok"),
        )


def test_a_deferred_mail_comes_back_at_its_time(store: Store) -> None:
    (mail,) = queued(store, ANNA)
    _claim(store, "one")
    later = NOON + timedelta(hours=1)

    with store.writing() as connection:
        assert record_deferred(connection, mail.id, "one", "451 greylisted", NOON, next_attempt_at=later)

    waiting = _entry(store, mail.id)
    assert (waiting.state, waiting.next_attempt_at, waiting.last_response) == (
        OutboxState.PENDING,
        later,
        "451 greylisted",
    )
    assert _claim(store, "one", later - MINUTE) == []
    assert _claim(store, "one", later) == [mail.id]


def test_a_rejected_mail_stays_dead_until_somebody_retries_it(store: Store) -> None:
    anna, ben = queued(store, ANNA, BEN)
    _claim(store, "one")
    with store.writing() as connection:
        assert record_rejected(connection, anna.id, "one", "550 no such user", NOON)
        assert record_delivered(connection, ben.id, "one", "250 ok", NOON)

    assert _claim(store, "one", NOON + timedelta(days=99)) == []
    with store.writing() as connection:
        assert retry(connection, [anna.id, ben.id, 999], NOON + MINUTE) == (anna.id,)

    assert _claim(store, "one", NOON + MINUTE) == [anna.id]
    assert _entry(store, anna.id).attempts == 1
    assert _entry(store, ben.id).state is OutboxState.SENT


def test_a_mail_that_was_sent_is_sent_again_only_where_asked_and_after_its_address_failed(
    store: Store,
) -> None:
    anna, ben = queued(store, ANNA, BEN)
    _claim(store, "one")
    with store.writing() as connection:
        for mail in (anna, ben):
            assert record_delivered(connection, mail.id, "one", "250 ok", NOON)
        mark_failing(connection, FailingAddress(ANNA.address, ANNA.id, NOON, anna.id, "550 full"))
    with store.writing() as connection:
        assert retry(connection, [anna.id, ben.id], NOON + MINUTE) == ()
        assert clear_failing(connection, ANNA.address, at=NOON + MINUTE, author="carol")
        assert retry(connection, [anna.id, ben.id], NOON + MINUTE, even_sent=True) == (anna.id,)

    again = _entry(store, anna.id)
    assert (again.state, again.attempts, again.sent_at) == (OutboxState.PENDING, 0, None)
    assert (again.message_id, again.payload) == (anna.message_id, anna.payload)
    assert _claim(store, "one", NOON + MINUTE) == [anna.id]
    with store.reading() as connection:
        ((entry, _),) = audit_trail(connection, kinds=[AuditKind.RETRY])
    assert entry.facts == f'{{"mails":[{anna.id}]}}'


@pytest.mark.parametrize("outcome", [record_delivered, record_rejected])
def test_nothing_is_recorded_of_a_mail_that_was_not_claimed(store: Store, outcome: Any) -> None:
    (mail,) = queued(store, ANNA)

    with store.writing() as connection:
        assert not outcome(connection, mail.id, "stranger", "250", NOON)
    _claim(store, "one")
    with store.writing() as connection:
        assert not outcome(connection, mail.id, "stranger", "250", NOON)

    assert _entry(store, mail.id).state is OutboxState.SENDING


def test_a_mail_that_was_claimed_and_not_begun_can_be_given_back(store: Store) -> None:
    anna, ben = queued(store, ANNA, BEN)
    _claim(store, "one")

    with store.writing() as connection:
        assert release(connection, [anna.id, ben.id], "two") == 0
        assert release(connection, [anna.id], "one") == 1

    given_back = _entry(store, anna.id)
    assert (given_back.state, given_back.attempts) == (OutboxState.PENDING, 0)
    assert _claim(store, "two") == [anna.id]
    with store.reading() as connection:
        assert attempts_of(connection, anna.id) == ()


def test_the_longest_due_come_first_and_no_more_than_asked_for(store: Store) -> None:
    one, two, three, four, five = people(5)
    (late,) = queued(store, one, now=NOON - MINUTE)
    (later,) = queued(store, two, now=NOON)
    (latest, last) = queued(store, three, four, now=NOON)
    queued(store, five, now=NOON + MINUTE)

    assert _claim(store, "one", limit=2) == [late.id, later.id]
    assert _claim(store, "one") == [latest.id, last.id]


def test_depth_counts_what_is_not_finished(store: Store) -> None:
    with store.reading() as connection:
        assert outbox_depth(connection, NOON) == Depth(
            {OutboxState.PENDING: 0, OutboxState.SENDING: 0, OutboxState.DEAD: 0}, None
        )
    oldest, sent = queued(store, ANNA, BEN, now=NOON - timedelta(hours=2))
    queued(store, *people(3))
    _claim(store, "one", limit=3)
    with store.writing() as connection:
        record_delivered(connection, sent.id, "one", "250", NOON)
        record_rejected(connection, oldest.id, "one", "550", NOON)

    with store.reading() as connection:
        depth = outbox_depth(connection, NOON + MINUTE)
    assert depth.by_state == {OutboxState.PENDING: 2, OutboxState.SENDING: 1, OutboxState.DEAD: 1}
    assert depth.oldest_pending_age == MINUTE


def test_entries_can_be_listed_by_state_and_number(store: Store) -> None:
    first, second, third = queued(store, ANNA, BEN, ANNA)
    _claim(store, "one", limit=1)

    with store.reading() as connection:
        pending = outbox_entries(connection, [OutboxState.PENDING])
        assert [mail.id for mail in pending] == [third.id, second.id]
        assert [mail.id for mail in outbox_entries(connection, limit=1)] == [third.id]
        assert [mail.id for mail in outbox_entries(connection, ids=[first.id])] == [first.id]


def test_an_answer_is_kept_in_a_form_that_a_terminal_can_show(store: Store) -> None:
    (mail,) = queued(store, ANNA)
    _claim(store, "one")

    with store.writing() as connection:
        record_rejected(connection, mail.id, "one", "550\x00 no\r\n\x1b[31mred " + "x" * 9999, NOON)

    kept = _entry(store, mail.id).last_response
    assert kept.startswith("550 no [31mred xxx")
    assert len(kept) == LONGEST_RESPONSE


def test_one_mail_that_cannot_be_read_holds_up_no_other(store: Store) -> None:
    broken, sound = queued(store, ANNA, BEN)
    with store.writing() as connection:
        connection.execute(text("UPDATE outbox SET payload = '{}' WHERE id = :id"), {"id": broken.id})
        first, second = claim(connection, "one", NOON, LEASE, 10)

    with pytest.raises(PayloadError):
        _ = first.notification
    assert second.notification == notification(BEN)
    assert second.id == sound.id


def test_claiming_and_queueing_take_as_many_statements_for_many_as_for_few(store: Store) -> None:
    def sent(*managers: Recipient) -> tuple[int, int]:
        with statement_counter(store) as queueing:
            queued(store, *managers)
        with statement_counter(store) as claiming:
            assert len(_claim(store, f"owner of {len(managers)}", limit=1000)) == len(managers)
        return len(queueing), len(claiming)

    first, *others = people(501)
    queued(store, ANNA)
    _claim(store, "warm up")
    assert sent(first) == sent(*others)


def _sender(url: str, owner: str, barrier: Any, claimed: Any) -> None:
    with Store.open(url) as store:
        barrier.wait()
        while numbers := _claim(store, owner, limit=3):
            claimed.put((owner, numbers))
    claimed.put((owner, []))


def test_senders_that_claim_at_once_never_get_the_same_mail(store: Store, store_url: str) -> None:
    mails = queued(store, *people(120))
    context = multiprocessing.get_context("spawn")
    barrier, claimed = context.Barrier(2), context.Queue()
    senders = [
        context.Process(target=_sender, args=(store_url, owner, barrier, claimed)) for owner in ("one", "two")
    ]
    for sender in senders:
        sender.start()
    taken: list[int] = []
    running = len(senders)
    while running:
        _, numbers = claimed.get(timeout=60)
        taken += numbers
        running -= not numbers
    for sender in senders:
        sender.join()

    assert sorted(taken) == [mail.id for mail in mails]


def test_a_claim_does_not_wait_for_another_that_is_not_committed_yet(store_url: str) -> None:
    if not store_url.startswith("postgresql"):
        return  # in SQLite one transaction writes at a time, and that is all there is to it
    with Store.open(store_url) as store:
        anna, ben = queued(store, ANNA, BEN)
        with store.writing() as one, store.writing() as two:
            assert [mail.id for mail in claim(one, "one", NOON, LEASE, 1)] == [anna.id]
            assert [mail.id for mail in claim(two, "two", NOON, LEASE, 10)] == [ben.id]


def _claim_and_die(url: str) -> None:
    with Store.open(url) as store:
        _claim(store, "victim")
        os.kill(os.getpid(), signal.SIGKILL)


def _die_while_queueing(url: str) -> None:
    with Store.open(url) as store, store.writing() as connection:
        enqueue(connection, [notification()], NOON, DOMAIN)
        os.kill(os.getpid(), signal.SIGKILL)


def _killed(target: Any, url: str) -> None:
    process = multiprocessing.get_context("spawn").Process(target=target, args=(url,))
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL


def test_a_sender_killed_after_its_claim_loses_nothing(store: Store, store_url: str) -> None:
    (mail,) = queued(store, ANNA)

    _killed(_claim_and_die, store_url)

    assert _entry(store, mail.id).lease_owner == "victim"
    assert _claim(store, "successor", NOON + LEASE) == [mail.id]


def test_a_program_killed_before_its_commit_leaves_no_mail(store: Store, store_url: str) -> None:
    _killed(_die_while_queueing, store_url)

    assert len(queued(store, BEN)) == 1
    with store.reading() as connection:
        assert [mail.recipient_id for mail in outbox_entries(connection)] == [BEN.id]
