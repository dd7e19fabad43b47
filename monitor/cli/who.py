"""``limen who``: whom an alert would reach at an instant, when they would be told, and what would follow."""

import csv
import io
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from rich.padding import Padding
from rich.text import Text

from monitor.calendar_england import calendar_of
from monitor.cli import exit_codes
from monitor.cli.choices import UnknownNameError, area_named, rule_or_indicator
from monitor.cli.formats import AlertLevel, TableFormat
from monitor.cli.moments import instant, spoken
from monitor.cli.session import Session, present
from monitor.core.areas import Area
from monitor.core.forecast import Escalated, Forecast, Hearing, forecast
from monitor.core.freshness import late_indicator
from monitor.core.holding import Circumstances, Hold
from monitor.core.notifications import TellReason
from monitor.core.plausibility import faulty_indicator
from monitor.core.routing import Reached
from monitor.core.rulebook import AlertRule, Level
from monitor.core.wall_calendar import Calendar
from monitor.store.alerts import fired_at, firing_alerts
from monitor.store.errors import StoreError
from monitor.store.silences import silences
from monitor.terminal import write_plainly
from monitor.wording import day
from monitor.world import World

COLUMNS = (
    "rule", "level", "area", "person", "stands_in_for", "role", "role_area", "route", "channel",
    "salutation", "language", "told_at", "held_because", "held_by", "reminders",
)  # fmt: skip

