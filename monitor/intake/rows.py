"""One row of a file: an observation, or why it is set aside, or nothing where it holds no figure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches

from monitor.core.areas import Area, AreaTree
from monitor.core.observations import Missing, Status
from monitor.core.rulebook import Indicator
from monitor.intake.consistency import Amounts, consistent_amounts, is_percentage
from monitor.intake.dates import read_period_end
from monitor.intake.faults import Fault, FaultCode, Rejection, shown
from monitor.intake.numbers import read_amount
from monitor.intake.tables import AREA, DENOMINATOR, INDICATOR, NUMERATOR, PERIOD_END, STATUS, VALUE, Header
from monitor.store.observations import NewObservation

REMEMBERED = 2000
GUARDED = ("=", "+", "-", "@")
"""Before these a rejected file puts an apostrophe, which is taken away again here."""

STATUSES: Mapping[str, Status] = {
    **dict.fromkeys(("", "validated", "final", "confirmed", "published", "v"), Status.VALIDATED),
    **dict.fromkeys(
        ("provisional", "unvalidated", "not validated", "draft", "estimate", "estimated", "indicative", "p"),
        Status.PROVISIONAL,
    ),
}
"""What a status is called in files; none given: the figure is taken as final."""


@dataclass(slots=True)
class RowReader:
    """Reads rows below one header by the rulebook's indicators and the tree of areas.

    ``today`` is the day in England: a period that ends after it lies in the future. Names that were looked up
    once are remembered.
    """

    header: Header
    indicators: Mapping[str, Indicator]
    areas: AreaTree
    default_area: str | None
    today: date
    _indicators: dict[str, Indicator | Fault] = field(init=False, default_factory=dict)
    _areas: dict[str, Area | Fault] = field(init=False, default_factory=dict)
    _by_plain_id: dict[str, Indicator] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._by_plain_id = {_plain(name): indicator for name, indicator in self.indicators.items()}

    def read(self, line: int, cells: Sequence[str]) -> NewObservation | Rejection | None:
        """The row's observation, its rejection with all reasons at once, or None where it holds no figure."""
        numerator, denominator = self._cell(cells, NUMERATOR), self._cell(cells, DENOMINATOR)
        if not (self._cell(cells, VALUE) or numerator or denominator):
            return None
        indicator, area = self._indicator(self._cell(cells, INDICATOR)), self._area(cells)
        end = self._period_end(self._cell(cells, PERIOD_END))
        status = read_status(self._cell(cells, STATUS))
        amounts = self._amounts(cells, indicator if isinstance(indicator, Indicator) else None)
        faults = surplus_faults(cells, len(self.header.cells))
        match indicator, area, end, status, amounts:
            case Indicator() as known, Area() as place, date() as day, Status() as state, Amounts() as read:
                judged = consistent_amounts(read, known)
                if isinstance(judged, Amounts) and not faults:
                    return observation_of(known, place, day, state, judged)
                faults += [judged] if isinstance(judged, Fault) else []
            case _:
                named = [found for found in (indicator, area, end, status) if isinstance(found, Fault)]
                faults = [*named, *(amounts if isinstance(amounts, list) else ()), *faults]
        return Rejection(line, faults[0].code, "; ".join(fault.reason for fault in faults), tuple(cells))

    def _cell(self, cells: Sequence[str], column: str) -> str:
        place = self.header.columns.get(column)
        if place is None or place >= len(cells):
            return ""
        return unguarded(cells[place])

    def _indicator(self, text: str) -> Indicator | Fault:
        found = self._indicators.get(text)
        if found is None:
            known = self._by_plain_id.get(_plain(text))
            found = self._unknown_indicator(text) if known is None else _taken_in(known)
            if len(self._indicators) < REMEMBERED:
                self._indicators[text] = found
        return found

    def _unknown_indicator(self, text: str) -> Fault:
        if not text:
            return Fault(FaultCode.UNKNOWN_INDICATOR, "there is no indicator")
        titled = [
            indicator.id for indicator in self.indicators.values() if _plain(indicator.title) == _plain(text)
        ]
        close = titled or get_close_matches(_plain(text), self._by_plain_id, n=1, cutoff=0.7)
        meant = f": did you mean {shown(self._by_plain_id[_plain(close[0])].id)}?" if close else ""
        return Fault(FaultCode.UNKNOWN_INDICATOR, f"the rules have no indicator {shown(text)}{meant}")

    def _area(self, cells: Sequence[str]) -> Area | Fault:
        text = self._cell(cells, AREA) if AREA in self.header.columns else self.default_area or ""
        found = self._areas.get(text)
        if found is None:
            found = (self.areas.find(text) if text else None) or self._unknown_area(text)
            if len(self._areas) < REMEMBERED:
                self._areas[text] = found
        return found

    def _unknown_area(self, text: str) -> Fault:
        if not text:
            return Fault(FaultCode.UNKNOWN_AREA, "there is no area")
        names = {name.casefold(): area.name for area in self.areas for name in (area.name, *area.aliases)}
        close = get_close_matches(text.casefold(), names, n=1, cutoff=0.7)
        meant = f": did you mean {shown(names[close[0]])}?" if close else ""
        return Fault(FaultCode.UNKNOWN_AREA, f"the list of areas has no {shown(text)}{meant}")

    def _period_end(self, text: str) -> date | Fault:
        found = read_period_end(text)
        if isinstance(found, date) and found > self.today:
            return future_fault(found)
        return found

    def _amounts(self, cells: Sequence[str], indicator: Indicator | None) -> Amounts | list[Fault]:
        percent = indicator is None or is_percentage(indicator)
        read = (
            read_amount(self._cell(cells, VALUE), percent=percent),
            read_amount(self._cell(cells, NUMERATOR), percent=False),
            read_amount(self._cell(cells, DENOMINATOR), percent=False),
        )
        faults = [
            Fault(amount.code, f"{column} {amount.reason}")
            for column, amount in zip((VALUE, NUMERATOR, DENOMINATOR), read, strict=True)
            if isinstance(amount, Fault)
        ]
        if faults:
            return faults
        value, numerator, denominator = (amount for amount in read if not isinstance(amount, Fault))
        return Amounts(value, numerator, denominator)


