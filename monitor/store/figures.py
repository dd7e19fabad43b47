"""Figures coming out: the latest revision of each, as known now or on an earlier day.

A derived figure that was withdrawn is none: only its revisions still show it.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Column, ColumnElement, Connection, Select, exists, func, or_, select

from monitor.core.observations import Missing, Observation
from monitor.store.bulk import AnyRow, chunks, listed
from monitor.store.columns import NAME
from monitor.store.series import SERIES_KEY, SeriesKey
from monitor.store.tables import batches, observations, series

AnySelect = Select[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Revision:
    """One revision of a figure, and the batch that brought it."""

    observation: Observation
    recorded_at: datetime
    batch_id: int
    batch_name: str


def figures(
    connection: Connection,
    indicator: str,
    areas: Collection[str] | None = None,
    *,
    until: date | None = None,
    known_at: datetime | None = None,
    last: int | None = None,
) -> list[Observation]:
    """The latest revision of an indicator's figures, by area and period.

    ``areas`` None: all. ``until``: periods that end on or before this day. ``known_at``: as the figures were
    known at this instant. ``last``: of each series only so many figures, the latest.
    """
    statement = _latest(until, known_at).where(series.c.indicator == indicator)
    if areas is not None:
        wanted = listed(connection, {"area": NAME}, [(area,) for area in areas])
        statement = statement.join(wanted, wanted.c.area == series.c.area)
    return _fetch(connection, statement, last)


def figures_of_series(
    connection: Connection,
    keys: Collection[SeriesKey],
    *,
    until: date | None = None,
    known_at: datetime | None = None,
    last: int | None = None,
) -> list[Observation]:
    """The latest revision of the figures of these series, by indicator, area and period; see `figures`.

    One statement for every 10,000 series.
    """
    found: list[Observation] = []
    for chunk in chunks(sorted(set(keys))):
        wanted = listed(connection, SERIES_KEY, chunk)
        statement = _latest(until, known_at).join(
            wanted, (wanted.c.indicator == series.c.indicator) & (wanted.c.area == series.c.area)
        )
        found += _fetch(connection, statement, last)
    return found


def revisions(connection: Connection, indicator: str, area: str, period_end: date) -> tuple[Revision, ...]:
    """Every revision of one figure, the first one first."""
    return _revisions(
        connection,
        series.c.indicator == indicator,
        series.c.area == area,
        observations.c.period_end == period_end,
    )


def revisions_of(connection: Connection, indicator: str) -> tuple[Revision, ...]:
    """Every revision of every figure of an indicator, by area and period, the first one first."""
    return _revisions(connection, series.c.indicator == indicator)


def _revisions(connection: Connection, *wanted: ColumnElement[bool]) -> tuple[Revision, ...]:
    rows = connection.execute(
        select(
            *_COLUMNS,
            observations.c.recorded_at,
            batches.c.id.label("batch_id"),
            batches.c.name.label("batch_name"),
        )
        .join(series, series.c.id == observations.c.series_id)
        .join(batches, batches.c.id == observations.c.batch_id)
        .where(*wanted)
        .order_by(series.c.area, observations.c.period_end, observations.c.revision)
    )
    return tuple(Revision(_observation(row), row.recorded_at, row.batch_id, row.batch_name) for row in rows)


def indicators_with_data(connection: Connection) -> tuple[str, ...]:
    """The indicators that have figures, by name."""
    has_figures = exists().where(observations.c.series_id == series.c.id)
    statement = select(series.c.indicator).where(has_figures).distinct().order_by(series.c.indicator)
    return tuple(connection.scalars(statement))


def series_of(connection: Connection, indicators: Collection[str]) -> tuple[SeriesKey, ...]:
    """The series that there are of these indicators."""
    wanted = listed(connection, {"indicator": NAME}, [(indicator,) for indicator in sorted(indicators)])
    statement = select(series.c.indicator, series.c.area).join(
        wanted, wanted.c.indicator == series.c.indicator
    )
    return tuple(connection.execute(statement))


def latest_periods(connection: Connection, indicators: Collection[str]) -> dict[SeriesKey, date]:
    """(indicator, area) -> the end of the last period that there is a figure for, if only a missing one."""
    last = (
        select(func.max(observations.c.period_end))
        .where(observations.c.series_id == series.c.id)
        .scalar_subquery()
        .label("last")
    )
    wanted = listed(connection, {"indicator": NAME}, [(indicator,) for indicator in sorted(indicators)])
    statement = select(series.c.indicator, series.c.area, last).join(
        wanted, wanted.c.indicator == series.c.indicator
    )
    rows = connection.execute(statement)
    return {(row.indicator, row.area): row.last for row in rows if row.last is not None}


def latest_period(connection: Connection, indicator: str | None = None) -> date | None:
    """The last period end that an indicator (None: any) has a figure for."""
    last_of_series = (
        select(func.max(observations.c.period_end))
        .where(observations.c.series_id == series.c.id)
        .scalar_subquery()
    )
    statement = select(func.max(last_of_series)).select_from(series)
    if indicator is not None:
        statement = statement.where(series.c.indicator == indicator)
    return connection.scalar(statement)


_COLUMNS: Final[tuple[Column[Any], ...]] = (
    observations.c.id,
    series.c.indicator,
    series.c.area,
    observations.c.period_end,
    observations.c.revision,
    observations.c.value,
    observations.c.numerator,
    observations.c.denominator,
    observations.c.status,
    observations.c.missing,
)
"""In the order of :class:`Observation`'s fields."""


def _latest(until: date | None, known_at: datetime | None) -> AnySelect:
    later = observations.alias("later")
    superseded = (
        (later.c.series_id == observations.c.series_id)
        & (later.c.period_end == observations.c.period_end)
        & (later.c.revision > observations.c.revision)
    )
    statement = select(*_COLUMNS).join(series, series.c.id == observations.c.series_id)
    if until is not None:
        statement = statement.where(observations.c.period_end <= until)
    if known_at is not None:
        superseded &= later.c.recorded_at <= known_at
        statement = statement.where(observations.c.recorded_at <= known_at)
    figure = or_(observations.c.missing.is_(None), observations.c.missing != Missing.WITHDRAWN)
    return statement.where(figure, ~exists().where(superseded))


def _fetch(connection: Connection, statement: AnySelect, last: int | None) -> list[Observation]:
    if last is not None:
        place = func.row_number().over(
            partition_by=observations.c.series_id, order_by=observations.c.period_end.desc()
        )
        ranked = statement.add_columns(place.label("place")).subquery("ranked")
        parts = [ranked.c[part.name] for part in _COLUMNS]
        statement = (
            select(*parts)
            .where(ranked.c.place <= last)
            .order_by(ranked.c.indicator, ranked.c.area, ranked.c.period_end)
        )
    else:
        statement = statement.order_by(series.c.indicator, series.c.area, observations.c.period_end)
    return [_observation(row) for row in connection.execute(statement)]


def _observation(row: AnyRow) -> Observation:
    return Observation(*row[: len(_COLUMNS)])
