"""``limen ratings``: figures with targets, ratings and direction of travel."""

import csv
import io
import json
from collections.abc import Iterable, Sequence
from datetime import date
from itertools import groupby

from rich.table import Table
from rich.text import Text

from monitor.cli import exit_codes
from monitor.cli.choices import area_named, day, indicator_named
from monitor.cli.formats import TableFormat
from monitor.cli.scorecard import Rated, latest, plain_number, series_of
from monitor.cli.session import Session
from monitor.core.observations import Missing, Status
from monitor.core.rulebook import Polarity
from monitor.terminal import NOTHING, rating, short_day, table, travel, write_plainly

COLUMNS = (
    "indicator",
    "area",
    "period_end",
    "value",
    "target",
    "rag",
    "previous_rag",
    "direction",
    "status",
    "previous_period_end",
    "previous_value",
    "lower",
    "upper",
    "unit",
    "missing",
)
"""Of the CSV and JSON output; new ones are added at the end."""

SUPPRESSED = "c"
"""What DfE's files write for a figure that is withheld; ``limen ingest`` reads it so."""

SYMBOLS = {
    Missing.SUPPRESSED: "c",
    Missing.NOT_AVAILABLE: "x",
    Missing.NOT_APPLICABLE: "z",
    Missing.LOW_RELIABILITY: "u",
    Missing.ROUNDS_TO_ZERO: "k",
    Missing.NOT_COLLECTED: ":",
}
"""How DfE's files write why there is no figure; see :class:`monitor.core.observations.Missing`."""

NARROW = 100
"""Columns below which a title does not fit beside its figures."""

_WIDTHS = (11, 9, 12, 9, 9, 12)
_FIGURES = ("Figure", "Target", "Expected")


def show_ratings(
    session: Session,
    as_of: str | None,
    area: str | None,
    indicator: str | None,
    *,
    history: bool,
    style: TableFormat,
) -> int:
    """Prints the latest figure of every series, or with ``history`` all of them."""
    rated = chosen(session, as_of and day(as_of, "--as-of"), area, indicator, history=history)
    if style is TableFormat.CSV:
        write_plainly(as_csv(rated))
    elif style is TableFormat.JSON:
        write_plainly(json.dumps([_record(each) for each in rated], indent=2, ensure_ascii=False) + "\n")
    elif not rated:
        session.err.print(_nothing(session, as_of, area, indicator))
    else:
        _print_tables(session, rated, history=history)
    return exit_codes.OK


def _nothing(session: Session, as_of: str | None, area: str | None, indicator: str | None) -> str:
    """That there is nothing to show, and of what."""
    of = f" of “{indicator}”" if indicator else ""
    if area:
        place = area_named(area, session.world).name
        of += f" in {place}" if of else f" of {place}"
    return f"There are no figures{of} {'yet' if as_of is None else f'to {as_of}'}."


def chosen(
    session: Session, as_of: date | str | None, area: str | None, indicator: str | None, *, history: bool
) -> list[Rated]:
    """The figures asked for, by indicator and area in the order of rules and areas, and by period."""
    world = session.world
    indicators = [indicator_named(indicator, world)] if indicator else world.rulebook.indicators.values()
    place = area_named(area, world).name if area else None
    areas = {each.name: number for number, each in enumerate(world.areas)}
    book = {each: number for number, each in enumerate(world.rulebook.indicators)}
    until = as_of if isinstance(as_of, date) else None
    found: list[Rated] = []
    with session.store() as store, store.reading() as connection:
        for each in indicators:
            rated = series_of(connection, world, each, as_of=until, whole=history).rated()
            found += rated if history else latest(rated)
    wanted = [each for each in found if place is None or each.evaluation.area == place]
    return sorted(
        wanted,
        key=lambda each: (book[each.indicator.id], areas[each.evaluation.area], each.evaluation.period_end),
    )


def as_csv(rated: Iterable[Rated]) -> str:
    """CSV with :data:`COLUMNS`; figures at published precision, empty where there is none."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for each in rated:
        figure = each.evaluation
        before = figure.previous_rag
        writer.writerow(
            [
                figure.indicator,
                figure.area,
                figure.period_end,
                SUPPRESSED if each.protected else figure.value,
                figure.target,
                figure.rag,
                before,
                figure.direction,
                figure.status,
                figure.previous_period_end,
                SUPPRESSED if each.previous_protected else figure.previous_value,
                figure.lower,
                figure.upper,
                each.indicator.unit,
                figure.missing,
            ]
        )
    return text.getvalue()


def _record(each: Rated) -> dict[str, object]:
    figure = each.evaluation
    before = figure.previous_period_end
    return {
        "indicator": figure.indicator,
        "area": figure.area,
        "period_end": figure.period_end.isoformat(),
        "value": plain_number(figure.value),
        "target": plain_number(figure.target),
        "rag": figure.rag.value,
        "previous_rag": None if figure.previous_rag is None else figure.previous_rag.value,
        "direction": figure.direction.value,
        "status": figure.status.value,
        "previous_period_end": None if before is None else before.isoformat(),
        "previous_value": plain_number(figure.previous_value),
        "lower": plain_number(figure.lower),
        "upper": plain_number(figure.upper),
        "unit": each.indicator.unit,
        "missing": None if figure.missing is None else figure.missing.value,
        "protected": each.protected,
    }


def _print_tables(session: Session, rated: Sequence[Rated], *, history: bool) -> None:
    """One table an indicator; or one for all, under the area's name, where each has one row only."""
    is_one_area = not history and len({each.evaluation.area for each in rated}) == 1
    if is_one_area:
        session.out.print(Text(rated[0].evaluation.area, "bold"))
    if is_one_area and session.out.width < NARROW:
        _print_narrow(session, rated)
    elif is_one_area:
        session.out.print(_table("Indicator", [(each.indicator.title, each) for each in rated]))
    else:
        for number, (_, group) in enumerate(groupby(rated, key=lambda each: each.indicator.id)):
            rows = list(group)
            if number:
                session.out.print()
            session.out.print(_heading(rows[0]))
            session.out.print(_table("Area", [(each.evaluation.area, each) for each in rows]))
    for note in _notes(rated):
        session.out.print(Text(note, "dim"))


