"""A mail that ends whoever composes it keeps no other waiting for long, and is handed over with a warning."""

from collections.abc import Callable
from datetime import timedelta

from monitor.delivery import SUSPECT_AFTER, DeliveryOutcome, EndsLimenError
from monitor.store.outbox import AttemptOutcome, OutboxEntry, OutboxState, claim, retry
from notifiers.message import Message, Notifier
from tests.support.offices import POLICY, Office, ReadingRoom, people, short_mail
from tests.support.store_samples import ANNA, queued

PENDING, SENDING, SENT, DEAD, _ = OutboxState
REASON = "writing this mail ends limen itself"


class KilledError(BaseException):
    """What no sender answers, as little as SIGKILL: it runs through all that catches errors."""


def _deadly(numbers: range) -> Callable[..., Message]:
    """A way to compose that ends limen with some mails, or says so where it was warned."""

    def compose(entry: OutboxEntry, *, suspect: bool) -> Message:
        if entry.id not in numbers:
            return short_mail(entry)
        if suspect:
            raise EndsLimenError(REASON)
        raise KilledError

    return compose


def _live(office: Office, channel: Notifier, compose: Callable[..., Message], life: int) -> bool:
    """One sender's life, until it is killed or has nothing to do; says if it lived. Its lease is over."""
    try:
        office.sender(channel, owner=f"life-{life}", compose=compose).deliver(limit=100)
    except KilledError:
        return False
    finally:
        office.wait(POLICY.lease)
    return True


def _deaths(office: Office, channel: Notifier, compose: Callable[..., Message], most: int) -> int:
    """How many senders are killed until one has nothing left to do."""
    return next((life for life in range(most) if _live(office, channel, compose, life)), most)


def test_a_mail_that_kills_its_senders_is_given_up_with_the_reason_and_all_others_go_out(
    office: Office,
) -> None:
    mails = queued(office.store, *people(25))
    room, bad = ReadingRoom(), mails[3].id

    assert _deaths(office, room, _deadly(range(bad, bad + 1)), most=5) == SUSPECT_AFTER

    assert office.states() == [SENT] * 3 + [DEAD] + [SENT] * 21
    assert office.entry(bad).last_response == REASON
    assert sorted(room.message_ids) == sorted(mail.message_id for mail in mails if mail.id != bad)
    expected = [AttemptOutcome.UNHEARD] * SUSPECT_AFTER + [AttemptOutcome.REJECTED]
    assert office.outcomes(bad) == expected


def test_a_mail_given_up_for_that_is_retried_by_hand_without_suspicion(office: Office) -> None:
    (mail,) = queued(office.store, ANNA)
    _deaths(office, ReadingRoom(), _deadly(range(mail.id, mail.id + 1)), most=5)
    with office.store.writing() as connection:
        assert retry(connection, [mail.id], office.now) == (mail.id,)
    room = ReadingRoom()

    assert office.sender(room, owner="mended").deliver(limit=1) == DeliveryOutcome(delivered=1)

    assert [(each.text, each.message_id) for each in room.messages] == [
        (short_mail(mail).text, mail.message_id)
    ]


def test_what_was_claimed_with_a_mail_that_kills_waits_for_one_lease_only(office: Office) -> None:
    mails = queued(office.store, *people(10))
    room, compose = ReadingRoom(), _deadly(range(mails[0].id, mails[0].id + 1))

    for life in range(3):
        _live(office, room, compose, life)

    assert office.states() == [DEAD] + [SENT] * 9
    assert office.now - mails[0].created_at == 3 * POLICY.lease


def test_each_of_many_mails_that_kill_takes_few_senders_with_it(office: Office) -> None:
    mails = queued(office.store, *people(30))
    (good,) = queued(office.store, ANNA)
    room = ReadingRoom()

    deaths = _deaths(office, room, _deadly(range(mails[0].id, mails[-1].id + 1)), most=100)

    assert deaths <= 30 + 4  # one for each claim of ten, and then one for each mail
    assert office.states() == [DEAD] * 30 + [SENT]
    assert room.message_ids == [good.message_id]


def test_a_mail_whose_sender_was_not_heard_of_is_claimed_alone(office: Office) -> None:
    mails = queued(office.store, *people(5))
    with office.store.writing() as connection:
        claim(connection, "dead", office.now, POLICY.lease, 3)
    office.wait(POLICY.lease)

    claims = []
    for _ in range(5):
        with office.store.writing() as connection:
            claims.append(claim(connection, "heir", office.now, POLICY.lease, 10))

    assert [[mail.id for mail in each] for each in claims] == [
        *([mail.id] for mail in mails[:3]),
        [mail.id for mail in mails[3:]],
        [],
    ]
    assert [mail.taken_over for each in claims for mail in each] == [True] * 3 + [False] * 2


def test_a_mail_whose_senders_are_killed_again_and_again_for_other_reasons_goes_out_in_the_end(
    office: Office,
) -> None:
    (mail,) = queued(office.store, ANNA)
    room, lives, warned = ReadingRoom(), 20, []

    def killed(_message: Message) -> None:
        if life < lives:
            raise KilledError

    def careful(entry: OutboxEntry, *, suspect: bool) -> Message:
        warned.append(suspect)
        return short_mail(entry)

    room.before = killed
    for life in range(lives + 1):
        assert _live(office, room, careful, life) is (life == lives)

    assert warned == [False] * SUSPECT_AFTER + [True] * (lives + 1 - SUSPECT_AFTER)
    assert [message.message_id for message in room.messages] == [mail.message_id]
    assert office.outcomes(mail.id) == [AttemptOutcome.UNHEARD] * lives + [AttemptOutcome.DELIVERED]


def test_a_mail_put_off_often_is_under_no_suspicion_after_that(office: Office) -> None:
    (mail,) = queued(office.store, ANNA)
    for _ in range(5):
        office.sender(owner="patient").deliver(limit=1)
        office.wait(timedelta(hours=1))

    def trusting(entry: OutboxEntry, *, suspect: bool) -> Message:
        assert not suspect
        return short_mail(entry)

    assert office.sender(ReadingRoom(), compose=trusting).deliver(limit=1).delivered == 1
    assert office.entry(mail.id).state is SENT