def unguarded(cell: str) -> str:
    """The cell's text without spaces around it, and without the apostrophe of a rejected file."""
    text = cell.strip()
    return text[1:] if text[:1] == "'" and text[1:2] in GUARDED else text


def surplus_faults(cells: Sequence[str], width: int) -> list[Fault]:
    """What is wrong with a row that has more cells than the ``width`` of its header."""
    if not any(cell.strip() for cell in cells[width:]):
        return []
    return [
        Fault(
            FaultCode.TOO_MANY_CELLS,
            f"the row has {len(cells)} cells under {width} headings: a number such as 1,282 or a text "
            "with a comma must stand in quotation marks",
        )
    ]


def future_fault(end: date) -> Fault:
    """What to say of a period that ends after today."""
    return Fault(
        FaultCode.FUTURE_PERIOD,
        f"the period ends on {end.isoformat()}, which is still to come: a figure of an unfinished "
        "period is given for the day that it was counted",
    )


def observation_of(
    indicator: Indicator, area: Area, end: date, status: Status, amounts: Amounts
) -> NewObservation:
    """The figure of an indicator, area and period, and why it is missing where it is."""
    value, numerator, denominator = amounts.value, amounts.numerator, amounts.denominator
    return NewObservation(
        indicator.id,
        area.name,
        end,
        None if isinstance(value, Missing) else value,
        None if isinstance(numerator, Missing) else numerator,
        None if isinstance(denominator, Missing) else denominator,
        status,
        value if isinstance(value, Missing) else None,
    )


def _taken_in(indicator: Indicator) -> Indicator | Fault:
    """The indicator, unless its figures are worked out from others', which alone would then be right."""
    derivation = indicator.derivation
    if derivation is None:
        return indicator
    below = [entry.value.indicator for entry in derivation.denominators]
    *most, last = dict.fromkeys((*derivation.of, *below))
    inputs = f"{', '.join(most)} and {last}" if most else last
    return Fault(
        FaultCode.DERIVED_INDICATOR,
        f"limen works {indicator.id} out from {inputs}: send {'those' if most else 'that'}",
    )


def read_status(text: str) -> Status | Fault:
    """Whether a figure is final, as files say it."""
    found = STATUSES.get(" ".join(text.casefold().split()))
    if found is None:
        return Fault(
            FaultCode.UNKNOWN_STATUS, f"the status {shown(text)} is neither validated nor provisional"
        )
    return found


def _plain(text: str) -> str:
    return "_".join(text.casefold().replace("-", " ").replace("_", " ").split())
