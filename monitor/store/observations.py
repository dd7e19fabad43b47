"""Figures going in: a new revision where a figure differs from the last one, nothing where it does not."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import Connection, Date, select

from monitor.core.observations import Missing, Status
from monitor.store.batches import NewBatch, batch_with_contents, count_rows, insert_batch
from monitor.store.bulk import ColumnTypes, chunks, insert_rows, listed
from monitor.store.columns import ID
from monitor.store.locks import Lock, take
from monitor.store.series import SeriesKey, SeriesNumbers
from monitor.store.tables import observations

_FIGURE_KEY: Final[ColumnTypes] = {"series_id": ID, "period_end": Date()}


@dataclass(frozen=True, slots=True)
class NewObservation:
    """A figure that came in. Amounts are integer millionths; ``missing`` says why there is no value."""

    indicator: str
    area: str
    period_end: date
    value: int | None
    numerator: int | None
    denominator: int | None
    status: Status
    missing: Missing | None

    @property
    def series(self) -> SeriesKey:
        """The series that it belongs to."""
        return self.indicator, self.area


@dataclass(frozen=True, slots=True)
class RecordedBatch:
    """What recording a batch did.

    ``accepted`` rows were written: first figures, and the ``restated`` ones among them that replace an
    earlier figure. ``unchanged`` rows said what was known. ``already_known``: these very bytes were recorded
    before, as batch ``id``, and nothing was done.
    """

    id: int
    accepted: int
    unchanged: int
    restated: int
    already_known: bool


@dataclass(slots=True)
class _Tally:
    accepted: int = 0
    unchanged: int = 0
    restated: int = 0


def record_batch(
    connection: Connection, batch: NewBatch, rows: Iterable[NewObservation], *, now: datetime
) -> RecordedBatch:
    """Records a batch's figures; what differs from a figure's latest revision becomes the next one.

    ``rows`` are taken as they come, in chunks, so they need not fit into memory. Of two rows for the same
    figure the later one counts as a restatement of the earlier.

    A batch is known by its bytes: a file that was recorded before changes nothing, even if its figures have
    been restated since. Otherwise a file that is read again after a crash could undo what came after it.
    """
    take(connection, Lock.INGEST)
    known = batch_with_contents(connection, batch.sha256)
    if known is not None:
        return RecordedBatch(known.id, 0, 0, 0, already_known=True)
    batch_id = insert_batch(connection, batch, now=now)
    numbers, tally = SeriesNumbers(), _Tally()
    for chunk in chunks(rows):
        numbers.learn(connection, (row.series for row in chunk))
        keyed = [((numbers[row.series], row.period_end), row) for row in chunk]
        latest = _latest(connection, {key for key, _ in keyed})
        fresh = [
            {
                "series_id": key[0],
                "period_end": key[1],
                "revision": revision,
                "value": row.value,
                "numerator": row.numerator,
                "denominator": row.denominator,
                "status": row.status,
                "missing": row.missing,
                "batch_id": batch_id,
                "recorded_at": now,
            }
            for key, revision, row in _revisions(keyed, latest, tally)
        ]
        insert_rows(connection, observations.insert(), fresh)
    count_rows(
        connection, batch_id, accepted=tally.accepted, restated=tally.restated, unchanged=tally.unchanged
    )
    return RecordedBatch(batch_id, tally.accepted, tally.unchanged, tally.restated, already_known=False)


_FigureKey = tuple[int, date]
_Content = tuple[int | None, int | None, int | None, Status, Missing | None]


def _latest(connection: Connection, keys: set[_FigureKey]) -> dict[_FigureKey, tuple[int, _Content]]:
    """The latest revision of each of these figures, and what it says."""
    wanted = listed(connection, _FIGURE_KEY, sorted(keys))
    found = observations.c
    rows = connection.execute(
        select(
            found.series_id,
            found.period_end,
            found.revision,
            found.value,
            found.numerator,
            found.denominator,
            found.status,
            found.missing,
        )
        .join(
            wanted,
            (wanted.c.series_id == found.series_id) & (wanted.c.period_end == found.period_end),
        )
        .order_by(found.revision)
    )
    # Restatements are few: reading them all and keeping the last costs less than asking for the last.
    return {
        (series_id, end): (revision, (value, numerator, denominator, status, missing))
        for series_id, end, revision, value, numerator, denominator, status, missing in rows
    }


def _revisions(
    keyed: Iterable[tuple[_FigureKey, NewObservation]],
    latest: dict[_FigureKey, tuple[int, _Content]],
    tally: _Tally,
) -> Iterator[tuple[_FigureKey, int, NewObservation]]:
    """The rows that say something new, each with its revision."""
    for key, row in keyed:
        content = (row.value, row.numerator, row.denominator, row.status, row.missing)
        revision, before = latest.get(key, (0, None))
        if content == before:
            tally.unchanged += 1
            continue
        latest[key] = (revision + 1, content)
        tally.accepted += 1
        tally.restated += revision > 0
        yield key, revision + 1, row
