"""What an edit of the rules would do on the figures that there are: ratings, alerts, and who would be told.

It is not worked out but done, on a copy of the store: a cycle by the old rules, so that whatever is due
without the edit is not taken for its doing, and then one by the new rules. What that second cycle writes is
the plan.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from monitor.calendar_england import calendar_of
from monitor.compose.subject import subject_line
from monitor.core.alerts import Alert, AlertState, Transition
from monitor.core.notifications import Decision, Notification
from monitor.core.rating_changes import RatedFigures, RatingChange, rating_changes
from monitor.core.recipients import Recipient
from monitor.core.routing import reached
from monitor.core.rulebook import Level
from monitor.cycle import run_cycle
from monitor.lateness import LOOK
from monitor.retiming import Retimed, retimed
from monitor.rulebook.differences import Difference, differences
from monitor.standings import by_area, others_of
from monitor.store.alerts import alerts, open_alerts, transitions_of_cycle
from monitor.store.copies import copy_of
from monitor.store.decisions import decisions_of_cycle
from monitor.store.figures import figures
from monitor.store.outbox import outbox_entries
from monitor.store.renaming import follow_renames
from monitor.store.rulebooks import fingerprints
from monitor.store.store import Store
from monitor.world import TELLING, World

AlertKey = tuple[str, str]
Standing = tuple[AlertState, Level | None]

TIMED: Final = frozenset({"route", "inhibition", "maintenance"})
"""What in a rulebook says when news may be told."""


class Course(StrEnum):
    """What becomes of an alert."""

    STARTS = "starts"
    WORSENS = "worsens"
    EASES = "eases"
    ENDS = "ends"
    BECOMES_PENDING = "becomes pending"
    STOPS_PENDING = "is no longer pending"
    COMES_AND_GOES = "starts and ends again, or ends and starts"
    STAYS_QUIET = "stays quiet"


@dataclass(frozen=True, slots=True)
class AlertChange:
    """What becomes of one alert; ``steps`` are its transitions, ``title`` what it is about."""

    course: Course
    before: Alert
    after: Alert
    steps: tuple[Transition, ...]
    title: str


@dataclass(frozen=True, slots=True)
class PlannedMail:
    """A mail that would be sent; ``tells_of`` are the (rule, area) that it tells of."""

    recipient: Recipient
    subject: str
    notification: Notification
    tells_of: tuple[AlertKey, ...]


@dataclass(frozen=True, slots=True)
class ReachChange:
    """Whom the next news of an open alert would reach, and no longer would."""

    rule: str
    area: str
    level: Level | None
    added: tuple[Recipient, ...]
    removed: tuple[Recipient, ...]


@dataclass(frozen=True)
class Plan:
    """What an edit changes.

    ``rebased``: the store was last judged by other rules than the old ones, so the plan begins with what
    those would have made of it. ``decisions`` are all that were made, also not to tell, or not yet.
    ``retimed`` are those whom news of open alerts would reach at another time.
    """

    rebased: bool
    rules: tuple[Difference, ...]
    ratings: tuple[RatingChange, ...]
    alerts: tuple[AlertChange, ...]
    decisions: tuple[Decision, ...]
    mails: tuple[PlannedMail, ...]
    reach: tuple[ReachChange, ...]
    retimed: tuple[Retimed, ...] = ()

    @property
    def untold(self) -> tuple[Decision, ...]:
        """The decisions not to tell."""
        return tuple(
            decision for decision in self.decisions if not decision.reason.told and not decision.reason.held
        )

    @property
    def told_later(self) -> tuple[Decision, ...]:
        """The decisions to tell later, if it still holds then."""
        return tuple(decision for decision in self.decisions if decision.reason.held)

    @property
    def noteworthy(self) -> tuple[AlertChange, ...]:
        """The alerts that change for anybody but the records: not those that were quiet and stay so."""
        return tuple(change for change in self.alerts if change.course is not Course.STAYS_QUIET)

    @property
    def changes_anything(self) -> bool:
        """Whether ratings, alerts or who is told of them change; rules may be edited without."""
        told = self.mails or self.told_later or self.reach or self.retimed
        return bool(self.ratings or self.noteworthy or told)


def plan(store: Store, old: World, new: World, *, now: datetime, zone: ZoneInfo, domain: str) -> Plan:
    """Finds out what the daemon would do if ``new`` took the place of ``old`` now; ``store`` is only read.

    Raises:
        StoreUnavailableError: the store can't be read.
    """
    with copy_of(store) as copy:
        with copy.reading() as connection:
            judged_by = fingerprints(connection)
            judged_by.pop(LOOK, None)
            judged_by.pop(TELLING, None)
        run_cycle(copy, old, now=now, zone=zone, domain=domain)
        with copy.reading() as connection:
            rated = _rated(connection, old)
        with copy.writing() as connection:
            # What only goes by another name starts and ends nothing.
            names = follow_renames(connection, new.areas, (), now=now)
            stood = alerts(connection)
        called = {each.before: each.after for each in names}
        rated = {indicator: each.renamed(called) for indicator, each in rated.items()}
        outcome = run_cycle(copy, new, now=now, zone=zone, domain=domain)
        with copy.reading() as connection:
            ratings = _rating_changes(rated, _rated(connection, new), new)
            reach = _reach_changes(connection, old, new, called, now.astimezone(zone).date())
            rules = differences(old.rulebook, new.rulebook, new.areas)
            times: tuple[Retimed, ...] = ()
            if any(each.kind in TIMED for each in rules):
                times = retimed(connection, old, new, now=now, calendar=calendar_of(zone))
            rebased = bool(judged_by) and judged_by != old.fingerprints()
            if outcome.cycle_id is None:
                return Plan(rebased, rules, ratings, (), (), (), reach, times)
            moved = _alert_changes(connection, stood, outcome.cycle_id, old, new)
            decided = decisions_of_cycle(connection, outcome.cycle_id)
            mails = {each.outbox_id for each in decided if each.outbox_id is not None}
            entries = outbox_entries(connection, ids=mails) if mails else ()
    sent = [_mail(entry.notification) for entry in sorted(entries, key=lambda entry: entry.id)]
    made = tuple(each.decision for each in decided)
    return Plan(rebased, rules, ratings, moved, made, tuple(sent), reach, times)


def _rated(connection: Connection, world: World) -> dict[str, RatedFigures]:
    found = {}
    for indicator in world.rulebook.indicators.values():
        series = by_area(figures(connection, indicator.id), world.areas)
        found[indicator.id] = RatedFigures.of(indicator, series, others_of(connection, world, indicator))
    return found


def _rating_changes(
    old: Mapping[str, RatedFigures], new: Mapping[str, RatedFigures], world: World
) -> tuple[RatingChange, ...]:
    return tuple(
        change
        for name in dict.fromkeys([*old, *new])
        for change in rating_changes(old.get(name), new.get(name), world.areas)
    )


def _alert_changes(
    connection: Connection, stood: Mapping[AlertKey, Alert], cycle_id: int, old: World, new: World
) -> tuple[AlertChange, ...]:
    steps: dict[AlertKey, list[Transition]] = {}
    for step in transitions_of_cycle(connection, cycle_id):
        steps.setdefault((step.rule, step.area), []).append(step)
    now = alerts(connection, list(steps))
    found = []
    for key, moved in steps.items():
        before, after = stood.get(key, Alert(*key)), now[key]
        becomes = course((before.state, before.level), (after.state, after.level), moved)
        found.append(AlertChange(becomes, before, after, tuple(moved), _title(key[0], old, new)))
    return tuple(sorted(found, key=_urgency))


def course(was: Standing, now: Standing, steps: Sequence[Transition]) -> Course:
    """What becomes of an alert that stood so and now stands so, ``steps`` between them."""
    fired, fires = was[0] is AlertState.FIRING, now[0] is AlertState.FIRING
    if fires and not fired:
        return Course.STARTS
    if fired and not fires:
        return Course.ENDS
    if fired:
        before, after = (-1 if level is None else level.rank for _, level in (was, now))
        return Course.WORSENS if after > before else Course.EASES if after < before else Course.COMES_AND_GOES
    if any(AlertState.FIRING in (step.from_state, step.to_state) for step in steps):
        return Course.COMES_AND_GOES
    if now[0] is AlertState.PENDING and was[0] is not AlertState.PENDING:
        return Course.BECOMES_PENDING
    return Course.STOPS_PENDING if was[0] is AlertState.PENDING else Course.STAYS_QUIET


def courses(steps: Iterable[Transition]) -> list[Course]:
    """What becomes of each alert that took one of these steps, which are in their order."""
    taken: dict[AlertKey, list[Transition]] = {}
    for step in steps:
        taken.setdefault((step.rule, step.area), []).append(step)
    return [
        course((each[0].from_state, each[0].from_level), (each[-1].to_state, each[-1].to_level), each)
        for each in taken.values()
    ]


def _urgency(change: AlertChange) -> tuple[int, int, str, str]:
    rank = -1 if change.after.level is None else change.after.level.rank
    return list(Course).index(change.course), -rank, change.after.rule, change.after.area


def _title(rule: str, old: World, new: World) -> str:
    known = new.rulebook.alerts.get(rule) or old.rulebook.alerts.get(rule)
    return known.title if known else rule


def _mail(notification: Notification) -> PlannedMail:
    tells_of = tuple((notice.rule, notice.area) for notice in notification.notices)
    return PlannedMail(notification.recipient, subject_line(notification), notification, tells_of)


def _reach_changes(
    connection: Connection, old: World, new: World, called: Mapping[str, str], today: date
) -> tuple[ReachChange, ...]:
    """Of the alerts that are open after the edit and whose rule is in both rulebooks.

    ``called``: earlier name -> name now, of areas that the edit renames.
    """
    found = []
    earlier = {after: before for before, after in called.items()}
    for (rule, area), alert in open_alerts(connection).items():
        if rule in old.rulebook.alerts and rule in new.rulebook.alerts:
            then = replace(alert, area=earlier.get(area, area))
            before, after = _reached(old, then, today), _reached(new, alert, today)
            added = tuple(person for key, person in after.items() if key not in before)
            removed = tuple(person for key, person in before.items() if key not in after)
            if added or removed:
                found.append(ReachChange(rule, area, alert.level, added, removed))
    return tuple(found)


def _reached(world: World, alert: Alert, today: date) -> dict[str, Recipient]:
    rule, area = world.rulebook.alerts[alert.rule], world.areas.find(alert.area)
    if area is None:
        return {}
    found = reached(
        world.rulebook.routes,
        rule,
        world.indicator_of(rule),
        area,
        alert.level,
        directory=world.directory,
        areas=world.areas,
        on=today,
    )
    return {each.recipient.id: each.recipient for each in found}
