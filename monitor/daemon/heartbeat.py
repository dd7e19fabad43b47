"""Whether the daemon's parts are hung: what decides that the watchdog is fed.

A cycle that fails because the database can't be reached is a sign of life, for a restart would not bring the
database back; a cycle that hangs or fails for ever for another reason is none. See
``docs/decisions/watchdog.md``.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """How long things may take, in seconds."""

    cycle_grace: float = 240.0
    """Beyond three intervals; reading a file of the largest size and judging it falls in here."""
    delivery_grace: float = 900.0
    """For one mail; every step of a conversation with a mail server has a shorter limit of its own."""
    finish_within: float = 75.0
    """For what is in flight at the end; shorter than ``TimeoutStopSec=`` in the unit."""


class Heartbeat:
    """When each part last showed that it goes on. ``clock`` gives monotonic seconds."""

    def __init__(
        self, evaluate_every: float, limits: Limits, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._clock = clock
        self._cycle_limit = 3 * evaluate_every + limits.cycle_grace
        self._delivery_limit = limits.delivery_grace
        self._cycle = clock()
        self._delivery: float | None = None

    def cycle_completed(self) -> None:
        """A cycle came to its end."""
        self._cycle = self._clock()

    def delivery_goes_on(self) -> None:
        """Delivery is about to send another mail."""
        self._delivery = self._clock()

    def delivery_ended(self) -> None:
        """Nothing is being delivered any more."""
        self._delivery = None

    def stalled(self) -> str:
        """Returns what is hung, in words; "" if nothing is."""
        now, delivery = self._clock(), self._delivery
        if now - self._cycle > self._cycle_limit:
            return "no evaluation cycle has completed for too long"
        if delivery is not None and now - delivery > self._delivery_limit:
            return "delivery has been stuck on one mail for too long"
        return ""
