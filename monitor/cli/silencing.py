"""``limen silence``: made, listed, shown with what it keeps from whom, and ended."""

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection

from monitor.calendar_england import calendar_of
from monitor.cli import exit_codes
from monitor.cli.caller import author_named
from monitor.cli.choices import (
    UnknownNameError,
    area_named,
    indicator_named,
    rule_named,
    theme_named,
)
from monitor.cli.formats import AlertLevel, TableFormat, TextFormat
from monitor.cli.moments import end, instant, spoken
from monitor.cli.session import Session, present
from monitor.core.alerts import Alert
from monitor.core.freshness import late_indicator
from monitor.core.holding import silence_note
from monitor.core.notifications import TellReason
from monitor.core.plausibility import faulty_indicator
from monitor.core.rulebook import Level, RouteMatch
from monitor.core.suppressions import Silence, match_in_words
from monitor.core.wall_calendar import Calendar
from monitor.store.alerts import alerts, firing_alerts
from monitor.store.decisions import RecordedDecision, held_by_note
from monitor.store.follow_ups import FollowUp, FollowUpKind, all_follow_ups
from monitor.store.silences import silence as silence_numbered
from monitor.store.silences import silences
from monitor.suppressing import (
    SilenceRefusedError,
    end_silence,
    scope_within,
    silences_of,
)
from monitor.suppressing import silence as make_silence
from monitor.terminal import table, write_plainly
from monitor.world import World

COLUMNS: Final = ("id", "state", "what", "starts_at", "ends_at", "author", "comment")


@dataclass(frozen=True, slots=True)
class SilenceOptions:
    """What is to be silenced, from when until when, and why."""

    until: str
    comment: str
    start: str | None = None
    author: str | None = None
    alerts: Sequence[str] = ()
    indicators: Sequence[str] = ()
    themes: Sequence[str] = ()
    areas: Sequence[str] = ()
    levels: Sequence[AlertLevel] = ()


def add_silence(session: Session, options: SilenceOptions) -> int:
    """Makes a silence, and says which alerts that fire now it is for."""
    world, now = session.world, present()
    calendar = calendar_of(session.settings.zone)
    match = _match(options, world)
    start = now if options.start is None else instant(options.start, "--from", now, calendar)
    until = end(options.until, "--until", start, calendar)
    with session.store() as store, store.writing() as connection:
        try:
            made = make_silence(
                connection,
                now,
                match=match,
                author=author_named(options.author, world.directory.people),
                comment=options.comment,
                starts_at=start,
                ends_at=until,
            )
        except SilenceRefusedError as refusal:
            raise UnknownNameError(str(refusal)) from None
        found = [
            alert
            for alert in firing_alerts(connection).values()
            if silences_of([made], alert, world.rulebook, world.areas)
        ]
    session.out.print(
        f"Silence {made.id}: {match_in_words(match, world.areas)}, from {spoken(start, calendar)} until "
        f"{spoken(until, calendar)}.",
        soft_wrap=True,
    )
    for each in found:
        session.out.print(f"    fires now: {each.rule} in {each.area}", soft_wrap=True)
    session.out.print(
        "What it holds back is told when it ends, if it still holds then. "
        f"`limen silence end {made.id} --comment …` ends it sooner.",
        soft_wrap=True,
    )
    return exit_codes.OK


def list_silences(session: Session, style: TableFormat, *, everything: bool) -> int:
    """Prints the silences that are active or to come, or all that ever were."""
    now, calendar = present(), calendar_of(session.settings.zone)
    with session.store() as store, store.reading() as connection:
        found = silences(connection, ending_after=None if everything else now)
    areas = session.world.areas
    records = [_record(each, match_in_words(each.match, areas), now) for each in found]
    match style:
        case TableFormat.JSON:
            write_plainly(json.dumps(records, indent=2, ensure_ascii=False) + "\n")
        case TableFormat.CSV:
            text = io.StringIO(newline="")
            writer = csv.DictWriter(text, COLUMNS, lineterminator="\n", extrasaction="ignore")
            writer.writeheader()
            writer.writerows(records)
            write_plainly(text.getvalue())
        case TableFormat.TABLE:
            _print(session, found, now, calendar, everything=everything)
    return exit_codes.OK


def end_silence_now(session: Session, number: int, comment: str, author: str | None) -> int:
    """Ends a silence before its time."""
    by = author_named(author, session.world.directory.people)
    with session.store() as store, store.writing() as connection:
        ended = end_silence(connection, present(), number=number, author=by, comment=comment)
    if not ended:
        session.err.print(
            f"No silence {number} lasts: `limen silence list` shows those that do.", soft_wrap=True
        )
        return exit_codes.PROBLEMS
    within = f"{session.settings.cycle.evaluate_every:g} s"
    session.out.print(
        f"Silence {number} has ended. What it held back and still holds is told with the next cycle, within "
        f"{within} if the daemon runs, or in its window where the route has hours.",
        soft_wrap=True,
    )
    return exit_codes.OK


@dataclass(frozen=True, slots=True)
class Kept:
    """What a silence keeps from people: what waits now, and what was decided while it lasted."""

    waiting: tuple[FollowUp, ...]
    decided: tuple[RecordedDecision, ...]


