"""Times that people type: days by date and by word, and how long."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from monitor.calendar_england import calendar_of
from monitor.cli.choices import UnknownNameError
from monitor.cli.moments import end, instant

CALENDAR = calendar_of(ZoneInfo("Europe/London"))
LATE_TUESDAY = datetime(2026, 3, 24, 23, 30, tzinfo=UTC)
"""Clocks go forward on Sunday 29 March 2026, at 01:00 UTC."""


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("2026-03-27", "2026-03-27T00:00Z"),
        ("2026-03-30 17:00", "2026-03-30T16:00Z"),
        ("2026-03-30T17:00+00:00", "2026-03-30T17:00Z"),
        ("today 23:45", "2026-03-24T23:45Z"),
        ("tomorrow", "2026-03-25T00:00Z"),
        ("Tomorrow 18:00", "2026-03-25T18:00Z"),
        ("wednesday", "2026-03-25T00:00Z"),
        ("fri 9:30", "2026-03-27T09:30Z"),
        (" Sunday  02:00 ", "2026-03-29T01:00Z"),
        ("Mon", "2026-03-29T23:00Z"),
        ("Tuesday", "2026-03-30T23:00Z"),
        ("2 weeks", "2026-04-07T22:30Z"),
        ("4 hours", "2026-03-25T03:30Z"),
    ],
)
def test_an_end_is_a_day_a_time_a_word_for_a_day_or_how_long(text: str, meant: str) -> None:
    assert end(text, "--until", LATE_TUESDAY, CALENDAR) == datetime.fromisoformat(meant)


def test_tomorrow_is_that_of_the_wall_where_the_council_is() -> None:
    half_past_midnight_in_summer = datetime(2026, 6, 1, 23, 30, tzinfo=UTC)

    meant = instant("tomorrow 8:00", "--at", half_past_midnight_in_summer, CALENDAR)

    assert meant == datetime(2026, 6, 3, 7, tzinfo=UTC)


@pytest.mark.parametrize("text", ["", "soon", "fr", "m", "day", "friday 25:00", "friday 17", "yesterday"])
def test_what_is_neither_is_refused_with_what_to_write(text: str) -> None:
    with pytest.raises(UnknownNameError, match=r"is no time\. Write 2026-12-24, .*“Friday 17:00”"):
        instant(text, "--at", LATE_TUESDAY, CALENDAR)
    with pytest.raises(UnknownNameError, match=r"is no end\. Write a day \(2026-12-24, tomorrow, Friday\)"):
        end(text, "--until", LATE_TUESDAY, CALENDAR)
