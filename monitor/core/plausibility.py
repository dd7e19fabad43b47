"""Which figures are more likely a fault of the data than what a service does: jumps, falls to zero, gaps.

A figure is held against the last one before it that is trusted, at the published precision: what is compared
is what is shown. The first figure of a series is trusted, and so is one that is plausible beside the last
trusted one, one that somebody has confirmed, and the last of ``AGREEING`` doubtful ones in a row that agree
with each other: then the new height is how things are. A doubtful figure is never the yardstick of the next,
so after 19, 100, 20 nothing is in doubt any more, and after 19, 100, 99 the 99 is as doubtful as the 100 was.
"""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from monitor.core.areas import Area, AreaTree, AreaType
from monitor.core.observations import MICRO, Observation
from monitor.core.panel import Panel
from monitor.core.periods import Basis, financial_year_start
from monitor.core.rulebook import Indicator, Plausibility

_PREFIX = "fault:"

AGREEING = 3
"""So many doubtful figures in a row that agree with each other are believed."""

LOOKED_AT = 12
"""How many of a series' last figures are looked at: a year of months."""

RECENT = 3
"""Of how many of the last periods an area's figure may be found missing."""

Confirmed = AbstractSet[tuple[date, int]]
"""Figures that somebody has confirmed: their period's end and their revision."""


def fault_of(indicator: str) -> str:
    """Returns what stands in place of a rule in the identity of an indicator's alerts of data faults."""
    return f"{_PREFIX}{indicator}"


def faulty_indicator(rule: str) -> str | None:
    """Returns the indicator whose data faults ``rule`` stands for; None when it is something else.

    An alert rule's id has no colon, so the two are never taken for each other.
    """
    return rule.removeprefix(_PREFIX) if rule.startswith(_PREFIX) else None


class FaultKind(StrEnum):
    """What makes a figure doubtful."""

    JUMP = "it differs too much from the one before"
    FELL_TO_ZERO = "it fell to zero"


class Trust(StrEnum):
    """Whether a figure is believed, and why."""

    DOUBTFUL = "doubtful"
    PLAUSIBLE = "plausible"
    CONFIRMED = "confirmed"
    AGREED = "the figures before it agree"


@dataclass(frozen=True, slots=True)
class PublishedFigure:
    """A figure with a value: a whole number of 10**-decimals, as it is published.

    Figures of different ``stretch`` are not to be compared: a rebase lies between them, or the first of April
    that a sum of the year to date starts anew from.
    """

    period_end: date
    revision: int
    scaled: int
    stretch: tuple[int, date | None] = (0, None)


@dataclass(frozen=True, slots=True)
class Doubt:
    """What speaks against a figure. ``yardstick`` is the last trusted figure before it."""

    kind: FaultKind
    figure: PublishedFigure
    yardstick: PublishedFigure


@dataclass(frozen=True, slots=True)
class Opinion:
    """Whether one figure is believed. ``doubt`` is what speaks against it, also where it is believed."""

    figure: PublishedFigure
    trust: Trust
    doubt: Doubt | None


def published_figures(
    indicator: Indicator, series: Mapping[Area, Sequence[Observation]]
) -> dict[str, tuple[PublishedFigure, ...]]:
    """Returns each area's figures that have a value, by the area's name, in the order of their periods."""
    panel = Panel.of(indicator, series)
    values, stretches = panel.values, panel.stretches(indicator.rebases)
    yearly = indicator.basis is Basis.YEAR_TO_DATE and indicator.scale is None
    found: dict[str, tuple[PublishedFigure, ...]] = {}
    for row, (area, figures) in enumerate(zip(panel.areas, panel.observations, strict=True)):
        found[area.name] = tuple(
            PublishedFigure(
                figure.period_end,
                figure.revision,
                int(values.numerator[row, column]),
                (
                    0 if stretches is None else int(stretches[row, column]),
                    financial_year_start(figure.period_end) if yearly else None,
                ),
            )
            for column, figure in enumerate(figures)
            if values.known[row, column]
        )
    return found


