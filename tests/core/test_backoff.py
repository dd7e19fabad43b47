"""When to try again: whatever the numbers, a wait is never too short, never too long, and never an error."""

from datetime import timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from monitor.core.backoff import wait_after

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)

attempts = st.integers(min_value=1, max_value=10**6)
jitters = st.floats(min_value=0, max_value=1)
waits = st.timedeltas(min_value=timedelta(milliseconds=1), max_value=timedelta(days=30))


@pytest.mark.parametrize(
    ("made", "jitter", "minutes"),
    [
        (1, 0.0, 1),
        (2, 0.0, 2),
        (3, 0.0, 4),
        (6, 0.0, 32),
        (7, 0.0, 60),
        (1000, 0.0, 60),
        (1, 1.0, 0.5),
        (3, 0.5, 3),
        (1000, 1.0, 30),
    ],
)
def test_waits_double_from_the_first_to_the_longest_and_a_jitter_takes_off_up_to_half(
    made: int, jitter: float, minutes: float
) -> None:
    assert wait_after(made, first=MINUTE, longest=HOUR, jitter=jitter) == timedelta(minutes=minutes)


@given(attempts, waits, waits, jitters)
def test_a_wait_is_at_least_half_the_shorter_limit_and_at_most_the_longest(
    made: int, first: timedelta, longest: timedelta, jitter: float
) -> None:
    wait = wait_after(made, first=first, longest=longest, jitter=jitter)
    assert min(first, longest) / 2 <= wait <= longest


@given(attempts, waits, waits, jitters)
def test_a_later_attempt_never_waits_less(
    made: int, first: timedelta, longest: timedelta, jitter: float
) -> None:
    earlier = wait_after(made, first=first, longest=longest, jitter=jitter)
    assert wait_after(made + 1, first=first, longest=longest, jitter=jitter) >= earlier


@given(attempts, waits, waits, jitters, jitters)
def test_a_larger_jitter_never_waits_longer(
    made: int, first: timedelta, longest: timedelta, small: float, large: float
) -> None:
    assume(small <= large)
    longer = wait_after(made, first=first, longest=longest, jitter=small)
    assert wait_after(made, first=first, longest=longest, jitter=large) <= longer


@given(st.integers(min_value=60, max_value=10**9), waits, waits, jitters)
def test_after_many_attempts_the_wait_is_that_of_the_longest(
    made: int, first: timedelta, longest: timedelta, jitter: float
) -> None:
    assert wait_after(made, first=first, longest=longest, jitter=jitter) == longest * (1 - jitter / 2)


@given(st.integers(max_value=0))
def test_there_is_no_wait_before_the_first_attempt(made: int) -> None:
    with pytest.raises(ValueError, match="nothing to wait for"):
        wait_after(made, first=MINUTE, longest=HOUR, jitter=0)


@given(st.one_of(st.floats(max_value=-1e-9), st.floats(min_value=1.0001), st.just(float("nan"))))
def test_a_jitter_is_from_0_to_1(jitter: float) -> None:
    with pytest.raises(ValueError, match="from 0 to 1"):
        wait_after(1, first=MINUTE, longest=HOUR, jitter=jitter)
