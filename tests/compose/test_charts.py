"""The chart is small, the same every time, and says the same in words."""

import struct
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor import charts
from monitor.charts import ChartSeries, caption, drawing, series_chart, series_in_words
from monitor.charts.drawing import axis_range
from monitor.core.observations import Status
from tests.support.notices import BELOW_RANGE, BREACH, PROTECTED, PROVISIONAL, months, point
from tests.support.repository import ROOT

CORE = ChartSeries("Core assessments", "assessments", 0, BREACH.history)
PLACEMENTS = ChartSeries("Placements", "percent", 1, PROVISIONAL.history, neighbours=Decimal("11.0"))
PLANS = ChartSeries("Plans", "children", 0, PROTECTED.history)
SECOND = ChartSeries("Second plans", "percent", 1, BELOW_RANGE.history)
LONG = ChartSeries(
    "Referrals", "referrals", 0, tuple(point(end, "1200") for end in months(date(2014, 3, 31), 36))
)
EMPTY = ChartSeries("Nothing yet", "percent", 1, ())
ALL = (CORE, PLACEMENTS, PLANS, SECOND, LONG, EMPTY)


@pytest.mark.parametrize("series", ALL, ids=lambda series: series.title)
def test_a_chart_is_a_small_png_of_twice_its_size(series: ChartSeries) -> None:
    png = series_chart(series)

    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    assert struct.unpack(">II", png[16:24]) == (2 * charts.WIDTH, 2 * charts.HEIGHT)
    assert len(png) < 40_000


def test_the_same_series_gives_the_same_bytes_in_many_threads() -> None:
    once = {series.title: series_chart(series) for series in ALL}

    drawn_anew = series_chart.__wrapped__
    with ThreadPoolExecutor(8) as threads:
        again = list(threads.map(drawn_anew, ALL * 3))

    assert again == [once[series.title] for series in ALL * 3]
    assert all(series_chart(series) is once[series.title] for series in ALL)


def test_the_same_series_gives_the_same_bytes_in_another_process() -> None:
    script = (
        "import hashlib; from tests.compose.test_charts import PLACEMENTS, series_chart; "
        "print(hashlib.sha256(series_chart(PLACEMENTS)).hexdigest())"
    )
    hashes = {
        subprocess.run(
            [sys.executable, "-c", script],
            cwd=ROOT,
            env={"PYTHONHASHSEED": seed, "TZ": zone, "PATH": "/usr/bin:/bin", "HOME": "/nonexistent"},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed, zone in (("1", "Europe/London"), ("2", "Pacific/Apia"))
    }

    assert len(hashes) == 1


def test_matplotlib_is_not_imported_before_a_chart_is_drawn() -> None:
    script = "import sys, monitor.compose; print('matplotlib' in sys.modules, 'PIL' in sys.modules)"

    ran = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)

    assert ran.stdout.split() == ["False", "False"]


def test_charts_of_different_series_differ() -> None:
    assert len({series_chart(series) for series in ALL}) == len(ALL)


def test_a_missing_figure_is_a_gap_and_not_zero() -> None:
    gap = replace(CORE, points=(*CORE.points[:3], replace(CORE.points[3], value=None), *CORE.points[4:]))
    zero = replace(
        CORE, points=(*CORE.points[:3], replace(CORE.points[3], value=Decimal(0)), *CORE.points[4:])
    )

    assert "31 May 2013: no figure" in series_in_words(gap)
    assert "A gap means that there is no figure." in caption(gap)
    assert series_chart(gap) != series_chart(zero)


def test_provisional_points_look_different() -> None:
    provisional = replace(
        CORE, points=(*CORE.points[:-1], replace(CORE.points[-1], status=Status.PROVISIONAL))
    )

    assert series_chart(provisional) != series_chart(CORE)
    assert "30 Sep 2013: 46 (provisional)" in series_in_words(provisional)
    assert "Hollow points are provisional." in caption(provisional)


def test_a_line_that_moved_is_told_with_the_period_from_which_it_held() -> None:
    assert "Target 10.1%, from year to 31 Mar 2013 8.1%, from year to 30 Jun 2013 9.0%." in series_in_words(
        PLACEMENTS
    )
    assert "Statistical neighbours 11.0%." in series_in_words(PLACEMENTS)


def test_an_empty_series_says_so() -> None:
    assert series_in_words(EMPTY) == "Nothing yet: no figures yet."


@pytest.mark.parametrize(
    ("values", "unit", "begins_at_zero"),
    [
        (("28", "46"), "assessments", False),
        (("10", "46"), "assessments", True),
        (("0", "0"), "assessments", True),
        (("88.0", "93.5"), "percent", False),
        (("5.4", "13.0"), "percent", True),
    ],
)
def test_the_axis_begins_at_zero_unless_all_lies_in_its_upper_half(
    values: tuple[str, ...], unit: str, begins_at_zero: bool
) -> None:
    ends = months(date(2013, 9, 30), len(values))
    series = ChartSeries("x", unit, 1, tuple(point(e, v) for e, v in zip(ends, values, strict=True)))

    bottom, top = axis_range(series)

    assert (bottom == 0) is begins_at_zero
    assert top > float(max(map(Decimal, values)))


AMOUNTS = st.decimals(-1000, 100_000, places=1) | st.none()


@given(st.lists(st.tuples(AMOUNTS, AMOUNTS, AMOUNTS), max_size=14))
def test_every_figure_and_line_lies_within_the_axis(rows: list[tuple[Decimal | None, ...]]) -> None:
    points = tuple(
        replace(point(end, None), value=value, limit=limit, target=target)
        for end, (value, limit, target) in zip(months(date(2014, 3, 31), len(rows)), rows, strict=True)
    )

    bottom, top = axis_range(ChartSeries("x", "number", 1, points))

    assert bottom < top
    assert all(bottom <= amount <= top for row in rows for amount in row if amount is not None)


@given(st.lists(st.floats(0, 1), max_size=5).map(sorted))
def test_labels_in_the_margin_keep_apart_and_in_order(heights: list[float]) -> None:
    places = drawing._spread(heights)

    assert all(after - before >= drawing._LABEL_GAP - 1e-9 for before, after in pairwise(places))
    assert all(place <= 1.0 for place in places)
