"""How a published file, wide and of whatever shape, says figures: which rows, areas, periods and columns.

The mappings are written under ``sources:`` of the rule files and read by ``monitor.rulebook``; files are
read by them in ``monitor.intake``. Here stands only what they mean.
"""

import hashlib
from dataclasses import dataclass
from enum import StrEnum

from monitor.core.observations import Status
from monitor.core.positions import Position


class PeriodForm(StrEnum):
    """What the column of periods names, and so on which day the period ends.

    Source of the financial and academic years in six figures (201213) and of reporting and calendar years in
    four: the Department for Education's "Open data standards" for its published files (``time_period`` and
    ``time_identifier``).
    """

    FINANCIAL_YEAR = "financial year"
    ACADEMIC_YEAR = "academic year"
    CALENDAR_YEAR = "calendar year"
    MID_YEAR = "mid-year"
    DATE = "date"


class Split(StrEnum):
    """Into what a row's year is divided when its columns hold one figure each."""

    MONTHS = "months"
    QUARTERS = "quarters"

    @property
    def parts(self) -> int:
        """How many of them make a year."""
        return 12 if self is Split.MONTHS else 4


@dataclass(frozen=True, slots=True)
class Column:
    """A column by the name in the file's header, and where the mapping names it."""

    name: str
    position: Position


@dataclass(frozen=True, slots=True)
class RowFilter:
    """Rows that have one of these words in a column."""

    column: Column
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AreaColumns:
    """Where a row names its area.

    ``choices`` maps a word of the column ``by`` to the columns to look in, the first that names an area of
    the tree counting; without ``by`` there is one choice, None. Rows with another word are left out.
    """

    by: Column | None
    choices: tuple[tuple[str | None, tuple[Column, ...]], ...]


@dataclass(frozen=True, slots=True)
class PeriodColumn:
    """Where a row names its period, and in which form."""

    column: Column
    form: PeriodForm


@dataclass(frozen=True, slots=True)
class Total:
    """The sum of some columns less the sum of others; unknown as soon as one of them is."""

    plus: tuple[Column, ...]
    minus: tuple[Column, ...] = ()


Amount = tuple[Total, ...]
"""Ways to an amount: the first that is known counts. Empty: the mapping says none."""


@dataclass(frozen=True, slots=True)
class MappedIndicator:
    """How a row says the figures of one indicator.

    Either ``value``, ``numerator`` and ``denominator`` give one figure, or ``split_columns`` give one for
    each part of the row's year, from its first on. ``keep`` narrows the rows further than the source does.
    """

    indicator: str
    keep: tuple[RowFilter, ...]
    value: Amount
    numerator: Amount
    denominator: Amount
    split: Split | None
    split_columns: tuple[Column, ...]
    position: Position


@dataclass(frozen=True, slots=True)
class Source:
    """A kind of published file.

    ``files`` are patterns of file names (``*`` and ``?``), in small letters. ``keep`` says which rows are
    read, ``rounded`` in which of them counts are rounded, so that a published ratio is not what they give.
    ``status`` holds for all rows unless ``status_column`` says it for each.
    """

    id: str
    title: str
    files: tuple[str, ...]
    publisher: str
    reference: str
    keep: tuple[RowFilter, ...]
    area: AreaColumns
    period: PeriodColumn
    status: Status
    status_column: Column | None
    rounded: tuple[RowFilter, ...]
    indicators: tuple[MappedIndicator, ...]
    position: Position

    def columns(self) -> tuple[Column, ...]:
        """Returns every column that the mapping names, in the order in which they are written."""
        found = [each.column for each in (*self.keep, *self.rounded)]
        found += [self.area.by] if self.area.by else []
        found += [column for _, choice in self.area.choices for column in choice]
        found.append(self.period.column)
        found += [self.status_column] if self.status_column else []
        for mapped in self.indicators:
            found += [each.column for each in mapped.keep]
            for total in (*mapped.value, *mapped.numerator, *mapped.denominator):
                found += [*total.plus, *total.minus]
            found += mapped.split_columns
        return tuple(sorted(found, key=lambda column: column.position))

    def digest(self) -> str:
        """Returns a hash of all that decides which figures a file yields; a moved line is no change."""
        said = (
            *(_rows(rows) for rows in (self.keep, self.rounded)),
            self.area.by and self.area.by.name,
            [(word, _names(columns)) for word, columns in self.area.choices],
            (self.period.column.name, str(self.period.form)),
            (str(self.status), self.status_column and self.status_column.name),
            [_mapped(each) for each in self.indicators],
        )
        return hashlib.sha256(repr(said).encode()).hexdigest()


def _names(columns: tuple[Column, ...]) -> list[str]:
    return [column.name for column in columns]


def _rows(rows: tuple[RowFilter, ...]) -> list[tuple[str, tuple[str, ...]]]:
    return [(each.column.name, each.words) for each in rows]


def _mapped(mapped: MappedIndicator) -> tuple[object, ...]:
    amounts = (mapped.value, mapped.numerator, mapped.denominator)
    totals = [[(_names(total.plus), _names(total.minus)) for total in amount] for amount in amounts]
    return (mapped.indicator, _rows(mapped.keep), totals, mapped.split and str(mapped.split),
            _names(mapped.split_columns))  # fmt: skip
