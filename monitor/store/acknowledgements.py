"""Who has acknowledged which breach. Only added to: taking one back is an entry of its own."""

from collections.abc import Collection
from dataclasses import asdict
from typing import Final

from sqlalchemy import Connection, Integer, insert, select

from monitor.core.alerts import AlertKey, AlertState, EpisodeKey
from monitor.core.audit import AuditKind, Fact, instant
from monitor.core.suppressions import Acknowledgement
from monitor.store import audit
from monitor.store.bulk import AnyRow, ColumnTypes, chunks, fields_of, listed
from monitor.store.columns import NAME
from monitor.store.tables import acknowledgements as table
from monitor.store.tables import alerts

_EPISODE: Final[ColumnTypes] = {"rule": NAME, "area": NAME, "episode": Integer()}


def append_acknowledgement(connection: Connection, given: Acknowledgement) -> Acknowledgement:
    """Writes an acknowledgement, or that one is withdrawn; its ``id`` is not read. Returns it numbered."""
    values = {name: value for name, value in asdict(given).items() if name != "id"}
    row = connection.execute(insert(table).values(values).returning(*table.c)).one()
    audit.note(connection, [_fact(given)])
    return _acknowledgement(row)


def latest_acknowledgements(
    connection: Connection, keys: Collection[EpisodeKey]
) -> dict[EpisodeKey, Acknowledgement]:
    """(rule, area, episode) -> its newest acknowledgement, also one withdrawn, of those that have any."""
    return {key: given[-1] for key, given in acknowledgements_by_breach(connection, keys).items()}


def acknowledgements_by_breach(
    connection: Connection, keys: Collection[EpisodeKey]
) -> dict[EpisodeKey, tuple[Acknowledgement, ...]]:
    """(rule, area, episode) -> all its acknowledgements and what took them back, the oldest first."""
    found: dict[EpisodeKey, tuple[Acknowledgement, ...]] = {}
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
            .order_by(table.c.id)
        )
        for row in rows:
            key = (row.rule, row.area, row.episode)
            found[key] = (*found.get(key, ()), _acknowledgement(row))
    return found


def acknowledged_alerts(connection: Connection) -> dict[AlertKey, Acknowledgement]:
    """(rule, area) -> the newest acknowledgement of its present breach, of the alerts that fire.

    Also one that is withdrawn or holds no more.
    """
    rows = connection.execute(
        select(*table.c)
        .join(
            alerts,
            (alerts.c.rule == table.c.rule)
            & (alerts.c.area == table.c.area)
            & (alerts.c.episode == table.c.episode),
        )
        .where(alerts.c.state == AlertState.FIRING)
        .order_by(table.c.id)
    )
    return {(row.rule, row.area): _acknowledgement(row) for row in rows}


def acknowledgements_of(connection: Connection, rule: str, area: str) -> tuple[Acknowledgement, ...]:
    """Every acknowledgement of an alert, the oldest first."""
    rows = connection.execute(
        select(table).where(table.c.rule == rule, table.c.area == area).order_by(table.c.id)
    )
    return tuple(_acknowledgement(row) for row in rows)


def _fact(given: Acknowledgement) -> Fact:
    facts = {
        "rule": given.rule,
        "area": given.area,
        "episode": given.episode,
        "level": given.level,
        "until": given.until and instant(given.until),
        "via": given.via,
        "withdrawn": given.withdrawn,
    }
    personal = {"author": given.author, "comment": given.comment}
    return Fact(AuditKind.ACKNOWLEDGEMENT, given.at, facts, given.author, personal)


def _acknowledgement(row: AnyRow) -> Acknowledgement:
    return Acknowledgement(**fields_of(row))