_WHY = {
    TellReason.WINDOW: "outside the hours of",
    TellReason.DIGEST: "gathered for the digest of",
    TellReason.SILENCED: "silenced by",
    TellReason.MAINTENANCE: "held by",
    TellReason.INHIBITED: "held while another alert fires:",
    TellReason.DATA_FAULT: "the figure is in doubt:",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """One alert that is asked about, and the level at which."""

    rule: str
    level: Level | None


def show_who(
    session: Session, subject: str, area: str, *, at: str | None, level: AlertLevel | None, style: TableFormat
) -> int:
    """Prints whom an alert would reach; fails where it reaches nobody but operations."""
    world, calendar = session.world, calendar_of(session.settings.zone)
    place = area_named(area, world)
    asked = _asked(subject, place, None if level is None else Level(level.value), world)
    when = present() if at is None else instant(at, "--at", present(), calendar)
    now = _circumstances(session, world, calendar, when)
    found = [
        forecast(
            now,
            rule=each.rule,
            area=place.name,
            level=each.level,
            directory=world.directory,
            operations=world.operations,
        )
        for each in asked
    ]
    for name in dict.fromkeys(each.rule for each in asked):
        _warn_of_retired(session, name, calendar.local_day(when), world)
    match style:
        case TableFormat.CSV:
            write_plainly(_csv(found))
        case TableFormat.JSON:
            records = [_record(each, when) for each in found]
            write_plainly(json.dumps(records, indent=2, ensure_ascii=False) + "\n")
        case TableFormat.TABLE:
            _print(session, found, when, calendar)
    return exit_codes.OK if all(each.reaches_anybody for each in found) else exit_codes.PROBLEMS


def _asked(subject: str, area: Area, level: Level | None, world: World) -> list[Asked]:
    """The rules that are meant, each at every level that it has there."""
    about = late_indicator(subject) or faulty_indicator(subject)
    if about is not None:
        rule_or_indicator(about, world)
        return [Asked(subject, None)]
    found = rule_or_indicator(subject, world)
    rules = (found,) if isinstance(found, AlertRule) else world.rulebook.rules_of(found.id)
    covering = [rule for rule in rules if rule.covers(area)]
    asked = [
        Asked(rule.id, each.level)
        for rule in covering
        for each in reversed(rule.thresholds_for(area).levels)
        if level in (None, each.level)
    ]
    if not asked:
        raise UnknownNameError(_nothing_there(subject, area, level, rules, covering))
    return asked


def _warn_of_retired(session: Session, name: str, on: date, world: World) -> None:
    rule = world.rulebook.alerts.get(name)
    retirement = None if rule is None else rule.retirement
    if retirement is not None and retirement.on <= on:
        instead = f"; {retirement.superseded_by} has taken its place" if retirement.superseded_by else ""
        session.err.print(
            f"{name} is not in effect any more from {day(retirement.on)}{instead}. Were it, this would hold:",
            soft_wrap=True,
        )


def _nothing_there(
    subject: str,
    area: Area,
    level: Level | None,
    rules: Sequence[AlertRule],
    covering: Sequence[AlertRule],
) -> str:
    if not rules:
        return f"No alert rule watches {subject}, so nobody is told of it."
    if not covering:
        where = "; ".join(f"{rule.id}: {rule.scope}" for rule in rules)
        return f"No alert is raised about {subject} in {area.name}. It is watched in other areas: {where}."
    return f"{subject} has no level “{level}” in {area.name}. Leave --level out to see those that there are."


def _circumstances(session: Session, world: World, calendar: Calendar, when: datetime) -> Circumstances:
    plain = Circumstances(when, calendar, world.rulebook, world.areas, {})
    try:
        if session.sqlite_file_is_missing(make=False):
            return plain
        with session.store() as store, store.reading() as connection:
            active = silences(connection, ending_after=when)
            firing = firing_alerts(connection)
            faults = [key for key in firing if faulty_indicator(key[0]) is not None]
            return Circumstances(
                when,
                calendar,
                world.rulebook,
                world.areas,
                firing,
                silences=active,
                doubted_since=fired_at(connection, faults),
            )
    except StoreError as fault:
        session.err.print(
            f"The database can't be asked, so silences and alerts that fire now are left out: {fault}",
            soft_wrap=True,
        )
        return plain


def _print(session: Session, found: Sequence[Forecast], when: datetime, calendar: Calendar) -> None:
    out = session.out
    for levels, each in _merged(found):
        alert = each.alert
        out.print(
            Text(f"{alert.rule} in {alert.area}{levels}, known {spoken(when, calendar)}:", "bold"),
            soft_wrap=True,
        )
        for line in _lines(each, when, calendar):
            out.print(Padding(Text(line), (0, 0, 0, 4), expand=False))


def _merged(found: Sequence[Forecast]) -> Iterable[tuple[str, Forecast]]:
    """Levels of one rule at which the same comes of it are one."""
    groups: list[tuple[list[str], Forecast]] = []
    for each in found:
        level = "" if each.alert.level is None else each.alert.level.value
        last = groups[-1] if groups else None
        if last is not None and _same(last[1], each):
            last[0].append(level)
        else:
            groups.append(([level], each))
    for names, each in groups:
        yield f" ({' or '.join(names)})" if any(names) else "", each


def _same(one: Forecast, other: Forecast) -> bool:
    return (one.alert.rule, one.people, one.handed_on, one.escalations, one.instead) == (
        other.alert.rule,
        other.people,
        other.handed_on,
        other.escalations,
        other.instead,
    )


def _lines(found: Forecast, when: datetime, calendar: Calendar) -> Iterable[str]:
    for each in found.people:
        yield f"{_named(each.whom)}: {_when(each, when, calendar)}"
        if each.reminders:
            more = ", and so on" if each.reminded_further else ""
            times = ", ".join(spoken(at, calendar) for at in each.reminders)
            yield f"    reminded, while nobody acknowledges: {times}{more}"
    for whom, reminded in found.handed_on:
        times = ", ".join(spoken(at, calendar) for at in reminded)
        # Whoever was told is reminded by their deputy; a successor hears of it for the first time.
        told = "reminded" if whom.recipient.stands_in_for else "told, then reminded"
        yield f"{_named(whom)}: {told}, as it is theirs by then: {times}"
    for step in found.escalations:
        yield _escalation(step, calendar)
        for whom, reminded in step.reminders:
            times = ", ".join(spoken(at, calendar) for at in reminded)
            yield f"    {whom.recipient.name} reminded, while nobody acknowledges: {times}"
    if not found.people:
        names = ", ".join(each.name for each in found.instead)
        instead = f"operations would be told instead: {names}" if names else "nobody would hear of it"
        why = f", for {found.vacant}" if found.vacant else ""
        yield f"It reaches nobody{why}; {instead}."


def _named(whom: Reached) -> str:
    deputy = f", as deputy of {whom.recipient.stands_in_for}" if whom.recipient.stands_in_for else ""
    role = f", {whom.role} for {whom.role_area}" if whom.role else ", by name"
    by = f", by route “{whom.route}”" if whom.route else ""
    return f"{whom.recipient.name}{deputy}{role}{by}, by {whom.recipient.channel}"


def _when(hearing: Hearing, when: datetime, calendar: Calendar) -> str:
    why = "; then ".join(_why(each) for each in hearing.holds)
    if hearing.reaches_no_more:
        return f"not told ({why}); when it is told, no route names them any more"
    if hearing.at is None:
        return f"told when that ends: {why}"
    if hearing.at == when:
        return "told at once"
    return f"told {spoken(hearing.at, calendar)} ({why or 'held until then'})"


def _why(hold: Hold) -> str:
    words = _WHY.get(hold.reason, hold.reason.why)
    return f"{words} {hold.note}".strip()


def _escalation(step: Escalated, calendar: Calendar) -> str:
    names = ", ".join(
        each.recipient.name
        + (f" (as deputy of {each.recipient.stands_in_for})" if each.recipient.stands_in_for else "")
        for each in step.people
    )
    to = f"{' and '.join(step.to)}: {names or 'nobody holds that role then'}"
    return f"Unless somebody acknowledges, {spoken(step.at, calendar)} it goes to {to}"


def _csv(found: Sequence[Forecast]) -> str:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for each in found:
        alert = {"rule": each.alert.rule, "level": each.alert.level or "", "area": each.alert.area}
        for hearing in each.people:
            person = _person_record(hearing)
            row = alert | {name: person[name] for name in COLUMNS if name in person}
            writer.writerow(row | {"reminders": "; ".join(at.isoformat() for at in hearing.reminders)})
    return text.getvalue()


def _record(found: Forecast, when: datetime) -> dict[str, object]:
    return {
        "rule": found.alert.rule,
        "level": None if found.alert.level is None else found.alert.level.value,
        "area": found.alert.area,
        "at": when.isoformat(),
        "people": [_person_record(each) for each in found.people],
        "handed_on": [
            {"person": whom.recipient.id, "reminders": [at.isoformat() for at in times]}
            for whom, times in found.handed_on
        ],
        "escalations": [
            {
                "route": step.route,
                "at": step.at.isoformat(),
                "to": list(step.to),
                "people": [each.recipient.id for each in step.people],
                "reminders": {
                    whom.recipient.id: [at.isoformat() for at in times] for whom, times in step.reminders
                },
            }
            for step in found.escalations
        ],
        "operations": [each.id for each in found.instead],
    }


def _person_record(hearing: Hearing) -> dict[str, object]:
    whom = hearing.whom
    last = hearing.holds[-1] if hearing.holds else None
    return {
        "person": whom.recipient.id,
        "name": whom.recipient.name,
        "stands_in_for": whom.recipient.stands_in_for or None,
        "role": whom.role,
        "role_area": whom.role_area,
        "route": whom.route or None,
        "channel": whom.recipient.channel,
        "salutation": whom.recipient.salutation,
        "language": whom.recipient.language,
        "told_at": None if hearing.at is None else hearing.at.isoformat(),
        "held_because": None if last is None else last.reason.why,
        "held_by": None if last is None else last.note,
        "reaches_no_more": hearing.reaches_no_more,
        "reminders": [at.isoformat() for at in hearing.reminders],
    }
