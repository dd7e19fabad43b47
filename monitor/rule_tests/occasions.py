"""Periods that follow one another, and the days on which their figures become known."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from monitor.calendar_england import bank_holidays
from monitor.core.periods import Frequency, month_end, month_start
from monitor.core.workingdays import add_working_days
from monitor.rule_tests.moments import Moment, moment, noon_of
from monitor.rulebook.fields import Fields
from monitor.rulebook.scalars import CLOCK, DAY, shown
from monitor.rulebook.yaml_nodes import Scalar

_MONTHS: Final = {Frequency.MONTHLY: 1, Frequency.QUARTERLY: 3, Frequency.ANNUAL: 12}
AFTER: Final = re.compile(
    rf"(?P<days>[1-9][0-9]{{0,2}}) (?P<working>working )?days? after(?: at (?P<clock>{CLOCK.pattern}))?",
    re.ASCII,
)
_LAST_YEAR: Final = 9000


@dataclass(frozen=True, slots=True)
class Delay:
    """When the figure of a period is known: on ``on``, or so many days after the period's end, at ``clock``.

    ``clock`` None: no time is given.
    """

    on: Moment | None = None
    days: int = 0
    working: bool = False
    clock: time | None = None

    def known(self, period_end: date) -> Moment:
        """Returns when the figure of this period is known."""
        if self.on is not None:
            return self.on
        day = self._day(period_end)
        return noon_of(day) if self.clock is None else Moment(datetime.combine(day, self.clock))

    def _day(self, period_end: date) -> date:
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
    match = AFTER.fullmatch(" ".join(node.text.split()))
    if match is not None:
        clock = None if match["clock"] is None else time.fromisoformat(match["clock"])
        return Delay(days=int(match["days"]), working=match["working"] is not None, clock=clock)
    return _fixed(node, fields)


def _fixed(node: Scalar, fields: Fields) -> Delay | None:
    if DAY.match(node.text):
        on = moment(node, "known", fields)
        return None if on is None else Delay(on=on)
    fields.log.note("LIM917", node.span, f"known is {shown(node.text)}")
    return None
