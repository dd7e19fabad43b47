"""limen in a process of its own that dies, by SIGKILL, at the step it is told.

    Process(target=station.work, args=(Orders(...), pipe)).start()

The application is the real one; what is wrapped around its parts only counts the steps that it reaches:

| step | when |
|---|---|
| read, recorded, rejected rows written, moved, finished | a file's way (`monitor.intake.inbox.STEPS`) |
| take_in: written, evaluate: written, deliver: written | all is written, and not committed yet |
| take_in: committed, evaluate: committed, deliver: committed | the transaction is committed |
| wrote TABLE | rows of one table are written, in the middle of a transaction |
| composed | a mail is composed and not sent yet |
| said MAIL, said RCPT, said DATA | the server has the command, and the answer is not read |
| handed over | the server has all of the mail, and its answer is not read |
| answered | the server's answer is read and not recorded |

`NAME:3` is the third time that a step is reached.

A busy station works through the files of the folder ``queue`` beside its inbox: each is put into the inbox,
and judged in a cycle of its own, when the one before it was judged; so what it decides does not depend on how
often it was killed on the way.
"""

import mmap
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
from monitor.store.codec import notification_to_json
from monitor.store.engine import Engines
from monitor.store.errors import StoreError
from monitor.store.outbox import OutboxEntry, OutboxState, outbox_depth
from monitor.store.store import Store
from notifiers.message import Message, Notifier, Outcome

STORE_AWAY: Final = 75
"""EX_TEMPFAIL of sysexits.h: the database could not be used; the log says why."""

LONGEST_SENDING_S: Final = 60
MOST_UNSENT, LONGEST_WAIT_S = 12, 5
"""A busy station waits, but not for long, while so many mails are unsent."""

A_CHART_IN_MAILS: Final = 8
"""One mail of so many has its charts in a busy run."""

TRACED, TRACE_LENGTH = 2, 64
"""How many threads leave a trace, and the letters of each."""

_INSERT = re.compile(r'INSERT INTO "?(\w+)')


Task = Literal["once", "all", "busy", "judge", "send"]


def die() -> None:
    """Ends this process as a power cut would."""
    os.kill(os.getpid(), signal.SIGKILL)


@dataclass(frozen=True, slots=True)
class Orders:
    """What a station is to do.

    ``environment`` holds the settings. Its clock is ``ahead`` of the machine's, so that a lease may be over
    without waiting. ``task``: "once" does each job once; "all" works until nothing is due any more,
    delivery beside the cycles as in the daemon; "busy" works through the queue like that; "judge" works
    through the queue and sends nothing; "send" only sends, until it is killed or a minute is over.
    ``largest_file`` limits what it may write, in bytes. ``trace``: where it leaves its last steps.
    """

    environment: Mapping[str, str]
    log: Path
    ahead: timedelta = timedelta()
    die_at: str = ""
    task: Task = "once"
    largest_file: int | None = None
    trace: Path | None = None


class _Job(threading.local):
    """Which job a thread is at."""

    name = "reload"


@dataclass
class Steps:
    """Counts the steps that are reached, and does at one of them what it is told: dies, by default.

    ``trace`` is shared with a file, where the last step of each thread outlives the process.
    """

    at: str = ""
    then: Callable[[], object] = die
    trace: mmap.mmap | None = None
    counts: Counter[str] = field(default_factory=Counter)
    _job: _Job = field(default_factory=_Job)

    @property
    def job(self) -> str:
        """The job that the calling thread is at."""
        return self._job.name

    @job.setter
    def job(self, name: str) -> None:
        self._job.name = name

    def reached(self, step: str) -> None:
        self.counts[step] += 1
        if self.trace is not None:
            place = 0 if threading.current_thread() is threading.main_thread() else TRACE_LENGTH
            self.trace[place : place + TRACE_LENGTH] = step.encode().ljust(TRACE_LENGTH)
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


