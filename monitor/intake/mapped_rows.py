"""One row of a published file to figures, by the mapping of its source."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from monitor.core.areas import Area, AreaTree
from monitor.core.observations import Missing, Status
from monitor.core.rulebook import Indicator
from monitor.core.sources import Amount, Column, MappedIndicator, RowFilter, Source, Total
from monitor.intake.consistency import Amounts, consistent_amounts, is_percentage
from monitor.intake.faults import Fault, FaultCode, Rejection
from monitor.intake.mapped_periods import mapped_period_end, part_end
from monitor.intake.numbers import read_amount
from monitor.intake.rows import future_fault, observation_of, read_status, surplus_faults, unguarded
from monitor.intake.tables import Header
from monitor.store.observations import NewObservation

LONGEST_LABEL: Final = 60

Read = int | Missing | Fault | None
"""What a cell or a sum says: an amount in millionths, why there is none, what is wrong, or nothing."""


@dataclass(frozen=True, slots=True)
class MappedRow:
    """What one row said. ``empty`` counts figures that are not there."""

    observations: tuple[NewObservation, ...]
    rejection: Rejection | None
    empty: int


@dataclass(frozen=True, slots=True)
class _Place:
    """What all figures of a row have in common."""

    area: Area
    end: date
    status: Status
    is_rounded: bool


@dataclass(slots=True)
class MappedRowReader:
    """Reads rows below one header by the mapping of ``source``; ``today`` is the day in England.

    It counts the rows that are ``not_wanted``, and those of each of the ``unknown_areas``.
    """

    source: Source
    header: Header
    indicators: Mapping[str, Indicator]
    areas: AreaTree
    today: date
    not_wanted: int = field(init=False, default=0)
    unknown_areas: dict[str, int] = field(init=False, default_factory=dict)
    _filters: dict[RowFilter, frozenset[str]] = field(init=False, default_factory=dict)
    _choices: dict[str, tuple[Column, ...]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        mapped = self.source.indicators
        for each in (*self.source.keep, *self.source.rounded, *(row for one in mapped for row in one.keep)):
            self._filters[each] = frozenset(_folded(word) for word in each.words)
        self._choices = {_folded(word or ""): columns for word, columns in self.source.area.choices}

    def read(self, line: int, cells: Sequence[str]) -> MappedRow | None:
        """The row's figures, and its rejection with all reasons at once; None where the row is left out.

        One bad figure does not keep the row's others out.
        """
        columns = self._area_columns(cells)
        if columns is None or not self._passes(cells, self.source.keep):
            self.not_wanted += 1
            return None
        area = self._area(cells, columns)
        if area is None:
            return None
        common = self._common(cells)
        observations: list[NewObservation] = []
        empty = 0
        faults = [each for each in (area, *common) if isinstance(each, Fault)]
        faults += surplus_faults(cells, len(self.header.cells))
        match area, common:
            case Area() as place, (date() as end, Status() as status) if not faults:
                is_rounded = bool(self.source.rounded) and self._passes(cells, self.source.rounded)
                for found in self._figures(cells, _Place(place, end, status, is_rounded)):
                    match found:
                        case NewObservation():
                            observations.append(found)
                        case Fault():
                            faults.append(found)
                        case None:
                            empty += 1
        return MappedRow(tuple(observations), _rejection(line, cells, faults), empty)

    def _cell(self, cells: Sequence[str], column: Column) -> str:
        place = self.header.columns[column.name]
        return unguarded(cells[place]) if place < len(cells) else ""

    def _passes(self, cells: Sequence[str], filters: Sequence[RowFilter]) -> bool:
        return all(_folded(self._cell(cells, each.column)) in self._filters[each] for each in filters)

    def _area_columns(self, cells: Sequence[str]) -> tuple[Column, ...] | None:
        by = self.source.area.by
        return self._choices.get(_folded(self._cell(cells, by)) if by else "")

    def _area(self, cells: Sequence[str], columns: Sequence[Column]) -> Area | Fault | None:
        """The row's area; None, and counted, where the tree has no such area."""
        texts = [text for column in columns if (text := self._cell(cells, column))]
        for text in texts:
            found = self.areas.find(text)
            if found is not None:
                return found
        if not texts:
            return Fault(FaultCode.UNKNOWN_AREA, f"there is no area in {_listed(columns)}")
        label = " ".join(texts)[:LONGEST_LABEL]
        self.unknown_areas[label] = self.unknown_areas.get(label, 0) + 1
        return None

    def _common(self, cells: Sequence[str]) -> tuple[date | Fault, Status | Fault]:
        source = self.source
        end = mapped_period_end(self._cell(cells, source.period.column), source.period.form)
        column = source.status_column
        return end, source.status if column is None else read_status(self._cell(cells, column))

    def _figures(self, cells: Sequence[str], place: _Place) -> Iterator[NewObservation | Fault | None]:
        for mapped in self.source.indicators:
            if not self._passes(cells, mapped.keep):
                continue
            indicator = self.indicators[mapped.indicator]
            if mapped.split is None:
                amounts = self._amounts(cells, mapped, indicator, is_rounded=place.is_rounded)
                yield self._figure(indicator, place, place.end, amounts)
                continue
            for number, column in enumerate(mapped.split_columns):
                value = self._read(cells, column, percent=is_percentage(indicator))
                end = part_end(place.end, mapped.split, number)
                amounts = value if isinstance(value, Fault) else Amounts(value, None, None)
                yield self._figure(indicator, place, end, amounts)

    def _figure(
        self, indicator: Indicator, place: _Place, end: date, amounts: Amounts | Fault
    ) -> NewObservation | Fault | None:
        if amounts == Amounts(None, None, None):
            return None
        found = amounts if isinstance(amounts, Fault) else consistent_amounts(amounts, indicator)
        if isinstance(found, Amounts) and end > self.today:
            found = future_fault(end)
        if isinstance(found, Fault):
            return Fault(found.code, f"{indicator.id}: {found.reason}")
        return observation_of(indicator, place.area, end, place.status, found)

    def _amounts(
        self, cells: Sequence[str], mapped: MappedIndicator, indicator: Indicator, *, is_rounded: bool
    ) -> Amounts | Fault:
        reads = (
            self._amount(cells, mapped.value, percent=is_percentage(indicator)),
            self._amount(cells, mapped.numerator, percent=False),
            self._amount(cells, mapped.denominator, percent=False),
        )
        for read in reads:
            if isinstance(read, Fault):
                return read
        value, numerator, denominator = (read for read in reads if not isinstance(read, Fault))
        if is_rounded and value is not None:
            return Amounts(value, None, None)
        if denominator == 0 and numerator in (0, *Missing) and not isinstance(value, int):
            # None of none: what is published in place of the share says so, and without a word so do we.
            return Amounts(value or Missing.NOT_APPLICABLE, None, None)
        return Amounts(value, numerator, denominator)

    def _amount(self, cells: Sequence[str], amount: Amount, *, percent: bool) -> Read:
        """The first way to the amount that is known, else what the first way says."""
        reads = []
        for total in amount:
            read = self._total(cells, total, percent=percent)
            if isinstance(read, int | Fault):
                return read
            reads.append(read)
        return next((read for read in reads if read is not None), None)

    def _total(self, cells: Sequence[str], total: Total, *, percent: bool) -> Read:
        plus = [self._read(cells, column, percent=percent) for column in total.plus]
        minus = [self._read(cells, column, percent=percent) for column in total.minus]
        amount = 0
        for sign, reads in ((1, plus), (-1, minus)):
            for read in reads:
                if isinstance(read, Fault | Missing):
                    return read
                amount += sign * (read or 0)
        if None in plus or None in minus:
            is_blank = all(read is None for read in (*plus, *minus))
            return None if is_blank else Missing.NOT_GIVEN
        return amount

    def _read(self, cells: Sequence[str], column: Column, *, percent: bool) -> Read:
        read = read_amount(self._cell(cells, column), percent=percent)
        return Fault(read.code, f"{column.name} {read.reason}") if isinstance(read, Fault) else read


def _rejection(line: int, cells: Sequence[str], faults: Sequence[Fault]) -> Rejection | None:
    if not faults:
        return None
    return Rejection(line, faults[0].code, "; ".join(fault.reason for fault in faults), tuple(cells))


def _listed(columns: Sequence[Column]) -> str:
    return " or ".join(column.name for column in columns)


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()
