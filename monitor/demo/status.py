"""What the demo's HTTP port shows: the real page and metrics, fed by what is played."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Lock
from typing import Final

from monitor.metrics import Metrics
from monitor.scoreboard import Scoreboard
from monitor.web.status import Readiness, Vitals, readiness

OLDEST_CYCLE: Final = timedelta(minutes=5)


class DemoStatus:
    """A :class:`monitor.web.status.StatusSource`. limen's own times are real ones, the figures' are played.

    ``present`` tells the real time. :meth:`show` must come before the first question.
    """

    def __init__(self, version: str, present: Callable[[], datetime]) -> None:
        self._present = present
        self._lock = Lock()
        self._vitals = Vitals(version=version, started=present())
        self._metrics = Metrics(version)

    def show(self, metrics: Metrics) -> None:
        """Shows these metrics and their scoreboard from now on."""
        self._metrics = metrics

    def cycle_finished(self, rulebook: str, outbox: Mapping[str, int]) -> None:
        """A cycle has come to its end."""
        with self._lock:
            self._vitals = replace(
                self._vitals,
                rulebook=rulebook,
                last_success=self._present(),
                store_reached=True,
                outbox=dict(outbox),
            )

    @property
    def scoreboard(self) -> Scoreboard:
        """How every indicator and alert stands."""
        return self._metrics.scoreboard

    def now(self) -> datetime:
        """The real time."""
        return self._present()

    def vitals(self) -> Vitals:
        """How limen fares."""
        with self._lock:
            return self._vitals

    def readiness(self) -> Readiness:
        """Whether it does its work."""
        return readiness(self.vitals(), self._present(), OLDEST_CYCLE)

    def exposition(self, accept: str) -> tuple[bytes, str]:
        """All metrics, in the format asked for."""
        return self._metrics.negotiated(accept)
