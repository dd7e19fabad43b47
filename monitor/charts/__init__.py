"""Charts of an indicator's last periods, drawn and in words: the same in mails, pages and reports."""

from monitor.charts.drawing import HEIGHT, WIDTH, series_chart
from monitor.charts.series import (
    ChartSeries,
    EarlierFigure,
    caption,
    reveals_a_small_number,
    series_in_words,
    without_small_numbers,
)

__all__ = [
    "HEIGHT",
    "WIDTH",
    "ChartSeries",
    "EarlierFigure",
    "caption",
    "reveals_a_small_number",
    "series_chart",
    "series_in_words",
    "without_small_numbers",
]
