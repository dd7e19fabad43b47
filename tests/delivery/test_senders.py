"""Several senders on one outbox: each mail is one sender's, until that sender is not heard of again."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import Connection

from monitor.delivery import DeliveryOutcome, RetryPolicy
from monitor.store.outbox import AttemptOutcome, OutboxState, claim
from monitor.store.store import Store
from notifiers.message import Deferred, Message, OutcomeCode
from tests.support.offices import MINUTE, POLICY, Office, ReadingRoom, people
from tests.support.post import HandClock, Post
from tests.support.store_samples import ANNA, queued

PENDING, SENDING, SENT, DEAD, _ = OutboxState


def test_senders_at_once_never_send_the_same_mail_twice(office: Office, post: Post, store_url: str) -> None:
    server = post.server(security="none")
    mails = queued(office.store, *people(60))
    senders = []
    for number in range(4):
        own_store = post.resources.enter_context(Store.open(store_url))
        senders.append(office.sender(post.notifier(server), owner=f"sender-{number}", store=own_store))
    together = threading.Barrier(len(senders))

    def work(number: int) -> DeliveryOutcome:
        together.wait(timeout=30)
        return senders[number].deliver(limit=100)

    with ThreadPoolExecutor(len(senders)) as threads:
        outcomes = list(threads.map(work, range(len(senders))))

    assert sum(outcome.delivered for outcome in outcomes) == 60
    assert sorted(mail.message_id for mail in server.mails) == sorted(mail.message_id for mail in mails)
    assert all(office.outcomes(mail.id) == [AttemptOutcome.DELIVERED] for mail in mails)


def test_the_mails_of_a_dead_sender_are_taken_over_when_its_lease_has_run_out(office: Office) -> None:
    mails = queued(office.store, *people(3))
    with office.store.writing() as connection:
        claim(connection, "the-dead-one", office.now, POLICY.lease, 2)
    room = ReadingRoom()
    heir = office.sender(room, owner="the-heir")

    assert heir.deliver(limit=100) == DeliveryOutcome(delivered=1)
    office.wait(POLICY.lease - timedelta(seconds=1))
    assert heir.deliver(limit=100) == DeliveryOutcome()
    office.wait(timedelta(seconds=1))
    assert heir.deliver(limit=100) == DeliveryOutcome(delivered=2)

    assert room.message_ids == [mails[2].message_id, mails[0].message_id, mails[1].message_id]
    attempts = office.attempts(mails[0].id)
    assert [(attempt.owner, attempt.outcome) for attempt in attempts] == [
        ("the-dead-one", AttemptOutcome.UNHEARD),
        ("the-heir", AttemptOutcome.DELIVERED),
    ]


@pytest.mark.parametrize("seconds_each", [1, 60, 100, 200, 239])
def test_however_slow_a_server_is_nobody_takes_over_what_is_being_sent(
    office: Office, seconds_each: int
) -> None:
    mails = queued(office.store, *people(15))
    rival_room = ReadingRoom()
    rival = office.sender(rival_room, owner="the-rival")

    def be_slow(_message: Message) -> None:
        office.wait(timedelta(seconds=seconds_each))
        rival.deliver(limit=1)

    slow_room = ReadingRoom(before=be_slow)
    office.sender(slow_room, owner="the-slow-one").deliver(limit=100)

    assert sorted(slow_room.message_ids + rival_room.message_ids) == sorted(mail.message_id for mail in mails)
    assert office.states() == [SENT] * 15
    assert {tuple(office.outcomes(mail.id)) for mail in mails} == {(AttemptOutcome.DELIVERED,)}


class SleepyStore(Store):
    """A store after whose first transaction the machine sleeps."""

    sleep: Callable[[], object] | None = None

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        with super().writing() as connection:
            yield connection
        sleep, self.sleep = self.sleep, None
        if sleep is not None:
            sleep()


def test_a_sender_that_slept_beyond_its_lease_sends_nothing_that_another_has_taken_over(
    office: Office,
) -> None:
    mails = queued(office.store, *people(3))
    rival_room, room = ReadingRoom(), ReadingRoom()
    sleepy = SleepyStore(office.store.engines)

    def sleep() -> None:
        office.wait(timedelta(hours=1))
        office.sender(rival_room, owner="the-rival").deliver(limit=2)

    sleepy.sleep = sleep
    office.sender(room, store=sleepy).deliver(limit=100)

    assert rival_room.message_ids + room.message_ids == [mail.message_id for mail in mails]
    assert len(rival_room.messages) == 2
    assert office.states() == [SENT] * 3


def test_a_server_that_dawdles_beyond_what_a_lease_bears_gets_no_content(office: Office, post: Post) -> None:
    dawdling = post.server(security="none")
    (mail,) = queued(office.store, ANNA)
    clock = Dawdling(seconds_a_look=91)
    notifier = post.notifier(dawdling)
    notifier._monotonic = clock
    sender = office.sender(notifier)

    assert sender.deliver(limit=100) == DeliveryOutcome(deferred=1)

    (outcome,) = [outcome for _, outcome in office.heard]
    assert isinstance(outcome, Deferred)
    assert (outcome.code, outcome.scope) == (OutcomeCode.TIMED_OUT, "message")
    assert outcome.reason == "the mail server took longer than 90 seconds to get ready"
    assert dawdling.mails == []
    clock.seconds_a_look = 1
    office.wait_until_due(mail.id)
    assert sender.deliver(limit=100) == DeliveryOutcome(delivered=1)
    assert [each.message_id for each in dawdling.mails] == [mail.message_id]


class Dawdling(HandClock):
    """A clock on which time passes with every look."""

    def __init__(self, seconds_a_look: float) -> None:
        super().__init__()
        self.seconds_a_look = seconds_a_look

    def __call__(self) -> float:
        self.seconds += self.seconds_a_look
        return self.seconds


def _after(count: int, room: ReadingRoom) -> Callable[[], bool]:
    return lambda: len(room.messages) >= count


def test_a_sender_that_is_stopped_gives_back_what_it_has_not_begun(office: Office) -> None:
    mails = queued(office.store, *people(8))
    room = ReadingRoom()

    outcome = office.sender(room).deliver(limit=100, stop=_after(3, room))

    assert outcome == DeliveryOutcome(delivered=3)
    assert office.states() == [SENT] * 3 + [PENDING] * 5
    given_back = [office.entry(mail.id) for mail in mails[3:]]
    assert {(each.attempts, each.lease_owner, each.lease_until) for each in given_back} == {(0, None, None)}
    successor_room = ReadingRoom()
    assert office.sender(successor_room, owner="next").deliver(limit=100) == DeliveryOutcome(delivered=5)
    assert room.message_ids + successor_room.message_ids == [mail.message_id for mail in mails]


def test_a_sender_that_is_stopped_from_the_start_claims_nothing(office: Office) -> None:
    queued(office.store, ANNA)

    assert office.sender(ReadingRoom()).deliver(limit=100, stop=lambda: True) == DeliveryOutcome()
    assert office.states() == [PENDING]


def test_a_lease_just_long_enough_still_sends_every_mail(office: Office) -> None:
    queued(office.store, *people(5))
    tight = RetryPolicy(lease=MINUTE, longest_send=MINUTE - timedelta(seconds=1))
    room = ReadingRoom(before=lambda _message: office.wait(timedelta(seconds=30)))

    assert office.sender(room, policy=tight).deliver(limit=100) == DeliveryOutcome(delivered=5)


def test_mails_put_off_together_are_not_all_tried_again_together(office: Office, post: Post) -> None:
    server = post.server(security="none", faults={"*": "450"})
    mails = queued(office.store, *people(2))

    office.sender(post.notifier(server), jitter=0.0).deliver(limit=1)
    office.sender(post.notifier(server), jitter=1.0).deliver(limit=1)

    waits = [office.entry(mail.id).next_attempt_at - office.now for mail in mails]
    assert waits == [MINUTE, MINUTE / 2]
