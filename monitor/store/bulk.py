"""Many values in one statement, on both engines.

A list of keys goes to the database as one parameter, however long it is: an array that PostgreSQL unnests, a
JSON text that SQLite takes apart. So a lookup is one statement for thousands of keys, its text never
changes, and no limit on the number of parameters is met.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import (
    ARRAY,
    Connection,
    FromClause,
    Insert,
    Row,
    column,
    func,
    literal,
    select,
    type_coerce,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.types import TypeEngine

T = TypeVar("T")

AnyRow = Row[*tuple[Any, ...]]
"""A row whose columns are told apart by name."""

ColumnTypes = Mapping[str, TypeEngine[Any]]
"""Column name -> type."""

CHUNK = 10_000
"""Rows at a time: a bound on memory; beyond it more rows in one statement gain nothing."""


def chunks(items: Iterable[T], size: int = CHUNK) -> Iterator[list[T]]:
    """Cuts ``items`` into lists of at most ``size``, without holding more than one of them."""
    iterator = iter(items)
    while chunk := list(islice(iterator, size)):
        yield chunk


def listed(
    connection: Connection,
    columns: ColumnTypes,
    rows: Sequence[Sequence[int | str | date]],
) -> FromClause:
    """A relation to join with, made of ``rows``; ``columns`` names their parts."""
    if connection.dialect.name == "postgresql":
        return _unnested(columns, rows)
    text = json.dumps([[_for_json(part) for part in row] for row in rows], ensure_ascii=False)
    each = func.json_each(text).table_valued("value", name="each")
    return select(
        *(
            type_coerce(func.json_extract(each.c.value, f"$[{place}]"), kind).label(name)
            for place, (name, kind) in enumerate(columns.items())
        )
    ).subquery("listed")


def insert_rows(connection: Connection, statement: Insert, rows: Sequence[Mapping[str, Any]]) -> None:
    """Inserts ``rows``, which all have the same keys; ``statement`` may say what happens on a conflict."""
    if not rows:
        return
    if connection.dialect.name != "postgresql":
        connection.execute(statement, rows)
        return
    # Arrays: psycopg's executemany sends a statement for every row, and takes up to 1.4 times as long.
    names = list(rows[0])
    kinds = {name: statement.table.c[name].type for name in names}
    for chunk in chunks(rows):
        arrays = _unnested(kinds, [tuple(row.values()) for row in chunk])
        connection.execute(statement.from_select(names, select(*arrays.c)))


def upsert(connection: Connection, table: Any) -> postgresql.Insert | sqlite.Insert:
    """An INSERT that can say ON CONFLICT, in the engine's dialect."""
    return postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)


def fields_of(row: AnyRow) -> dict[str, Any]:
    """Column name -> value."""
    return dict(row._mapping)  # noqa: SLF001 - public in spite of its name: "Row._mapping" in SQLAlchemy's reference


def _unnested(columns: ColumnTypes, rows: Sequence[Sequence[Any]]) -> FromClause:
    parts = zip(*rows, strict=True) if rows else (() for _ in columns)
    arrays = [
        literal(list(values), ARRAY(kind)) for values, kind in zip(parts, columns.values(), strict=True)
    ]
    named = [column(name, kind) for name, kind in columns.items()]
    return func.unnest(*arrays).table_valued(*named, name="listed").render_derived()


def _for_json(part: int | str | date) -> int | str:
    return part.isoformat() if isinstance(part, date) else part
