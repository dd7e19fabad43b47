"""Records what derived indicators come to when their inputs change.

A derived figure is an observation like any other: it has revisions, so that a restated population restates
every rate that was made with it, and whoever was told of one can be told.
"""

import hashlib
from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime

from sqlalchemy import Connection

from monitor.core.areas import Area
from monitor.core.derivation import derive
from monitor.core.observations import Observation
from monitor.core.rulebook import Indicator, Rulebook
from monitor.store.batches import Channel, NewBatch, changed_series
from monitor.store.figures import figures_of_series, series_of
from monitor.store.observations import NewObservation, record_batch
from monitor.world import World

SeriesKey = tuple[str, str]


def in_order(rulebook: Rulebook) -> tuple[Indicator, ...]:
    """Returns the derived indicators, each after those that it is made from. The loader refuses circles."""
    ordered: dict[str, Indicator] = {}

    def visit(indicator: Indicator) -> None:
        if indicator.derivation is None or indicator.id in ordered:
            return
        for name in sorted(indicator.derivation.inputs):
            if name in rulebook.indicators:
                visit(rulebook.indicators[name])
        ordered[indicator.id] = indicator

    for indicator in rulebook.indicators.values():
        visit(indicator)
    return tuple(ordered.values())


def record_derived(
    connection: Connection,
    world: World,
    changed: Mapping[SeriesKey, date | None],
    redefined: Collection[str],
    *,
    now: datetime,
) -> tuple[tuple[int, ...], dict[SeriesKey, date]]:
    """Makes the figures anew that depend on ``changed`` series, and all figures of ``redefined`` indicators.

    Returns the batches recorded, and what they changed: series to the earliest period end with a new
    revision.
    """
    batches: list[int] = []
    found: dict[SeriesKey, date] = {}
    for indicator in in_order(world.rulebook):
        areas = _areas_concerned(connection, world, indicator, {*changed, *found}, redefined)
        if not areas:
            continue
        rows = list(_derived(connection, indicator, areas))
        batch = NewBatch(f"derived: {indicator.id}", _identity(indicator, rows, now), Channel.DERIVED)
        recorded = record_batch(connection, batch, rows, now=now)
        batches.append(recorded.id)
        found |= changed_series(connection, [recorded.id])
    return tuple(batches), found


def _areas_concerned(
    connection: Connection,
    world: World,
    indicator: Indicator,
    changed: Collection[SeriesKey],
    redefined: Collection[str],
) -> tuple[Area, ...]:
    inputs = indicator.derivation.inputs if indicator.derivation else frozenset()
    keys: Iterable[SeriesKey] = changed
    if indicator.id in redefined:
        keys = series_of(connection, inputs)
    names = {area for name, area in keys if name in inputs}
    return tuple(area for area in world.areas if area.name in names)


def _derived(
    connection: Connection, indicator: Indicator, areas: Collection[Area]
) -> Iterable[NewObservation]:
    derivation = indicator.derivation
    if derivation is None:
        return
    keys = [(name, area.name) for name in derivation.inputs for area in areas]
    inputs: dict[str, dict[str, list[Observation]]] = {}
    for figure in figures_of_series(connection, keys):
        inputs.setdefault(figure.area, {}).setdefault(figure.indicator, []).append(figure)
    for area in areas:
        for made in derive(derivation, area, inputs.get(area.name, {})):
            yield NewObservation(
                indicator.id,
                area.name,
                made.period_end,
                made.value,
                made.numerator,
                made.denominator,
                made.status,
                made.missing,
            )


def _identity(indicator: Indicator, rows: Collection[NewObservation], now: datetime) -> str:
    """Unlike a file's, a derived batch's identity is never met again; equal figures make no revision."""
    return hashlib.sha256(f"{indicator.id} {now.isoformat()} {rows!r}".encode()).hexdigest()
