"""The audit trail: written with what it records, in the same transaction, and read back to be verified.

Facts are noted while a transaction does its work and are linked to the chain when all else is done, just
before the commit (:meth:`monitor.store.store.Store.writing`). So there is one lock, taken last and held only
while a few rows are written, and one statement for however many entries. A transaction that noted nothing
pays nothing, and one that is taken back leaves nothing.
"""

import secrets
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, func, or_, select

from monitor.core.audit import GENESIS, AuditKind, Entry, Fact, Head, Personal, instant, linked
from monitor.core.audit_check import Verdict, walk
from monitor.store.audit_tables import audit_entries as entries
from monitor.store.audit_tables import audit_personal as personal
from monitor.store.bulk import AnyRow, fields_of, insert_rows
from monitor.store.locks import Lock, take

_NOTED: Final = "limen audit"
_SALT_BYTES: Final = 16


def begin(connection: Connection) -> None:
    """Makes a transaction ready to have facts noted; what one before it left behind is forgotten."""
    connection.info[_NOTED] = []


def note(connection: Connection, facts: Iterable[Fact]) -> None:
    """Notes facts, to be written when the transaction ends.

    Where the transaction is not one of the store's own (rule tests take theirs back), nothing is noted.
    """
    noted = connection.info.get(_NOTED)
    if noted is not None:
        noted.extend(facts)


def write_noted(connection: Connection) -> None:
    """Links what was noted to the chain, in the order in which it was noted."""
    facts: list[Fact] = connection.info.pop(_NOTED, [])
    if not facts:
        return
    take(connection, Lock.AUDIT)
    at, rows, own = head(connection), [], []
    for fact in facts:
        entry, part = linked(fact, at, secrets.token_hex(_SALT_BYTES))
        at = Head(entry.id, entry.hash)
        rows.append({name: getattr(entry, name) for name in Entry.__slots__})
        if part is not None:
            own.append({"entry_id": entry.id, "person": part.person, "salt": part.salt, "data": part.data})
    insert_rows(connection, entries.insert(), rows)
    insert_rows(connection, personal.insert(), own)


def head(connection: Connection) -> Head:
    """The last entry."""
    row = connection.execute(select(entries.c.id, entries.c.hash).order_by(entries.c.id.desc()).limit(1))
    return Head(*row.one_or_none() or (0, GENESIS))


def audit_trail(
    connection: Connection,
    *,
    kinds: Collection[AuditKind] = (),
    since: datetime | None = None,
    until: datetime | None = None,
    newest_first: bool = False,
) -> Iterator[tuple[Entry, Personal | None]]:
    """Entries by number, with their personal parts where these are not erased; few at a time in memory.

    ``kinds``: only these; ``since`` (included) and ``until`` (excluded) limit the times.
    """
    order = entries.c.id.desc() if newest_first else entries.c.id
    statement = (
        select(*entries.c, personal.c.entry_id, personal.c.person, personal.c.salt, personal.c.data)
        .join(personal, personal.c.entry_id == entries.c.id, isouter=True)
        .order_by(order)
    )
    if kinds:
        statement = statement.where(entries.c.kind.in_(sorted(kinds)))
    if since is not None:
        statement = statement.where(entries.c.at >= instant(since))
    if until is not None:
        statement = statement.where(entries.c.at < instant(until))
    few = statement.execution_options(stream_results=True, max_row_buffer=1000)
    with connection.execute(few) as rows:  # closed too where the reader stops early
        for row in rows:
            yield _read(row)


def verify(connection: Connection, *, expected_head: str = "") -> Verdict:
    """Walks the whole trail; see :func:`monitor.core.audit_check.walk`."""
    return walk(audit_trail(connection), expected_head)


def hashes_beginning(connection: Connection, prefix: str) -> tuple[str, ...]:
    """The hashes, two at most, that begin so."""
    begins = entries.c.hash.startswith(prefix, autoescape=True)
    return tuple(connection.scalars(select(entries.c.hash).where(begins).limit(2)))


def numbers_of(
    connection: Connection, people: Collection[str], *, said: Collection[str] = ()
) -> tuple[int, ...]:
    """The entries whose personal part is about one of ``people`` or holds one of these texts, in order."""
    about = personal.c.person.in_(sorted(people))
    holds = (personal.c.data.contains(each, autoescape=True) for each in sorted(said))
    found = select(personal.c.entry_id).where(or_(about, *holds))
    return tuple(connection.scalars(found.order_by(personal.c.entry_id)))


def personal_before(connection: Connection, before: datetime) -> int:
    """How many entries from before an instant still have their personal part."""
    old = select(entries.c.id).where(entries.c.at < instant(before))
    return connection.execute(
        select(func.count()).select_from(personal).where(personal.c.entry_id.in_(old))
    ).scalar_one()


def _read(row: AnyRow) -> tuple[Entry, Personal | None]:
    fields = fields_of(row)
    entry = Entry(**{name: fields[name] for name in Entry.__slots__})
    part = None if row.entry_id is None else Personal(row.person, row.salt, row.data)
    return entry, part
