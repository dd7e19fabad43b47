"""Alerts as they stand, and the steps that brought them there."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, Integer, func, select

from monitor.core.alerts import Alert, AlertState, Transition
from monitor.store.bulk import AnyRow, ColumnTypes, chunks, insert_rows, listed, upsert
from monitor.store.columns import NAME
from monitor.store.tables import alerts as table
from monitor.store.tables import transitions

AlertKey = tuple[str, str]
"""(rule, area): the identity of an alert."""

_KEY: Final = {"rule": NAME, "area": NAME}
_EPISODE: Final[ColumnTypes] = {"rule": NAME, "area": NAME, "episode": Integer()}
_FIELDS: Final = (
    "rule",
    "area",
    "state",
    "level",
    "streak",
    "episode",
    "breach_since",
    "fired_on",
    "judged_to",
    "health",
    "changes",
    "flapping",
)
_TRANSITION_FIELDS: Final = (
    "rule",
    "area",
    "period_end",
    "from_state",
    "from_level",
    "to_state",
    "to_level",
    "episode",
    "reason",
)


@dataclass(frozen=True, slots=True)
class RecordedTransition:
    """A transition in the store, with the cycle and the instant in which it was found."""

    transition: Transition
    cycle_id: int
    at: datetime


def alerts(connection: Connection, keys: Collection[AlertKey] | None = None) -> dict[AlertKey, Alert]:
    """(rule, area) -> the alert, of those of ``keys`` (None: of all) that were ever saved."""
    if keys is None:
        return _by_key(connection.execute(select(table).order_by(table.c.rule, table.c.area)))
    found: dict[AlertKey, Alert] = {}
    for chunk in chunks(sorted(set(keys))):
        wanted = listed(connection, _KEY, chunk)
        statement = select(table).join(
            wanted, (wanted.c.rule == table.c.rule) & (wanted.c.area == table.c.area)
        )
        found |= _by_key(connection.execute(statement.order_by(table.c.rule, table.c.area)))
    return found


def firing_alerts(connection: Connection) -> dict[AlertKey, Alert]:
    """(rule, area) -> the alert, of those that fire; by rule and area."""
    statement = select(table).where(table.c.state == AlertState.FIRING)
    return _by_key(connection.execute(statement.order_by(table.c.rule, table.c.area)))


def open_alerts(connection: Connection) -> dict[AlertKey, Alert]:
    """(rule, area) -> the alert, of those that are pending or fire; by rule and area."""
    statement = select(table).where(table.c.state.in_((AlertState.PENDING, AlertState.FIRING)))
    return _by_key(connection.execute(statement.order_by(table.c.rule, table.c.area)))


def save_alerts(connection: Connection, changed: Iterable[Alert]) -> None:
    """Writes alerts as they stand now, in place of how they stood; each once."""
    statement = upsert(connection, table)
    replaced = {name: statement.excluded[name] for name in _FIELDS[2:]}
    statement = statement.on_conflict_do_update(
        index_elements=[table.c.rule, table.c.area], set_=replaced | {"version": table.c.version + 1}
    )
    for chunk in chunks(changed):
        rows = [
            {
                **{name: getattr(alert, name) for name in _FIELDS},
                "version": 1,
            }
            for alert in chunk
        ]
        insert_rows(connection, statement, rows)


def append_transitions(
    connection: Connection, found: Iterable[Transition], *, cycle_id: int, at: datetime
) -> None:
    """Writes the steps that alerts took in a cycle."""
    for chunk in chunks(found):
        rows = [
            {"cycle_id": cycle_id, "at": at, **{name: getattr(step, name) for name in _TRANSITION_FIELDS}}
            for step in chunk
        ]
        insert_rows(connection, transitions.insert(), rows)


def transitions_of(connection: Connection, rule: str, area: str) -> tuple[RecordedTransition, ...]:
    """Every step of one alert, the oldest first."""
    rows = connection.execute(
        select(transitions)
        .where(transitions.c.rule == rule, transitions.c.area == area)
        .order_by(transitions.c.id)
    )
    return tuple(
        RecordedTransition(
            Transition(**{name: getattr(row, name) for name in _TRANSITION_FIELDS}), row.cycle_id, row.at
        )
        for row in rows
    )


def last_transitions(connection: Connection, keys: Collection[AlertKey]) -> dict[AlertKey, Transition]:
    """(rule, area) -> the last step that the alert took, of those of ``keys`` that ever took one."""
    found: dict[AlertKey, Transition] = {}
    for chunk in chunks(sorted(set(keys))):
        wanted = listed(connection, _KEY, chunk)
        last = (
            select(func.max(transitions.c.id))
            .join(wanted, (wanted.c.rule == transitions.c.rule) & (wanted.c.area == transitions.c.area))
            .group_by(transitions.c.rule, transitions.c.area)
        )
        for row in connection.execute(select(transitions).where(transitions.c.id.in_(last))):
            step = Transition(**{name: getattr(row, name) for name in _TRANSITION_FIELDS})
            found[row.rule, row.area] = step
    return found


def last_endings(
    connection: Connection, keys: Collection[tuple[str, str, int]]
) -> dict[tuple[str, str, int], Transition]:
    """(rule, area, episode) -> the last step by which that breach ended, of those that have ended."""
    found: dict[tuple[str, str, int], Transition] = {}
    for chunk in chunks(sorted(set(keys))):
        wanted = listed(connection, _EPISODE, chunk)
        rows = connection.execute(
            select(transitions)
            .join(
                wanted,
                (wanted.c.rule == transitions.c.rule)
                & (wanted.c.area == transitions.c.area)
                & (wanted.c.episode == transitions.c.episode),
            )
            .where(transitions.c.from_state == AlertState.FIRING, transitions.c.to_state != AlertState.FIRING)
            .order_by(transitions.c.id)
        )
        for row in rows:
            step = Transition(**{name: getattr(row, name) for name in _TRANSITION_FIELDS})
            found[row.rule, row.area, row.episode] = step
    return found


def fired_at(connection: Connection, keys: Collection[AlertKey]) -> dict[AlertKey, datetime]:
    """(rule, area) -> when the cycle was that last let the alert fire, of those of ``keys`` that ever did."""
    found: dict[AlertKey, datetime] = {}
    for chunk in chunks(sorted(set(keys))):
        wanted = listed(connection, _KEY, chunk)
        rows = connection.execute(
            select(transitions.c.rule, transitions.c.area, func.max(transitions.c.at).label("at"))
            .join(wanted, (wanted.c.rule == transitions.c.rule) & (wanted.c.area == transitions.c.area))
            .where(transitions.c.to_state == AlertState.FIRING)
            .group_by(transitions.c.rule, transitions.c.area)
        )
        found |= {(row.rule, row.area): row.at for row in rows}
    return found


def transitions_of_cycle(connection: Connection, cycle_id: int) -> tuple[Transition, ...]:
    """Every step that alerts took in a cycle, in the order in which they were written."""
    rows = connection.execute(
        select(transitions).where(transitions.c.cycle_id == cycle_id).order_by(transitions.c.id)
    )
    return tuple(Transition(**{name: getattr(row, name) for name in _TRANSITION_FIELDS}) for row in rows)


def _by_key(rows: Iterable[AnyRow]) -> dict[AlertKey, Alert]:
    return {(row.rule, row.area): _alert(row) for row in rows}


def _alert(row: AnyRow) -> Alert:
    return Alert(**{name: getattr(row, name) for name in _FIELDS})
