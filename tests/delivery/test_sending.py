"""Mails go from the outbox to a real server; what one of them meets is no other's concern."""

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest

from monitor.delivery import DeliveryOutcome
from monitor.store.outbox import AttemptOutcome, OutboxEntry, OutboxState, outbox_depth, outbox_entries, retry
from notifiers.email import EmailNotifier
from notifiers.message import Deferred, Delivered, Message, OutcomeCode, Rejected
from tests.support.offices import MINUTE, Answering, Office, ReadingRoom, people, short_mail
from tests.support.post import Post
from tests.support.store_samples import ANNA, BEN, queued

PENDING, SENDING, SENT, DEAD, _ = OutboxState
Attempt = AttemptOutcome


def test_a_mail_is_sent_once_and_the_servers_answer_is_kept(office: Office, post: Post) -> None:
    server = post.server(security="none")
    (mail,) = queued(office.store, ANNA)
    sender = office.sender(post.notifier(server))

    assert sender.deliver(limit=100) == DeliveryOutcome(delivered=1)
    assert sender.deliver(limit=100) == DeliveryOutcome()

    (received,) = server.mails
    assert (received.message_id, received.recipients) == (mail.message_id, ("anna@example.org",))
    sent = office.entry(mail.id)
    assert (sent.state, sent.sent_at, sent.attempts) == (SENT, office.now, 1)
    assert sent.last_response == "250 2.0.0 Accepted as 1"


@pytest.mark.parametrize("refusal", ["550", "552", "554"])
def test_a_refused_mail_delays_nobody_else(office: Office, post: Post, refusal: str) -> None:
    server = post.server(security="none", faults={"p1@kent.example": refusal})
    queued(office.store, *people(4))

    outcome = office.sender(post.notifier(server)).deliver(limit=100)

    assert outcome == DeliveryOutcome(delivered=3, rejected=1)
    assert office.states() == [SENT, DEAD, SENT, SENT]
    assert [mail.recipients[0] for mail in server.mails] == [
        f"p{number}@kent.example" for number in (0, 2, 3)
    ]


def test_a_greylisted_mail_is_sent_later_under_the_same_message_id(office: Office, post: Post) -> None:
    server = post.server(security="none", faults={ANNA.address: "greylist:1"})
    anna, ben = queued(office.store, ANNA, BEN)
    sender = office.sender(post.notifier(server))

    assert sender.deliver(limit=100) == DeliveryOutcome(delivered=1, deferred=1)
    waiting = office.entry(anna.id)
    assert (waiting.state, waiting.next_attempt_at) == (PENDING, office.now + MINUTE)
    assert "451 4.7.1 Greylisted" in waiting.last_response
    office.wait(MINUTE - timedelta(seconds=1))
    assert sender.deliver(limit=100) == DeliveryOutcome()
    office.wait(timedelta(seconds=1))
    assert sender.deliver(limit=100) == DeliveryOutcome(delivered=1)

    assert [mail.message_id for mail in server.mails] == [ben.message_id, anna.message_id]
    assert office.outcomes(anna.id) == [Attempt.DEFERRED, Attempt.DELIVERED]


def test_waits_grow_to_an_hour_while_a_mailbox_stays_busy(office: Office, post: Post) -> None:
    server = post.server(security="none", faults={"*": "450"})
    (mail,) = queued(office.store, ANNA)
    sender = office.sender(post.notifier(server))
    tried = []
    for _ in range(9):
        assert sender.deliver(limit=100).deferred == 1
        tried.append(office.now)
        office.wait_until_due(mail.id)

    waits = [(later - earlier) // MINUTE for earlier, later in pairwise(tried)]
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60]


def test_the_other_side_may_ask_for_a_longer_wait(office: Office) -> None:
    asked = Deferred("slow down", OutcomeCode.MESSAGE_DEFERRED, "message", retry_after=timedelta(hours=3))
    (mail,) = queued(office.store, ANNA)

    office.sender(Answering({"*": asked})).deliver(limit=1)

    assert office.entry(mail.id).next_attempt_at == office.now + timedelta(hours=3)


