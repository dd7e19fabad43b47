"""What a backtest shows of its breaches: bars over time and first figures, without small numbers."""

import sys
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal

from monitor.backtest import Backtest, MailKind
from monitor.charts import reveals_a_small_number
from monitor.cli.time_axis import TimeAxis
from monitor.core.replay import Episode, Stay
from monitor.core.rulebook import Level
from monitor.terminal import counted
from monitor.wording import FigureFormat
from monitor.world import World


@dataclass(frozen=True, slots=True)
class Bar:
    """An alert's life, with how many breaches and months of firing it had in the time asked for."""

    rule: str
    area: str
    stays: tuple[Stay, ...]
    breaches: int
    months: int


def bars(found: Backtest, most: int) -> tuple[list[Bar], int]:
    """The alerts that fired longest, in the order of rules and areas; and how many fired at all."""
    stays, order = found.replay.stays(), list(found.rules)
    months = TimeAxis.of(found.question.start, found.question.until, sys.maxsize)
    breaches = Counter((each.rule, each.area) for each in found.episodes)
    made = [
        Bar(*key, stays[key], count, sum(isinstance(state, Level) for state in months.states(stays[key])))
        for key, count in breaches.items()
    ]
    longest = sorted(made, key=lambda bar: (-bar.months, bar.rule, bar.area))[:most]
    return sorted(longest, key=lambda bar: (order.index(bar.rule), bar.area)), len(made)


def kinds_in_words(found: Backtest) -> str:
    """How many of the mails ask again, gather or sum up: "12 reminders, 1 escalation"; "" where none does."""
    kinds = found.kinds()
    return ", ".join(
        counted(kinds[kind], kind.value, many) for kind, many in _MANY.items() if kinds.get(kind, 0)
    )


_MANY = {
    MailKind.REMINDER: "reminders",
    MailKind.ESCALATION: "escalations",
    MailKind.DIGEST: "digests",
    MailKind.SUMMARY: "summaries",
}


def worst_level(episode: Episode) -> Level:
    """The most severe level that a breach reached."""
    levels = [step.transition.to_level for step in episode.steps if step.transition.to_level is not None]
    return max(levels, key=lambda level: level.rank)


def first_figure(found: Backtest, episode: Episode, world: World) -> "FirstFigure":
    """The figure at which a breach fired, and the limit it was beyond, as they may be shown."""
    measure = world.indicator_of(found.rules[episode.rule])
    place = (measure.id, episode.area, episode.began)
    evaluation, verdict = found.figures.get(place), episode.steps[0].verdict
    style, hidden = FigureFormat(measure.unit, measure.decimals), place in found.protected
    limit = verdict.limit if verdict else None
    if limit is not None and hidden and reveals_a_small_number(limit, style):
        limit = None
    value = None if evaluation is None or hidden else evaluation.value
    return FirstFigure(style, value, limit, hidden)


@dataclass(frozen=True, slots=True)
class FirstFigure:
    """A figure and its limit; what is ``protected`` is None. ``style`` is how they are written."""

    style: FigureFormat
    value: Decimal | None
    limit: Decimal | None
    protected: bool
