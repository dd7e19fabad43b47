"""What an edit of the rules does to when people are told, reminded and passed over.

It is asked of every open alert, for news that came now, and where that is the same before and after the edit,
for news that came on Saturday evening, when hours and digests show.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final

from sqlalchemy import Connection

from monitor.core.alerts import Alert
from monitor.core.forecast import Forecast, forecast
from monitor.core.holding import Circumstances
from monitor.core.notifications import TellReason
from monitor.core.recipients import Recipient
from monitor.core.wall_calendar import Calendar
from monitor.store.alerts import firing_alerts, open_alerts
from monitor.store.silences import silences
from monitor.world import World

SATURDAY: Final = 5
EVENING: Final = time(22)


@dataclass(frozen=True, slots=True)
class Moments:
    """When somebody would be told of an alert, first reminded, and when it would be passed on to others.

    ``told`` None: nobody knows yet when; ``held_for`` is then, or until then, what keeps it from them.
    """

    told: datetime | None
    held_for: TellReason | None
    reminded: datetime | None
    passed_on: tuple[tuple[datetime, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class Retimed:
    """Somebody who would be told by the old rules and by the new ones, but not at the same times.

    ``known_at`` is when the news comes that both are asked about.
    """

    rule: str
    area: str
    person: Recipient
    known_at: datetime
    old: Moments
    new: Moments


def retimed(
    connection: Connection, old: World, new: World, *, now: datetime, calendar: Calendar
) -> tuple[Retimed, ...]:
    """Returns whose times change, of the alerts that are open and whose rule is in both rulebooks."""
    found: list[Retimed] = []
    for alert in open_alerts(connection).values():
        if alert.rule in old.rulebook.alerts and alert.rule in new.rulebook.alerts:
            if new.areas.find(alert.area) is None or old.areas.find(alert.area) is None:
                continue
            for at in (now, _saturday_after(now, calendar)):
                changed = list(_retimed_at(connection, (old, new), alert, at, calendar))
                if changed:
                    found += changed
                    break
    return tuple(found)


def _saturday_after(now: datetime, calendar: Calendar) -> datetime:
    today = calendar.local_day(now)
    return calendar.at(today + timedelta(days=(SATURDAY - today.weekday()) % 7 or 7), EVENING)


def _retimed_at(
    connection: Connection, worlds: tuple[World, World], alert: Alert, at: datetime, calendar: Calendar
) -> Iterator[Retimed]:
    before, after = (_moments(connection, world, alert, at, calendar) for world in worlds)
    for person, (whom, new) in after.items():
        if person in before and before[person][1] != new:
            yield Retimed(alert.rule, alert.area, whom, at, before[person][1], new)


def _moments(
    connection: Connection, world: World, alert: Alert, at: datetime, calendar: Calendar
) -> Mapping[str, tuple[Recipient, Moments]]:
    circumstances = Circumstances(
        at,
        calendar,
        world.rulebook,
        world.areas,
        firing_alerts(connection),
        silences=silences(connection, ending_after=at),
    )
    found = forecast(
        circumstances,
        rule=alert.rule,
        area=alert.area,
        level=alert.level,
        directory=world.directory,
        operations=world.operations,
    )
    return {
        each.whom.recipient.id: (
            each.whom.recipient,
            Moments(
                told=each.at,
                held_for=each.holds[-1].reason if each.holds else None,
                reminded=each.reminders[0] if each.reminders else None,
                passed_on=_passed_on(found, (each.whom.route, *each.whom.also)),
            ),
        )
        for each in found.people
    }


def _passed_on(found: Forecast, routes: tuple[str, ...]) -> tuple[tuple[datetime, tuple[str, ...]], ...]:
    """When the routes that name somebody pass it on, and to whom."""
    return tuple(
        (step.at, tuple(each.recipient.name for each in step.people))
        for step in found.escalations
        if step.route in routes
    )
