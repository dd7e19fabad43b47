"""The daemon's jobs: each drives the work once, and sees to it that what came of it is known.

They know no schedule and no signals. All but delivery run in one thread, one at a time.
"""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import structlog

from monitor.daemon.faults import in_words, store_is_away
from monitor.daemon.heartbeat import Heartbeat
from monitor.daemon.work import ReloadOutcome, Work
from monitor.scoreboard import Scoreboard
from monitor.sd_notify import ServiceManager
from monitor.web.status import Readiness, Vitals, readiness

READY_GRACE = 60.0
"""In seconds: limen is ready while its last good cycle is younger than three intervals and this."""
MOST_NAMED = 10
"""Problems of refused rules that the log names."""
WAITING = frozenset({"pending", "sending", "deferred"})
"""States of outbox entries that are still to be sent."""


class Jobs:
    """Does the work, and is the source of what the HTTP port shows."""

    def __init__(
        self, work: Work, manager: ServiceManager, heartbeat: Heartbeat, *, version: str, now: datetime
    ) -> None:
        self._work = work
        self._metrics = work.metrics
        self._manager = manager
        self._heartbeat = heartbeat
        self._every = work.settings.cycle
        self._log = structlog.get_logger(__name__)
        self._lock = threading.Lock()
        self._vitals = Vitals(version=version, started=now)
        self._status = ""
        self._in_flight: Counter[str] = Counter()
        self._last_failures: dict[str, str] = {}
        self._mails_wait = threading.Event()
        self._stopping = threading.Event()
        self.when_mails_wait: Callable[[], None] = lambda: None
        """Called after a cycle that has put mails into the outbox."""
        self.when_read: Callable[[], None] = lambda: None
        """Called after rules and configuration were read, be they good or not."""

    # One job and what is around it.

    def do(self, name: str, body: Callable[[], None]) -> None:
        """Runs one job unless the daemon is stopping; whatever it raises is logged and counted."""
        with self._flight(name):
            if self._stopping.is_set():
                return
            try:
                body()
            except Exception as fault:  # noqa: BLE001 - a job that fails must not end the schedule
                self._metrics.job_failed(name)
                self._log_failure(name, fault)
            else:
                self._last_failures.pop(name, None)

    @contextmanager
    def _flight(self, name: str) -> Iterator[None]:
        with self._lock:
            self._in_flight[name] += 1
        try:
            yield
        finally:
            with self._lock:
                self._in_flight[name] -= 1

    @property
    def in_flight(self) -> tuple[str, ...]:
        """The names of the jobs that are running."""
        with self._lock:
            return tuple(sorted(+self._in_flight))

    def stop(self) -> None:
        """Has no further job begin, and delivery end after the mail that it is at."""
        self._stopping.set()
        self._see(stopping=True)

    def _log_failure(self, name: str, fault: Exception) -> None:
        """The first of a row of equal failures with all that is known, the others in one line."""
        text = in_words(fault)
        if self._last_failures.get(name) == text:
            self._log.warning("A job has failed again", job=name, problem=text)
        else:
            self._log.error("A job has failed", job=name, problem=text, exc_info=fault)
        self._last_failures[name] = text

    # The jobs.

    def take_in(self) -> None:
        """Reads the inbox, and judges at once what came."""
        try:
            came = self._work.take_in(_now())
        except Exception as fault:
            self._see(intake_failure=in_words(fault))
            raise
        self._see(intake_failure="")
        if came:
            self._log.info("Files were read", files=len(came))
            self.evaluate()

    def evaluate(self) -> None:
        """Runs one cycle."""
        began = time.monotonic()
        try:
            outcome = self._work.evaluate(_now())
        except Exception as fault:
            self._note_failed_cycle(fault, time.monotonic() - began)
            raise
        seconds, ended = time.monotonic() - began, _now()
        self._heartbeat.cycle_completed()
        counts = {
            "evaluated": outcome.evaluated,
            "transitions": outcome.transitions,
            "enqueued": outcome.enqueued,
        }
        self._metrics.cycle_finished(seconds, now=ended, **counts)
        self._see(last_success=ended, failure="", store_reached=True)
        log = self._log.info if any(counts.values()) else self._log.debug
        log("Cycle finished", cycle=outcome.cycle_id, **counts, seconds=round(seconds, 3))
        self._tell(
            f"The cycle that ended at {ended:%H:%M:%S} UTC judged {_count(outcome.evaluated, 'figure')}."
        )
        if outcome.enqueued:
            self._mails_wait.set()
            self.when_mails_wait()

    def _note_failed_cycle(self, fault: Exception, seconds: float) -> None:
        reached = not store_is_away(fault)
        if not reached:
            self._heartbeat.cycle_completed()
        self._metrics.cycle_failed(seconds, store_reached=reached)
        self._see(failure=in_words(fault), store_reached=reached)
        what = "failed" if reached else "could not use the database"
        self._tell(f"The last cycle {what}; the next try is within {self._every.evaluate_every:g} s.")

    def deliver(self) -> None:
        """Sends what is due, batch by batch, and what a cycle brings meanwhile."""
        try:
            while not self._must_stop():
                self._mails_wait.clear()
                outcome = self._work.deliver(_now(), self._must_stop)
                if outcome.delivered or outcome.deferred or outcome.rejected:
                    self._log.info(
                        "Notifications were sent",
                        delivered=outcome.delivered,
                        deferred=outcome.deferred,
                        rejected=outcome.rejected,
                    )
                if not outcome.delivered and not self._mails_wait.is_set():
                    return
        finally:
            self._heartbeat.delivery_ended()

    def forget(self) -> None:
        """Takes people out of what is older than they may be kept."""
        self._work.forget(_now())

    def check_templates(self) -> None:
        """Checks the house's templates of mails, which may take longer than a cycle may wait."""
        self._work.check_templates(_now(), self._stopping.is_set)

    def _must_stop(self) -> bool:
        """Asked before each mail, and so a sign that delivery goes on."""
        self._heartbeat.delivery_goes_on()
        return self._stopping.is_set()

    def reload(self) -> None:
        """Reads the rules again while the daemon serves, and judges by them at once if they are new."""
        self._manager.reloading()
        try:
            outcome = self.load()
            if outcome.loaded and outcome.changed:
                self.evaluate()
        finally:
            self._manager.ready(self._status)

    def load(self) -> ReloadOutcome:
        """Reads the rules and says what came of it."""
        now = _now()
        outcome = self._work.reload(now)
        if outcome.loaded:
            self._metrics.rulebook_read(
                version=outcome.version, problems=outcome.errors, changed=outcome.changed, now=now
            )
            self._log.info(self._what_was_read(outcome), rulebook=outcome.version)
            self._see(rulebook=outcome.version, refusal="")
            self._tell(f"Rules {outcome.version[:12]} are in force.")
        else:
            self._refuse(outcome)
        self.when_read()
        return outcome

    def _what_was_read(self, outcome: ReloadOutcome) -> str:
        if outcome.changed:
            return "New rules are in force"
        if self._vitals.refusal:
            return "The rules on disk are good again; they are those in force"
        return "The rules have not changed"

    def _refuse(self, outcome: ReloadOutcome) -> None:
        self._metrics.rulebook_refused(outcome.errors)
        what = "The last good rules stay in force" if outcome.version else "There are no rules to start with"
        self._log.error(
            f"{what}: those on disk have errors", errors=outcome.errors, problems=_named(outcome.text)
        )
        self._see(
            rulebook=outcome.version,
            refusal=f"they have {_count(outcome.errors, 'error')}; “limen check” lists them",
        )
        self._tell("")

    # What others are told.

    def _see(self, **changes: object) -> None:
        with self._lock:
            self._vitals = replace(self._vitals, **changes)  # type: ignore[arg-type]  # names of its fields

    def _tell(self, sentence: str) -> None:
        """Puts a sentence into ``systemctl status``, after what people must see first."""
        refusal = self._vitals.refusal
        parts = [f"The rules on disk are NOT in force: {refusal}." if refusal else "", sentence]
        waiting = sum(count for state, count in self._metrics.outbox.items() if state in WAITING)
        if waiting:
            parts.append(f"{_count(waiting, 'notification')} to send.")
        self._status = " ".join(part for part in parts if part)
        self._manager.status(self._status)

    @property
    def status(self) -> str:
        """The sentence that ``systemctl status`` shows."""
        return self._status

    @property
    def scoreboard(self) -> Scoreboard:
        """How every indicator and alert stands."""
        return self._metrics.scoreboard

    def now(self) -> datetime:
        """The present moment."""
        return _now()

    def vitals(self) -> Vitals:
        """How the daemon fares."""
        with self._lock:
            found = self._metrics
            return replace(
                self._vitals,
                outbox=found.outbox,
                templates=found.template_problems,
                faulty_files=found.faulty_files,
                stuck_files=found.stuck_files,
                failing_addresses=found.failing_addresses,
            )

    def readiness(self) -> Readiness:
        """Whether it does its work."""
        oldest = timedelta(seconds=3 * self._every.evaluate_every + READY_GRACE)
        return readiness(self.vitals(), _now(), oldest)

    def exposition(self, accept: str) -> tuple[bytes, str]:
        """All metrics, in the format asked for."""
        return self._metrics.negotiated(accept)


def _named(text: str) -> str:
    """The first line of each of the first problems; the indented ones quote the file, for a terminal."""
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line[0].isspace()]
    more = len(lines) - MOST_NAMED
    named = lines[:MOST_NAMED] + ([f"{more:,} more that “limen check” lists"] if more > 0 else [])
    return " | ".join(named)


def _now() -> datetime:
    return datetime.now(UTC)


def _count(number: int, thing: str) -> str:
    return f"{number:,} {thing}{'' if number == 1 else 's'}"
