"""No minute, wherever it starts, has more than the limit; and nobody waits without need."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.pace import MINUTE, Pace

NOON = datetime(2014, 3, 31, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def test_the_first_may_begin_together_and_the_next_waits_for_the_minute_to_end() -> None:
    pace = Pace(2).after(NOON).after(NOON + SECOND)

    assert pace.wait(NOON + 2 * SECOND) == 58 * SECOND
    assert pace.wait(NOON + MINUTE) == timedelta()
    assert pace.after(NOON + MINUTE).wait(NOON + MINUTE) == SECOND


def test_a_clock_that_is_put_back_stops_nothing() -> None:
    assert Pace(1).after(NOON).wait(NOON - timedelta(hours=1)) == timedelta()


def test_a_pace_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one mail a minute"):
        Pace(0)


@given(most=st.integers(1, 5), looks=st.lists(st.integers(0, 40), max_size=40))
def test_no_minute_has_more_than_the_limit_and_nobody_waits_without_need(most: int, looks: list[int]) -> None:
    pace, now, begun = Pace(most), NOON, list[datetime]()
    for seconds in looks:
        now += timedelta(seconds=seconds)
        in_the_last_minute = [at for at in begun if now - at < MINUTE]
        assert (pace.wait(now) == timedelta()) is (len(in_the_last_minute) < most)
        if not pace.wait(now):
            pace, begun = pace.after(now), [*begun, now]

    for start in begun:
        assert sum(start <= at < start + MINUTE for at in begun) <= most
