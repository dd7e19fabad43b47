"""Sends what waits in the outbox: claim, compose, send, record the answer.

A mail is marked as sent only after the server has taken it. If limen dies in between, the lease runs out and
the mail is sent again under the same Message-ID: at least once, and recognisably the same.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import Connection

from monitor.core.backoff import wait_after
from monitor.core.pace import Pace
from monitor.store import outbox
from monitor.store.errors import StoreUnavailableError
from monitor.store.operations_news import hold_operations_news
from monitor.store.outbox import AttemptOutcome, DeliveryAttempt, OutboxEntry
from monitor.store.store import Store
from notifiers.message import Deferred, Delivered, Message, Notifier, Outcome, OutcomeCode, Rejected

LEAST_ATTEMPTS = 10
CLAIMED_AT_ONCE = 10
"""Few enough that little is given back when a server is slow."""

SUSPECT_AFTER = 2
"""After so many attempts, the last by a sender that was not heard of again, a mail is under suspicion."""

NOT_TRIED = "not tried: the mail server had just failed another mail"
"""Recorded for the mails of a channel that is down, after the one that found it so."""


class EndsLimenError(Exception):
    """A mail can't be composed without ending the process that does it; the text is for people."""


class Composer(Protocol):
    """Makes the message of an outbox entry.

    ``suspect``: composing it may be what ended limen, and must not end it again.

    Raises:
        EndsLimenError: it would, whatever is left out.
    """

    def __call__(self, entry: OutboxEntry, /, *, suspect: bool) -> Message: ...


class AddressRefused(Protocol):
    """Hears, in the transaction that records it, that a mail was refused for its address.

    ``entry`` is as it stands recorded, with what the server said. Called while operations' news is held.
    """

    def __call__(self, connection: Connection, entry: OutboxEntry, now: datetime, /) -> None: ...


def _nobody(_connection: Connection, _entry: OutboxEntry, _now: datetime) -> None:
    """Nobody needs to know."""


