"""The last periods as a small table, for readers of the plain text."""

from collections.abc import Callable

from monitor.charts import ChartSeries, without_small_numbers
from monitor.compose.plain import WIDTH
from monitor.core.judgements import RagRating
from monitor.core.notifications import HistoryPoint
from monitor.core.observations import Status
from monitor.wording import FigureFormat
from notifiers.mime import one_line

Cell = Callable[[HistoryPoint, FigureFormat], str]


def history_table(series: ChartSeries) -> tuple[tuple[str, ...], ...]:
    """Rows of the table, its head first; only columns that say something, and no wider than the text.

    What there is no room for, the rating first, stands in the details for the last period all the same.
    """
    points = without_small_numbers(series).points
    columns = [(head, [cell(point, series.figures) for point in points]) for head, cell in _COLUMNS if points]
    columns = [(head, cells) for head, cells in columns if any(cells)]
    for head in ("Rating", "Expected", "Target"):
        if _width(columns) > WIDTH:
            columns = [column for column in columns if column[0] != head]
    return tuple(zip(*([head, *cells] for head, cells in columns), strict=True))


def _width(columns: list[tuple[str, list[str]]]) -> int:
    return sum(max(map(len, (head, *cells))) for head, cells in columns) + 2 * (len(columns) - 1)


def _period(point: HistoryPoint, _: FigureFormat) -> str:
    return one_line(point.label)


def _figure(point: HistoryPoint, figures: FigureFormat) -> str:
    return figures.short(point.value, protected=point.protected)


def _limit(point: HistoryPoint, figures: FigureFormat) -> str:
    return "" if point.limit is None else figures.short(point.limit)


def _target(point: HistoryPoint, figures: FigureFormat) -> str:
    return "" if point.target is None else figures.short(point.target)


def _expected(point: HistoryPoint, figures: FigureFormat) -> str:
    if point.lower is None and point.upper is None:
        return ""
    if point.lower is None:
        return f"to {figures.short(point.upper)}"
    if point.upper is None:
        return f"from {figures.short(point.lower)}"
    return f"{figures.short(point.lower)} to {figures.short(point.upper)}"


def _rating(point: HistoryPoint, _: FigureFormat) -> str:
    return point.rag.value if point.rag in {RagRating.RED, RagRating.AMBER, RagRating.GREEN} else ""


def _status(point: HistoryPoint, _: FigureFormat) -> str:
    known = point.protected or point.value is not None
    return "provisional" if known and point.status is Status.PROVISIONAL else ""


_COLUMNS: tuple[tuple[str, Cell], ...] = (
    ("Period", _period),
    ("Figure", _figure),
    ("Limit", _limit),
    ("Target", _target),
    ("Expected", _expected),
    ("Rating", _rating),
    ("Status", _status),
)
