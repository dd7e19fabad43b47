"""Dated entries whose dates cannot be meant, judging by the other dates of their indicator.

There is no clock here: rules are checked the same on every day. So an entry that begins years from now is
taken as it stands where nothing else is dated.
"""

from datetime import date
from itertools import pairwise
from typing import Any, Final

from monitor.core.dated import Dated
from monitor.rulebook.indicators import WrittenIndicator
from monitor.rulebook.problems import ProblemLog, Span

_FAR: Final = 20
"""Years without any change: longer than a plan, a definition or a system lasts."""

Entry = Dated[Any]


def check_dates(written: WrittenIndicator, log: ProblemLog) -> None:
    """Notes entries that begin after their indicator ends, or far from all others."""
    indicator = written.indicator
    lists: tuple[tuple[Entry, ...], ...] = (
        *(indicator.targets, indicator.limits, indicator.benchmarks, indicator.rag, indicator.rebases),
    )
    entries = sorted((entry for each in lists for entry in each), key=lambda entry: entry.start)
    if indicator.retirement is not None:
        for entry in entries:
            if entry.start >= indicator.retirement.on:
                message = f"this entry begins on {entry.start}, and {indicator.id} is retired on"
                log.note("LIM224", Span(entry.position), f"{message} {indicator.retirement.on}")
    for entry in _far(entries):
        message = f"this entry begins on {entry.start}, more than {_FAR} years from all others"
        log.note("LIM225", Span(entry.position), message)


def _far(entries: list[Entry]) -> list[Entry]:
    """The smaller part where more than twenty years part the entries; of equal parts the later one."""
    for at, (one, other) in enumerate(pairwise(entries), start=1):
        if _are_far_apart(one.start, other.start):
            earlier, later = entries[:at], entries[at:]
            return earlier if len(earlier) < len(later) else later
    return []


def _are_far_apart(one: date, other: date) -> bool:
    years = other.year - one.year
    return years > _FAR or (years == _FAR and (other.month, other.day) > (one.month, one.day))
