"""Whether a council whose limen was killed has the same in its store as one whose limen never was.

Both were given the same files, and judged each in a cycle of its own. Times differ, and so do the numbers of
rows, since a transaction that is lost leaves a gap in PostgreSQL; so rows are numbered by their order.
"""

from collections.abc import Iterator, Mapping
from operator import attrgetter
from typing import Any, Final

from sqlalchemy import Column, Connection, Table, select

from monitor.core.notifications import Notification
from monitor.store.columns import UtcDateTime
from monitor.store.mail_tables import outbox
from monitor.store.outbox import outbox_entries
from monitor.store.store import Store
from monitor.store.tables import (
    alerts,
    batches,
    cycles,
    decisions,
    evaluations,
    observations,
    rule_evaluations,
    rulebook_versions,
    series,
    transitions,
)
from tests.support.council import Council

COMPARED: Final = (
    rulebook_versions,
    cycles,
    batches,
    series,
    observations,
    evaluations,
    rule_evaluations,
    alerts,
    transitions,
    decisions,
)

_Ranks = Mapping[str, Mapping[int, int]]
"""Table -> number of a row -> its place among them."""


def unlike(killed: Council, undisturbed: Council) -> list[str]:
    """What the two stores differ in, a line for each table, with the first row that differs."""
    found, wanted = _contents(killed), _contents(undisturbed)
    return [line for name in wanted for line in _difference(name, found[name], wanted[name])]


def _contents(council: Council) -> dict[str, list[object]]:
    with Store.open(council.url) as store, store.reading() as connection:
        ranks = {
            table.name: {number: place for place, number in enumerate(_numbers(connection, table))}
            for table in (*COMPARED, outbox)
            if "id" in table.c
        }
        rows: dict[str, list[object]] = {table.name: _rows(connection, table, ranks) for table in COMPARED}
        mails = reversed(outbox_entries(connection))
        return rows | {"outbox": [_facts(entry.notification) for entry in mails]}


def _numbers(connection: Connection, table: Table) -> list[int]:
    return list(connection.scalars(select(table.c.id).order_by(table.c.id)))


def _rows(connection: Connection, table: Table, ranks: _Ranks) -> list[object]:
    kept: list[Column[Any]] = [column for column in table.c if not isinstance(column.type, UtcDateTime)]
    order = table.c.id if "id" in table.c else next(iter(table.primary_key.columns))
    rows = connection.execute(select(*kept).order_by(order, *table.primary_key.columns))
    return [
        {column.name: _place(column, value, ranks) for column, value in zip(kept, row, strict=True)}
        for row in rows
    ]


def _place(column: Column[Any], value: Any, ranks: _Ranks) -> object:
    if column.name == "id":
        return ranks[column.table.name][value]
    for key in column.foreign_keys:
        return None if value is None else ranks[key.column.table.name][value]
    return value


def _facts(notification: Notification) -> object:
    """What a mail says, but for the times of its making."""
    return notification.recipient.id, [_told(notice) for notice in notification.notices]


_told = attrgetter(
    *("rule", "area", "kind", "reason", "level", "previous_level", "period_end", "value", "rag"),
    *("previous_value", "since", "thread"),
)


def _difference(name: str, found: list[object], wanted: list[object]) -> Iterator[str]:
    if found == wanted:
        return
    pairs = zip(found, wanted, strict=False)
    place, (is_, should) = next(
        ((place, pair) for place, pair in enumerate(pairs) if pair[0] != pair[1]), (-1, ("no row", "no row"))
    )
    yield f"{name}: {len(found)} rows, not {len(wanted)}; the first unlike, {place}: {is_}, not {should}"
