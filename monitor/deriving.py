"""Records what derived indicators come to when their inputs change, or what they are made by.

A derived figure is an observation like any other: it has revisions, so that a restated population restates
every rate that was made with it, and whoever was told of one can be told. Where the rules do not make a
figure any more, a last revision withdraws it: the series is then what the same rules and data make of it
anew.
"""

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import groupby
from typing import Final

from sqlalchemy import Connection

from monitor.core.areas import Area
from monitor.core.derivation import Derivation, derive
from monitor.core.observations import Missing, Observation
from monitor.core.rulebook import Indicator, Rulebook
from monitor.store.batches import Channel, NewBatch, changed_series
from monitor.store.figures import Revision, figures_of_series, revisions_of, series_of
from monitor.store.observations import NewObservation, record_batch
from monitor.world import World

SeriesKey = tuple[str, str]

_MADE: Final = "derived: "
_REDEFINED: Final = "redefined: "
"""How the batches are called that hold an indicator's figures: made anew by other inputs, by other rules."""


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


def comes_of_redefinition(revision: Revision) -> bool:
    """Says whether a revision was made, or withdrawn, because its indicator was defined otherwise."""
    return revision.batch_name == f"{_REDEFINED}{revision.observation.indicator}"


def record_derived(
    connection: Connection,
    world: World,
    changed: Mapping[SeriesKey, date | None],
    redefined: Collection[str],
    *,
    now: datetime,
) -> tuple[tuple[int, ...], dict[SeriesKey, date]]:
    """Makes the figures anew that depend on ``changed`` series, and all figures of ``redefined`` indicators.

    Of a redefined indicator the figures that are not made any more are withdrawn, also those that came in
    before it was derived. One that is derived no more has the figures again that came in for it.

    Returns the batches recorded, and what they changed: series to the earliest period end with a new
    revision.
    """
    known = world.rulebook.indicators
    made = _Recording(connection, world, set(changed), frozenset(redefined), now)
    for name in sorted(redefined):
        if name not in known or known[name].derivation is None:
            made.give_back(name)
    for indicator in in_order(world.rulebook):
        if indicator.derivation is not None:
            made.record(indicator.id, indicator.derivation)
    return tuple(made.batches), made.found


@dataclass
class _Recording:
    """The work of one cycle. ``lessened`` are the indicators of which figures were withdrawn in it."""

    connection: Connection
    world: World
    changed: set[SeriesKey]
    redefined: frozenset[str]
    now: datetime
    batches: list[int] = field(default_factory=list)
    found: dict[SeriesKey, date] = field(default_factory=dict)
    lessened: set[str] = field(default_factory=set)

    def record(self, indicator: str, derivation: Derivation) -> None:
        """Makes the figures of an indicator in the areas where its inputs have changed, or in all."""
        areas = self._areas_concerned(indicator, derivation)
        if not areas:
            return
        rows = list(_made(self.connection, indicator, derivation, areas))
        if indicator in self.redefined or self.lessened & derivation.inputs:
            rows += _no_longer_made(self.connection, indicator, areas, rows)
        self._write(indicator, rows)

    def give_back(self, indicator: str) -> None:
        """Puts the figures that came in for an indicator back in place of those that were made."""
        self._write(indicator, list(_as_they_came(revisions_of(self.connection, indicator))))

    def _write(self, indicator: str, rows: Collection[NewObservation]) -> None:
        if not rows:
            return
        name = f"{_REDEFINED if indicator in self.redefined else _MADE}{indicator}"
        batch = NewBatch(name, _identity(name, rows, self.now), Channel.DERIVED)
        recorded = record_batch(self.connection, batch, rows, now=self.now)
        self.batches.append(recorded.id)
        self.found |= changed_series(self.connection, [recorded.id])
        if any(row.missing is Missing.WITHDRAWN for row in rows):
            self.lessened.add(indicator)

    def _areas_concerned(self, indicator: str, derivation: Derivation) -> tuple[Area, ...]:
        inputs = derivation.inputs
        keys: Iterable[SeriesKey] = {*self.changed, *self.found}
        if indicator in self.redefined:
            inputs |= {indicator}
            keys = series_of(self.connection, inputs)
        names = {area for name, area in keys if name in inputs}
        return tuple(area for area in self.world.areas if area.name in names)


def _made(
    connection: Connection, indicator: str, derivation: Derivation, areas: Collection[Area]
) -> Iterable[NewObservation]:
    keys = [(name, area.name) for name in derivation.inputs for area in areas]
    inputs: dict[str, dict[str, list[Observation]]] = {}
    for figure in figures_of_series(connection, keys):
        inputs.setdefault(figure.area, {}).setdefault(figure.indicator, []).append(figure)
    for area in areas:
        for made in derive(derivation, area, inputs.get(area.name, {})):
            yield NewObservation(
                indicator,
                area.name,
                made.period_end,
                made.value,
                made.numerator,
                made.denominator,
                made.status,
                made.missing,
            )


def _no_longer_made(
    connection: Connection, indicator: str, areas: Collection[Area], rows: Iterable[NewObservation]
) -> list[NewObservation]:
    """What withdraws the figures that are there and not among ``rows``."""
    made = {(row.area, row.period_end) for row in rows}
    there = figures_of_series(connection, [(indicator, area.name) for area in areas])
    return [_withdrawal(each) for each in there if (each.area, each.period_end) not in made]


def _withdrawal(figure: Observation) -> NewObservation:
    return NewObservation(
        figure.indicator,
        figure.area,
        figure.period_end,
        None,
        None,
        None,
        figure.status,
        Missing.WITHDRAWN,
    )


def _as_they_came(revisions: Iterable[Revision]) -> Iterable[NewObservation]:
    """For each figure that was made last: the one that came in last, or what withdraws it."""
    by_figure = groupby(revisions, key=lambda each: (each.observation.area, each.observation.period_end))
    for _, group in by_figure:
        each = list(group)
        last = each[-1].observation
        if not _was_made(each[-1]):
            continue
        came = [revision.observation for revision in each if not _was_made(revision)]
        if came:
            yield NewObservation(
                last.indicator,
                last.area,
                last.period_end,
                came[-1].value,
                came[-1].numerator,
                came[-1].denominator,
                came[-1].status,
                came[-1].missing,
            )
        elif last.missing is not Missing.WITHDRAWN:
            yield _withdrawal(last)


def _was_made(revision: Revision) -> bool:
    return revision.batch_name == f"{_MADE}{revision.observation.indicator}" or comes_of_redefinition(
        revision
    )


def _identity(name: str, rows: Collection[NewObservation], now: datetime) -> str:
    """Unlike a file's, a derived batch's identity is never met again; equal figures make no revision."""
    return hashlib.sha256(f"{name} {now.isoformat()} {rows!r}".encode()).hexdigest()