def test_a_mail_whose_acceptance_was_not_heard_is_sent_again_under_the_same_message_id(
    office: Office, post: Post
) -> None:
    server = post.server(security="none", faults={ANNA.address: "drop-after-data:1"})
    anna, ben = queued(office.store, ANNA, BEN)
    sender = office.sender(post.notifier(server))

    assert sender.deliver(limit=100) == DeliveryOutcome(delivered=1, deferred=1)
    office.wait_until_due(anna.id)
    assert sender.deliver(limit=100) == DeliveryOutcome(delivered=1)

    assert [(mail.message_id, mail.heard) for mail in server.mails] == [
        (anna.message_id, False),
        (ben.message_id, True),
        (anna.message_id, True),
    ]
    first, _, again = server.mails
    assert first.content == again.content


def test_a_connection_cut_before_the_content_repeats_nothing(office: Office, post: Post) -> None:
    server = post.server(security="none", faults={ANNA.address: "drop-before-data:1"})
    (anna,) = queued(office.store, ANNA)
    sender = office.sender(post.notifier(server))

    assert sender.deliver(limit=100) == DeliveryOutcome(deferred=1)
    office.wait_until_due(anna.id)
    assert sender.deliver(limit=100) == DeliveryOutcome(delivered=1)

    assert [mail.message_id for mail in server.mails] == [anna.message_id]


def test_a_rejected_mail_is_seen_among_the_dead_and_goes_out_when_it_is_retried(
    office: Office, post: Post
) -> None:
    server = post.server(security="none", faults={ANNA.address: "550"})
    (mail,) = queued(office.store, ANNA)
    sender = office.sender(post.notifier(server))

    assert sender.deliver(limit=100) == DeliveryOutcome(rejected=1)
    office.wait(timedelta(days=30))
    assert sender.deliver(limit=100) == DeliveryOutcome()
    with office.store.reading() as connection:
        (dead,) = outbox_entries(connection, [DEAD])
        assert outbox_depth(connection, office.now).by_state == {PENDING: 0, SENDING: 0, DEAD: 1}
    assert "550 5.1.1 No such user" in dead.last_response

    del server.faults[ANNA.address]
    with office.store.writing() as connection:
        assert retry(connection, [mail.id], office.now) == (mail.id,)
    assert sender.deliver(limit=100) == DeliveryOutcome(delivered=1)
    assert [each.message_id for each in server.mails] == [mail.message_id]
    assert office.outcomes(mail.id) == [Attempt.REJECTED, Attempt.DELIVERED]


def test_one_connection_carries_many_mails(office: Office, post: Post) -> None:
    server = post.server()
    queued(office.store, *people(35))

    assert office.sender(post.notifier(server)).deliver(limit=100) == DeliveryOutcome(delivered=35)

    assert len({mail.message_id for mail in server.mails}) == 35
    assert server.connections == 1


def test_a_run_sends_no_more_than_its_limit(office: Office) -> None:
    room = ReadingRoom()
    mails = queued(office.store, *people(25))
    sender = office.sender(room)

    assert sender.deliver(limit=13) == DeliveryOutcome(delivered=13)
    assert sender.deliver(limit=100) == DeliveryOutcome(delivered=12)
    assert room.message_ids == [mail.message_id for mail in mails]


def test_a_mail_that_cannot_be_composed_waits_and_blocks_nobody(office: Office, post: Post) -> None:
    server = post.server(security="none")
    mails = queued(office.store, *people(3))

    def stumbles(entry: OutboxEntry, *, suspect: bool) -> Message:
        if entry.id == mails[0].id:
            raise KeyError("chart")
        return short_mail(entry, suspect=suspect)

    outcome = office.sender(post.notifier(server), compose=stumbles).deliver(limit=100)

    assert outcome == DeliveryOutcome(delivered=2, deferred=1)
    assert office.states() == [PENDING, SENT, SENT]
    assert office.entry(mails[0].id).last_response == "can't be composed: KeyError: 'chart'"
    office.wait_until_due(mails[0].id)
    mended = office.sender(post.notifier(server), owner="the-mended-one")
    assert mended.deliver(limit=100) == DeliveryOutcome(delivered=1)