def doubt_about(indicator: Indicator, figure: PublishedFigure, yardstick: PublishedFigure) -> Doubt | None:
    """Returns what makes a figure doubtful beside one before it; None: nothing does."""
    limits = indicator.plausibility
    if limits is None or figure.stretch != yardstick.stretch:
        return None
    unit = MICRO // 10**indicator.decimals
    if (
        limits.falls_to_zero is not None
        and figure.scaled == 0
        and yardstick.scaled * unit >= limits.falls_to_zero > 0
    ):
        return Doubt(FaultKind.FELL_TO_ZERO, figure, yardstick)
    if limits.jump is not None and abs(figure.scaled - yardstick.scaled) * unit > limits.jump:
        return Doubt(FaultKind.JUMP, figure, yardstick)
    return None


def opinions(
    indicator: Indicator, figures: Iterable[PublishedFigure], confirmed: Confirmed = frozenset()
) -> tuple[Opinion, ...]:
    """Says of each figure of a series whether it is believed, in the order of their periods.

    ``figures`` are the last ones of a series; the first of them is believed.
    """
    found: list[Opinion] = []
    yardstick: PublishedFigure | None = None
    agreeing: list[PublishedFigure] = []
    for figure in figures:
        doubt = None if yardstick is None else doubt_about(indicator, figure, yardstick)
        if doubt is None:
            trust = Trust.PLAUSIBLE
        elif (figure.period_end, figure.revision) in confirmed:
            trust = Trust.CONFIRMED
        else:
            agrees = bool(agreeing) and doubt_about(indicator, figure, agreeing[-1]) is None
            agreeing = [*agreeing, figure] if agrees else [figure]
            trust = Trust.AGREED if len(agreeing) >= AGREEING else Trust.DOUBTFUL
        found.append(Opinion(figure, trust, doubt))
        if trust is not Trust.DOUBTFUL:
            yardstick, agreeing = figure, []
    return tuple(found)


def gaps(periods: Mapping[Area, Sequence[date]], areas: AreaTree) -> dict[str, date]:
    """Returns the areas that lack a figure which at least half of their kind have, with its period's end.

    Areas of one kind are those of one type within one county. An area lacks the figure of the first such
    period after its last one; it must have had one, as half of them had, for the period before.

    Args:
        periods: the period ends of the last figures of each area that has any; what came without a value but
            with a reason is a figure here.
        areas: the tree that they stand in.
    """
    kinds: dict[tuple[AreaType, str | None], dict[str, Sequence[date]]] = {}
    for area, ends in periods.items():
        if ends:
            kinds.setdefault((area.type, _county(area, areas)), {})[area.name] = ends
    found: dict[str, date] = {}
    for kind in kinds.values():
        ends = sorted({end for own in kind.values() for end in own})
        having = {end: {name for name, own in kind.items() if end in own} for end in ends}
        common = [end for end in ends if 2 * len(having[end]) >= len(kind)]
        for name, own in kind.items():
            last = max(own)
            lacking = next((end for end in common if end > last), None)
            if lacking is not None and last in common and len(having[last]) > 1:
                found[name] = lacking
    return found


def _county(area: Area, areas: AreaTree) -> str | None:
    above = areas.ancestors(area.name)
    return next((each.name for each in above if each.type is AreaType.COUNTY), None)


def looks_for_gaps(indicator: Indicator) -> bool:
    """Says whether an area without a figure is a fault of the data, and not a matter of lateness.

    Where figures are expected within a set time, one that is missing is not due yet until then and late
    thereafter; the alert of lateness tells of it.
    """
    limits = indicator.plausibility
    waited = indicator.expected_within is not None and indicator.derivation is None
    return limits is not None and limits.missing_areas and not waited


def says_anything(limits: Plausibility | None) -> bool:
    """Says whether there is anything by which a figure could be doubtful."""
    return limits is not None and (
        limits.jump is not None or limits.falls_to_zero is not None or limits.missing_areas
    )
