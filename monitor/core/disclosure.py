"""Small numbers: counts of people from 1 to 5 are not shown, nor what would give them away.

The Department for Education suppresses counts from 1 to 5 in its children in need releases and applies
secondary suppression where one suppressed figure could be had by subtraction (data guidance of "Children in
need" on Explore education statistics). Decisions use the true figures; this is for what people read.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import date

from monitor.core.areas import AreaTree
from monitor.core.judgements import Evaluation
from monitor.core.observations import MICRO
from monitor.core.panel import Panel
from monitor.core.rulebook import Indicator

SMALLEST_SHOWN = 6
"""Counts below this, other than 0, are protected."""


def is_small(count: int | None) -> bool:
    """Says whether a count (in millionths) is from above 0 to 5."""
    return count is not None and 0 < abs(count) < SMALLEST_SHOWN * MICRO


def protected_areas(counts: Mapping[str, int | None], areas: AreaTree) -> frozenset[str]:
    """Returns the areas whose count must not be shown, for one indicator and period.

    ``counts`` maps area names to counts in millionths (None: there is none). Besides the small ones, wherever
    exactly one child of a shown parent is protected, its smallest shown sister is protected too: else parent
    minus sisters gives it away. Sisters with nothing to hide are taken before a parent would be. Nothing
    happens where a child has no figure: no subtraction is possible then.
    """
    hidden = {name for name, count in counts.items() if is_small(count)}
    changed = True
    while changed:
        changed = False
        for parent in areas:
            extra = _sister_to_hide(parent.name, counts, hidden, areas)
            if extra is not None:
                hidden.add(extra)
                changed = True
    return frozenset(hidden)


def _sister_to_hide(
    parent: str, counts: Mapping[str, int | None], hidden: Collection[str], areas: AreaTree
) -> str | None:
    if counts.get(parent) is None or parent in hidden:
        return None
    sisters = _nearest_with_figures(parent, counts, areas)
    if len([name for name in sisters if name in hidden]) != 1:
        return None
    shown = [name for name in sisters if name not in hidden]
    if not shown:
        return parent
    return min(shown, key=lambda name: (counts[name] == 0, abs(counts[name] or 0), name))


def _nearest_with_figures(parent: str, counts: Mapping[str, int | None], areas: AreaTree) -> list[str]:
    """The areas below ``parent`` whose figures add up to its own: its children, or theirs."""
    found = []
    for child in areas.children(parent):
        if counts.get(child.name) is not None:
            found.append(child.name)
        else:
            found.extend(_nearest_with_figures(child.name, counts, areas))
    return found


def count_of(indicator: Indicator, evaluation: Evaluation) -> int | None:
    """The number of people (millionths) that a figure shows or gives away; None where it gives away none.

    For a count that is the figure itself, for a ratio its numerator.
    """
    if not indicator.counts_people:
        return None
    amount = evaluation.value if indicator.scale is None else evaluation.numerator
    return None if amount is None else int(amount * MICRO)


def protected_on(panel: Panel, days: Collection[date], areas: AreaTree) -> frozenset[tuple[str, date]]:
    """As :func:`protected_figures`, for all figures of some days, before any of them is built."""
    if not panel.indicator.counts_people:
        return frozenset()
    published, ratio = panel.values, panel.indicator.scale is not None
    unit = MICRO // 10**panel.indicator.decimals
    by_day: dict[date, dict[str, int | None]] = {day: {} for day in days}
    for row, figures in enumerate(panel.observations):
        for place, figure in enumerate(figures):
            if figure.period_end in by_day:
                known = bool(published.known[row, place])
                count = int(published.numerator[row, place]) * unit if known else None
                by_day[figure.period_end][panel.areas[row].name] = figure.numerator if ratio else count
    return frozenset(
        (area, day)
        for day, counts in by_day.items()
        if any(is_small(count) for count in counts.values())
        for area in protected_areas(counts, areas)
    )


def protected_figures(
    indicator: Indicator, evaluations: Iterable[Evaluation], areas: AreaTree
) -> frozenset[tuple[str, date]]:
    """Returns the (area, period end) of every figure of ``indicator`` that must not be shown.

    ``evaluations`` should hold all areas of the periods concerned: what one area's figure gives away depends
    on its sisters and their parent.
    """
    by_period: dict[date, dict[str, int | None]] = {}
    for evaluation in evaluations:
        by_period.setdefault(evaluation.period_end, {})[evaluation.area] = count_of(indicator, evaluation)
    return frozenset(
        (area, period_end)
        for period_end, counts in by_period.items()
        for area in protected_areas(counts, areas)
    )