def show_silence(session: Session, number: int, style: TextFormat) -> int:
    """Prints one silence, and what it keeps from whom."""
    world, now = session.world, present()
    with session.store() as store, store.reading() as connection:
        found = silence_numbered(connection, number)
        if found is None:
            raise UnknownNameError(f"There is no silence {number}: `limen silence list --all` shows them.")
        kept = _kept(connection, found, world)
    words = match_in_words(found.match, world.areas)
    if style is TextFormat.JSON:
        record = _record(found, words, now) | _kept_record(kept)
        write_plainly(json.dumps(record, indent=2, ensure_ascii=False) + "\n")
    else:
        _print_one(session, found, words, kept, world)
    return exit_codes.OK


def _match(options: SilenceOptions, world: World) -> RouteMatch:
    """What is to be silenced; an area with all that lies within it.

    Raises:
        UnknownNameError: a name is not known, or nothing is named.
    """
    for rule in options.alerts:
        about = late_indicator(rule) or faulty_indicator(rule)
        if about is None:
            rule_named(rule, world)
        else:
            indicator_named(about, world)
    match = RouteMatch(
        alerts=frozenset(options.alerts),
        indicators=frozenset(indicator_named(each, world).id for each in options.indicators),
        themes=frozenset(theme_named(each, world) for each in options.themes),
        levels=frozenset(Level(each.value) for each in options.levels),
        scope=scope_within(world.areas, [area_named(each, world).name for each in options.areas]),
    )
    if match == RouteMatch():
        raise UnknownNameError(
            "Say what is to be silent: --alert, --indicator, --theme, --area or --level, one or more of them."
        )
    return match


def _kept(connection: Connection, found: Silence, world: World) -> Kept:
    held = [
        each
        for each in all_follow_ups(connection)
        if each.reason is TellReason.SILENCED and each.kind is not FollowUpKind.SILENCE
    ]
    states = alerts(connection, {each.alert for each in held})
    waiting = tuple(
        each
        for each in held
        if silences_of([found], states.get(each.alert, Alert(*each.alert)), world.rulebook, world.areas)
    )
    decided = held_by_note(connection, TellReason.SILENCED, silence_note(found.id), found.at)
    return Kept(waiting, decided)


def _state(each: Silence, now: datetime) -> str:
    if each.is_active(now):
        return "active"
    return "to come" if now < each.starts_at else "ended"


def _print(
    session: Session, found: Sequence[Silence], now: datetime, calendar: Calendar, *, everything: bool
) -> None:
    if not found:
        none = "There has never been a silence."
        if not everything:
            none = "No silence is active; --all shows those that have ended."
        session.out.print(none, soft_wrap=True)
        return
    shown = table("Id", "State", "What", "From", "Until", "By", "Comment", right=("Id",))
    for each in found:
        shown.add_row(
            str(each.id),
            _state(each, now),
            match_in_words(each.match, session.world.areas),
            spoken(each.starts_at, calendar),
            spoken(each.ends_at, calendar),
            each.author,
            each.comment,
        )
    for column in shown.columns:
        column.overflow = "fold"
    session.out.print(shown)


def _print_one(session: Session, found: Silence, words: str, kept: Kept, world: World) -> None:
    out, calendar, people = session.out, calendar_of(session.settings.zone), world.directory.people
    out.print(f"Silence {found.id}, {_state(found, present())}: {words}", soft_wrap=True)
    out.print(f"    from {spoken(found.starts_at, calendar)} until {spoken(found.ends_at, calendar)}")
    out.print(f"    by {found.author}: {found.comment}", soft_wrap=True)
    out.print("It keeps now:" if kept.waiting else "It keeps nothing from anybody now.")
    for each in kept.waiting:
        name = people[each.subject].name if each.subject in people else each.subject
        out.print(
            f"    {each.rule} in {each.area} from {name}, since {spoken(each.since, calendar)}",
            soft_wrap=True,
        )
    if kept.decided:
        out.print("It has kept, so far:")
    for told in kept.decided:
        decision = told.decision
        name = decision.recipient.name if decision.recipient is not None else "everybody"
        out.print(
            f"    {spoken(told.at, calendar)}: {decision.rule} in {decision.area} from {name}", soft_wrap=True
        )


def _record(each: Silence, words: str, now: datetime) -> dict[str, Any]:
    return {
        "id": each.id,
        "state": _state(each, now),
        "what": words,
        "starts_at": each.starts_at.isoformat(),
        "ends_at": each.ends_at.isoformat(),
        "author": each.author,
        "comment": each.comment,
        "alerts": sorted(each.match.alerts),
        "indicators": sorted(each.match.indicators),
        "themes": sorted(each.match.themes),
        "areas": sorted(each.match.scope.names),
        "levels": [level.value for level in Level if level in each.match.levels],
    }


def _kept_record(kept: Kept) -> dict[str, Any]:
    return {
        "waiting": [
            {"rule": each.rule, "area": each.area, "person": each.subject, "since": each.since.isoformat()}
            for each in kept.waiting
        ],
        "kept": [
            {
                "at": told.at.isoformat(),
                "rule": told.decision.rule,
                "area": told.decision.area,
                "person": None if told.decision.recipient is None else told.decision.recipient.id,
            }
            for told in kept.decided
        ],
    }
