"""Whom an alert would reach at an instant, when each of them would be told, and what would follow.

It asks what telling asks: who holds which role on that day, what keeps news from them, and when that ends.
News that is held is told to those whom the routes reach when it is told, not to those whom they reached when
it was held: a deputy who has gone home by then is not among them.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TypeVar

from monitor.core.alerts import Alert, AlertState
from monitor.core.freshness import late_indicator
from monitor.core.holding import Candidate, Circumstances, Hold
from monitor.core.notifications import Decision, NoticeKind, TellReason
from monitor.core.plausibility import faulty_indicator
from monitor.core.recipients import Directory, Recipient
from monitor.core.routing import Change, Reached, data_owners, reached, vacancies
from monitor.core.rulebook import Escalation, Level, Route
from monitor.core.wall_calendar import Calendar
from monitor.core.windows import told_at

T = TypeVar("T")

MOST_REMINDERS = 3
"""How many reminders are foreseen; further ones are as regular."""

_MOST_LOOKS = 50
"""Beyond any chain of windows, silences and maintenances that follow each other."""

Directing = Callable[[date], tuple[Reached, ...]]


@dataclass(frozen=True, slots=True)
class Hearing:
    """One person: as what they are reached, when they are told, and what keeps it from them until then.

    ``at`` None: nobody knows yet when. ``reaches_no_more``: when it is told, no route names them any more.
    ``reminders``: the first ones, while nobody acknowledges it and a route still names them;
    ``reminded_further``: there are more of them.
    """

    whom: Reached
    at: datetime | None
    holds: tuple[Hold, ...]
    reaches_no_more: bool = False
    reminders: tuple[datetime, ...] = ()
    reminded_further: bool = False


@dataclass(frozen=True, slots=True)
class Escalated:
    """One step of a route's escalation: who would be told then, if nobody has acknowledged. May be nobody.

    ``reminders``: the first ones of each of them, as long as they are still there for it.
    """

    route: str
    at: datetime
    to: tuple[str, ...]
    people: tuple[Reached, ...]
    reminders: tuple[tuple[Reached, tuple[datetime, ...]], ...] = ()


@dataclass(frozen=True, slots=True)
class Forecast:
    """What would come of an alert. ``instead`` is told where no route reaches anybody; ``vacant`` says why.

    ``handed_on`` are those who are not told at first, but reminded later, for they stand then where somebody
    was told.
    """

    alert: Alert
    people: tuple[Hearing, ...]
    handed_on: tuple[tuple[Reached, tuple[datetime, ...]], ...]
    escalations: tuple[Escalated, ...]
    instead: tuple[Recipient, ...]
    vacant: str = ""

    @property
    def reaches_anybody(self) -> bool:
        """Whether a route, or the role of the data's owner, reaches somebody."""
        return bool(self.people)


def forecast(
    circumstances: Circumstances,
    *,
    rule: str,
    area: str,
    level: Level | None,
    directory: Directory,
    operations: Sequence[Recipient],
) -> Forecast:
    """Foresees what an alert that begins at ``circumstances.now`` brings, as things are known now.

    Args:
        circumstances: the instant, the rules, and what is silenced or fires.
        rule: an alert rule's id, or what stands for lateness or a fault of the data.
        area: the area's name.
        level: the alert's level; None where it has none.
        directory: who is who.
        operations: who is told where nobody else is reached.
    """
    alert = Alert(rule, area, AlertState.FIRING, level, episode=1)

    def reach(day: date) -> tuple[Reached, ...]:
        return _reach(circumstances, alert, directory, day)

    hearings = _hearings(circumstances, alert, reach)
    reminders = _reminders(circumstances, hearings, reach)
    people = tuple(_with_reminders(each, reminders) for each in hearings)
    return Forecast(
        alert=alert,
        people=people,
        handed_on=tuple((whom, tuple(times[:MOST_REMINDERS])) for whom, times in reminders.values()),
        escalations=_escalations(circumstances, alert, people, directory),
        instead=() if people else tuple(operations),
        vacant="" if people else _vacant(circumstances, alert, directory),
    )


def _is_about_data(alert: Alert) -> bool:
    return late_indicator(alert.rule) is not None or faulty_indicator(alert.rule) is not None


def _vacant(circumstances: Circumstances, alert: Alert, directory: Directory) -> str:
    if _is_about_data(alert):
        return ""
    day = circumstances.calendar.local_day(circumstances.now)
    return _routed(circumstances, alert, directory, day, vacancies)


