"""What is in force for a figure: target, expected range, bands and rebases, and where each comes from."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from monitor.cli.explain_conditions import compared, truth_of
from monitor.cli.explain_facts import BandTold, LearntTold, LineTold
from monitor.cli.explain_view import MORE_DECIMALS, View
from monitor.core.conditions import Amount
from monitor.core.dated import Dated, in_force
from monitor.core.exact import ExactArray
from monitor.core.rulebook import LearntRange, Limits, Profile, RagBands, TargetValue
from monitor.core.statistics.xmr import FEWEST_FIGURES, window_limits
from monitor.wording import WITHHELD

_RANGE_FACTOR = Decimal("2.66")


def lines_of(view: View) -> Iterator[LineTold]:
    """What is in force for the figure."""
    if view.figure is None:
        return
    indicator, end, area = view.indicator, view.period_end, view.area
    target = in_force(indicator.targets, end, area)
    if target is not None:
        yield _target(view, target)
    limits = in_force(indicator.limits, end, area)
    if limits is not None:
        yield _range(view, limits)
    bands = in_force(indicator.rag, end, area)
    if bands is not None:
        yield _line("rating", _bands(bands.value), bands, bands=tuple(_looked_at(view, bands.value)))
    rebase = last_rebase(view)
    if rebase is not None:
        yield _line("rebase", "figures before are not reckoned with", rebase)


def last_rebase(view: View) -> Dated[bool] | None:
    """The last rebase of the area's series on or before the figure's period."""
    begun = [
        each
        for each in view.indicator.rebases
        if each.scope.covers(view.area) and each.start <= view.period_end
    ]
    return max(begun, key=lambda each: each.start, default=None)


def _target(view: View, entry: Dated[TargetValue]) -> LineTold:
    row, column = view.place
    amount = view.sight.amount("target", row, column)
    text = WITHHELD if amount is not None and view.conceals(amount) else view.format.short(amount)
    if isinstance(entry.value, Amount):
        return _line("target", text, entry, calculation=entry.value.text)
    if isinstance(entry.value, Profile):
        found = entry.value.row_of(view.area.name, view.period_end)
        return _line("target", text, entry, row=None if found is None else str(found))
    return _line("target", text, entry)


def _range(view: View, entry: Dated[Limits]) -> LineTold:
    row, column = view.place
    lower, upper = (view.sight.amount(end, row, column) for end in ("lower", "upper"))
    ends = [
        f"{word} {WITHHELD if view.conceals(end) else view.format.short(end)}"
        for word, end in (("from", lower), ("up to", upper))
        if end is not None
    ]
    learnt = _learnt(view, entry.value.learnt) if entry.value.learnt else None
    return _line("expected range", " ".join(ends) or "none yet", entry, learnt=learnt)


def _learnt(view: View, asked: LearntRange) -> LearntTold:
    limits = window_limits(view.chart_series(), asked.figures, ahead=True)
    row, column = view.place
    decimals, hidden = view.indicator.decimals, view.withholds_of_last(asked.figures, ahead=True)
    mean = view.cell(limits.mean(decimals), decimals + MORE_DECIMALS)
    spread = ExactArray(limits.spread, limits.divisor * 10**decimals, limits.known)
    wide = view.cell(spread, decimals + MORE_DECIMALS + 2)
    moving = None
    if wide is not None:
        moving = (wide / _RANGE_FACTOR).quantize(Decimal(1).scaleb(-decimals - MORE_DECIMALS))
    return LearntTold(
        window=asked.figures,
        known=int(limits.figures[row, column]),
        fewest=FEWEST_FIGURES,
        mean=None if hidden else mean,
        moving_range=None if hidden else moving,
        protected=hidden,
    )


def _bands(bands: RagBands) -> str:
    conditions = (("green", bands.green), ("amber", bands.amber), ("red", bands.red))
    parts = [f"{colour} if {condition.text}" for colour, condition in conditions if condition is not None]
    return "; ".join(parts) + ("" if bands.red else "; else red")


def _looked_at(view: View, bands: RagBands) -> Iterator[BandTold]:
    """What each band compares."""
    for colour, condition in (("green", bands.green), ("amber", bands.amber), ("red", bands.red)):
        if condition is not None:
            yield BandTold(colour, condition.text, truth_of(condition, view), compared(condition, view))


def _line(
    what: str,
    text: str,
    entry: Dated[Any],
    *,
    calculation: str | None = None,
    row: str | None = None,
    learnt: LearntTold | None = None,
    bands: tuple[BandTold, ...] = (),
) -> LineTold:
    start: date = entry.start
    return LineTold(
        what, text, start, entry.until, entry.reference, str(entry.position), calculation, row, learnt, bands
    )
