"""Indicators that are made from others: ratios, rates, sums, differences, running and rolling totals."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from monitor.core.areas import Area
from monitor.core.dated import Dated, in_force
from monitor.core.observations import Missing, Observation, Status
from monitor.core.periods import Frequency, financial_year_start, next_period_end, previous_period_end
from monitor.core.positions import Position


class DerivationMethod(StrEnum):
    """What is done with the inputs."""

    RATIO = "ratio"
    SUM = "sum"
    DIFFERENCE = "difference"
    YEAR_TO_DATE = "year to date"
    ROLLING = "rolling"


@dataclass(frozen=True, slots=True)
class Denominator:
    """What a ratio is divided by.

    ``latest``: the last figure of a period that ended on or before the numerator's, as a mid-year population
    estimate is used until the next one; else the figure of the same period.
    """

    indicator: str
    latest: bool


@dataclass(frozen=True, slots=True)
class Derivation:
    """How an indicator is made.

    ``of`` are the indicators whose figures are taken: one, but for sums (two or more) and differences (two).
    ``denominators`` are dated: a population estimate may be replaced by a rebased one. ``figures`` is how
    many figures a rolling total takes, ``frequency`` how often those that a total adds come.
    """

    method: DerivationMethod
    of: tuple[str, ...]
    denominators: tuple[Dated[Denominator], ...]
    figures: int
    position: Position
    frequency: Frequency = Frequency.MONTHLY

    @property
    def is_total(self) -> bool:
        """Whether figures of one indicator are added over several periods."""
        return self.method in (DerivationMethod.YEAR_TO_DATE, DerivationMethod.ROLLING)

    @property
    def inputs(self) -> frozenset[str]:
        """Every indicator whose figures may be used."""
        return frozenset(self.of) | {entry.value.indicator for entry in self.denominators}


@dataclass(frozen=True, slots=True)
class DerivedFigure:
    """A figure that was made. Amounts are in millionths; a ratio is left to be divided when it is judged."""

    period_end: date
    value: int | None
    numerator: int | None
    denominator: int | None
    status: Status
    missing: Missing | None


Series = Sequence[Observation]


def derive(derivation: Derivation, area: Area, inputs: Mapping[str, Series]) -> tuple[DerivedFigure, ...]:
    """Makes the figures of one area.

    ``inputs`` are the area's figures by indicator, in the order of their periods. A figure is made for each
    period for which every input is there; where one of them came in as missing, so is what is made of it.
    What is made of a provisional figure is provisional.

    A total is made for each period that its indicator has a figure for, once that indicator has figures from
    the first period on that the total takes in. Where one of the periods between has none, the total is
    missing: what has not come is not nothing.
    """
    match derivation.method:
        case DerivationMethod.RATIO:
            return _ratio(derivation, area, inputs)
        case DerivationMethod.SUM | DerivationMethod.DIFFERENCE:
            return _combined(derivation, inputs)
        case DerivationMethod.YEAR_TO_DATE | DerivationMethod.ROLLING:
            return _totals(derivation, inputs.get(derivation.of[0], ()))


@dataclass(frozen=True, slots=True)
class Part:
    """A figure that another is made from, and what is done with it: ``+``, ``-`` or ``/``."""

    operator: str
    figure: Observation


def parts_of(
    derivation: Derivation, area: Area, inputs: Mapping[str, Series], period_end: date
) -> tuple[Part, ...]:
    """The figures that the one for ``period_end`` is made from, in the order of the formula.

    ``inputs`` as for :func:`derive`. Empty where no figure is made for that period.
    """
    if period_end not in {made.period_end for made in derive(derivation, area, inputs)}:
        return ()
    first, *others = ([f for f in inputs[each] if f.period_end <= period_end] for each in derivation.of)
    match derivation.method:
        case DerivationMethod.RATIO:
            entry = in_force(derivation.denominators, period_end, area)
            below = entry and _denominator(entry.value, inputs.get(entry.value.indicator, ()), period_end)
            return (Part("+", first[-1]), *([Part("/", below)] if below else []))
        case DerivationMethod.SUM | DerivationMethod.DIFFERENCE:
            sign = "-" if derivation.method is DerivationMethod.DIFFERENCE else "+"
            return (Part("+", first[-1]), *(Part(sign, each[-1]) for each in others))
        case DerivationMethod.YEAR_TO_DATE | DerivationMethod.ROLLING:
            added = _periods_added(derivation, inputs[derivation.of[0]][0].period_end, period_end)
            return tuple(Part("+", figure) for figure in first if figure.period_end in added)


def lacking_periods(
    derivation: Derivation, inputs: Mapping[str, Series], period_end: date
) -> tuple[date, ...]:
    """The ends of the periods that a total for ``period_end`` takes in and that there is no figure for.

    ``inputs`` as for :func:`derive`. Empty for what is no total, and where no figure is made.
    """
    series = inputs.get(derivation.of[0], ())
    if not derivation.is_total or not series:
        return ()
    there = {figure.period_end for figure in series}
    added = _periods_added(derivation, series[0].period_end, period_end)
    return tuple(end for end in added if end not in there)


def _ratio(derivation: Derivation, area: Area, inputs: Mapping[str, Series]) -> tuple[DerivedFigure, ...]:
    made = []
    for above in inputs.get(derivation.of[0], ()):
        entry = in_force(derivation.denominators, above.period_end, area)
        if entry is None:
            continue
        below = _denominator(entry.value, inputs.get(entry.value.indicator, ()), above.period_end)
        if below is None:
            continue
        missing = above.missing or below.missing
        made.append(
            DerivedFigure(
                period_end=above.period_end,
                value=None,
                numerator=None if missing else above.value,
                denominator=None if missing else below.value,
                status=_status((above, below)),
                missing=missing,
            )
        )
    return tuple(made)


def _denominator(denominator: Denominator, series: Series, period_end: date) -> Observation | None:
    if denominator.latest:
        earlier = [figure for figure in series if figure.period_end <= period_end]
        return earlier[-1] if earlier else None
    return next((figure for figure in series if figure.period_end == period_end), None)


def _combined(derivation: Derivation, inputs: Mapping[str, Series]) -> tuple[DerivedFigure, ...]:
    by_period = [{figure.period_end: figure for figure in inputs.get(each, ())} for each in derivation.of]
    shared = sorted(set(by_period[0]).intersection(*by_period[1:]))
    sign = -1 if derivation.method is DerivationMethod.DIFFERENCE else 1
    made = []
    for end in shared:
        first, *others = (figures[end] for figures in by_period)
        made.append(_total(end, [(first, 1), *((other, sign) for other in others)]))
    return tuple(made)


def _totals(derivation: Derivation, series: Series) -> tuple[DerivedFigure, ...]:
    there = {figure.period_end: figure for figure in series}
    made = []
    for figure in series:
        added = _periods_added(derivation, series[0].period_end, figure.period_end)
        if added:
            parts = [(there[end], 1) for end in added if end in there]
            made.append(_total(figure.period_end, parts, lacks=len(parts) < len(added)))
    return tuple(made)


def _periods_added(derivation: Derivation, first: date, period_end: date) -> tuple[date, ...]:
    """The ends of the periods that a total takes in, in their order; none where they begin before ``first``.

    A total of the year to date takes in whole periods and, last, the one to ``period_end``, which may end in
    the middle of a month. A rolling one takes whole periods alone.
    """
    if derivation.method is DerivationMethod.YEAR_TO_DATE:
        found = _of_the_year(derivation.frequency, period_end)
    else:
        found = _of_a_window(derivation, first, period_end)
    return found if found and found[0] >= first else ()


def _of_the_year(frequency: Frequency, period_end: date) -> tuple[date, ...]:
    end = next_period_end(financial_year_start(period_end) - timedelta(days=1), frequency)
    ends = []
    while end < period_end:
        ends.append(end)
        end = next_period_end(end, frequency)
    return (*ends, period_end)


def _of_a_window(derivation: Derivation, first: date, period_end: date) -> tuple[date, ...]:
    ends = [period_end]
    while len(ends) < derivation.figures:
        if ends[-1] <= first:
            return ()
        ends.append(previous_period_end(ends[-1], derivation.frequency))
    whole = next_period_end(ends[1], derivation.frequency) == period_end if len(ends) > 1 else True
    return tuple(reversed(ends)) if whole else ()


def _total(end: date, parts: Sequence[tuple[Observation, int]], *, lacks: bool = False) -> DerivedFigure:
    """``parts`` with their signs; ``lacks``: there should be more of them."""
    missing = next((figure.missing for figure, _ in parts if figure.value is None), None)
    values = [figure.value * sign for figure, sign in parts if figure.value is not None]
    whole = len(values) == len(parts) and not lacks
    return DerivedFigure(
        period_end=end,
        value=sum(values) if whole else None,
        numerator=None,
        denominator=None,
        status=_status([figure for figure, _ in parts]),
        missing=None if whole else missing or Missing.NOT_GIVEN,
    )


def _status(figures: Sequence[Observation]) -> Status:
    provisional = any(figure.status is Status.PROVISIONAL for figure in figures)
    return Status.PROVISIONAL if provisional else Status.VALIDATED
