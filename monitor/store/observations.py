"""Figures going in: a new revision where a figure differs from the last one, nothing where it does not."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import Connection, Date, select

from monitor.core.observations import Missing, Status
from monitor.store.batches import (
    Batch,
    NewBatch,
    batches_with_contents,
    count_rows,
    insert_batch,
    mark_inbox_file,
)
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
    before, as batch ``id``, and nothing was done. ``back_to``: they were, but their figures had changed since
    and were set back; the batch before, and when it had come.
    """

    id: int
    accepted: int
    unchanged: int
    restated: int
    already_known: bool
    back_to: Batch | None = None


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

    The same bytes again make a batch of their own only where one of their figures has changed since: somebody
    puts the right file back. A file that limen finds in the inbox once more, because it was ended or could
    not move it, changes nothing, whatever came since: it would undo that.
    """
    take(connection, Lock.INGEST)
    known = batches_with_contents(connection, batch.sha256)
    if batch.inbox_file is not None:
        for each in known:
            if each.inbox_file == batch.inbox_file:
                return RecordedBatch(each.id, 0, 0, 0, already_known=True)
    writer = _Writer(connection, batch, now, None if known else insert_batch(connection, batch, now=now))
    for chunk in chunks(rows):
        writer.write(chunk)
    if writer.batch_id is not None:
        return writer.counted(writer.batch_id, back_to=known[-1] if known else None)
    if batch.inbox_file is not None:
        mark_inbox_file(connection, [known[-1].id], batch.inbox_file)
    return RecordedBatch(known[-1].id, 0, 0, 0, already_known=True)


class _Writer:
    """Writes a batch's rows; the batch itself, if it was not written yet, before the first that is new."""

    def __init__(self, connection: Connection, batch: NewBatch, now: datetime, batch_id: int | None) -> None:
        self.batch_id = batch_id
        self._connection = connection
        self._batch = batch
        self._now = now
        self._numbers = SeriesNumbers()
        self._tally = _Tally()

    def write(self, chunk: Sequence[NewObservation]) -> None:
        self._numbers.learn(self._connection, (row.series for row in chunk))
        keyed = [((self._numbers[row.series], row.period_end), row) for row in chunk]
        latest = _latest(self._connection, {key for key, _ in keyed})
        found = list(_revisions(keyed, latest, self._tally))
        if not found:
            return
        if self.batch_id is None:
            self.batch_id = insert_batch(self._connection, self._batch, now=self._now)
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
                "batch_id": self.batch_id,
                "recorded_at": self._now,
            }
            for key, revision, row in found
        ]
        insert_rows(self._connection, observations.insert(), fresh)

    def counted(self, batch_id: int, *, back_to: Batch | None) -> RecordedBatch:
        """Writes the counts of the batch, and says what was done."""
        tally = self._tally
        count_rows(
            self._connection,
            batch_id,
            accepted=tally.accepted,
            restated=tally.restated,
            unchanged=tally.unchanged,
        )
        return RecordedBatch(
            batch_id,
            tally.accepted,
            tally.unchanged,
            tally.restated,
            already_known=False,
            back_to=back_to,
        )


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
