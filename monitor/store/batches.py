"""Batches: what came in at once, and which cycle has judged it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import Connection, func, insert, select, update

from monitor.store.bulk import AnyRow, ColumnTypes, fields_of, listed
from monitor.store.columns import ID
from monitor.store.tables import Channel, batches, observations, series

__all__ = ["Batch", "Channel", "NewBatch", "changed_series", "mark_batches_evaluated", "unevaluated_batches"]

_IDS: Final[ColumnTypes] = {"id": ID}


@dataclass(frozen=True, slots=True)
class NewBatch:
    """A file or push that has been read. By ``sha256`` it is known again; ``name`` is for people.

    ``rows_rejected`` counts the rows set aside by intake. ``inbox_file`` says which file of the inbox it is;
    None for what lies in none.
    """

    name: str
    sha256: str
    channel: Channel
    rows_rejected: int = 0
    inbox_file: str | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch in the store. ``rows_restated`` of the ``rows_accepted`` replaced an earlier figure.

    ``inbox_file`` is which file of the inbox brought it last, while that may still lie there.
    ``evaluated_in`` is the cycle that judged it; None: not yet.
    """

    id: int
    name: str
    sha256: str
    channel: Channel
    received_at: datetime
    rows_accepted: int
    rows_restated: int
    rows_unchanged: int
    rows_rejected: int
    inbox_file: str | None
    evaluated_in: int | None


def insert_batch(connection: Connection, batch: NewBatch, *, now: datetime) -> int:
    """Writes a batch without any rows yet; returns its number."""
    return connection.execute(
        insert(batches)
        .values(
            name=batch.name,
            sha256=batch.sha256,
            channel=batch.channel,
            received_at=now,
            rows_accepted=0,
            rows_restated=0,
            rows_unchanged=0,
            rows_rejected=batch.rows_rejected,
            inbox_file=batch.inbox_file,
        )
        .returning(batches.c.id)
    ).scalar_one()


def count_rows(
    connection: Connection, batch_id: int, *, accepted: int, restated: int, unchanged: int
) -> None:
    """Writes how many rows a batch brought."""
    connection.execute(
        update(batches)
        .where(batches.c.id == batch_id)
        .values(rows_accepted=accepted, rows_restated=restated, rows_unchanged=unchanged)
    )


def batches_with_contents(connection: Connection, sha256: str) -> tuple[Batch, ...]:
    """The batches whose bytes had this SHA-256, the latest last."""
    rows = connection.execute(select(batches).where(batches.c.sha256 == sha256).order_by(batches.c.id))
    return tuple(_batch(row) for row in rows)


def batches_in_inbox(connection: Connection) -> dict[int, str]:
    """Which file of the inbox brought which batch, for those whose file may still lie there."""
    rows = connection.execute(
        select(batches.c.id, batches.c.inbox_file).where(batches.c.inbox_file.is_not(None))
    )
    return {number: file for number, file in rows if file is not None}


def mark_inbox_file(connection: Connection, batch_ids: Collection[int], inbox_file: str | None) -> None:
    """Writes which file of the inbox brought these batches last; None: it lies there no more."""
    wanted = listed(connection, _IDS, [(batch_id,) for batch_id in batch_ids])
    connection.execute(
        update(batches).where(batches.c.id.in_(select(wanted.c.id))).values(inbox_file=inbox_file)
    )


def unevaluated_batches(connection: Connection) -> tuple[Batch, ...]:
    """The batches that no cycle has judged yet, the oldest first."""
    rows = connection.execute(select(batches).where(batches.c.evaluated_in.is_(None)).order_by(batches.c.id))
    return tuple(_batch(row) for row in rows)


def recent_batches(connection: Connection, limit: int) -> tuple[Batch, ...]:
    """The latest batches, the newest first."""
    rows = connection.execute(select(batches).order_by(batches.c.id.desc()).limit(limit))
    return tuple(_batch(row) for row in rows)


def changed_series(connection: Connection, batch_ids: Collection[int]) -> dict[tuple[str, str], date]:
    """What these batches changed: (indicator, area) -> the earliest period end with a new revision."""
    if not batch_ids:
        return {}
    wanted = listed(connection, _IDS, [(batch_id,) for batch_id in batch_ids])
    earliest = (
        select(observations.c.series_id, func.min(observations.c.period_end).label("period_end"))
        .join(wanted, wanted.c.id == observations.c.batch_id)
        .group_by(observations.c.series_id)
        .subquery("earliest")
    )
    rows = connection.execute(
        select(series.c.indicator, series.c.area, earliest.c.period_end)
        .join(earliest, earliest.c.series_id == series.c.id)
        .order_by(series.c.indicator, series.c.area)
    )
    return {(indicator, area): period_end for indicator, area, period_end in rows}


def most_figures_of_a_series(connection: Connection, batch_ids: Collection[int]) -> int:
    """How many new revisions these batches hold of the series that they hold most of; 0 without any."""
    if not batch_ids:
        return 0
    wanted = listed(connection, _IDS, [(batch_id,) for batch_id in batch_ids])
    counts = (
        select(func.count().label("figures"))
        .select_from(observations)
        .join(wanted, wanted.c.id == observations.c.batch_id)
        .group_by(observations.c.series_id)
        .subquery("counts")
    )
    return connection.scalar(select(func.max(counts.c.figures))) or 0


def mark_batches_evaluated(connection: Connection, batch_ids: Collection[int], cycle_id: int) -> None:
    """Writes that the cycle has judged these batches."""
    if not batch_ids:
        return
    wanted = listed(connection, _IDS, [(batch_id,) for batch_id in batch_ids])
    connection.execute(
        update(batches).where(batches.c.id.in_(select(wanted.c.id))).values(evaluated_in=cycle_id)
    )


def _batch(row: AnyRow) -> Batch:
    return Batch(**fields_of(row))
