"""Evaluation cycles: when, by which rulebook, and how much they did."""

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Connection, func, insert, select, update

from monitor.core.audit import AuditKind, Fact
from monitor.store import audit
from monitor.store.locks import Lock, take
from monitor.store.tables import cycles, rulebook_versions


@dataclass(frozen=True, slots=True)
class CycleCounts:
    """How much a cycle did."""

    batches: int = 0
    series: int = 0
    evaluations: int = 0
    rule_evaluations: int = 0
    transitions: int = 0
    notifications: int = 0


@dataclass(frozen=True, slots=True)
class Cycle:
    """A cycle in the store. ``revision`` is the git revision of the rules folder, where it has one."""

    id: int
    started_at: datetime
    finished_at: datetime | None
    rulebook_version: str
    revision: str | None
    counts: CycleCounts


def hold_cycles(connection: Connection) -> None:
    """Keeps others from judging, and new figures out, until this transaction ends.

    Call it before reading what is to be judged. In PostgreSQL each statement sees what was committed before
    it (READ COMMITTED): figures that came in half-way would be judged with this cycle's and then again with
    their own batch's. In SQLite one transaction writes at a time anyway.
    """
    take(connection, Lock.INGEST, Lock.CYCLE)


def begin_cycle(connection: Connection, rulebook_version_id: int, *, now: datetime) -> int:
    """Starts a cycle and returns its number."""
    hold_cycles(connection)
    _note_change_of_rules(connection, rulebook_version_id, now)
    return connection.execute(
        insert(cycles)
        .values(started_at=now, rulebook_version_id=rulebook_version_id, **asdict(CycleCounts()))
        .returning(cycles.c.id)
    ).scalar_one()


def _note_change_of_rules(connection: Connection, rulebook_version_id: int, now: datetime) -> None:
    """Notes for the audit trail by which rules is judged from now on, unless the last cycle had the same."""
    last = select(cycles.c.rulebook_version_id).order_by(cycles.c.id.desc()).limit(1).scalar_subquery()
    version = rulebook_versions.c
    news = connection.execute(
        select(version.version, version.revision).where(
            version.id == rulebook_version_id, version.id != func.coalesce(last, 0)
        )
    ).one_or_none()
    if news is not None:
        facts = {"version": news.version, "revision": news.revision}
        audit.note(connection, [Fact(AuditKind.RULEBOOK, now, facts)])


def finish_cycle(connection: Connection, cycle_id: int, counts: CycleCounts, *, now: datetime) -> None:
    """Writes that a cycle is complete, and how much it did."""
    connection.execute(
        update(cycles).where(cycles.c.id == cycle_id).values(finished_at=now, **asdict(counts))
    )


def last_cycle(connection: Connection) -> Cycle | None:
    """The last complete cycle."""
    version = rulebook_versions
    row = connection.execute(
        select(cycles, version.c.version, version.c.revision)
        .join(version, version.c.id == cycles.c.rulebook_version_id)
        .where(cycles.c.finished_at.is_not(None))
        .order_by(cycles.c.id.desc())
        .limit(1)
    ).one_or_none()
    if row is None:
        return None
    counts = CycleCounts(
        row.batches, row.series, row.evaluations, row.rule_evaluations, row.transitions, row.notifications
    )
    return Cycle(row.id, row.started_at, row.finished_at, row.version, row.revision or None, counts)