class Listener(Protocol):
    """Hears of every attempt, to count and log it."""

    def __call__(self, entry: OutboxEntry, outcome: Outcome) -> None: ...


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How long a claim lasts, how long to wait after a deferral, and when to stop trying.

    A mail is begun only while ``longest_send`` of its lease is left: what a channel may take for one mail.
    So nobody takes over a mail that is being sent, however slow the server is.

    A mail that is put off for its own sake (the channel works) for longer than ``give_up`` and at least
    LEAST_ATTEMPTS times becomes dead: shown and counted, to be retried by hand. RFC 5321, 4.5.4.1 advises
    four to five days. A channel that is down never makes a mail dead; one that is down whenever it has this
    mail, and between two such attempts delivers others, is not.

    ``most_per_minute``: how many mails a sender begins on each channel in any minute; None: any number. The
    others wait in the outbox as they are; that is no failed attempt.

    Raises:
        ValueError: the lease is no longer than ``longest_send``.
    """

    lease: timedelta = timedelta(minutes=5)
    longest_send: timedelta = timedelta(minutes=4)
    first: timedelta = timedelta(minutes=1)
    longest: timedelta = timedelta(hours=1)
    give_up: timedelta = timedelta(days=5)
    most_per_minute: int | None = None

    def __post_init__(self) -> None:
        """Refuses a lease during which not one mail could be sent."""
        if self.lease <= self.longest_send:
            raise ValueError(
                f"the lease, {self.lease.total_seconds():g} s, must be longer than one mail may take, "
                f"{self.longest_send.total_seconds():g} s: set delivery.lease higher, "
                "or smtp.timeout and smtp.final_timeout lower"
            )


@dataclass(slots=True)
class DeliveryOutcome:
    """How many mails of a run were delivered, put off or refused.

    ``held``: those that are due and wait because a channel has begun as many as it may in a minute.
    """

    delivered: int = 0
    deferred: int = 0
    rejected: int = 0
    held: int = 0


@dataclass(frozen=True, slots=True)
class _Answer:
    entry: OutboxEntry
    outcome: Outcome
    at: datetime


@dataclass(frozen=True)
class Sender:
    """Sends the mails of one store over the channels it is given.

    ``owner`` names this sender among all that share the store. ``clock`` and ``jitter`` are handed in: the
    present instant, and a number from 0 to 1. ``listener`` hears of every attempt, ``address_refused`` of
    each mail that was refused for its address.
    """

    store: Store
    notifiers: Mapping[str, Notifier]
    compose: Composer
    owner: str
    clock: Callable[[], datetime]
    jitter: Callable[[], float]
    listener: Listener
    policy: RetryPolicy = field(default_factory=RetryPolicy)
    address_refused: AddressRefused = _nobody
    _unrecorded: list[_Answer] = field(default_factory=list, init=False, repr=False)
    """What was answered while the database was away: it is recorded before anything else is sent."""
    _paces: dict[str, Pace] = field(default_factory=dict, init=False, repr=False)
    """How many mails each channel has begun of late."""

    def deliver(self, *, limit: int, stop: Callable[[], bool] = lambda: False) -> DeliveryOutcome:
        """Sends up to ``limit`` mails that are due; asks ``stop`` between mails whether to end early.

        A refused recipient delays nobody else. When a whole channel is down, its other mails are put off
        too, and the mails of other channels go on.

        Raises:
            StoreUnavailableError: the database can't be reached. Nothing is lost: leases run out.
        """
        result = DeliveryOutcome()
        self._catch_up(result)
        down: set[str] = set()
        handled = 0
        while handled < limit and not stop():
            entries = self._claim(min(CLAIMED_AT_ONCE, limit - handled))
            if not entries:
                break
            handled += len(entries)
            self._send_all(entries, down, result, stop)
        result.held = self._held()
        return result

    def close(self) -> None:
        """Gives back the channels' connections."""
        for notifier in self.notifiers.values():
            notifier.close()

    def _claim(self, limit: int) -> tuple[OutboxEntry, ...]:
        with self.store.writing() as connection:
            now = self.clock()  # after any wait for the database, which would shorten the lease
            return outbox.claim(
                connection,
                self.owner,
                now,
                self.policy.lease,
                limit,
                besides=self._exhausted(now),
                longest_wait=max(outbox.LONGEST_WAIT, 2 * self.policy.longest),
            )

    def _held(self) -> int:
        """How many due mails wait for a channel that has begun as many as it may."""
        now = self.clock()
        exhausted = self._exhausted(now)
        if not exhausted:
            return 0
        with self.store.reading() as connection:
            return outbox.due(connection, now, exhausted)

    def _exhausted(self, now: datetime) -> tuple[str, ...]:
        """The channels that may begin no mail now."""
        return tuple(channel for channel, pace in self._paces.items() if pace.wait(now))

    def _may_begin(self, channel: str) -> bool:
        """Whether a channel may begin a mail now; if so, it is counted."""
        if self.policy.most_per_minute is None:
            return True
        pace, now = self._paces.get(channel) or Pace(self.policy.most_per_minute), self.clock()
        if pace.wait(now):
            return False
        self._paces[channel] = pace.after(now)
        return True

    def _send_all(
        self,
        entries: tuple[OutboxEntry, ...],
        down: set[str],
        result: DeliveryOutcome,
        stop: Callable[[], bool],
    ) -> None:
        for index, entry in enumerate(entries):
            if stop() or self._too_late_to_begin(entry, first=index == 0):
                self._give_back(entries[index:])
                return
            if entry.channel not in down and not self._may_begin(entry.channel):
                self._give_back([entry])
                continue
            outcome = self._attempt(entry, down)
            self._unrecorded.append(_Answer(entry, outcome, self.clock()))
            self._catch_up(result)

    def _catch_up(self, result: DeliveryOutcome) -> None:
        """Records what was answered; while the database is away it is kept, so that it is not sent again."""
        while self._unrecorded:
            answer = self._unrecorded.pop(0)
            try:
                self._record(answer.entry, answer.outcome, answer.at)
            except StoreUnavailableError:
                self._unrecorded.insert(0, answer)
                raise
            self.listener(answer.entry, answer.outcome)
            _count(result, answer.outcome)

    def _too_late_to_begin(self, entry: OutboxEntry, *, first: bool) -> bool:
        """Whether the lease might end before the mail is sent.

        The first of a claim is begun unless the lease is over, as when the machine slept: a lease hardly
        longer than one mail may take must still send every mail.
        """
        needed = timedelta() if first else self.policy.longest_send
        return entry.lease_until is not None and entry.lease_until - self.clock() <= needed

    def _give_back(self, entries: Sequence[OutboxEntry]) -> None:
        with self.store.writing() as connection:
            outbox.release(connection, [entry.id for entry in entries], self.owner)

    def _attempt(self, entry: OutboxEntry, down: set[str]) -> Outcome:
        if entry.channel in down:
            return Deferred(NOT_TRIED, OutcomeCode.SERVICE_UNAVAILABLE, "channel")
        notifier = self.notifiers.get(entry.channel)
        if notifier is None:
            return self._without_channel(entry)
        try:
            message = self.compose(entry, suspect=is_suspect(entry))
        except EndsLimenError as fault:
            return Rejected(str(fault), OutcomeCode.MISCONFIGURED)
        except Exception as fault:  # noqa: BLE001 - such a mail waits for a mended limen; it must not be lost
            return _faulty("composed", fault)
        try:
            outcome = notifier.send(message)
        except Exception as fault:  # noqa: BLE001 - one mail that a channel stumbles over must not block the others
            notifier.close()  # nobody knows what state its connection is in
            return _faulty("sent", fault)
        if isinstance(outcome, Deferred) and outcome.scope == "channel":
            down.add(entry.channel)
        return outcome

    def _without_channel(self, entry: OutboxEntry) -> Outcome:
        """A mail whose channel no setting sets up waits from its making on, whatever it follows.

        Each mail of a row would else begin to wait when the one before it is given up.
        """
        reason = f"no channel “{entry.channel}” is set up; the contact's channel or the settings must change"
        if self.clock() - entry.created_at <= self.policy.give_up:
            return Deferred(reason, OutcomeCode.MISCONFIGURED, "message")
        then = f"once channels.{entry.channel} is set up, “limen outbox retry {entry.id}” sends this"
        return Rejected(f"given up: {reason}; {then}", OutcomeCode.MISCONFIGURED)

    def _record(self, entry: OutboxEntry, outcome: Outcome, now: datetime) -> None:
        with self.store.writing() as connection:
            match outcome:
                case Delivered():
                    outbox.record_delivered(connection, entry.id, self.owner, outcome.response, now)
                case Rejected() if outcome.address_fails:
                    self._record_refused_address(connection, entry.id, outcome.reason, now)
                case Rejected():
                    outbox.record_rejected(connection, entry.id, self.owner, outcome.reason, now)
                case Deferred() if self._given_up(connection, entry, outcome, now):
                    reason = f"given up after {entry.attempts} attempts; the last answer: {outcome.reason}"
                    outbox.record_rejected(connection, entry.id, self.owner, reason, now)
                case Deferred():
                    again = now + self._wait(entry, outcome)
                    outbox.record_deferred(
                        connection,
                        entry.id,
                        self.owner,
                        outcome.reason,
                        now,
                        next_attempt_at=again,
                        channel_down=outcome.scope == "channel",
                    )

    def _record_refused_address(
        self, connection: Connection, number: int, reason: str, now: datetime
    ) -> None:
        hold_operations_news(connection)  # before the mail's row: whoever holds it may be waiting for that
        if outbox.record_rejected(connection, number, self.owner, reason, now):
            (entry,) = outbox.outbox_entries(connection, ids=[number])
            self.address_refused(connection, entry, now)

    def _given_up(self, connection: Connection, entry: OutboxEntry, outcome: Deferred, now: datetime) -> bool:
        """Whether the mail was put off for its own sake for long enough since it was last retried.

        One after which its channel is down each time, though the channel takes others in between, is put off
        for its own sake too: it would never end, and hold up for ever what follows it.
        """
        if entry.attempts < LEAST_ATTEMPTS or outcome.reason == NOT_TRIED:
            return False
        last = AttemptOutcome.CHANNEL_DOWN if outcome.scope == "channel" else AttemptOutcome.DEFERRED
        present = DeliveryAttempt(entry.id, now, self.owner, last, outcome.reason)
        attempts = (*outbox.attempts_of(connection, entry.id)[1 - entry.attempts :], present)
        # One of the future is of a clock that was ahead: by it the mail would be tried for years.
        tried = [attempt for attempt in attempts if attempt.response != NOT_TRIED and attempt.at <= now]
        if now - tried[0].at <= self.policy.give_up:
            return False
        own = outbox.put_off_themselves(connection, entry.channel, tried)
        return present in own and len(own) >= LEAST_ATTEMPTS and now - own[0].at > self.policy.give_up

    def _wait(self, entry: OutboxEntry, outcome: Deferred) -> timedelta:
        """The longer of what the back-off and the other side say."""
        own = wait_after(
            entry.attempts, first=self.policy.first, longest=self.policy.longest, jitter=self.jitter()
        )
        return max(own, outcome.retry_after or timedelta())


def is_suspect(entry: OutboxEntry) -> bool:
    """Whether a mail may be what ended its last sender: that happened, and it was not the first attempt.

    Most such mails are innocent, for any kill looks the same. So nothing may come of it but more care.
    """
    return entry.taken_over and entry.attempts > SUSPECT_AFTER


def _faulty(step: str, fault: Exception) -> Deferred:
    return Deferred(f"can't be {step}: {type(fault).__name__}: {fault}", OutcomeCode.MISCONFIGURED, "message")


def _count(result: DeliveryOutcome, outcome: Outcome) -> None:
    match outcome:
        case Delivered():
            result.delivered += 1
        case Deferred():
            result.deferred += 1
        case Rejected():
            result.rejected += 1
