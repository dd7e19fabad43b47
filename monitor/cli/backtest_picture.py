"""A backtest as a picture: the life of its alerts."""

from monitor.backtest import Backtest
from monitor.charts.timeline import TimelineRow, timeline_chart
from monitor.cli.backtest_view import bars
from monitor.terminal import counted
from monitor.wording import in_sentence, sentence

LEGEND = "C critical (highest bar), W warning, i info; thin and hatched: pending."


def picture(found: Backtest, most: int) -> bytes:
    """The alerts that fired longest, as PNG."""
    shown, fired = bars(found, most)
    rows = [
        TimelineRow(sentence(in_sentence(found.rules[bar.rule].title)).rstrip("."), bar.area, bar.stays)
        for bar in shown
    ]
    question = found.question
    title = f"Alerts from {question.start:%-d %B %Y} to {question.until:%-d %B %Y}"
    part = f"The {len(shown)} of {fired:,} alerts that fired longest. " if fired > len(shown) else ""
    told = (
        f"{counted(len(found.episodes), 'breach', 'breaches')}, {counted(len(found.replay.mails), 'mail')}. "
    )
    return timeline_chart(title, f"{told}{part}{LEGEND}", question.start, question.until, rows)
