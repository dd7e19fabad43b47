"""When to try again: exponentially longer, up to a longest wait, and not everybody at once."""

from datetime import timedelta


def wait_after(attempts: int, *, first: timedelta, longest: timedelta, jitter: float) -> timedelta:
    """Returns how long to wait after so many failed attempts.

    Doubles with each attempt from ``first`` up to ``longest``. ``jitter`` from 0 to 1 takes off up to half
    of it, so that mails deferred together are not all tried again together ("equal jitter", M. Brooker,
    "Exponential Backoff And Jitter", AWS Architecture Blog, 2015).

    Raises:
        ValueError: fewer than one attempt, or a jitter outside 0 to 1.
    """
    if attempts < 1:
        raise ValueError(f"there is nothing to wait for after {attempts} attempts")
    if not 0 <= jitter <= 1:
        raise ValueError(f"a jitter is from 0 to 1, not {jitter}")
    # 2**70 microseconds are more than a timedelta holds: beyond it every wait is the longest.
    doubled = 2 ** min(attempts - 1, 70)
    # Compared by division, since the product may be more than a timedelta holds.
    full = first * doubled if not first or doubled <= longest // first else longest
    return full * (1 - jitter / 2)
