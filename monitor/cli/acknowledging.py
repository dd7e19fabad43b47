"""``limen ack``: saying that somebody deals with an alert, taking it back, and who said so of which."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Final

from monitor.calendar_england import calendar_of
from monitor.cli import exit_codes
from monitor.cli.caller import author_named
from monitor.cli.choices import UnknownNameError, area_named, rule_named, rule_or_indicator
from monitor.cli.formats import TableFormat
from monitor.cli.moments import end, spoken
from monitor.cli.session import RulesRefusedError, Session, present
from monitor.core.alerts import Alert
from monitor.core.areas import Area
from monitor.core.freshness import late_indicator
from monitor.core.plausibility import faulty_indicator
from monitor.core.suppressions import Acknowledgement
from monitor.settings import SettingsError
from monitor.store.acknowledgements import acknowledged_alerts
from monitor.store.alerts import firing_alerts
from monitor.suppressing import AckReason, AckResult, acknowledge, withdraw
from monitor.terminal import level, table, write_plainly
from monitor.world import World

BY_COMMAND: Final = "command line"
COLUMNS: Final = ("rule", "area", "level", "author", "at", "until", "comment", "via", "counts")


@dataclass(frozen=True, slots=True)
class AckOptions:
    """What is acknowledged, and how."""

    rule: str
    area: str
    until: str | None
    comment: str
    author: str | None


def acknowledge_alert(session: Session, options: AckOptions) -> int:
    """Acknowledges an alert that fires."""
    world, now = session.world, present()
    area = _subject(options, world)
    calendar = calendar_of(session.settings.zone)
    until = None if options.until is None else end(options.until, "--until", now, calendar)
    if until is not None and until <= now:
        raise UnknownNameError(f"--until: {spoken(until, calendar)} has passed.")
    author = author_named(options.author, world.directory.people)
    with session.store() as store, store.writing() as connection:
        result = acknowledge(
            connection,
            now,
            alert=(options.rule, area.name),
            author=author,
            comment=options.comment,
            until=until,
            via=BY_COMMAND,
        )
        others = {} if result.done else firing_alerts(connection)
    if not result.done:
        return _refused(session, options.rule, area, result, others)
    name = _name(author, world)
    lasting = "until it is over" if until is None else f"until {spoken(until, calendar)} at most"
    session.out.print(f"{options.rule} in {area.name} is acknowledged by {name}, {lasting}.", soft_wrap=True)
    session.out.print(_what_follows(options.rule), soft_wrap=True)
    return exit_codes.OK


def withdraw_acknowledgement(session: Session, options: AckOptions) -> int:
    """Takes the acknowledgement of an alert back."""
    world, now = session.world, present()
    area = _subject(options, world)
    with session.store() as store, store.writing() as connection:
        result = withdraw(
            connection,
            now,
            alert=(options.rule, area.name),
            author=author_named(options.author, world.directory.people),
            comment=options.comment,
            via=BY_COMMAND,
        )
        others = {} if result.done else firing_alerts(connection)
    if not result.done:
        return _refused(session, options.rule, area, result, others)
    again = "The figure counts as doubtful again." if faulty_indicator(options.rule) else "Reminders go on."
    session.out.print(f"{options.rule} in {area.name} is no longer acknowledged. {again}", soft_wrap=True)
    return exit_codes.OK


def list_acknowledgements(session: Session, style: TableFormat) -> int:
    """Prints who has acknowledged what fires."""
    now, zone = present(), session.settings.zone
    with session.store() as store, store.reading() as connection:
        given = acknowledged_alerts(connection)
        firing = firing_alerts(connection)
    rows = [(firing[key], each) for key, each in given.items() if key in firing and not each.withdrawn]
    records = [_record(alert, each, now) for alert, each in rows]
    if style is TableFormat.JSON:
        write_plainly(json.dumps(records, indent=2, ensure_ascii=False) + "\n")
    elif style is TableFormat.CSV:
        text = io.StringIO(newline="")
        writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(records)
        write_plainly(text.getvalue())
    else:
        _print(session, rows, now, zone)
    return exit_codes.OK


def _subject(options: AckOptions, world: World) -> Area:
    """The area; the rule is looked up too."""
    about = late_indicator(options.rule) or faulty_indicator(options.rule)
    if about is None:
        rule_named(options.rule, world)
    else:
        rule_or_indicator(about, world)
    return area_named(options.area, world)


def _what_follows(rule: str) -> str:
    if faulty_indicator(rule) is not None:
        return (
            "This confirms the figure: it counts as right, and managers are told of it as usual. If it is "
            "wrong after all, load the right one."
        )
    if late_indicator(rule) is not None:
        return "The data owner gets no reminders. The alert goes on until the figure has come."
    return "No reminders, no escalation; should it get worse, those concerned are told all the same."


def _refused(
    session: Session, rule: str, area: Area, result: AckResult, firing: Mapping[tuple[str, str], Alert]
) -> int:
    if result.reason is AckReason.NOT_ACKNOWLEDGED:
        said = f"Nobody has acknowledged {rule} in {area.name}; `limen ack --list` shows what is."
    else:
        said = f"{rule} in {area.name} does not fire, so there is nothing to acknowledge. "
        near = [f"{name} in {place}" for name, place in firing if rule == name or area.name == place]
        said += f"What fires: {', '.join(near)}." if near else "`limen alerts` shows what fires."
    session.err.print(said, soft_wrap=True)
    return exit_codes.PROBLEMS


def _print(
    session: Session, rows: Sequence[tuple[Alert, Acknowledgement]], now: datetime, zone: tzinfo
) -> None:
    if not rows:
        session.out.print("Nothing that fires is acknowledged.")
        return
    people = _people(session)
    shown = table("Level", "Alert", "Area", "By", "Said", "Until", "Comment")
    for alert, each in rows:
        until = "it is over" if each.until is None else f"{each.until.astimezone(zone):%-d %b %Y %H:%M}"
        counts = "" if each.holds(alert.level, now) else " (counts no more)"
        said = f"{each.at.astimezone(zone):%-d %b %Y %H:%M}"
        shown.add_row(
            level(alert.level),
            alert.rule,
            alert.area,
            people.get(each.author, each.author),
            said,
            until + counts,
            each.comment,
        )
    session.out.print(shown)


def _people(session: Session) -> Mapping[str, str]:
    """Names by id; none where rules and contacts can't be read, for the list does not depend on them."""
    try:
        return {each.id: each.name for each in session.world.directory.people.values()}
    except (RulesRefusedError, SettingsError):
        return {}


def _record(alert: Alert, each: Acknowledgement, now: datetime) -> dict[str, object]:
    return {
        "rule": alert.rule,
        "area": alert.area,
        "level": None if alert.level is None else alert.level.value,
        "author": each.author,
        "at": each.at.isoformat(),
        "until": None if each.until is None else each.until.isoformat(),
        "comment": each.comment,
        "via": each.via,
        "counts": each.holds(alert.level, now),
    }


def _name(author: str, world: World) -> str:
    known = world.directory.people.get(author)
    return author if known is None else known.name
