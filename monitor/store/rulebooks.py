"""Which rulebooks have judged, and by what each rule was last judged."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, select

from monitor.store.bulk import insert_rows, listed, upsert
from monitor.store.columns import NAME
from monitor.store.tables import rule_fingerprints, rulebook_versions


def rulebook_version(connection: Connection, version: str, revision: str | None, *, now: datetime) -> int:
    """The number of a rulebook, by its hash and git revision; it gets one on its first use."""
    table = rulebook_versions
    known = select(table.c.id).where(table.c.version == version, table.c.revision == (revision or ""))
    number = connection.scalar(known)
    if number is not None:
        return number
    connection.execute(
        upsert(connection, table)
        .values(version=version, revision=revision or "", first_used_at=now)
        .on_conflict_do_nothing()
    )
    return connection.execute(known).scalar_one()


def fingerprints(connection: Connection) -> dict[str, str]:
    """Rule or indicator -> the fingerprint by which it was last judged."""
    table = rule_fingerprints
    return dict(connection.execute(select(table.c.subject, table.c.fingerprint)).all())


def note_fingerprint(connection: Connection, subject: str, fingerprint: str) -> None:
    """Writes one fingerprint beside the others."""
    _write(connection, [{"subject": subject, "fingerprint": fingerprint}])


def save_fingerprints(
    connection: Connection, current: Mapping[str, str], *, kept: Collection[str] = ()
) -> None:
    """Makes ``current`` what `fingerprints` returns, beside those ``kept``; writes only what differs."""
    before = fingerprints(connection)
    table = rule_fingerprints
    gone = [(subject,) for subject in before if subject not in current and subject not in kept]
    if gone:
        wanted = listed(connection, {"subject": NAME}, gone)
        connection.execute(delete(table).where(table.c.subject.in_(select(wanted.c.subject))))
    rows = [
        {"subject": subject, "fingerprint": fingerprint}
        for subject, fingerprint in current.items()
        if before.get(subject) != fingerprint
    ]
    _write(connection, rows)


def _write(connection: Connection, rows: Sequence[Mapping[str, str]]) -> None:
    table = rule_fingerprints
    statement = upsert(connection, table)
    statement = statement.on_conflict_do_update(
        index_elements=[table.c.subject], set_={"fingerprint": statement.excluded.fingerprint}
    )
    insert_rows(connection, statement, rows)
