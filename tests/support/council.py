"""A council whose limen is killed: its folders, rules, figures and managers, and the processes that live."""

import multiprocessing
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path
from typing import Final

from monitor.shipped_files import shipped_config_dir
from tests.support import station
from tests.support.rules import month
from tests.support.smtp_server import ReceivedMail, mails_in
from tests.support.station import Orders, Task

LEASE: Final = timedelta(seconds=300)
LOADED_LATE: Final = (
    "css_inline",
    "matplotlib.backends.backend_agg",
    "matplotlib.figure",
    "sqlalchemy.dialects.postgresql.psycopg",
)
"""What limen imports when it needs it; loaded once for all stations."""

LONGEST_RUN_S: Final = 100
"""Seconds after which a station that does not end is ended, and the test with it."""

LIMIT, MONTHS_PER_TOPIC = 40, 100

RULES = """\
indicators:
  open_cases_{topic}:
    title: Open cases of kind {topic}
    theme: cases
    definition: Cases that are open at the end of the month.
    unit: cases
    decimals: 0
    basis: snapshot
    frequency: monthly
    polarity: lower is better
    source: a test
alerts:
  too-many-open-cases-{topic}:
    title: Too many open cases of kind {topic}
    indicator: open_cases_{topic}
    areas: district
    levels: {{critical: value > {limit}}}
    action: Close some.
    reference: a test
"""
ROUTES = """\
routes:
  managers:
    match: {areas: district}
    to: district manager
"""
CONTACTS = """\
people:
  jan: {name: Jan Dover, address: jan@kent.example, salutation: Jan}
  joy: {name: Joy Swale, address: joy@kent.example, salutation: Joy}
  kit: {name: Kit Swale, address: kit@kent.example, salutation: Kit}
  wyn: {name: Wyn Thanet, address: wyn@kent.example, salutation: Wyn}
  ops: {name: Operations, address: ops@kent.example, salutation: all}
roles:
  - {role: district manager, area: Dover, people: jan}
  - {role: district manager, area: Swale, people: [joy, kit]}
  - {role: district manager, area: Thanet, people: wyn}
operations: ops
"""
MANAGERS: Final[Mapping[str, frozenset[str]]] = {
    "Dover": frozenset({"jan"}),
    "Swale": frozenset({"joy", "kit"}),
    "Thanet": frozenset({"wyn"}),
}

FigureKey = tuple[str, str, date]
"""(indicator, district, period end)."""

Figures = Mapping[FigureKey, int]