def observed(
    settings: Settings, steps: Steps, clock: Callable[[], datetime], *, charts_in: int = 1
) -> Application:
    """The application, with an eye on its steps. Only one mail of ``charts_in`` has charts."""
    settings.inbox.mkdir(parents=True, exist_ok=True)
    store = ObservedStore.open(settings.url)
    store.steps = steps
    application = Application(settings, store, clock=clock, jitter=random.random)
    inbox, sender = application._inbox, application._sender
    application._inbox = ObservedInbox(inbox.folder, inbox.archive, inbox.failed, inbox.settle, steps=steps)

    def compose(entry: OutboxEntry, *, suspect: bool) -> Message:
        written = _without_history(entry) if entry.id % charts_in else entry
        # The shortest lives end before a trial does: hardly any mail would go out between two kills.
        message = application.compose(written, suspect=suspect and charts_in == 1)
        steps.reached("composed")
        return message

    channels = {name: ObservedChannel(inner, steps) for name, inner in sender.notifiers.items()}
    application._sender = replace(sender, compose=compose, notifiers=channels)
    return application


def _without_history(entry: OutboxEntry) -> OutboxEntry:
    """The mail without what its charts are drawn from."""
    told = entry.notification
    notices = tuple(replace(notice, history=()) for notice in told.notices)
    return replace(entry, payload=notification_to_json(replace(told, notices=notices)))


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
        self._with_delivery_beside(lambda _beside: self._judge_all())

    def busy(self) -> None:
        """Works through the queue, a cycle for each file, delivery beside; ends when nothing is due."""
        self._with_delivery_beside(self._feed)

    def judge_queue(self) -> None:
        """Works through the queue, a cycle for each file."""
        self._feed(None)

    def _judge_all(self) -> None:
        while any(self.application.settings.inbox.iterdir()):
            self.judge()
        self.judge()

    def _feed(self, beside: threading.Thread | None) -> None:
        inbox = self.application.settings.inbox
        self.judge()
        for file in sorted((inbox.parent / "queue").iterdir()):
            if beside is not None:
                self._wait_for_delivery(beside)
            file.rename(inbox / file.name)
            self.steps.reached("fed")
            self.judge()

    def _wait_for_delivery(self, beside: threading.Thread) -> None:
        end = time.monotonic() + LONGEST_WAIT_S
        while beside.is_alive() and self._unsent() > MOST_UNSENT and time.monotonic() < end:
            time.sleep(0.01)

    def _unsent(self) -> int:
        with self.application.store.reading() as connection:
            counted = outbox_depth(connection, self.clock()).by_state
        return counted[OutboxState.PENDING] + counted[OutboxState.SENDING]

    def _with_delivery_beside(self, judge: Callable[[threading.Thread], object]) -> None:
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
            judge(beside)
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


def _new_trace(path: Path) -> mmap.mmap:
    path.write_bytes(b" " * TRACED * TRACE_LENGTH)
    with path.open("r+b") as stream:
        return mmap.mmap(stream.fileno(), TRACED * TRACE_LENGTH)


def traced(path: Path) -> tuple[str, str]:
    """The last step of a station's first thread, and of any other; "" where none was reached."""
    text = path.read_text().ljust(TRACED * TRACE_LENGTH) if path.exists() else ""
    return text[:TRACE_LENGTH].strip(), text[TRACE_LENGTH:].strip()


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
    steps = Steps(orders.die_at, trace=None if orders.trace is None else _new_trace(orders.trace))
    _watch_smtp(steps)
    try:
        _work(orders, settings, steps, parent)
    except StoreError as error:
        print(error, flush=True)  # noqa: T201 - the process's log
        sys.exit(STORE_AWAY)


def _work(orders: Orders, settings: Settings, steps: Steps, parent: Pipe) -> None:
    def clock() -> datetime:
        return datetime.now(UTC) + orders.ahead

    charts_in = A_CHART_IN_MAILS if orders.task in {"busy", "send"} else 1
    application = observed(settings, steps, clock, charts_in=charts_in)
    read = application.reload(clock())
    if not read.loaded:
        raise RuntimeError(read.text)
    station = Station(application, steps, clock)
    parent.send(True)
    tasks = {
        "once": station.once,
        "all": station.all,
        "busy": station.busy,
        "judge": station.judge_queue,
        "send": station.send,
    }
    tasks[orders.task]()
    application.close()
