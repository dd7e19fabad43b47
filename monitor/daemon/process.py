"""The life of the daemon's process: it begins, serves, takes signals, and ends in order.

Signals join a queue that the main thread takes them from one at a time, so that no handler ever does
anything in the middle of something; nothing below this module knows of them.
"""

import os
import signal
from collections.abc import Callable
from contextlib import ExitStack, suppress
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic

import structlog
from apscheduler.events import EVENT_JOB_MAX_INSTANCES, JobSubmissionEvent
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.base import JobLookupError
from apscheduler.schedulers.background import BackgroundScheduler

from monitor.daemon.faults import in_words
from monitor.daemon.heartbeat import Heartbeat, Limits
from monitor.daemon.jobs import Jobs
from monitor.daemon.signal_queue import SignalQueue
from monitor.daemon.work import Work
from monitor.rule_watch import RuleWatch
from monitor.sd_notify import ServiceManager
from monitor.settings import Settings
from monitor.web.application import web_application
from monitor.web.server import HttpPort

ENDING = frozenset({signal.SIGTERM, signal.SIGINT})
SIGNALS = ENDING | {signal.SIGHUP}

STOPPED = 0
FAILED = 1
MISCONFIGURED = 78
"""EX_CONFIG of sysexits.h: there are no good rules to start with."""

FORGET_EVERY = 86_400.0
"""Seconds between two looks at who has been kept for long enough; there is one after each start."""

LONGEST_TICK = 5.0
"""How often, in seconds, the main thread looks at least whether all is well."""


