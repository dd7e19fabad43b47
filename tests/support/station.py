"""limen in a process of its own that dies, by SIGKILL, at the step it is told.

    Process(target=station.work, args=(Orders(...), pipe)).start()

The application is the real one; what is wrapped around its parts only counts the steps that it reaches:

| step | when |
|---|---|
| read, recorded, rejected rows written, moved | a file's way (`monitor.intake.inbox.STEPS`) |
| take_in: written, evaluate: written, deliver: written | all is written, and not committed yet |
| take_in: committed, evaluate: committed, deliver: committed | the transaction is committed |
| wrote TABLE | rows of one table are written, in the middle of a transaction |
| composed | a mail is composed and not sent yet |
| said MAIL, said RCPT, said DATA | the server has the command, and the answer is not read |
| handed over | the server has all of the mail, and its answer is not read |
| answered | the server's answer is read and not recorded |

`NAME:3` is the third time that a step is reached.
"""

import os
import random
import re
import resource
import signal
import smtplib
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection as Pipe
from pathlib import Path
from typing import Any, Final, Literal

from sqlalchemy import Connection, event

from monitor.app import Application
from monitor.intake.inbox import Inbox, StepReached
from monitor.intake.observation_files import Reading
from monitor.intake.recording import IntakeEvent
from monitor.logs import configure_logs
from monitor.settings import Settings, load_settings
from monitor.store.engine import Engines
from monitor.store.errors import StoreError
from monitor.store.outbox import OutboxEntry
from monitor.store.store import Store
from notifiers.message import Message, Notifier, Outcome

STORE_AWAY: Final = 75
"""EX_TEMPFAIL of sysexits.h: the database could not be used; the log says why."""

LONGEST_SENDING_S: Final = 60

_INSERT = re.compile(r'INSERT INTO "?(\w+)')


Task = Literal["once", "all", "send"]


def die() -> None:
    """Ends this process as a power cut would."""
    os.kill(os.getpid(), signal.SIGKILL)


@dataclass(frozen=True, slots=True)
class Orders:
    """What a station is to do.

    ``environment`` holds the settings. Its clock is ``ahead`` of the machine's, so that a lease may be over
    without waiting. ``task``: "once" does each job once; "all" works until nothing is due any more,
    delivery beside the cycles as in the daemon; "send" only sends, until it is killed or a minute is over.
    ``largest_file`` limits what it may write, in bytes.
    """

    environment: Mapping[str, str]
    log: Path
    ahead: timedelta = timedelta()
    die_at: str = ""
    task: Task = "once"
    largest_file: int | None = None


@dataclass
class Steps:
    """Counts the steps that are reached, and does at one of them what it is told: dies, by default."""

    at: str = ""
    then: Callable[[], object] = die
    job: str = ""
    counts: Counter[str] = field(default_factory=Counter)

    def reached(self, step: str) -> None:
        self.counts[step] += 1
        wanted, _, times = self.at.rpartition(":")
        name, number = (wanted, int(times)) if times.isdecimal() else (self.at, 1)
        if (step, self.counts[step]) == (name, number):
            self.then()


