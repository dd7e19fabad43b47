"""For tests of delivery: a sender over a real store and real servers, at a time that the test sets."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from monitor.core.recipients import Recipient
from monitor.delivery import Composer, RetryPolicy, Sender
from monitor.store.outbox import (
    AttemptOutcome,
    DeliveryAttempt,
    OutboxEntry,
    OutboxState,
    attempts_of,
    outbox_entries,
)
from monitor.store.store import Store
from notifiers.message import Address, Deferred, Delivered, Message, Notifier, Outcome, Rejected
from tests.support.store_samples import NOON

MINUTE = timedelta(minutes=1)
POLICY = RetryPolicy()


def people(count: int, channel: str = "email") -> tuple[Recipient, ...]:
    """So many managers, each with an address of their own."""
    return tuple(
        Recipient(f"p{number}", f"Person {number}", f"p{number}@kent.example", f"Dear {number}", channel)
        for number in range(count)
    )


def short_mail(entry: OutboxEntry, *, suspect: bool = False) -> Message:
    """A few words for an outbox entry; how a whole mail is composed has tests of its own."""
    return Message(
        recipient=Address(entry.recipient_name, entry.address),
        subject=f"Mail {entry.id}",
        text=f"{entry.recipient_name}, this is mail {entry.id}{', with care' if suspect else ''}.\n",
        html=None,
        images=(),
        message_id=entry.message_id,
        in_reply_to=None,
        references=entry.thread_ids,
        date=entry.created_at,
    )


@dataclass
class Office:
    """Makes senders over one store. ``now`` is their time; ``heard`` has the outcome of every attempt."""

    store: Store
    now: datetime = NOON
    heard: list[tuple[int, Outcome]] = field(default_factory=list)

    def sender(
        self,
        *notifiers: Notifier,
        owner: str = "sender-1",
        compose: Composer = short_mail,
        policy: RetryPolicy = POLICY,
        store: Store | None = None,
        jitter: float = 0.0,
    ) -> Sender:
        return Sender(
            store=store or self.store,
            notifiers={notifier.channel: notifier for notifier in notifiers},
            compose=compose,
            owner=owner,
            clock=lambda: self.now,
            jitter=lambda: jitter,
            listener=lambda entry, outcome: self.heard.append((entry.id, outcome)),
            policy=policy,
        )

    def wait(self, time: timedelta) -> None:
        """Time passes."""
        self.now += time

    def wait_until_due(self, number: int) -> None:
        """Time passes until a mail is to be sent again."""
        self.now = self.entry(number).next_attempt_at

    def entry(self, number: int) -> OutboxEntry:
        with self.store.reading() as connection:
            (found,) = outbox_entries(connection, ids=[number])
        return found

    def states(self) -> list[OutboxState]:
        """The state of every mail, the oldest first."""
        with self.store.reading() as connection:
            return [entry.state for entry in reversed(outbox_entries(connection))]

    def attempts(self, number: int) -> tuple[DeliveryAttempt, ...]:
        with self.store.reading() as connection:
            return attempts_of(connection, number)

    def outcomes(self, number: int) -> list[AttemptOutcome]:
        """How each attempt at a mail ended, the first one first."""
        return [attempt.outcome for attempt in self.attempts(number)]

    def kinds(self) -> list[type[Outcome]]:
        """What kind of outcome each attempt had, in their order."""
        return [type(outcome) for _, outcome in self.heard]


@dataclass
class ReadingRoom:
    """A channel that keeps what it is given; ``before`` is called with each message first."""

    channel: str = "email"
    before: Callable[[Message], object] = lambda _message: None
    messages: list[Message] = field(default_factory=list)

    def send(self, message: Message) -> Outcome:
        self.before(message)
        self.messages.append(message)
        return Delivered("read")

    def close(self) -> None:
        """There is nothing to close."""

    @property
    def message_ids(self) -> list[str]:
        return [message.message_id for message in self.messages]


@dataclass
class Answering:
    """A channel that answers as it is told: to an address, or to everybody under ``*``; else it delivers."""

    answers: Mapping[str, Outcome]
    channel: str = "email"

    def send(self, message: Message) -> Outcome:
        known = self.answers.get(message.recipient.address) or self.answers.get("*")
        return replace(known) if isinstance(known, Deferred | Rejected) else Delivered("taken")

    def close(self) -> None:
        """There is nothing to close."""