def _heading(each: Rated) -> Text:
    indicator = each.indicator
    good = "" if indicator.polarity is Polarity.NONE else f", {indicator.polarity}"
    return Text.assemble(
        (indicator.title, "bold"), (f"  {indicator.id} ({indicator.unit}{good})", "dim"), overflow="fold"
    )


def _print_narrow(session: Session, rated: Sequence[Rated]) -> None:
    """Each title on a line of its own, above its figures; the expected range stands beside the title."""
    for number, each in enumerate(rated):
        made = table(*_headings(has_targets=True, has_ranges=False), right=_FIGURES)
        made.show_header = number == 0
        for column, width in zip(made.columns, _WIDTHS, strict=True):
            column.min_width = width
        made.add_row(*_row(each, has_targets=True, has_ranges=False))
        expected = _range(each)
        beside = (f"  expected {expected}", "dim") if expected != NOTHING else ""
        session.out.print(Text.assemble((each.indicator.title, "bold"), beside))
        session.out.print(made)


def _headings(*, has_targets: bool, has_ranges: bool) -> Sequence[str]:
    lines = (*(["Target"] if has_targets else ()), *(["Expected"] if has_ranges else ()))
    return ("Period to", "Figure", *lines, "Rating", "Before", "Direction")


def _table(first: str, rows: Sequence[tuple[str, Rated]]) -> Table:
    """Figures with a name each; targets and expected ranges have columns of their own, if there are any."""
    has_ranges = any(_range(each) != NOTHING for _, each in rows)
    has_targets = not has_ranges or any(each.evaluation.target is not None for _, each in rows)
    headings = _headings(has_targets=has_targets, has_ranges=has_ranges)
    made = table(first, *headings, right=_FIGURES)
    for name, each in rows:
        made.add_row(name, *_row(each, has_targets=has_targets, has_ranges=has_ranges))
    return made


def _row(each: Rated, *, has_targets: bool, has_ranges: bool) -> Sequence[str | Text]:
    figure = each.evaluation
    target = NOTHING if figure.target is None else each.figures.short(figure.target)
    return (
        short_day(figure.period_end),
        figure_text(each),
        *([target] if has_targets else ()),
        *([_range(each)] if has_ranges else ()),
        rating(figure.rag),
        rating(figure.previous_rag),
        travel(figure.direction, figure.value, figure.previous_value),
    )


def figure_text(each: Rated) -> Text:
    """The figure, marked where it is provisional; or why there is none."""
    figure = each.evaluation
    if figure.value is None and not each.protected:
        return Text(SYMBOLS.get(figure.missing, NOTHING) if figure.missing else NOTHING, "dim")
    text = Text(each.figures.short(figure.value, protected=each.protected))
    is_marked = figure.status is Status.PROVISIONAL and not each.protected
    return text.append("p", "dim") if is_marked else text


def _range(each: Rated) -> str:
    """The range that is expected of an indicator that has no target."""
    figure, write = each.evaluation, each.figures.short
    if figure.target is not None:
        return NOTHING
    match figure.lower, figure.upper:
        case None, None:
            return NOTHING
        case lower, None:
            return f"≥ {write(lower)}"
        case None, upper:
            return f"≤ {write(upper)}"
        case lower, upper:
            return f"{write(lower)}–{write(upper)}"


def _notes(rated: Sequence[Rated]) -> list[str]:
    notes = []
    if any(each.evaluation.status is Status.PROVISIONAL for each in rated):
        notes.append("p: provisional, it may still change.")
    if any(each.protected for each in rated):
        notes.append("withheld: a number from 1 to 5, or one from which such a number could be worked out.")
    reasons = dict.fromkeys(each.evaluation.missing for each in rated)
    notes += [f"{SYMBOLS.get(reason, NOTHING)}: {reason}." for reason in reasons if reason is not None]
    return ["", *notes] if notes else []
