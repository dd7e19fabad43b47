"""The kinds of value that can stand under a key, and the key itself."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Union


@dataclass(frozen=True, slots=True)
class Text:
    """Words for people. Line ends and runs of spaces count as one space each."""


@dataclass(frozen=True, slots=True)
class ConditionText:
    """A condition (docs/conditions.md). Spacing has no meaning."""


@dataclass(frozen=True, slots=True)
class Amount:
    """A number in plain digits."""


@dataclass(frozen=True, slots=True)
class Calculation:
    """A number in plain digits, or a calculation (docs/conditions.md). Spacing has no meaning.

    ``words`` are the names and functions that it can use.
    """

    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AmountOrWord:
    """A number in plain digits, or one of some words."""

    words: type[StrEnum]


@dataclass(frozen=True, slots=True)
class WholeNumber:
    """A whole number from ``fewest`` to ``most``."""

    fewest: int
    most: int


@dataclass(frozen=True, slots=True)
class Day:
    """A date, year-month-day."""


@dataclass(frozen=True, slots=True)
class YesOrNo:
    """True or false."""


@dataclass(frozen=True, slots=True)
class Periods:
    """A number of periods: “2 periods”."""


@dataclass(frozen=True, slots=True)
class WorkingDays:
    """A number of working days: “15 working days”."""


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of the day on the wall: 08:00. ``ends_day``: 24:00, the midnight at its end, may stand there."""

    ends_day: bool = False


@dataclass(frozen=True, slots=True)
class WallTime:
    """A day and a time on the wall: 2013-11-15 18:00."""


@dataclass(frozen=True, slots=True)
class DayOrTime:
    """A date, or a day and a time on the wall: 2013-11-15 or 2013-11-15 18:00."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """One of some phrases, or what matches ``pattern`` whole."""

    phrases: tuple[str, ...]
    pattern: str | None = None


@dataclass(frozen=True, slots=True)
class Anything:
    """What a reader of its own understands: of these JSON types."""

    types: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Word:
    """One of some words."""

    words: type[StrEnum]


@dataclass(frozen=True, slots=True)
class Name:
    """A word that is taken as it stands: an id, an area, a column of a file.

    ``pattern`` is a regular expression that it has to match whole; None: any.
    """

    of: str
    pattern: str | None = None


@dataclass(frozen=True, slots=True)
class OneOrMore:
    """One, or a list of at least one; or, in their place, a mapping."""

    item: "Value"
    mapping: "Shape | None" = None


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list of at least ``fewest``. ``is_dated``: of entries with ``from``, ``until`` and ``areas``."""

    item: "Value"
    is_dated: bool = False
    fewest: int = 1


@dataclass(frozen=True, slots=True)
class Either:
    """A single value or, in its place, a mapping or a list."""

    single: "Value"
    mapping: "Shape | ListOf"


@dataclass(frozen=True, slots=True)
class Key:
    """A key, what stands under it, and what it is for, as an editor shows it."""

    name: str
    value: "Value"
    about: str
    needed: bool = False


@dataclass(frozen=True)
class Shape:
    """A mapping of known keys, in the order in which they are written.

    ``one_of``: at least one of these keys is needed. ``requires``: key to another that it needs beside it.
    ``fewest``: so many keys at least; ``most``: so many at most, None: all.
    """

    keys: tuple[Key, ...]
    one_of: tuple[str, ...] = ()
    requires: tuple[tuple[str, str], ...] = ()
    fewest: int = 0
    most: int | None = None

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names of all keys."""
        return names(self.keys)

    @cached_property
    def by_name(self) -> dict[str, Key]:
        """The keys by their names."""
        return {key.name: key for key in self.keys}


@dataclass(frozen=True, slots=True)
class Table:
    """A mapping whose keys the author chooses; of so many entries at least."""

    key: Name
    value: "Value"
    fewest: int = 0


Single = (
    Text
    | ConditionText
    | Amount
    | Calculation
    | AmountOrWord
    | WholeNumber
    | Day
    | YesOrNo
    | Periods
    | WorkingDays
    | Clock
    | WallTime
    | DayOrTime
    | Phrase
    | Anything
    | Word
    | Name
)
Value = Union[Single, OneOrMore, ListOf, Either, Shape, Table]  # noqa: UP007 - refers to itself


def names(keys: Iterable[Key]) -> tuple[str, ...]:
    """Returns the names of some keys, in order."""
    return tuple(str(key.name) for key in keys)
