"""Silences, and how they were ended before their time. Only added to."""

import json
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Connection, insert, select

from monitor.core.audit import AuditKind, Fact, instant
from monitor.core.rulebook import RouteMatch
from monitor.core.suppressions import Silence
from monitor.store import audit
from monitor.store.area_names import NamesNow, names_now
from monitor.store.bulk import AnyRow
from monitor.store.tables import silence_ends
from monitor.store.tables import silences as table

_MATCH: TypeAdapter[RouteMatch] = TypeAdapter(RouteMatch)


@dataclass(frozen=True, slots=True)
class EndByHand:
    """How somebody ended a silence before its time."""

    at: datetime
    author: str
    comment: str


def append_silence(connection: Connection, made: Silence) -> Silence:
    """Writes a silence; its ``id`` is not looked at. Returns it with the one that it got."""
    values: dict[str, Any] = {
        "at": made.at,
        "matchers": _MATCH.dump_json(made.match).decode(),
        "author": made.author,
        "comment": made.comment,
        "starts_at": made.starts_at,
        "ends_at": made.ends_at,
    }
    number = connection.execute(insert(table).values(values).returning(table.c.id)).scalar_one()
    facts = {
        "silence": number,
        "match": json.loads(values["matchers"]),
        "starts_at": instant(made.starts_at),
        "ends_at": instant(made.ends_at),
    }
    personal = {"author": made.author, "comment": made.comment}
    audit.note(connection, [Fact(AuditKind.SILENCE, made.at, facts, made.author, personal)])
    return Silence(number, made.at, made.match, made.author, made.comment, made.starts_at, made.ends_at)


def end_silence(connection: Connection, number: int, *, at: datetime, author: str, comment: str) -> bool:
    """Ends a silence before its time. False: there is none of that number that lasts beyond ``at``."""
    found = silence(connection, number)
    if found is None or found.ends_at <= at:
        return False
    values = {"silence_id": number, "at": at, "author": author, "comment": comment}
    connection.execute(insert(silence_ends).values(values))
    personal = {"author": author, "comment": comment}
    audit.note(connection, [Fact(AuditKind.SILENCE_END, at, {"silence": number}, author, personal)])
    return True


def silence(connection: Connection, number: int) -> Silence | None:
    """The silence of that number."""
    row = connection.execute(_STATEMENT.where(table.c.id == number)).first()
    return None if row is None else _silence(row, names_now(connection))


def end_by_hand(connection: Connection, number: int) -> EndByHand | None:
    """Who ended the silence of that number before its time, and why; None: nobody did."""
    columns = (silence_ends.c.at, silence_ends.c.author, silence_ends.c.comment)
    row = connection.execute(select(*columns).where(silence_ends.c.silence_id == number)).first()
    return None if row is None else EndByHand(row.at, row.author, row.comment)


def silences(connection: Connection, *, ending_after: datetime | None = None) -> tuple[Silence, ...]:
    """All silences (those that end after an instant), by number; ends made by hand are taken into account."""
    statement = _STATEMENT.order_by(table.c.id)
    if ending_after is not None:
        statement = statement.where(table.c.ends_at > ending_after)
    rows = connection.execute(statement).all()
    names = names_now(connection) if rows else NamesNow(())
    found = (_silence(row, names) for row in rows)
    return tuple(each for each in found if ending_after is None or each.ends_at > ending_after)


_STATEMENT = select(*table.c, silence_ends.c.at.label("ended_at")).join(
    silence_ends, silence_ends.c.silence_id == table.c.id, isouter=True
)


def _silence(row: AnyRow, names: NamesNow) -> Silence:
    ends_at = row.ends_at if row.ended_at is None else min(row.ends_at, row.ended_at)
    match = _MATCH.validate_json(row.matchers)
    places = frozenset(names.of(each, row.at) for each in match.scope.names)
    match = replace(match, scope=replace(match.scope, names=places))
    return Silence(row.id, row.at, match, row.author, row.comment, row.starts_at, ends_at)
