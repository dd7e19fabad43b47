"""The picture of alerts over time."""

from datetime import date
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from monitor.charts.timeline import WIDTH, Count, CountRow, CountStrip, TimelineRow, timeline_chart
from monitor.core.alerts import AlertState
from monitor.core.replay import Stay
from monitor.core.rulebook import Level
from monitor.palette import LEVEL_TONES, SHADES, Shade

START, UNTIL = date(2013, 1, 1), date(2013, 12, 31)


def row(level: Level | None, began: date, ended: date | None, group: str = "Plans") -> TimelineRow:
    state = AlertState.FIRING if level else AlertState.PENDING
    return TimelineRow(group, "Swale", (Stay(state, level or Level.INFO, began, ended),))


def picture(*rows: TimelineRow, start: date = START, until: date = UNTIL) -> Image.Image:
    return Image.open(BytesIO(timeline_chart("Alerts", "A note.", start, until, rows))).convert("RGB")


def share(of: Image.Image, colour: str) -> float:
    """How much of the picture has nearly this colour."""
    wanted = np.array([int(colour[place : place + 2], 16) for place in (1, 3, 5)])
    return float((np.abs(np.asarray(of).astype(int) - wanted).max(axis=2) < 12).mean())


@pytest.mark.parametrize("level", list(Level))
def test_a_level_has_its_colour_and_lasts_as_long_as_it_did(level: Level) -> None:
    fill = LEVEL_TONES[level].fill
    half = share(picture(row(level, date(2013, 1, 1), date(2013, 7, 1))), fill)
    whole = share(picture(row(level, date(2013, 1, 1), None)), fill)

    assert half > 0
    assert whole == pytest.approx(2 * half, rel=0.1)


def test_the_worse_a_level_the_higher_its_bar() -> None:
    areas = [
        share(picture(row(level, date(2013, 1, 1), None)), LEVEL_TONES[level].fill)
        for level in (Level.INFO, Level.WARNING, Level.CRITICAL)
    ]

    assert areas == sorted(areas)
    assert areas[0] < 0.9 * areas[2]


def test_what_lies_outside_the_time_is_not_drawn() -> None:
    early, late = (
        row(Level.CRITICAL, date(2012, 1, 1), date(2013, 1, 1)),
        row(Level.CRITICAL, date(2014, 1, 1), None),
    )

    assert share(picture(early, late), LEVEL_TONES[Level.CRITICAL].fill) == 0


def test_a_pending_alert_is_grey() -> None:
    found = picture(row(None, date(2013, 2, 1), date(2013, 9, 1)))

    assert all(share(found, tone.fill) == 0 for tone in LEVEL_TONES.values())
    assert share(found, "#c9ced3") > 0


def test_the_picture_grows_with_its_rows_and_its_groups() -> None:
    one = picture(row(Level.INFO, START, None))
    two = picture(row(Level.INFO, START, None), row(Level.INFO, START, None))
    apart = picture(row(Level.INFO, START, None), row(Level.INFO, START, None, "Another"))

    assert one.width == two.width == apart.width == 2 * WIDTH
    assert one.height < two.height < apart.height


@pytest.mark.parametrize(
    ("start", "until"),
    [
        (date(2013, 5, 5), date(2013, 5, 5)),
        (date(2013, 5, 5), date(2013, 8, 1)),
        (date(1990, 1, 1), date(2024, 1, 1)),
    ],
)
def test_any_span_of_time_can_be_drawn(start: date, until: date) -> None:
    assert picture(row(Level.WARNING, start, None), start=start, until=until).width == 2 * WIDTH


def test_without_alerts_there_is_a_picture_too() -> None:
    assert picture().width == 2 * WIDTH


def strip(*numbers: int) -> CountStrip:
    months = [date(2013, place + 1, 1) for place in range(12)]
    counts = (Count(months[place], months[place + 1], number) for place, number in enumerate(numbers))
    return CountStrip("Mails", (CountRow("Sam", tuple(counts)),))


def with_strip(*numbers: int) -> Image.Image:
    png = timeline_chart("Alerts", "A note.", START, UNTIL, (), strip(*numbers))
    return Image.open(BytesIO(png)).convert("RGB")


@pytest.mark.parametrize("shade", SHADES)
def test_a_number_has_the_shade_of_as_many(shade: Shade) -> None:
    one, three = with_strip(shade.least), with_strip(shade.least, 0, shade.least, shade.least)

    assert 0 < share(one, shade.fill) < share(three, shade.fill) / 2
    others = [share(three, each.fill) for each in SHADES if each is not shade]
    assert max(others) < share(three, shade.fill) / 10


def test_no_mail_has_no_cell() -> None:
    assert all(share(with_strip(0, 0), each.fill) < 0.0005 for each in SHADES)
