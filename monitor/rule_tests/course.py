"""A test under way: figures come, people act, time passes, and cycles run as the daemon would run them."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from monitor.calendar_england import bank_holidays
from monitor.core.freshness import expected_after
from monitor.core.wall_calendar import Calendar
from monitor.cycle import judge_changes
from monitor.rule_tests.checking import Checked, check
from monitor.rule_tests.model import (
    Acknowledging,
    Arrival,
    EndingSilence,
    Event,
    Expectation,
    RuleTest,
    Setting,
    Silencing,
)
from monitor.rule_tests.moments import moment_of, noon_of
from monitor.rule_tests.results import Difference
from monitor.rule_tests.scene import Scene, Telling
from monitor.store.batches import Channel, NewBatch
from monitor.store.decisions import decisions_since
from monitor.store.follow_ups import next_due
from monitor.store.observations import record_batch
from monitor.store.outbox import claim, record_delivered
from monitor.suppressing import SilenceRefusedError, acknowledge, end_silence, silence, withdraw
from monitor.world import World

DOMAIN: Final = "tests.invalid"
"""Of the Message-IDs of mails that are never sent (RFC 2606, 2: a name that never exists)."""

MOST_RETURNS: Final = 5_000
"""So often a test comes back to something of its own accord: a reminder each working day for twenty years."""

_POST: Final = "the test's post"
_LEASE: Final = timedelta(minutes=1)
_MOST_MAILS: Final = 1_000


@dataclass
class _Stop:
    """An instant at which something is given: figures, events, expectations; or a day to look at."""

    arrivals: list[Arrival] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    expectations: list[Expectation] = field(default_factory=list)


@dataclass
class Course:
    """A test under way.

    ``last_cycle`` is the last cycle that did something, ``expected_at`` the one before the last expectation,
    ``told_at`` that before the last one that says who is told. ``due`` is when limen comes back to something
    of its own accord, ``silences`` maps the names of silences to their numbers.
    """

    connection: Connection
    setting: Setting
    calendar: Calendar
    most_returns: int = MOST_RETURNS
    batches: int = 0
    last_cycle: int = 0
    expected_at: int = 0
    told_at: int = 0
    returns: int = 0
    due: datetime | None = None
    silences: dict[str, int] = field(default_factory=dict)

    def follow(self, test: RuleTest) -> Iterator[Checked]:
        """Yields what came of each expectation, and of each event that could not be."""
        for now, stop in self._stops(test):
            if not self._let_pass(now):
                yield self._stopped(test, now)
                return
            self._record(stop.arrivals, now)
            yield from self._act([event for event in stop.events if event.is_first], now)
            self._cycle(now)
            later = [event for event in stop.events if not event.is_first]
            if later:
                yield from self._act(later, now)
                self._cycle(now)
            for expectation in stop.expectations:
                yield check(expectation, self._scene(), self.setting)
                self.expected_at = self.last_cycle
                if expectation.told_listed is not None:
                    self.told_at = self.last_cycle

    def _stops(self, test: RuleTest) -> list[tuple[datetime, _Stop]]:
        """What is given, in the order of time, and the noons between at which something happens by itself.

        A rule ends, and its alerts are closed; a figure that should have followed another becomes late.
        """
        stops: dict[datetime, _Stop] = {}
        for arrival in test.arrivals:
            stops.setdefault(arrival.on.instant(self.calendar), _Stop()).arrivals.append(arrival)
        for event in test.events:
            stops.setdefault(event.at.instant(self.calendar), _Stop()).events.append(event)
        for expectation in test.expectations:
            stops.setdefault(expectation.at.instant(self.calendar), _Stop()).expectations.append(expectation)
        if stops:
            first, last = min(stops), max(stops)
            for day in _days_between(self.setting.world, test.arrivals):
                noon = noon_of(day).instant(self.calendar)
                if first <= noon <= last:
                    stops.setdefault(noon, _Stop())
        return sorted(stops.items(), key=lambda each: each[0])

    def _let_pass(self, until: datetime) -> bool:
        """Runs a cycle whenever there is something to come back to before ``until``; False: too often."""
        while self.due is not None and self.due < until:
            self.returns += 1
            if self.returns > self.most_returns:
                return False
            self._cycle(self.due)
        return True

    def _cycle(self, now: datetime) -> None:
        if self.due is not None and self.due <= now:
            self._post(now)  # a reminder waits until the mail before it has gone out
        outcome = judge_changes(
            self.connection, self.setting.world, now=now, calendar=self.calendar, domain=DOMAIN
        )
        self.last_cycle = outcome.cycle_id or self.last_cycle
        if outcome.cycle_id is not None or (self.due is not None and self.due <= now):
            self.due = next_due(self.connection, now)

    def _post(self, now: datetime) -> None:
        """Takes every mail for delivered."""
        while claimed := claim(self.connection, _POST, now, _LEASE, _MOST_MAILS):
            for entry in claimed:
                record_delivered(self.connection, entry.id, _POST, "250 taken", now)

    def _record(self, arrivals: Sequence[Arrival], now: datetime) -> None:
        if not arrivals:
            return
        self.batches += 1
        name = f"figures known on {moment_of(now, self.calendar)}"
        batch = NewBatch(name, hashlib.sha256(f"{self.batches}".encode()).hexdigest(), Channel.INGEST)
        record_batch(self.connection, batch, [arrival.figure for arrival in arrivals], now=now)

    def _act(self, events: Iterable[Event], now: datetime) -> Iterator[Checked]:
        """Does what people do; yields what they could not do."""
        for event in events:
            differences = tuple(Difference(event.at, event.span, each) for each in self._done(event, now))
            self.due = now  # what was held is looked at again
            if differences:
                yield Checked(differences, frozenset())

    def _done(self, event: Event, now: datetime) -> list[str]:
        """Does it; returns why it could not be done, if so."""
        match event.what:
            case Acknowledging() as given:
                return self._acknowledge(given, now)
            case Silencing() as asked:
                return self._silence(asked, now)
            case EndingSilence() as ended:
                return self._end_silence(ended, now)

    def _acknowledge(self, given: Acknowledging, now: datetime) -> list[str]:
        refused = []
        for area in given.areas:
            key, via = (given.alert, area), "command line"
            if given.withdrawn:
                result = withdraw(
                    self.connection, now, alert=key, author=given.author, comment=given.comment, via=via
                )
            else:
                result = acknowledge(
                    self.connection,
                    now,
                    alert=key,
                    author=given.author,
                    comment=given.comment,
                    until=None if given.until is None else given.until.beginning(self.calendar),
                    via=via,
                )
            if not result.done:
                refused.append(f"{given.author} can't say that of {given.alert} in {area}: {result.reason}")
        return refused

    def _silence(self, asked: Silencing, now: datetime) -> list[str]:
        start = asked.start.beginning(self.calendar)
        try:
            made = silence(
                self.connection,
                now,
                match=asked.match,
                author=asked.author,
                comment=asked.comment,
                starts_at=now if asked.start.covers(now, self.calendar) else start,
                ends_at=asked.until.beginning(self.calendar),
            )
        except SilenceRefusedError as error:
            return [str(error)]
        self.silences[asked.name] = made.id
        return []

    def _end_silence(self, ended: EndingSilence, now: datetime) -> list[str]:
        number = self.silences.get(ended.name)
        if number is not None and end_silence(
            self.connection, now, number=number, author=ended.author, comment=ended.comment
        ):
            return []
        return [f"“{ended.name}” is not there to be ended: it was not made, or is over"]

    def _stopped(self, test: RuleTest, now: datetime) -> Checked:
        at = next(each for each in test.expectations if each.at.instant(self.calendar) >= now)
        message = (
            f"limen has come back to something {self.most_returns:,} times before {at.at}, "
            "and the test ends here: expect something earlier, or let reminders end (at_most)"
        )
        return Checked((Difference(at.at, at.span, message),), frozenset())

    def _scene(self) -> Scene:
        decisions = decisions_since(self.connection, min(self.told_at, self.expected_at))
        made = [(each.cycle_id, Telling(each.at, each.decision, each.outbox_id)) for each in decisions]
        return Scene(
            self.connection,
            self.calendar,
            tuple(telling for cycle, telling in made if cycle > self.told_at),
            tuple(telling for cycle, telling in made if cycle > self.expected_at),
        )


def _days_between(world: World, arrivals: Iterable[Arrival]) -> Iterator[date]:
    """The days on which rules end, and those on which a figure that should have followed another is late."""
    for rule in world.rulebook.alerts.values():
        if rule.retirement is not None:
            yield rule.retirement.on
    for series, end in {(each.figure.indicator, each.figure.period_end) for each in arrivals}:
        holidays = bank_holidays(end.year, end.year + 6)  # a year and 999 working days, the longest there is
        expected = expected_after(end, world.rulebook.indicators[series], holidays)
        if expected is not None:
            yield expected.due + timedelta(days=1)
