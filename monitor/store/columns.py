"""How limen's values stand in a column, alike in SQLite and PostgreSQL."""

from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Generic, TypeVar

from sqlalchemy import BigInteger, DateTime, Dialect, Integer, Text
from sqlalchemy.types import TypeDecorator

from monitor.core.positions import Position

ID = BigInteger().with_variant(Integer(), "sqlite")
"""A row's number. In SQLite only a column of type INTEGER is the rowid, which numbers itself."""

NAME = Text().with_variant(Text(collation="C"), "postgresql")
"""An identifier. Compared and sorted by code points on both engines, whatever the database's locale."""

E = TypeVar("E", bound=StrEnum)


class UtcDateTime(TypeDecorator[datetime]):
    """An instant, kept and returned in UTC.

    Raises:
        ValueError: the instant has no time zone.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuses what is not an instant; SQLite's type drops the zone, so it has to be UTC by then."""
        del dialect
        if value is None:
            return None
        if value.utcoffset() is None:
            raise ValueError(f"{value} has no time zone, so it names no instant")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Gives SQLite's naive values their zone back, and PostgreSQL's the same one."""
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class EnumText(TypeDecorator[E], Generic[E]):
    """A member of an enumeration, kept as its words, so that a new member needs no migration."""

    impl = Text
    cache_ok = True

    def __init__(self, members: type[E]) -> None:
        super().__init__()
        self.members = members
        self._by_value = {member.value: member for member in members}

    def process_bind_param(self, value: E | None, dialect: Dialect) -> str | None:
        """The member's words."""
        del dialect
        return None if value is None else self.members(value).value

    def process_result_value(self, value: str | None, dialect: Dialect) -> E | None:
        """The member with these words."""
        del dialect
        return None if value is None else self._by_value[value]


class PublishedDecimal(TypeDecorator[Decimal]):
    """A figure as it is shown, kept as its digits: its precision is part of it, so 8.0 comes back as 8.0.

    Raises:
        ValueError: the figure is infinite or not a number.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> str | None:
        """The digits, without an exponent."""
        del dialect
        if value is None:
            return None
        if not value.is_finite():
            raise ValueError(f"{value} is not a figure")
        return str(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Decimal | None:
        """The figure with these digits."""
        del dialect
        return None if value is None else Decimal(value)


class PositionText(TypeDecorator[Position]):
    """A place in a rule file, as ``file:line:column``."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Position | None, dialect: Dialect) -> str | None:
        """The place as people write it."""
        del dialect
        return None if value is None else str(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Position | None:
        """The place; a file's name may itself hold colons."""
        del dialect
        if value is None:
            return None
        file, line, column = value.rsplit(":", 2)
        return Position(file, int(line), int(column))
