"""What limen has to come back to: held news, reminders, escalations, silences that end.

A row goes when it is done; what was done, and why, stands among the decisions.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, Connection, Integer, Text, delete, or_, select, update

from monitor.core.alerts import EpisodeKey
from monitor.core.notifications import TellReason
from monitor.store.bulk import AnyRow, ColumnTypes, chunks, fields_of, insert_rows, listed, upsert
from monitor.store.columns import NAME
from monitor.store.tables import FollowUpKind
from monitor.store.tables import follow_ups as table

__all__ = ["FollowUpKind"]


_EPISODE: Final[ColumnTypes] = {"rule": NAME, "area": NAME, "episode": Integer()}
_KEY: Final[ColumnTypes] = {**_EPISODE, "kind": Text(), "subject": NAME}
_VALUES: Final = ("step", "since", "due_at", "reason", "route", "role", "role_area")


@dataclass(frozen=True, slots=True)
class FollowUp:
    """One thing to come back to at ``due_at``; None: once what holds it ends.

    ``subject`` is the person's id; of an escalation that of the route, of a silence its number. ``step``
    counts the reminders or escalations that were sent. ``since``: since when news is held, or when the
    person was last told, or (escalation) first. ``reason`` is why news is held.
    """

    rule: str
    area: str
    episode: int
    kind: FollowUpKind
    subject: str
    step: int
    since: datetime
    due_at: datetime | None
    reason: TellReason
    route: str | None = None
    role: str | None = None
    role_area: str | None = None

    def is_due(self, now: datetime) -> bool:
        """Whether to come back to it now.

        What was written by a clock that was ahead, and was put right since, is looked at at once: its
        instants say nothing. A silence may lie ahead.
        """
        return (self.due_at is not None and self.due_at <= now) or self.is_ahead_of(now)

    def is_ahead_of(self, now: datetime) -> bool:
        """Whether the clock by which it was written was ahead of what it shows now."""
        return self.since > now and self.kind is not FollowUpKind.SILENCE

    @property
    def alert(self) -> tuple[str, str]:
        """(rule, area)."""
        return self.rule, self.area

    @property
    def key(self) -> tuple[str, str, int, str, str]:
        """What tells it from all others."""
        return self.rule, self.area, self.episode, self.kind.value, self.subject


def due_follow_ups(
    connection: Connection, now: datetime, *, held_by: Collection[TellReason] = ()
) -> tuple[FollowUp, ...]:
    """All that is due, and what is held for one of these reasons whether or not it is due."""
    due = _is_due(now)
    if held_by:
        due = or_(due, table.c.reason.in_(held_by))
    rows = connection.execute(select(table).where(due).order_by(*table.primary_key.columns))
    return tuple(_follow_up(row) for row in rows)


def anything_due(connection: Connection, now: datetime) -> bool:
    """Whether there is anything to come back to."""
    return connection.execute(select(table.c.rule).where(_is_due(now)).limit(1)).first() is not None


def _is_due(now: datetime) -> ColumnElement[bool]:
    """As :meth:`FollowUp.is_due` says."""
    ahead = (table.c.since > now) & (table.c.kind != FollowUpKind.SILENCE)
    return or_(table.c.due_at <= now, ahead)


def next_due(connection: Connection, after: datetime) -> datetime | None:
    """The first instant after ``after`` at which there is something to come back to; None: there is none."""
    statement = select(table.c.due_at).where(table.c.due_at > after).order_by(table.c.due_at).limit(1)
    return connection.execute(statement).scalar_one_or_none()


def follow_ups_of(connection: Connection, keys: Collection[EpisodeKey]) -> tuple[FollowUp, ...]:
    """All that is to be come back to about these breaches."""
    found: list[FollowUp] = []
    for chunk in chunks(sorted(set(keys))):
        wanted = listed(connection, _EPISODE, chunk)
        rows = connection.execute(
            select(table)
            .join(
                wanted,
                (wanted.c.rule == table.c.rule)
                & (wanted.c.area == table.c.area)
                & (wanted.c.episode == table.c.episode),
            )
            .order_by(*table.primary_key.columns)
        )
        found += (_follow_up(row) for row in rows)
    return tuple(found)


def all_follow_ups(connection: Connection) -> tuple[FollowUp, ...]:
    """All that there is to come back to, the next due first; last what waits for an end."""
    rows = connection.execute(
        select(table).order_by(table.c.due_at.is_(None), table.c.due_at, *table.primary_key.columns)
    )
    return tuple(_follow_up(row) for row in rows)


def save_follow_ups(connection: Connection, changed: Iterable[FollowUp]) -> None:
    """Writes what is to be come back to, in place of what stood there."""
    statement = upsert(connection, table)
    statement = statement.on_conflict_do_update(
        index_elements=list(table.primary_key.columns),
        set_={name: statement.excluded[name] for name in _VALUES},
    )
    for chunk in chunks(changed):
        rows = [{name: getattr(each, name) for name in FollowUp.__slots__} for each in chunk]
        insert_rows(connection, statement, rows)


def remove_follow_ups(connection: Connection, done: Iterable[FollowUp]) -> None:
    """Takes out what is done."""
    for chunk in chunks([each.key for each in done]):
        wanted = listed(connection, _KEY, chunk)
        there = select(wanted.c.rule).where(*(wanted.c[name] == table.c[name] for name in _KEY))
        connection.execute(delete(table).where(there.exists()))


_WAITS_FOR_ITS_HOUR: Final = (TellReason.DIGEST, TellReason.STORM)


def look_again(connection: Connection, now: datetime, *, alert: tuple[str, str] | None = None) -> int:
    """Makes what is held due now, of one alert or of all; returns how many.

    Reminders and escalations that only wait for their day are left alone, and so is what waits for a digest
    or for a storm to pass: it is looked at then in any case. To be called when what holds news
    has changed: a silence was ended, an acknowledgement given or taken back, the routes edited.
    """
    held = [reason for reason in TellReason if not (reason.told or reason in _WAITS_FOR_ITS_HOUR)]
    statement = update(table).where(table.c.kind != FollowUpKind.SILENCE, table.c.reason.in_(held))
    if alert is not None:
        statement = statement.where(table.c.rule == alert[0], table.c.area == alert[1])
    return connection.execute(statement.values(due_at=now)).rowcount


def count_anew_at(connection: Connection, at: datetime, *, alert: tuple[str, str]) -> None:
    """Has reminders and escalations of an alert come back to at ``at``, if that was to be later.

    To be called when it is known when an acknowledgement ends: their days count anew from then, and a
    reminder far apart from the one before comes sooner so.
    """
    asking = (FollowUpKind.REMINDER, FollowUpKind.ESCALATION)
    connection.execute(
        update(table)
        .where(
            table.c.kind.in_(asking),
            table.c.rule == alert[0],
            table.c.area == alert[1],
            table.c.due_at > at,
        )
        .values(due_at=at)
    )


def _follow_up(row: AnyRow) -> FollowUp:
    return FollowUp(**fields_of(row))
