"""Replayed history told again: who would have been told of what, when, in which mail.

What the rules say of telling is not worked out here but done, by the code that the daemon tells with: day by
day, and whenever there is something to come back to, as when a window opens or a digest or a reminder is due.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Final

from monitor.core.alerts import AlertState, EpisodeKey
from monitor.core.notifications import Decision, NoticeKind
from monitor.core.replay import ReplayedDay
from monitor.core.routing import Change
from monitor.core.suppressions import Acknowledgement
from monitor.core.wall_calendar import Calendar
from monitor.telling.in_memory import InMemory
from monitor.telling.rehearsing import RehearsedMail, rehearse
from monitor.world import World

FIGURES_COME_AT: Final = time(12)
"""The hour, where people are, at which the figures of a day are taken to come in."""

_BEGINNINGS: Final = frozenset({NoticeKind.BREACH, NoticeKind.WORSENED})


@dataclass(frozen=True, slots=True)
class RetoldMail:
    """A mail that would have been sent, and when."""

    at: datetime
    mail: RehearsedMail


@dataclass(frozen=True, slots=True)
class Retold:
    """All mails, and all decisions not to tell or not yet, each with its instant, in the order of time."""

    mails: tuple[RetoldMail, ...]
    untold: tuple[tuple[datetime, Decision], ...]


def retell(
    world: World,
    days: Iterable[ReplayedDay],
    *,
    until: date,
    calendar: Calendar,
    acknowledged_after: int | None = None,
) -> Retold:
    """Tells replayed history to those who held their roles then.

    Args:
        world: the areas, people and rules.
        days: what each day did to alerts, in the order of days.
        until: the last day; what would be told later is left out.
        calendar: which day and hour it is where people are.
        acknowledged_after: somebody acknowledges each breach, and each worsening, so many working days after
            it was told first; None: nobody ever does.
    """
    telling = _Telling(world, calendar, acknowledged_after)
    for day in days:
        now = calendar.at(day.on, FIGURES_COME_AT)
        telling.pass_time(now)
        telling.cycle(now, day.changes)
    telling.pass_time(calendar.at(until + timedelta(days=1), time()))
    return Retold(tuple(telling.mails), tuple(telling.untold))


@dataclass
class _Telling:
    """``due`` is when there is something to come back to, ``answers`` when each breach is acknowledged."""

    world: World
    calendar: Calendar
    acknowledged_after: int | None
    kept: InMemory = field(default_factory=InMemory)
    due: datetime | None = None
    answers: dict[EpisodeKey, tuple[datetime, str]] = field(default_factory=dict)
    mails: list[RetoldMail] = field(default_factory=list)
    untold: list[tuple[datetime, Decision]] = field(default_factory=list)

    def pass_time(self, until: datetime) -> None:
        """Comes back to all that is due before ``until``."""
        while (now := self._next()) is not None and now < until:
            for key in [key for key, (at, _) in self.answers.items() if at <= now]:
                self._acknowledge(key, now)
            self.cycle(now, ())

    def cycle(self, now: datetime, changes: Sequence[Change]) -> None:
        """Tells what changed, and what is due."""
        rehearsal = rehearse(self.kept, self.world, changes, now=now, calendar=self.calendar)
        self.mails += [RetoldMail(now, mail) for mail in rehearsal.mails]
        self.untold += [(now, decision) for decision in rehearsal.untold]
        if self.acknowledged_after is not None:
            self._await_answers(rehearsal.mails, now, self.acknowledged_after)
        self.due = self.kept.next_due(now)

    def _next(self) -> datetime | None:
        instants = [at for at, _ in self.answers.values()]
        return min(instants if self.due is None else [self.due, *instants], default=None)

    def _await_answers(self, mails: Iterable[RehearsedMail], now: datetime, after: int) -> None:
        at = self.calendar.add_working_days_at(now, after)
        for mail in mails:
            for told in mail.decisions:
                if told.kind in _BEGINNINGS:
                    self.answers.setdefault((told.rule, told.area, told.episode), (at, mail.recipient.id))

    def _acknowledge(self, key: EpisodeKey, now: datetime) -> None:
        """What happens when somebody acknowledges a breach that they were told of, if it goes on."""
        _, author = self.answers.pop(key)
        rule, area, episode = key
        alert = self.kept.alerts([(rule, area)])[rule, area]
        if alert.state is AlertState.FIRING and alert.episode == episode:
            self.kept.append_acknowledgement(
                Acknowledgement(
                    id=0,
                    at=now,
                    rule=rule,
                    area=area,
                    episode=episode,
                    level=alert.level,
                    author=author,
                    comment="",
                    until=None,
                    via="",
                )
            )
