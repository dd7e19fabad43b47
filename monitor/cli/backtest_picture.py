"""A backtest as a picture: the life of its alerts, and the mails to each person below them."""

from collections import Counter
from typing import Final

from monitor.backtest import Backtest
from monitor.charts.timeline import Count, CountRow, CountStrip, TimelineRow, timeline_chart
from monitor.cli.backtest_view import bars, kinds_in_words
from monitor.cli.time_axis import TimeAxis
from monitor.terminal import counted
from monitor.wording import in_sentence, sentence

LEGEND: Final = "C critical (highest bar), W warning, i info; thin and hatched: pending."

MOST_CELLS: Final = 48
"""Spans that have room for their number; where there are more months, they are taken together."""


def picture(found: Backtest, most: int) -> bytes:
    """The alerts that fired longest, and the people who would have had most mails, as PNG."""
    shown, fired = bars(found, most)
    rows = [
        TimelineRow(sentence(in_sentence(found.rules[bar.rule].title)).rstrip("."), bar.area, bar.stays)
        for bar in shown
    ]
    question = found.question
    title = f"Alerts from {question.start:%-d %B %Y} to {question.until:%-d %B %Y}"
    part = f"The {len(shown)} of {fired:,} alerts that fired longest. " if fired > len(shown) else ""
    kinds = kinds_in_words(found)
    told = (
        f"{counted(len(found.episodes), 'breach', 'breaches')}, {counted(len(found.mails), 'mail')}"
        f"{f' ({kinds})' if kinds else ''}. "
    )
    return timeline_chart(
        title, f"{told}{part}{LEGEND}", question.start, question.until, rows, _strip(found, most)
    )


def _strip(found: Backtest, most: int) -> CountStrip | None:
    """The mails of each person, of those who would have had most; None: nobody would have had any."""
    months = found.months()
    if not months:
        return None
    axis = TimeAxis.of(found.question.start, found.question.until, MOST_CELLS)
    totals = Counter[str]()
    for each in months:
        totals[each.recipient.id] += each.mails
    names = {each.recipient.id: each.recipient.name for each in months}
    people = sorted(totals, key=lambda person: (-totals[person], names[person]))[:most]
    rows = []
    for person in people:
        numbers = axis.counts({each.month: each.mails for each in months if each.recipient.id == person})
        cells = zip(axis.columns, numbers, strict=True)
        counts = (Count(column.start, column.end, number) for column, number in cells if number)
        rows.append(CountRow(names[person], tuple(counts)))
    part = f", the {len(people)} of {len(totals):,} with most" if len(totals) > len(people) else ""
    return CountStrip(f"Mails to each person in each {axis.unit}{part}", tuple(rows))