class Daemon:
    """Runs the work until a signal ends it. Use it once, in the main thread.

    ``manager`` None: the one that started this process, if one did.
    """

    def __init__(
        self,
        work: Work,
        settings: Settings,
        version: str,
        *,
        manager: ServiceManager | None = None,
        limits: Limits | None = None,
    ) -> None:
        self._work = work
        self._settings = settings
        self._manager = manager or ServiceManager.from_environment()
        self._limits = limits or Limits()
        self._heartbeat = Heartbeat(settings.cycle.evaluate_every, self._limits)
        self._jobs = Jobs(work, self._manager, self._heartbeat, version=version, now=datetime.now(UTC))
        self._jobs.when_mails_wait = self._deliver_soon
        self._jobs.when_read = self._check_templates_soon
        self._log = structlog.get_logger(__name__)
        self._scheduler = BackgroundScheduler(
            timezone=UTC,
            executors={name: ThreadPoolExecutor(1) for name in ("cycle", "delivery", "templates")},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        self._watch = RuleWatch((settings.rules_dir, settings.config_dir), self._request_reload)

    def run(self) -> int:
        """Serves until SIGTERM or SIGINT; returns the process's exit code."""
        with SignalQueue(SIGNALS) as signals, ExitStack() as ending:
            ending.callback(self._log.info, "limen has stopped")
            ending.callback(self._work.close)
            return self._run(signals, ending)

    def _run(self, signals: SignalQueue, ending: ExitStack) -> int:
        http = self._open_port()
        if http is None:
            return FAILED
        ending.callback(http.stop)
        http.start()
        self._publish_address(http.address, ending)
        self._watch.start()
        ending.callback(self._watch.stop)
        code = self._load()
        if code != STOPPED:
            return code
        self._begin()
        code = self._serve(http, signals)
        self._finish(signals)
        return code

    def _open_port(self) -> HttpPort | None:
        host, port = self._settings.http.host, self._settings.http.port
        try:
            answers = self._work.answers
        except (OSError, ValueError) as fault:
            self._log.error(
                "limen can't use the key that signs links in mails: see secret_key in “limen help settings”",
                problem=str(fault),
            )
            return None
        try:
            application = web_application(self._jobs, self._settings.zone, answers)
            return HttpPort(application, host, port)
        except OSError as refusal:
            self._log.error(
                f"limen can't open its HTTP port, {host}:{port}: {refusal.strerror}. Is it running already? "
                "Else name another port in LIMEN_HTTP__PORT or another host in LIMEN_HTTP__HOST."
            )
            return None

    def _publish_address(self, address: str, ending: ExitStack) -> None:
        file = self._settings.http_address_file
        _write_whole(file, f"{address}\n")
        ending.callback(file.unlink, missing_ok=True)
        self._log.info("The HTTP port is open", address=address)

    def _load(self) -> int:
        """Reads the rules for the first time; returns the exit code if the daemon can't begin with them."""
        try:
            return STOPPED if self._jobs.load().version else MISCONFIGURED
        except Exception as fault:  # noqa: BLE001 - told in a sentence; the log keeps the rest
            self._log.error("limen can't start", problem=in_words(fault), exc_info=fault)
            return FAILED

    def _begin(self) -> None:
        every = self._settings.cycle
        self._scheduler.add_listener(self._note_skipped, EVENT_JOB_MAX_INSTANCES)
        self._schedule("evaluate", self._jobs.evaluate, every.evaluate_every, "cycle")
        self._schedule("take_in", self._jobs.take_in, every.inbox_every, "cycle")
        self._schedule("deliver", self._jobs.deliver, every.deliver_every, "delivery")
        self._schedule("forget", self._jobs.forget, FORGET_EVERY, "cycle")
        self._scheduler.start()
        self._manager.ready(self._jobs.status)
        self._log.info("limen is ready")

    def _schedule(self, name: str, body: Callable[[], None], seconds: float, executor: str) -> None:
        self._scheduler.add_job(
            self._jobs.do,
            "interval",
            args=(name, body),
            seconds=seconds,
            id=name,
            executor=executor,
            next_run_time=datetime.now(UTC),
        )

    def _serve(self, http: HttpPort, signals: SignalQueue) -> int:
        """Feeds the watchdog and takes signals until one of them, or a fault, ends the service."""
        tick = min(LONGEST_TICK, (self._manager.watchdog_seconds or 3 * LONGEST_TICK) / 3)
        told = ""
        while http.alive:
            stalled = self._heartbeat.stalled()
            if not stalled:
                self._manager.alive()
            elif stalled != told:
                self._log.critical("limen is hung; the watchdog is not fed any more", problem=stalled)
            told = stalled
            received = signals.wait(tick, SIGNALS)
            if received is None:
                continue
            if received in ENDING:
                self._log.info("limen is asked to stop", signal=received.name)
                return STOPPED
            self._request_reload()
        self._log.error("The HTTP port has closed by itself; limen ends, to be started anew")
        return FAILED

    def _finish(self, signals: SignalQueue) -> None:
        """Lets what is in flight come to its end, within limits; a second signal is one of them."""
        self._manager.stopping("Finishing what is in flight.")
        self._jobs.stop()
        self._scheduler.shutdown(wait=False)
        deadline = monotonic() + self._limits.finish_within
        while self._jobs.in_flight:
            if signals.wait(0.05, ENDING) is not None:
                self._abandon("asked again to stop")
            if monotonic() > deadline:
                self._abandon("took too long")

    def _abandon(self, reason: str) -> None:
        """Ends at once. Nothing is lost: what was not committed is done again after the next start."""
        jobs = ", ".join(self._jobs.in_flight)
        self._log.warning("limen ends without waiting for its jobs", reason=reason, jobs=jobs)
        self._settings.http_address_file.unlink(missing_ok=True)
        os._exit(FAILED)  # an ordinary exit would wait for the scheduler's threads

    def _request_reload(self) -> None:
        """Has the rules read in the cycles' thread. One may run and one wait; a third would add nothing."""
        self._scheduler.add_job(
            self._jobs.do,
            args=("reload", self._jobs.reload),
            id="reload",
            executor="cycle",
            max_instances=2,
            replace_existing=True,
        )

    def _check_templates_soon(self) -> None:
        """Has the templates of mails checked in a thread of its own; one check may run and one wait."""
        self._scheduler.add_job(
            self._jobs.do,
            args=("check_templates", self._jobs.check_templates),
            id="check_templates",
            executor="templates",
            max_instances=2,
            replace_existing=True,
        )

    def _deliver_soon(self) -> None:
        with suppress(JobLookupError):  # limen is stopping: after the next start it delivers at once
            self._scheduler.modify_job("deliver", next_run_time=datetime.now(UTC))

    def _note_skipped(self, event: JobSubmissionEvent) -> None:
        self._work.metrics.job_skipped(event.job_id)


def _write_whole(file: Path, text: str) -> None:
    """Writes a file so that a reader sees all of it or none."""
    part = file.with_name(f"{file.name}.part")
    part.write_text(text, encoding="utf-8")
    part.replace(file)
