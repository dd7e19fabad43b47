"""A provider's limit is kept: what comes above it waits as it is, and holds up no other channel."""

from datetime import timedelta
from itertools import pairwise

from monitor.delivery import DeliveryOutcome, RetryPolicy
from monitor.store.outbox import AttemptOutcome, OutboxState
from notifiers.message import Deferred, OutcomeCode
from tests.support.offices import MINUTE, Answering, Office, ReadingRoom, people
from tests.support.store_samples import queued

PENDING, SENDING, SENT, DEAD, _ = OutboxState
SECOND = timedelta(seconds=1)
AT_MOST_5 = RetryPolicy(most_per_minute=5)


def test_no_more_mails_are_begun_in_a_minute_than_may_be(office: Office) -> None:
    mails = queued(office.store, *people(12))
    room = ReadingRoom()
    sender = office.sender(room, policy=AT_MOST_5)

    assert sender.deliver(limit=100) == DeliveryOutcome(delivered=5, held=7)
    waiting = [office.entry(mail.id) for mail in mails[5:]]
    assert {(each.state, each.attempts, each.lease_owner) for each in waiting} == {(PENDING, 0, None)}
    office.wait(MINUTE - SECOND)
    assert sender.deliver(limit=100) == DeliveryOutcome(held=7)
    office.wait(SECOND)
    assert sender.deliver(limit=100) == DeliveryOutcome(delivered=5, held=2)
    office.wait(MINUTE)
    assert sender.deliver(limit=100) == DeliveryOutcome(delivered=2)

    assert room.message_ids == [mail.message_id for mail in mails]
    assert {tuple(office.outcomes(mail.id)) for mail in mails} == {(AttemptOutcome.DELIVERED,)}


def test_the_limit_holds_in_every_minute_wherever_it_starts(office: Office) -> None:
    queued(office.store, *people(20))
    begun = []
    room = ReadingRoom(before=lambda _message: begun.append(office.now))
    sender = office.sender(room, policy=AT_MOST_5)
    for _ in range(40):
        sender.deliver(limit=2)
        office.wait(7 * SECOND)

    assert office.states() == [SENT] * 20
    assert all(later - earlier >= MINUTE for earlier, later in zip(begun, begun[5:], strict=False))
    assert max(later - earlier for earlier, later in pairwise(begun)) <= MINUTE


def test_a_channel_at_its_limit_holds_up_no_other(office: Office) -> None:
    by_mail, by_pager = people(12), people(5, "pager")
    queued(office.store, *by_mail, *by_pager)
    post, pager = ReadingRoom(), ReadingRoom("pager")

    outcome = office.sender(post, pager, policy=AT_MOST_5).deliver(limit=100)

    assert outcome == DeliveryOutcome(delivered=10, held=7)
    assert len(pager.messages) == 5


def test_mails_that_a_channel_which_is_down_did_not_try_count_for_nothing(office: Office) -> None:
    queued(office.store, *people(9))
    down = Deferred("no connection", OutcomeCode.CONNECTION_FAILED, "channel")

    outcome = office.sender(Answering({"*": down}), policy=AT_MOST_5).deliver(limit=100)

    assert outcome == DeliveryOutcome(deferred=9)


def test_mails_are_not_limited_unless_asked_for(office: Office) -> None:
    queued(office.store, *people(300))

    assert office.sender(ReadingRoom()).deliver(limit=1000) == DeliveryOutcome(delivered=300)