def _reach(
    circumstances: Circumstances, alert: Alert, directory: Directory, day: date
) -> tuple[Reached, ...]:
    if _is_about_data(alert):
        return data_owners(alert.area, directory=directory, areas=circumstances.areas, on=day)
    return _routed(circumstances, alert, directory, day, reached)


def _routed(
    circumstances: Circumstances, alert: Alert, directory: Directory, day: date, ask: Callable[..., T]
) -> T:
    book, areas = circumstances.rulebook, circumstances.areas
    rule = book.alerts[alert.rule]
    return ask(
        book.routes,
        rule,
        book.indicators[rule.indicator],
        areas[alert.area],
        alert.level,
        directory=directory,
        areas=areas,
        on=day,
    )


def _hearings(circumstances: Circumstances, alert: Alert, reach: Directing) -> list[Hearing]:
    """Looks again whenever something that holds the news from somebody ends, as telling does."""
    found: dict[str, Hearing] = {}
    at: datetime | None = circumstances.now
    for _ in range(_MOST_LOOKS):
        if at is None:
            break
        now = replace(circumstances, now=at)
        named = reach(circumstances.calendar.local_day(at))
        for whom in named:
            before = found.get(whom.recipient.id)
            if before is None or before.at is None:
                found[whom.recipient.id] = _heard(now, alert, whom, before, circumstances.now)
        names = {whom.recipient.id for whom in named}
        for person, each in found.items():
            if each.at is None:
                found[person] = replace(each, reaches_no_more=person not in names)
        at = _next_look(found.values(), at)
    return list(found.values())


def _heard(
    now: Circumstances, alert: Alert, whom: Reached, before: Hearing | None, since: datetime
) -> Hearing:
    holds = before.holds if before is not None else ()
    data = not whom.route
    decision = Decision(
        rule=alert.rule,
        area=alert.area,
        episode=alert.episode,
        kind=NoticeKind.LATE if data else NoticeKind.BREACH,
        recipient=whom.recipient,
        reason=TellReason.DATA_OWNER if data else TellReason.ROUTE,
        route=whom.route or None,
        role=whom.role,
        role_area=whom.role_area,
    )
    candidate = Candidate(
        decision=decision,
        change=Change(Alert(alert.rule, alert.area), alert, ()),
        routes=() if data else (whom.route, *whom.also),
        since=since,
        held_for=holds[-1].reason if holds else None,
        held_until=holds[-1].until if holds else None,
    )
    hold = now.hold_of(candidate)
    if hold is None:
        return Hearing(whom, now.now, holds)
    if holds and (holds[-1].reason, holds[-1].note) == (hold.reason, hold.note):
        return Hearing(whom, None, (*holds[:-1], hold))
    return Hearing(whom, None, (*holds, hold))


def _next_look(found: Iterable[Hearing], after: datetime) -> datetime | None:
    ends = [each.holds[-1].until for each in found if each.at is None and not each.reaches_no_more]
    return min((end for end in ends if end is not None and end > after), default=None)


@dataclass(frozen=True, slots=True)
class _ToRemind:
    """A reminder to come: whom, by which route, and how many there were before it."""

    due: datetime
    whom: Reached
    route: Route
    sent: int


def _reminders(
    circumstances: Circumstances, people: Sequence[Hearing], reach: Directing
) -> dict[str, tuple[Reached, list[datetime]]]:
    """The first reminders of each person; of who is reached no more, of those who stand there then."""
    calendar = circumstances.calendar
    waiting = {
        each.whom.recipient.id: first
        for each in people
        if (first := _first_reminder(each, circumstances)) is not None
    }
    heard = {each.whom.recipient.id for each in people if each.at is not None}
    found: dict[str, tuple[Reached, list[datetime]]] = {}
    while waiting:
        person, row = min(waiting.items(), key=lambda each: (each[1].due, each[0]))
        at = told_at(row.route.timing, row.due, calendar)
        named = reach(calendar.local_day(at))
        told = [row.whom]
        if person not in {whom.recipient.id for whom in named}:
            told = [
                replace(whom, route=row.route.id)
                for whom in named
                if row.route.id in (whom.route, *whom.also)
                and whom.role == row.whom.role
                and whom.recipient.id not in waiting
            ]
        del waiting[person]
        for whom in told:
            # A successor hears of it for the first time then, and their own reminders are counted from that.
            knows = whom.recipient.id in heard or whom.recipient.stands_in_for
            sent = row.sent + 1 if knows else 0
            heard.add(whom.recipient.id)
            found.setdefault(whom.recipient.id, (whom, []))[1].append(at)
            due = _next_due(row.route, at, sent, calendar)
            if due is not None and len(found[whom.recipient.id][1]) <= MOST_REMINDERS:
                waiting[whom.recipient.id] = _ToRemind(due, whom, row.route, sent)
    return found


