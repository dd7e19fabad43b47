"""What a notice may show of small numbers. Everything that a mail is made of passes through here first."""

from dataclasses import replace
from decimal import Decimal

from monitor.charts import ChartSeries, EarlierFigure, reveals_a_small_number, without_small_numbers
from monitor.core.judgements import DirectionOfTravel
from monitor.core.notifications import Notice, RestatedFigure, ToldFigure
from monitor.wording import FigureFormat


def chart_series(notice: Notice) -> ChartSeries:
    """The notice's history as a chart shows it, without small numbers."""
    return without_small_numbers(
        ChartSeries(
            title=f"{notice.title} in {notice.area}",
            unit=notice.unit,
            decimals=notice.decimals,
            points=notice.history,
            neighbours=notice.neighbours,
            told=_told(notice.restated),
        )
    )


def _told(restated: RestatedFigure | None) -> EarlierFigure | None:
    """The figure that the reader was told, where it may be shown."""
    if restated is None or restated.was.protected or restated.was.value is None:
        return None
    return EarlierFigure(restated.was.period_end, restated.was.value)


def shown(notice: Notice) -> Notice:
    """The notice without its protected figures and without what would narrow them down.

    A count that is known to lie from 1 to 5 and known to be above 4 is known: so the limit, the condition as
    written and the target are left out where they lie between 1 and 5, and so is the direction of travel
    between two protected figures.
    """
    previous_protected = _previous_is_protected(notice)
    notice = replace(
        notice,
        history=chart_series(notice).points,
        previous_value=None if previous_protected else notice.previous_value,
        restated=None if notice.restated is None else _shown_restated(notice.restated),
    )
    if not (notice.protected or _restated_is_protected(notice.restated)):
        return notice
    figures = FigureFormat(notice.unit, notice.decimals)
    limit = _outside_small_numbers(notice.limit, figures)
    target = _outside_small_numbers(notice.target, figures)
    return replace(
        notice,
        value=None if notice.protected else notice.value,
        doubted=None if notice.protected else notice.doubted,
        crossed=None if notice.protected else notice.crossed,
        limit=limit,
        limit_before=_outside_small_numbers(notice.limit_before, figures),
        limit_text=notice.limit_text if limit is not None else "",
        limit_reference=notice.limit_reference if limit is not None else "",
        target=target,
        target_reference=notice.target_reference if target is not None else "",
        direction=DirectionOfTravel.UNKNOWN if previous_protected and notice.protected else notice.direction,
    )


def _restated_is_protected(restated: RestatedFigure | None) -> bool:
    return restated is not None and (restated.was.protected or restated.now.protected)


def _shown_restated(restated: RestatedFigure) -> RestatedFigure:
    unsaid = _restated_is_protected(restated)

    def without(figure: ToldFigure) -> ToldFigure:
        shown_figure = replace(figure, value=None) if figure.protected else figure
        return replace(shown_figure, against=None) if unsaid else shown_figure

    return replace(restated, was=without(restated.was), now=without(restated.now))


def _previous_is_protected(notice: Notice) -> bool:
    """Whether the last figure before the notice's own period is protected."""
    before = [
        point
        for point in notice.history
        if (notice.period_end is None or point.period_end < notice.period_end)
        and (point.protected or point.value is not None)
    ]
    return bool(before) and before[-1].protected


def _outside_small_numbers(line: Decimal | None, figures: FigureFormat) -> Decimal | None:
    return None if line is None or reveals_a_small_number(line, figures) else line
