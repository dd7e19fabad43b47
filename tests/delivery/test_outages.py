"""A server or a database that is away: mails wait, nobody hammers, nothing is lost, repeated or given up."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Connection

from monitor.delivery import LEAST_ATTEMPTS, DeliveryOutcome, RetryPolicy, Sender
from monitor.store.errors import StoreUnavailableError
from monitor.store.outbox import AttemptOutcome, OutboxEntry, OutboxState, retry
from monitor.store.store import Store
from notifiers.message import Deferred, Message, OutcomeCode
from tests.support.offices import MINUTE, Answering, Office, ReadingRoom, people
from tests.support.post import Post
from tests.support.store_samples import ANNA, about, queued, queued_mails

PENDING, SENDING, SENT, DEAD, _ = OutboxState
GREYLISTED = Deferred("451 greylisted", OutcomeCode.RECIPIENT_DEFERRED, "message")
DOWN = Deferred("no connection", OutcomeCode.CONNECTION_FAILED, "channel")


def test_a_server_that_takes_its_leave_is_not_asked_again_for_the_others(office: Office, post: Post) -> None:
    server = post.server(security="none", faults={"*": "421:1"})
    mails = queued(office.store, *people(25))
    sender = office.sender(post.notifier(server))

    assert sender.deliver(limit=100) == DeliveryOutcome(deferred=25)
    assert server.connections == 1
    assert office.states() == [PENDING] * 25
    assert "421 4.3.2" in office.entry(mails[0].id).last_response
    assert "not tried: the mail server had just failed" in office.entry(mails[24].id).last_response

    office.wait(MINUTE)
    assert sender.deliver(limit=100) == DeliveryOutcome(delivered=25)
    assert server.connections == 2
    assert {mail.message_id for mail in server.mails} == {mail.message_id for mail in mails}


def test_a_login_that_is_refused_is_tried_once_a_run_and_loses_nothing(office: Office, post: Post) -> None:
    login = ("limen", "right")
    server = post.server(login=login)
    mails = queued(office.store, *people(12))

    wrong = office.sender(post.notifier(server, username="limen", password="wrong"))
    for run in range(3):
        assert wrong.deliver(limit=100) == DeliveryOutcome(deferred=12)
        assert server.connections == run + 1
        office.wait(timedelta(hours=1))
    mended = office.sender(post.notifier(server, username=login[0], password=login[1]), owner="mended")

    assert mended.deliver(limit=100) == DeliveryOutcome(delivered=12)
    assert {mail.message_id for mail in server.mails} == {mail.message_id for mail in mails}


def test_mails_wait_for_a_server_that_is_gone_and_go_out_when_it_is_back(office: Office, post: Post) -> None:
    server = post.server(security="none")
    mails = queued(office.store, *people(5))
    sender = office.sender(post.notifier(server))
    server.stop()

    for _ in range(4):
        assert sender.deliver(limit=100) == DeliveryOutcome(deferred=5)
        office.wait(timedelta(hours=1))
    server.start()

    assert sender.deliver(limit=100) == DeliveryOutcome(delivered=5)
    assert {mail.message_id for mail in server.mails} == {mail.message_id for mail in mails}
    assert office.outcomes(mails[0].id) == [AttemptOutcome.CHANNEL_DOWN] * 4 + [AttemptOutcome.DELIVERED]


def test_mails_wait_for_a_server_whose_name_cannot_be_resolved(office: Office, post: Post) -> None:
    server = post.server(security="none")
    mails = queued(office.store, *people(5))
    nameless = office.sender(post.notifier_for(server.port, host="mail.invalid", allow_insecure=True))

    for _ in range(3):
        assert nameless.deliver(limit=100) == DeliveryOutcome(deferred=5)
        office.wait(timedelta(days=3))
    answer = "the name of the mail server mail.invalid:"
    assert answer in office.entry(mails[0].id).last_response
    resolved = office.sender(post.notifier(server), owner="resolved")

    assert resolved.deliver(limit=100) == DeliveryOutcome(delivered=5)
    assert [mail.message_id for mail in server.mails] == [mail.message_id for mail in mails]
    assert office.outcomes(mails[0].id) == [AttemptOutcome.CHANNEL_DOWN] * 3 + [AttemptOutcome.DELIVERED]


def test_a_server_that_hangs_on_two_mails_is_left_alone_for_the_rest(office: Office, post: Post) -> None:
    server = post.server(security="none", faults={"*": "hang"})
    queued(office.store, *people(20))

    sender = office.sender(post.notifier(server, timeout=0.3))

    assert sender.deliver(limit=100) == DeliveryOutcome(deferred=20)
    assert server.connections == 2


def _deferred_until_dead(office: Office, number: int, answer: Deferred, policy: RetryPolicy) -> int:
    """How often a mail is tried, hour by hour, until it is dead; 0: it is still alive after 300 hours."""
    sender = office.sender(Answering({"*": answer}), policy=policy)
    for attempt in range(1, 301):
        sender.deliver(limit=1)
        if office.entry(number).state is DEAD:
            return attempt
        office.wait(timedelta(hours=1))
    return 0


def test_a_mail_put_off_for_five_days_is_given_up_and_shown(office: Office) -> None:
    (mail,) = queued(office.store, ANNA)

    tried = _deferred_until_dead(office, mail.id, GREYLISTED, RetryPolicy())

    assert tried == 5 * 24 + 2
    dead = office.entry(mail.id)
    assert dead.last_response == f"given up after {tried} attempts; the last answer: 451 greylisted"
    assert office.outcomes(mail.id)[-1] is AttemptOutcome.REJECTED


def test_a_mail_is_not_given_up_before_it_was_tried_often_enough(office: Office) -> None:
    (mail,) = queued(office.store, ANNA)

    tried = _deferred_until_dead(office, mail.id, GREYLISTED, RetryPolicy(give_up=timedelta(hours=2)))

    assert tried == LEAST_ATTEMPTS


def test_a_channel_that_is_down_never_makes_a_mail_dead(office: Office) -> None:
    (mail,) = queued(office.store, ANNA)

    assert _deferred_until_dead(office, mail.id, DOWN, RetryPolicy()) == 0


def test_after_a_long_outage_a_mail_still_has_all_its_own_tries(office: Office) -> None:
    (mail,) = queued(office.store, ANNA)
    assert _deferred_until_dead(office, mail.id, DOWN, RetryPolicy()) == 0

    assert _deferred_until_dead(office, mail.id, GREYLISTED, RetryPolicy()) == 5 * 24 + 2


def test_a_mail_retried_by_hand_has_all_its_own_tries_again(office: Office) -> None:
    (mail,) = queued(office.store, ANNA)
    assert _deferred_until_dead(office, mail.id, GREYLISTED, RetryPolicy()) > 0
    with office.store.writing() as connection:
        retry(connection, [mail.id], office.now)

    assert _deferred_until_dead(office, mail.id, GREYLISTED, RetryPolicy()) == 5 * 24 + 2


def test_mails_in_a_row_on_a_channel_that_is_not_set_up_are_given_up_each_five_days_after_it_was_made(
    office: Office,
) -> None:
    begun = office.now
    made: list[OutboxEntry] = []
    sender = office.sender(ReadingRoom())
    for _day in range(3):
        made += queued_mails(office.store, about(replace(ANNA, channel="pager"), "a"), now=office.now)
        office.wait(timedelta(days=1))
    dead_after: dict[int, timedelta] = {}
    while len(dead_after) < 3 and office.now - begun < timedelta(days=30):
        sender.deliver(limit=100)
        for mail in made:
            if office.entry(mail.id).state is DEAD:
                dead_after.setdefault(mail.id, office.now - mail.created_at)
        office.wait(timedelta(hours=1))

    five, late = timedelta(days=5), timedelta(hours=2)
    assert all(five < age <= five + late for age in dead_after.values())
    assert list(dead_after) == [mail.id for mail in made]
    told = office.entry(made[-1].id).last_response
    assert told.startswith("given up: no channel “pager” is set up")
    assert f"once channels.pager is set up, “limen outbox retry {made[-1].id}” sends this" in told


def test_a_lease_too_short_for_one_mail_is_refused() -> None:
    with pytest.raises(ValueError, match=r"the lease, 200 s, must be longer than one mail may take, 240 s"):
        RetryPolicy(lease=timedelta(seconds=200))


AWAY = StoreUnavailableError("limen cannot use the database: it is away.")


class RemoteStore(Store):
    """A store that fails when told."""

    fault: Exception | None = None

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        if self.fault is not None:
            raise self.fault
        with super().writing() as connection:
            yield connection


def _cut_off(
    office: Office, room: ReadingRoom, at: int, fault: Exception = AWAY
) -> tuple[RemoteStore, Sender]:
    """A sender whose store fails from the moment when mail number ``at`` was accepted."""
    remote = RemoteStore(office.store.engines)

    def cut(_message: Message) -> None:
        remote.fault = fault if len(room.messages) == at else None

    room.before = cut
    return remote, office.sender(room, store=remote)


def test_what_was_accepted_while_the_database_was_away_is_recorded_and_not_sent_again(office: Office) -> None:
    mails = queued(office.store, *people(4))
    room = ReadingRoom()
    remote, sender = _cut_off(office, room, at=1)

    with pytest.raises(StoreUnavailableError):
        sender.deliver(limit=100)
    with pytest.raises(StoreUnavailableError):
        sender.deliver(limit=100)
    assert office.states() == [SENT, SENDING, SENDING, SENDING]
    accepted_at = office.now
    office.wait(timedelta(hours=1))
    remote.fault = None

    assert sender.deliver(limit=100) == DeliveryOutcome(delivered=3)
    assert room.message_ids == [mail.message_id for mail in mails]
    assert office.entry(mails[1].id).sent_at == accepted_at
    assert office.states() == [SENT] * 4
    assert [number for number, _ in office.heard] == [mail.id for mail in mails]


def test_an_answer_that_can_never_be_recorded_blocks_nobody(office: Office) -> None:
    mails = queued(office.store, *people(3))
    room = ReadingRoom()
    remote, sender = _cut_off(office, room, at=0, fault=ValueError("it does not fit"))
    with pytest.raises(ValueError, match="does not fit"):
        sender.deliver(limit=1)

    remote.fault = None

    assert sender.deliver(limit=100) == DeliveryOutcome(delivered=2)
    office.wait(timedelta(hours=1))
    assert sender.deliver(limit=100) == DeliveryOutcome(delivered=1)
    assert office.outcomes(mails[0].id) == [AttemptOutcome.UNHEARD, AttemptOutcome.DELIVERED]


def test_another_sender_may_take_over_meanwhile_and_the_history_tells_of_both(office: Office) -> None:
    (mail,) = queued(office.store, ANNA)
    room, other_room = ReadingRoom(), ReadingRoom()
    remote, sender = _cut_off(office, room, at=0)
    with pytest.raises(StoreUnavailableError):
        sender.deliver(limit=100)

    office.wait(timedelta(hours=1))
    office.sender(other_room, owner="sender-2").deliver(limit=100)
    remote.fault = None
    sender.deliver(limit=100)

    assert room.message_ids == other_room.message_ids == [mail.message_id]
    assert office.entry(mail.id).state is SENT
    assert office.outcomes(mail.id) == [
        AttemptOutcome.UNHEARD,
        AttemptOutcome.DELIVERED,
        AttemptOutcome.DELIVERED,
    ]
