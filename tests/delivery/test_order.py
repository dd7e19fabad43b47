"""News of an alert arrives in the order in which it was decided, however servers put mails off."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from monitor.delivery import DeliveryOutcome, RetryPolicy
from monitor.store.outbox import (
    OutboxEntry,
    OutboxState,
    claim,
    outbox_entries,
    record_deferred,
    record_delivered,
    record_rejected,
    release,
    retry,
)
from monitor.store.store import Store
from notifiers.message import Deferred, Message, Outcome, OutcomeCode
from tests.support.offices import MINUTE, POLICY, Answering, Office, ReadingRoom, people
from tests.support.post import Post
from tests.support.store_samples import ANNA, BEN, NOON, about, queued_mails

PENDING, SENDING, SENT, DEAD, _ = OutboxState
IMPATIENT = RetryPolicy(give_up=timedelta(hours=20))
PUT_OFF = Deferred("451 come later", OutcomeCode.MESSAGE_DEFERRED, "message")
DOWN = Deferred("503 come later", OutcomeCode.SERVICE_UNAVAILABLE, "channel")


def test_a_recovery_does_not_come_before_the_breach_that_was_greylisted(office: Office, post: Post) -> None:
    server = post.server(security="none", faults={ANNA.address: "greylist:1"})
    breach, recovery, other = queued_mails(office.store, about(ANNA, "a"), about(ANNA, "a"), about(BEN, "a"))
    sender = office.sender(post.notifier(server))

    assert sender.deliver(limit=100) == DeliveryOutcome(delivered=1, deferred=1)
    office.wait(MINUTE - timedelta(seconds=1))
    assert sender.deliver(limit=100) == DeliveryOutcome()
    assert office.entry(recovery.id).attempts == 0
    office.wait(timedelta(seconds=1))
    assert sender.deliver(limit=100) == DeliveryOutcome(delivered=2)

    assert [mail.message_id for mail in server.mails] == [
        other.message_id,
        breach.message_id,
        recovery.message_id,
    ]


def test_mails_that_follow_each_other_go_in_one_run_when_nothing_keeps_them(office: Office) -> None:
    room = ReadingRoom()
    mails = queued_mails(office.store, *(about(ANNA, "a") for _ in range(12)))

    assert office.sender(room).deliver(limit=100) == DeliveryOutcome(delivered=12)
    assert room.message_ids == [mail.message_id for mail in mails]


@dataclass
class Stumbling:
    """A webhook that says that it is down whenever it gets one message, and takes all others."""

    message_id: str
    channel: str = "email"
    room: ReadingRoom = field(default_factory=ReadingRoom)

    def send(self, message: Message) -> Outcome:
        return replace(DOWN) if message.message_id == self.message_id else self.room.send(message)

    def close(self) -> None:
        """There is nothing to close."""


def test_a_mail_at_which_its_channel_is_always_down_does_not_hold_up_for_ever(office: Office) -> None:
    poison, follower = queued_mails(office.store, about(ANNA, "a"), about(ANNA, "a"))
    channel = Stumbling(poison.message_id)
    sender = office.sender(channel, policy=IMPATIENT)
    for person in people(40):
        queued_mails(office.store, about(person, "a"), now=office.now)
        sender.deliver(limit=100)
        office.wait(timedelta(minutes=5))
        sender.deliver(limit=100)
        if office.entry(poison.id).state is DEAD:
            break
        assert office.entry(follower.id).attempts == 0
        office.wait_until_due(poison.id)

    assert timedelta(hours=20) < office.now - NOON < timedelta(hours=23)
    assert office.entry(poison.id).state is DEAD
    assert office.entry(poison.id).last_response.endswith("the last answer: 503 come later")
    sender.deliver(limit=100)
    assert office.entry(follower.id).state is SENT


def test_a_channel_that_is_down_for_days_keeps_the_order_of_what_waits(office: Office) -> None:
    breach, recovery = queued_mails(office.store, about(ANNA, "a"), about(ANNA, "a"))
    down = office.sender(Answering({"*": DOWN}), jitter=1.0, policy=IMPATIENT)
    for _ in range(30):
        down.deliver(limit=100)
        office.wait(timedelta(hours=1))
    room = ReadingRoom()

    office.sender(room).deliver(limit=100)

    assert room.message_ids == [breach.message_id, recovery.message_id]


@pytest.mark.parametrize("answered", [True, False])
def test_a_clock_that_was_years_ahead_and_is_put_right_holds_nothing_up(
    office: Office, *, answered: bool
) -> None:
    breach, recovery = queued_mails(office.store, about(ANNA, "a"), about(ANNA, "a"))
    office.wait(timedelta(days=3650))
    if answered:
        office.sender(Answering({"*": DOWN})).deliver(limit=100)
    else:
        with office.store.writing() as connection:
            claim(connection, "the-dead-one", office.now, POLICY.lease, 1)
    office.now = NOON + MINUTE
    room = ReadingRoom()

    office.sender(room).deliver(limit=100)

    assert room.message_ids == [breach.message_id, recovery.message_id]


def test_attempts_by_a_clock_that_was_ahead_do_not_keep_a_mail_from_being_given_up(office: Office) -> None:
    poison, follower = queued_mails(office.store, about(ANNA, "a"), about(ANNA, "a"))
    stuck = office.sender(Answering({"*": PUT_OFF}), policy=IMPATIENT)
    office.wait(timedelta(days=3650))
    stuck.deliver(limit=100)
    office.now = NOON + MINUTE
    for _ in range(40):
        stuck.deliver(limit=1)
        if office.entry(poison.id).state is DEAD:
            break
        office.wait_until_due(poison.id)

    assert office.entry(poison.id).state is DEAD
    assert office.now - NOON < timedelta(hours=23)
    assert office.sender(ReadingRoom()).deliver(limit=1).delivered == 1
    assert office.entry(follower.id).state is SENT


PEOPLE, ALERTS = (ANNA, BEN), ("a", "b", "c")
ANSWERS = ("delivered", "delivered", "deferred", "rejected", "unheard", "given back")
LEASE, HOUR = timedelta(minutes=5), timedelta(hours=1)

_steps = st.one_of(
    st.tuples(
        st.just("tell"),
        st.sampled_from(range(len(PEOPLE))),
        st.sets(st.sampled_from(ALERTS), min_size=1).map(lambda alerts: tuple(sorted(alerts))),
    ),
    st.tuples(st.just("claim"), st.sampled_from((0, 1)), st.sampled_from((1, 2, 100))),
    st.tuples(st.just("answer"), st.sampled_from((0, 1)), st.sampled_from(ANSWERS)),
    st.tuples(st.just("wait"), st.sampled_from((1, 6, 61)), st.none()),
    st.tuples(st.just("retry"), st.integers(0, 3), st.booleans()),
)
_runs = count()


@dataclass
class Traffic:
    """Two senders on one store, and what arrived: the numbers of mails, in their order.

    What it tells goes to addresses of its own, so that several can use one store, one after the other.
    """

    store: Store
    now: datetime = NOON
    arrived: list[int] = field(default_factory=list)
    insisted: set[int] = field(default_factory=set)
    about: dict[int, tuple[str, frozenset[str]]] = field(default_factory=dict)
    batches: tuple[list[OutboxEntry], list[OutboxEntry]] = field(default_factory=lambda: ([], []))
    number: int = field(default_factory=lambda: next(_runs))

    def tell(self, person: int, alerts: tuple[str, ...]) -> None:
        address = f"{self.number}.{PEOPLE[person].address}"
        recipient = replace(PEOPLE[person], id=address, address=address)
        (mail,) = queued_mails(self.store, about(recipient, *alerts), now=self.now)
        self.about[mail.id] = (address, frozenset(alerts))

    def claim(self, sender: int, limit: int) -> None:
        """A sender takes mails, and forgets those whose leases it has let run out, as a killed one would."""
        free = [number for number, entry in self.entries().items() if self.may_go(entry)]
        abandoned = any(self.entries()[number].state is SENDING for number in free)
        with self.store.writing() as connection:
            claimed = claim(connection, self.owner(sender), self.now, LEASE, limit)
        assert {mail.id for mail in claimed} <= set(free)
        assert len(claimed) == (1 if abandoned else min(limit, len(free)))
        self.batches[sender][:] = [mail for mail in self.batches[sender] if self.holds(mail)] + list(claimed)

    def answer(self, sender: int, said: str) -> None:
        """The next mail that a sender holds under a living lease meets a server."""
        held = [mail for mail in self.batches[sender] if self.holds(mail)]
        if not held:
            return
        mail, owner = held[0], self.owner(sender)
        self.batches[sender][:] = held[1:]
        if said in {"delivered", "unheard"}:
            self.arrived.append(mail.id)
        with self.store.writing() as connection:
            match said:
                case "delivered":
                    record_delivered(connection, mail.id, owner, "250", self.now)
                case "deferred":
                    again = self.now + HOUR
                    record_deferred(connection, mail.id, owner, "451", self.now, next_attempt_at=again)
                case "rejected":
                    record_rejected(connection, mail.id, owner, "550", self.now)
                case "given back":
                    release(connection, [mail.id], owner)

    def wait(self, minutes: int, _: None) -> None:
        self.now += minutes * MINUTE

    def retry(self, place: int, insist: bool) -> None:
        dead = [number for number, entry in self.entries().items() if entry.state is DEAD]
        for number in dead[place : place + 1]:
            with self.store.writing() as connection:
                if retry(connection, [number], self.now, even_overtaken=insist) and insist:
                    self.insisted.add(number)

    def owner(self, sender: int) -> str:
        return f"{self.number}.sender-{sender}"

    def holds(self, mail: OutboxEntry) -> bool:
        return mail.lease_until is not None and mail.lease_until > self.now

    def entries(self) -> dict[int, OutboxEntry]:
        """Its mails by number, the oldest first."""
        with self.store.reading() as connection:
            found = outbox_entries(connection, ids=list(self.about))
        return {entry.id: entry for entry in reversed(found)}

    def may_go(self, entry: OutboxEntry) -> bool:
        """Whether a mail is due and follows none that is unfinished; said in another way than the store's."""
        waits = entry.state is PENDING and entry.next_attempt_at <= self.now
        abandoned = entry.state is SENDING and not self.holds(entry)
        before = (each for number, each in self.entries().items() if self.follows(entry.id, number))
        return (waits or abandoned) and all(each.state in {SENT, DEAD} for each in before)

    def follows(self, later: int, earlier: int) -> bool:
        (address, alerts), (other, others) = self.about[later], self.about[earlier]
        return earlier < later and address == other and bool(alerts & others)

    def drain(self) -> None:
        """Servers answer again: as long as anything waits it is claimed and taken."""
        for _ in range(2 * len(self.about) + 2):
            self.now += 2 * HOUR
            self.claim(0, 100)
            while self.batches[0]:
                self.answer(0, "delivered")


@settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    # The store is shared by the examples: each has mails of its own.
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@example(
    steps=[  # the breach is refused, its end is sent, and then somebody retries the breach
        ("tell", 0, ("a",)),
        ("tell", 0, ("a",)),
        ("claim", 0, 100),
        ("answer", 0, "rejected"),
        ("claim", 0, 100),
        ("answer", 0, "delivered"),
        ("retry", 0, False),
    ]
)
@given(steps=st.lists(_steps, min_size=5, max_size=30))
def test_whatever_happens_news_of_an_alert_arrives_in_its_order_and_all_of_it(
    store: Store, steps: list[tuple[str, int, object]]
) -> None:
    traffic = Traffic(store)
    for name, *arguments in steps:
        step: Callable[..., None] = getattr(traffic, name)
        step(*arguments)
    traffic.drain()

    states = {number: entry.state for number, entry in traffic.entries().items()}
    assert set(states.values()) <= {SENT, DEAD}
    assert {number for number, state in states.items() if state is SENT} <= set(traffic.arrived)
    firsts = [number for number in dict.fromkeys(traffic.arrived) if number not in traffic.insisted]
    overtaken = [
        (earlier, later)
        for place, later in enumerate(firsts)
        for earlier in firsts[place + 1 :]
        if traffic.follows(later, earlier)
    ]
    assert overtaken == []