def _first_reminder(hearing: Hearing, circumstances: Circumstances) -> _ToRemind | None:
    """That of the route that reminds soonest."""
    if hearing.at is None:
        return None
    found = [
        _ToRemind(due, hearing.whom, route, 0)
        for route in _routes(hearing, circumstances)
        if (due := _next_due(route, hearing.at, 0, circumstances.calendar)) is not None
    ]
    return min(found, key=lambda each: each.due, default=None)


def _next_due(route: Route, last: datetime, sent: int, calendar: Calendar) -> datetime | None:
    return None if route.reminders is None else route.reminders.next_reminder(last, sent, calendar)


def _with_reminders(hearing: Hearing, reminders: dict[str, tuple[Reached, list[datetime]]]) -> Hearing:
    _, found = reminders.pop(hearing.whom.recipient.id, (hearing.whom, []))
    return replace(
        hearing,
        reminders=tuple(found[:MOST_REMINDERS]),
        reminded_further=len(found) > MOST_REMINDERS,
    )


def _routes(hearing: Hearing, circumstances: Circumstances) -> list[Route]:
    names = (hearing.whom.route, *hearing.whom.also)
    return [route for route in circumstances.rulebook.routes if route.id in names]


def _escalations(
    circumstances: Circumstances, alert: Alert, people: Sequence[Hearing], directory: Directory
) -> tuple[Escalated, ...]:
    found: list[Escalated] = []
    for route in circumstances.rulebook.routes:
        first = min(
            (each.at for each in people if each.at is not None and route in _routes(each, circumstances)),
            default=None,
        )
        if first is not None:
            found += _Passing(circumstances, alert, route, directory).steps(first)
    return tuple(sorted(found, key=lambda each: each.at))


@dataclass(frozen=True, slots=True)
class _Passing:
    """How an alert is passed on by one route."""

    circumstances: Circumstances
    alert: Alert
    route: Route
    directory: Directory

    def steps(self, first: datetime) -> Iterable[Escalated]:
        """Days count from the first telling; two steps are never nearer than the rule has them."""
        calendar, last, before = self.circumstances.calendar, first, 0
        found: list[tuple[Escalation, Escalated]] = []
        for step in self.route.escalations:
            due = max(
                calendar.add_working_days_at(first, step.after),
                calendar.add_working_days_at(last, max(step.after - before, 0)),
            )
            last, before = told_at(self.route.timing, due, calendar), step.after
            to = tuple(target.role or target.person or "" for target in step.to)
            found.append((step, Escalated(self.route.id, last, to, self._stand_at(step, last))))
        for place, (step, each) in enumerate(found):
            later = [escalated for _, escalated in found[place + 1 :]]
            reminded = ((whom, tuple(self._reminders(step, each.at, whom, later))) for whom in each.people)
            yield replace(each, reminders=tuple((whom, times) for whom, times in reminded if times))

    def _reminders(
        self, step: Escalation, told: datetime, whom: Reached, later: Sequence[Escalated]
    ) -> Iterable[datetime]:
        """The first ones of somebody, until a later step tells them anew or they stand there no more."""
        anew = min((each.at for each in later if whom in each.people), default=None)
        for sent in range(MOST_REMINDERS):
            due = _next_due(self.route, told, sent, self.circumstances.calendar)
            if due is None:
                return
            told = told_at(self.route.timing, due, self.circumstances.calendar)
            if (anew is not None and told >= anew) or whom not in self._stand_at(step, told):
                return
            yield told

    def _stand_at(self, step: Escalation, at: datetime) -> tuple[Reached, ...]:
        """Who stands at a step of the escalation at an instant, each once."""
        day = self.circumstances.calendar.local_day(at)
        people: dict[str, Reached] = {}
        for target in step.to:
            if target.person is not None:
                named, held_for = self.directory.person(target.person, day), None
            else:
                named, held_for = self.directory.holders(
                    target.role or "", self.alert.area, day, self.circumstances.areas
                )
            for person in named:
                people.setdefault(person.id, Reached(person, self.route.id, target.role, held_for))
        return tuple(people.values())