class ObservedStore(Store):
    """A store whose transactions are steps."""

    def __init__(self, engines: Engines) -> None:
        super().__init__(engines)
        self.steps = Steps()
        event.listen(engines.writer, "after_cursor_execute", self._executed)

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        with super().writing() as connection:
            yield connection
            self.steps.reached(f"{self.steps.job}: written")
        self.steps.reached(f"{self.steps.job}: committed")

    def _executed(self, _connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        found = _INSERT.match(statement)
        if found:
            self.steps.reached(f"wrote {found[1]}")


@dataclass(slots=True)
class ObservedInbox(Inbox):
    """An inbox whose steps are told."""

    steps: Steps = field(default_factory=Steps)

    def take_in_ready(
        self, store: Store, reading: Reading, *, step_reached: StepReached | None = None
    ) -> Iterator[IntakeEvent]:
        # The name in full: a dataclass with slots is another class than the one that super() would find.
        return Inbox.take_in_ready(self, store, reading, step_reached=step_reached or self.steps.reached)


@dataclass(frozen=True)
class ObservedChannel:
    """A channel whose answer is a step."""

    inner: Notifier
    steps: Steps

    @property
    def channel(self) -> str:
        return self.inner.channel

    def send(self, message: Message) -> Outcome:
        outcome = self.inner.send(message)
        self.steps.reached("answered")
        return outcome

    def close(self) -> None:
        self.inner.close()


def observed(settings: Settings, steps: Steps, clock: Callable[[], datetime]) -> Application:
    """The application, with an eye on its steps."""
    settings.inbox.mkdir(parents=True, exist_ok=True)
    store = ObservedStore.open(settings.url)
    store.steps = steps
    application = Application(settings, store, clock=clock, jitter=random.random)
    inbox, sender = application._inbox, application._sender
    application._inbox = ObservedInbox(inbox.folder, inbox.archive, inbox.failed, inbox.settle, steps=steps)

    def compose(entry: OutboxEntry) -> Message:
        message = application.compose(entry)
        steps.reached("composed")
        return message

    channels = {name: ObservedChannel(inner, steps) for name, inner in sender.notifiers.items()}
    application._sender = replace(sender, compose=compose, notifiers=channels)
    return application


def _watch_smtp(steps: Steps) -> None:
    send = smtplib.SMTP.send

    def said(connection: smtplib.SMTP, what: bytes | str) -> None:
        send(connection, what)
        if isinstance(what, bytes):
            steps.reached("handed over")
        else:
            steps.reached(f"said {what.split(maxsplit=1)[0].upper()}")

    smtplib.SMTP.send = said  # type: ignore[assignment,method-assign]  # in this process, which is only for this


@dataclass(frozen=True)
class Station:
    """Does the application's jobs as the daemon does, without its schedule."""

    application: Application
    steps: Steps
    clock: Callable[[], datetime]

    def once(self) -> None:
        """Does each job once."""
        self.judge()
        self.deliver()

    def all(self) -> None:
        """Works until nothing is due any more; delivery goes on beside the cycles."""
        judged = threading.Event()
        failures: list[StoreError] = []

        def deliver() -> None:
            try:
                while not judged.is_set():
                    self.deliver()
                while self.deliver():
                    pass
            except StoreError as error:
                failures.append(error)

        beside = threading.Thread(target=deliver)
        beside.start()
        try:
            while any(self.application.settings.inbox.iterdir()):
                self.judge()
            self.judge()
        finally:
            judged.set()
            beside.join()
        if failures:
            raise failures[0]

    def send(self) -> None:
        """Sends for as long as it lives, but not for ever."""
        end = time.monotonic() + LONGEST_SENDING_S
        while time.monotonic() < end:
            self.deliver()
            time.sleep(0.005)

    def judge(self) -> None:
        self.steps.job = "take_in"
        self.application.take_in(self.clock())
        self.steps.job = "evaluate"
        self.application.evaluate(self.clock())

    def deliver(self) -> bool:
        """Sends what is due; says whether anything was."""
        self.steps.job = "deliver"
        outcome = self.application.deliver(self.clock())
        return outcome.delivered + outcome.deferred + outcome.rejected > 0


def work(orders: Orders, parent: Pipe) -> None:
    """The process's whole life; says True to its parent once it is about to begin its jobs."""
    with orders.log.open("ab") as log:
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)
    os.environ.update(orders.environment)
    if orders.largest_file is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (orders.largest_file, resource.RLIM_INFINITY))
    settings = load_settings()
    configure_logs(settings.log, environ={})
    steps = Steps(orders.die_at)
    _watch_smtp(steps)
    try:
        _work(orders, settings, steps, parent)
    except StoreError as error:
        print(error, flush=True)  # noqa: T201 - the process's log
        sys.exit(STORE_AWAY)


def _work(orders: Orders, settings: Settings, steps: Steps, parent: Pipe) -> None:
    def clock() -> datetime:
        return datetime.now(UTC) + orders.ahead

    application = observed(settings, steps, clock)
    read = application.reload(clock())
    if not read.loaded:
        raise RuntimeError(read.text)
    station = Station(application, steps, clock)
    parent.send(True)
    tasks = {"once": station.once, "all": station.all, "send": station.send}
    tasks[orders.task]()
    application.close()
