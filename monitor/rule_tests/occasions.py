"""Periods that follow one another, and the days on which their figures become known."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from monitor.calendar_england import bank_holidays
from monitor.core.periods import Frequency, month_end, month_start
from monitor.core.workingdays import add_working_days
from monitor.rulebook import scalars
from monitor.rulebook.fields import Fields
from monitor.rulebook.scalars import shown
from monitor.rulebook.yaml_nodes import Scalar

_MONTHS: Final = {Frequency.MONTHLY: 1, Frequency.QUARTERLY: 3, Frequency.ANNUAL: 12}
_AFTER: Final = re.compile(r"(?P<days>[1-9][0-9]{0,2}) (?P<working>working )?days? after", re.ASCII)
_LAST_YEAR: Final = 9000


@dataclass(frozen=True, slots=True)
class Delay:
    """When the figure of a period is known: on ``on``, or so many days after the period's end."""

    on: date | None = None
    days: int = 0
    working: bool = False

    def known(self, period_end: date) -> date:
        """Returns the day on which the figure of this period is known."""
        if self.on is not None:
            return self.on
        if not self.working:
            return period_end + timedelta(days=self.days)
        holidays = bank_holidays(period_end.year, period_end.year + 1 + self.days // 200)
        return add_working_days(period_end, self.days, holidays)


def period_ends(first: date, frequency: Frequency) -> Iterator[date]:
    """Yields the ends of the periods from the one that ends on ``first``, the last day of a month, on."""
    end = first
    while end.year < _LAST_YEAR:
        yield end
        end = month_end(month_start(end, -_MONTHS[frequency]))


def read_start(fields: Fields) -> date | None:
    """Returns the end of the first period under ``from``."""
    start = fields.day("from", required=True)
    if start is not None and start != month_end(start):
        node = fields.scalar("from")
        span = fields.span("from") if node is None else node.span
        fields.log.note(
            "LIM912", span, f"{start} is not the last day of a month", f"write {month_end(start)}"
        )
        return None
    return start


def read_delay(fields: Fields) -> Delay | None:
    """Returns what ``known`` says; without it figures are known on the last day of their period."""
    if not fields.has("known"):
        return Delay()
    node = fields.scalar("known")
    if node is None:
        return None
    match = _AFTER.fullmatch(" ".join(node.text.split()))
    if match is not None:
        return Delay(days=int(match["days"]), working=match["working"] is not None)
    return _fixed(node, fields)


def _fixed(node: Scalar, fields: Fields) -> Delay | None:
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", node.text, re.ASCII):
        day = scalars.day(node, "known", fields.log)
        return None if day is None else Delay(on=day)
    fields.log.note("LIM917", node.span, f"known is {shown(node.text)}")
    return None
