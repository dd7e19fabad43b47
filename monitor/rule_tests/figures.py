"""``figures:`` of a test to figures that arrive."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from typing import Final, NamedTuple

from monitor.core.observations import Missing, Status
from monitor.core.rulebook import Indicator
from monitor.rule_tests.keys import FIGURES_KEYS, PART_KEYS, REVISE_KEYS
from monitor.rule_tests.model import Arrival
from monitor.rule_tests.moments import read_moment
from monitor.rule_tests.notation import Cell, WrittenCell, read_cell, read_cells
from monitor.rule_tests.occasions import Delay, period_ends, read_delay, read_start
from monitor.rule_tests.subject import Subject
from monitor.rulebook import scalars
from monitor.rulebook.fields import Fields, distinct, fields_of
from monitor.rulebook.problems import ProblemLog, Span
from monitor.rulebook.yaml_nodes import Mapping as MappingNode
from monitor.rulebook.yaml_nodes import Node
from monitor.store.observations import NewObservation

FigureKey = tuple[str, str, date]
_REVISED: Final = {"value": "values", "numerator": "numerator", "denominator": "denominator"}


class _Placed(NamedTuple):
    cell: Cell
    span: Span


@dataclass
class Given:
    """The figures of one test that were given so far, by indicator, area and period."""

    seen: dict[FigureKey, Span] = field(default_factory=dict)

    def refuse_second(self, key: FigureKey, span: Span, log: ProblemLog) -> bool:
        """Notes a figure that was given before; says whether it was."""
        first = self.seen.setdefault(key, span)
        if first is span:
            return False
        indicator, area, end = key
        message = f"{indicator} in {area} has a figure for {end} already (line {first.position.line})"
        log.note("LIM904", span, message)
        return True


def read_figures(node: Node, subject: Subject, given: Given, log: ProblemLog) -> tuple[Arrival, ...]:
    """Returns what one entry brings, in no particular order; what is wrong is noted."""
    fields = fields_of(node, "this entry of figures", node.span, FIGURES_KEYS, log)
    if fields is None:
        return ()
    indicator = subject.read_indicator(fields)
    areas = subject.read_areas(fields, required=True)
    delay = read_delay(fields)
    status = (fields.word("status", Status) if fields.has("status") else None) or Status.VALIDATED
    if indicator is None:
        return ()
    parts = _parts(fields, indicator)
    if parts is None or delay is None:
        return ()
    found: list[Arrival] = []
    for area in areas:
        figures = _arrivals((indicator.id, area), parts, status, delay=delay, given=given, log=log)
        found += figures.values()
        found += _revisions(fields, indicator, figures)
    return tuple(found)


def _parts(fields: Fields, indicator: Indicator) -> Mapping[str, Mapping[date, _Placed]] | None:
    """Values, numerators and denominators that are given, each by period end."""
    given = [key for key in PART_KEYS if fields.has(key)]
    if not given:
        fields.note_missing("values", "add values: [...]")
        return None
    if indicator.derivation is not None:
        message = f"{indicator.id} is made of other indicators' figures"
        fields.log.note("LIM905", fields.span(given[0]), message, "give the figures that it is made of")
        return None
    if indicator.scale is None and given != ["values"]:
        key = next(each for each in given if each != "values")
        message = f"{indicator.id} has no scale, so it has no {key}"
        fields.log.note("LIM905", fields.span(key), message, "give its values alone")
        return None
    read = {key: _by_period(fields, key, indicator) for key in given}
    sound = {key: cells for key, cells in read.items() if cells is not None}
    if len(sound) < len(read) or not _match(fields, sound):
        return None
    return sound


def _match(fields: Fields, parts: Mapping[str, Mapping[date, _Placed]]) -> bool:
    if ("numerator" in parts) != ("denominator" in parts):
        there, lacking = ("numerator", "denominator")[:: 1 if "numerator" in parts else -1]
        message = f"{there} is given without {lacking}"
        fields.log.note("LIM903", fields.span(there), message, f"add {lacking}: [...]")
        return False
    first = next(iter(parts))
    for key, cells in parts.items():
        if cells.keys() != parts[first].keys():
            message = f"{key} has {len(cells)} figures, or other days, and {first} has {len(parts[first])}"
            fields.log.note("LIM903", fields.span(key), message)
            return False
    return True


def _by_period(fields: Fields, key: str, indicator: Indicator) -> Mapping[date, _Placed] | None:
    node = fields.node(key)
    if node is None:
        return None
    if isinstance(node, MappingNode):
        return _dated_cells(node, key, fields.log)
    cells = read_cells(node, key, fields.log)
    start = read_start(fields)
    if cells is None or start is None:
        return None
    if not cells:
        fields.log.note("LIM113", fields.span(key), f"{key} is an empty list")
    ends = islice(period_ends(start, indicator.frequency), len(cells))
    return {end: _Placed(cell.cell, cell.span) for end, cell in zip(ends, cells, strict=False)}


def _dated_cells(node: MappingNode, key: str, log: ProblemLog) -> Mapping[date, _Placed] | None:
    """The figures of a mapping from period ends to figures."""
    found: dict[date, _Placed] = {}
    sound = True
    for name, value in distinct(node, log).values():
        end = scalars.day(name, f"this period of {key}", log)
        cell = read_cell(value, f"the figure of {name.text}", log)
        if end is None or cell is None:
            sound = False
        else:
            found[end] = _Placed(cell.cell, cell.span)
    return found if sound else None


def _arrivals(
    series: tuple[str, str],
    parts: Mapping[str, Mapping[date, _Placed]],
    status: Status,
    *,
    delay: Delay,
    given: Given,
    log: ProblemLog,
) -> dict[date, Arrival]:
    """The first figure of each period, by period end."""
    found: dict[date, Arrival] = {}
    for end in next(iter(parts.values())):
        cells = {key: placed[end] for key, placed in parts.items()}
        span = next(iter(cells.values())).span
        if all(cell.cell is None for cell in cells.values()):
            continue
        on = delay.known(end)
        if on.day < end:
            log.note("LIM913", span, f"the figure of {end} is known on {on}, before its period has ended")
        elif not given.refuse_second((*series, end), span, log):
            amounts = {key: cell.cell for key, cell in cells.items()}
            found[end] = Arrival(on, _observation(*series, end, amounts, status), span)
    return found


def _observation(
    indicator: str, area: str, end: date, cells: Mapping[str, Cell], status: Status
) -> NewObservation:
    value, numerator, denominator = (_amount(cells.get(key)) for key in PART_KEYS)
    reasons = [cell for key in PART_KEYS if isinstance(cell := cells.get(key), Missing)]
    has_value = value is not None or (numerator is not None and denominator is not None)
    missing = None if has_value else next(iter(reasons), Missing.NOT_GIVEN)
    return NewObservation(indicator, area, end, value, numerator, denominator, status, missing)


def _amount(cell: Cell) -> int | None:
    return cell if isinstance(cell, int) else None


def _revisions(fields: Fields, indicator: Indicator, figures: Mapping[date, Arrival]) -> Iterable[Arrival]:
    """The changes under ``revise``, each made to the figure as it stood."""
    latest = dict(figures)
    for item in fields.items("revise"):
        inner = fields_of(item, "this change", item.span, REVISE_KEYS, fields.log)
        change = None if inner is None else _revision(inner, indicator, latest)
        if change is not None:
            latest[change.figure.period_end] = change
            yield change


def _revision(inner: Fields, indicator: Indicator, latest: Mapping[date, Arrival]) -> Arrival | None:
    period, on = inner.day("period", required=True), read_moment(inner, "on", required=True)
    cells = {key: _revised(inner, key, indicator) for key in _REVISED if inner.has(key)}
    status = inner.word("status", Status) if inner.has("status") else None
    if period is None or on is None or None in cells.values():
        return None
    before = latest.get(period)
    if before is None:
        inner.log.note("LIM914", inner.value_span("period"), f"this entry has no figure for {period}")
        return None
    if on.wall <= before.on.wall:
        message = f"the figure of {period} is changed on {on}, and known since {before.on}"
        inner.log.note("LIM913", inner.value_span("on"), message, f"choose a later day than {before.on}")
        return None
    if not cells and status is None:
        hint = "give value, numerator, denominator or status"
        inner.log.note("LIM113", inner.at, "this change changes nothing", hint)
    figure = before.figure
    amounts: dict[str, Cell] = {
        "values": figure.missing if figure.value is None else figure.value,
        "numerator": figure.numerator,
        "denominator": figure.denominator,
    }
    amounts |= {_REVISED[key]: cell.cell for key, cell in cells.items() if cell is not None}
    if isinstance(amounts["values"], int) and "value" not in cells and _has_parts(cells):
        amounts["values"] = None  # a ratio is worked out anew from its parts
    revised = _observation(figure.indicator, figure.area, period, amounts, status or figure.status)
    return Arrival(on, revised, inner.at)


def _has_parts(cells: Iterable[str]) -> bool:
    return not {"numerator", "denominator"}.isdisjoint(cells)


def _revised(inner: Fields, key: str, indicator: Indicator) -> WrittenCell | None:
    if key != "value" and indicator.scale is None:
        inner.log.note("LIM905", inner.span(key), f"{indicator.id} has no scale, so it has no {key}")
        return None
    node = inner.node(key)
    cell = None if node is None else read_cell(node, key, inner.log)
    if cell is not None and cell.cell is None:
        inner.log.note("LIM901", cell.span, "a figure that is known cannot become none", "write c, x or -")
        return None
    return cell
