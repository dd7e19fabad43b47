"""The range of every series, for checks of limits against what was ever observed."""

from typing import Final

from sqlalchemy import Connection, Float, cast, exists, func, select

from monitor.rulebook.observed import ObservedFigures, ObservedRange
from monitor.store.tables import observations, series

_FIGURES: Final = observations.c


def observed_figures(connection: Connection) -> ObservedFigures:
    """Returns the range of each series that has a figure; of each figure the latest revision counts.

    One statement, one row a series.
    """
    later = observations.alias("later")
    superseded = exists().where(
        later.c.series_id == _FIGURES.series_id,
        later.c.period_end == _FIGURES.period_end,
        later.c.revision > _FIGURES.revision,
    )
    ratio = cast(_FIGURES.numerator, Float) / func.nullif(cast(_FIGURES.denominator, Float), 0)
    without_value = _FIGURES.value.is_(None)
    statement = (
        select(
            series.c.indicator,
            series.c.area,
            (func.count(_FIGURES.value) + func.count(ratio).filter(without_value)).label("figures"),
            func.min(_FIGURES.value).label("least"),
            func.max(_FIGURES.value).label("most"),
            func.min(ratio).filter(without_value).label("least_ratio"),
            func.max(ratio).filter(without_value).label("most_ratio"),
        )
        .join(series, series.c.id == _FIGURES.series_id)
        .where(~superseded)
        .group_by(series.c.indicator, series.c.area)
    )
    return {
        (row.indicator, row.area): ObservedRange(
            row.figures, row.least, row.most, row.least_ratio, row.most_ratio
        )
        for row in connection.execute(statement)
        if row.figures
    }