def test_a_mail_that_a_channel_stumbles_over_waits_and_blocks_nobody(office: Office) -> None:
    mails = queued(office.store, *people(3))

    def stumble(message: Message) -> None:
        if message.message_id == mails[0].message_id:
            raise UnicodeEncodeError("ascii", "£", 0, 1, "ordinal not in range")

    room = ReadingRoom(before=stumble)

    assert office.sender(room).deliver(limit=100) == DeliveryOutcome(delivered=2, deferred=1)
    assert office.states() == [PENDING, SENT, SENT]
    assert office.entry(mails[0].id).last_response.startswith("can't be sent: UnicodeEncodeError")


def test_an_address_that_is_none_is_dead_and_blocks_nobody(office: Office, post: Post) -> None:
    server = post.server(security="none")
    queued(office.store, replace(ANNA, address="anna at example.org\r\nBcc: everybody@example.org"), BEN)

    outcome = office.sender(post.notifier(server)).deliver(limit=100)

    assert outcome == DeliveryOutcome(delivered=1, rejected=1)
    assert office.states() == [DEAD, SENT]
    assert [mail.recipients for mail in server.mails] == [(BEN.address,)]


def test_a_channel_that_is_not_set_up_is_waited_for(office: Office) -> None:
    pager = replace(ANNA, channel="pager")
    mail, _ = queued(office.store, pager, BEN)
    assert office.sender(ReadingRoom()).deliver(limit=100) == DeliveryOutcome(delivered=1, deferred=1)
    assert "no channel “pager” is set up" in office.entry(mail.id).last_response

    office.wait_until_due(mail.id)
    set_up = ReadingRoom("pager")
    assert office.sender(ReadingRoom(), set_up).deliver(limit=100) == DeliveryOutcome(delivered=1)
    assert set_up.message_ids == [mail.message_id]


def test_every_attempt_is_heard_of_with_its_outcome(office: Office, post: Post) -> None:
    server = post.server(security="none", faults={"p0@kent.example": "550", "p1@kent.example": "greylist"})
    mails = queued(office.store, *people(3))

    office.sender(post.notifier(server)).deliver(limit=100)

    assert [number for number, _ in office.heard] == [mail.id for mail in mails]
    assert office.kinds() == [Rejected, Deferred, Delivered]


@pytest.mark.parametrize("fault", ["greylist:2", "450:2", "452:2", "421:2", "hang:2", "hang-after-data:2"])
def test_whatever_a_server_does_for_a_while_everybody_has_the_mail_in_the_end(
    office: Office, post: Post, fault: str
) -> None:
    server = post.server(security="none", faults={"*": fault})
    mails = queued(office.store, *people(4))
    sender = office.sender(post.notifier(server, timeout=0.4, final_timeout=0.4))
    for _ in range(10):
        sender.deliver(limit=100)
        office.wait(timedelta(hours=1))

    assert office.states() == [SENT] * 4
    assert {mail.message_id for mail in server.mails if mail.heard} == {mail.message_id for mail in mails}
    heard = [mail.message_id for mail in server.mails if mail.heard]
    assert len(heard) == len(set(heard))


class Pager(EmailNotifier):
    """A second channel, which happens to speak SMTP too."""

    channel = "pager"


def test_a_channel_that_is_down_holds_up_no_other(office: Office, post: Post) -> None:
    gone, working = post.server(security="none"), post.server(security="none")
    down = post.notifier(gone)
    gone.stop()
    pager = Pager(post.notifier(working)._settings)
    post.resources.callback(pager.close)
    by_mail, by_pager = people(12), people(12, "pager")
    queued(office.store, *(person for pair in zip(by_mail, by_pager, strict=True) for person in pair))

    assert office.sender(down, pager).deliver(limit=100) == DeliveryOutcome(delivered=12, deferred=12)
    assert len(working.mails) == 12