def stations() -> ForkServerContext:
    """Where stations come from: a process that has all of limen loaded and makes each by fork."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["__main__", "tests.support.station", *LOADED_LATE])
    return context


def figure(area: str, index: int, value: int, topic: int = 0) -> dict[FigureKey, int]:
    """One figure, of the index-th month."""
    return {(f"open_cases_{topic}", area, month(index)): value}


def monthly_figures(index: int) -> dict[FigureKey, int]:
    """The figures of a month: each district goes over its limit and back, each in a time of its own.

    After so many months another indicator begins, since no figure may be of the future.
    """
    topic, place = divmod(index, MONTHS_PER_TOPIC)
    figures: dict[FigureKey, int] = {}
    for turn, area in enumerate(MANAGERS, start=1):
        figures |= figure(area, place, LIMIT + 6 if (place // turn) % 2 == 0 else 7 + turn, topic)
    return figures


def as_csv(figures: Figures, *bad_rows: str) -> str:
    """The figures as councils send them."""
    rows = [f"{indicator},{area},{end},{value}" for (indicator, area, end), value in figures.items()]
    return "\n".join(["indicator,area,period_end,value", *rows, *bad_rows]) + "\n"


@dataclass
class Council:
    """One limen: its database, folders and mails; and the processes that are it, one after the other."""

    folder: Path
    url: str
    mail_folder: Path
    mail_port: int
    domain: str
    figures: dict[FigureKey, int] = field(default_factory=dict)
    files: int = 0
    lives: int = 0
    settings: dict[str, str] = field(default_factory=dict)
    log_folder: Path | None = None
    """Where its processes log, if not in its own folder."""

    def __post_init__(self) -> None:
        for name in ("rules", "config", "inbox", "queue"):
            (self.folder / name).mkdir()
        (self.folder / "rules" / "routes.yaml").write_text(ROUTES)
        self.watch_topics(1)
        (self.folder / "config" / "contacts.yaml").write_text(CONTACTS)
        areas = (shipped_config_dir() / "areas.csv").read_text()
        (self.folder / "config" / "areas.csv").write_text(areas)

    def watch_topics(self, count: int) -> None:
        """Writes rules for so many indicators."""
        for topic in range(count):
            text = RULES.format(topic=topic, limit=LIMIT)
            (self.folder / "rules" / f"topic-{topic}.yaml").write_text(text)

    @property
    def inbox(self) -> Path:
        return self.folder / "inbox"

    @property
    def log(self) -> Path:
        return (self.log_folder or self.folder) / "log"

    @property
    def environment(self) -> dict[str, str]:
        return {
            "LIMEN_DATABASE_URL": self.url,
            "LIMEN_RULES_DIR": str(self.folder / "rules"),
            "LIMEN_CONFIG_DIR": str(self.folder / "config"),
            "LIMEN_STATE_DIR": str(self.folder),
            "LIMEN_CYCLE__SETTLE": "0",
            "LIMEN_SMTP__HOST": "127.0.0.1",
            "LIMEN_SMTP__PORT": str(self.mail_port),
            "LIMEN_SMTP__SECURITY": "none",
            "LIMEN_SMTP__SENDER": f"limen@{self.domain}",
            "LIMEN_SMTP__TIMEOUT": "20",
            "LIMEN_SMTP__FINAL_TIMEOUT": "20",
            "LIMEN_LOG__FORMAT": "json",
            # A year's figures in a minute are no storm here.
            "LIMEN_TELLING__MOST_MAILS_PER_PERSON": "1000000",
            "LIMEN_TELLING__MOST_MAILS": "1000000",
            **self.settings,
        }

    @property
    def queue(self) -> Path:
        """Files that a busy station puts into the inbox itself."""
        return self.folder / "queue"

    def send_figures(self, figures: Figures, *bad_rows: str, queued: bool = False) -> None:
        """Puts a file into the inbox (or the queue), whole at once."""
        self.files += 1
        self.figures |= figures
        part = self.folder / f"{self.files}.part"
        part.write_text(as_csv(figures, *bad_rows))
        part.rename((self.queue if queued else self.inbox) / f"{self.files:04}.csv")

    def withdraw_queued(self, but: int) -> None:
        """Takes back what still lies in the queue, but so many files; each must hold one month's figures."""
        for file in sorted(self.queue.iterdir())[but:]:
            file.unlink()
            self.files -= 1
            for key in monthly_figures(self.files):
                del self.figures[key]

    @contextmanager
    def life(
        self,
        *,
        task: Task = "once",
        die_at: str = "",
        largest_file: int | None = None,
        beside: bool = False,
        trace: Path | None = None,
    ) -> Iterator[ForkServerProcess]:
        """A station that has begun its jobs, or has ended before it could.

        By its clock the lease of the one before is over; one that lives ``beside`` another has its clock.
        """
        self.lives += not beside
        orders = Orders(
            environment=self.environment,
            log=self.log,
            ahead=self.lives * 2 * LEASE,
            die_at=die_at,
            task=task,
            largest_file=largest_file,
            trace=trace,
        )
        ours, theirs = multiprocessing.Pipe()
        process = stations().Process(target=station.work, args=(orders, theirs))
        process.start()
        theirs.close()
        try:
            if ours.poll(LONGEST_RUN_S):
                ours.recv()
            yield process
        except EOFError:
            process.join(LONGEST_RUN_S)
            yield process
        finally:
            ours.close()
            if process.is_alive():
                process.kill()
            process.join()

    def run(self, *, task: Task = "once", die_at: str = "", largest_file: int | None = None) -> int:
        """Lets a station live to its end; returns its exit code, or minus the signal that ended it."""
        with self.life(task=task, die_at=die_at, largest_file=largest_file) as process:
            process.join(LONGEST_RUN_S)
            assert process.exitcode is not None, "the station did not end"
            return process.exitcode

    def received(self) -> list[ReceivedMail]:
        """What the server accepted from this council."""
        return [mail for mail in mails_in(self.mail_folder) if mail.mail_from == f"limen@{self.domain}"]

    def spoken(self) -> str:
        """What its processes logged."""
        return self.log.read_text() if self.log.exists() else ""

    def wait_for_mails(self, count: int) -> None:
        """Returns once the server has accepted so many."""
        deadline = time.monotonic() + LONGEST_RUN_S
        while len(self.received()) < count:
            assert time.monotonic() < deadline, f"{len(self.received())} of {count} mails came"
            time.sleep(0.02)
