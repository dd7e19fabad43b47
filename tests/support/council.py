"""A council whose limen is killed: its folders, rules, figures and managers, and what must hold in the end."""

import multiprocessing
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Table, func, select

from monitor.core.alerts import AlertState
from monitor.shipped_files import shipped_config_dir
from monitor.store.alerts import alerts
from monitor.store.outbox import AttemptOutcome, OutboxEntry, OutboxState, attempts_of, outbox_entries
from monitor.store.store import Store
from monitor.store.tables import (
    batches,
    cycles,
    decisions,
    evaluations,
    observations,
    rule_evaluations,
    series,
    transitions,
)
from tests.support import station
from tests.support.rules import month
from tests.support.smtp_server import ReceivedMail, mails_in
from tests.support.station import Orders

LEASE: Final = timedelta(seconds=300)
LOADED_LATE: Final = ("css_inline", "matplotlib.backends.backend_agg", "matplotlib.figure", "sqlalchemy.dialects.postgresql")
"""What limen imports when it needs it; loaded once for all stations."""

LONGEST_RUN_S: Final = 100
"""Seconds after which a station that does not end is ended, and the test with it."""

INDICATOR, RULE, LIMIT = "open_cases", "too-many-open-cases", 40

RULES = f"""\
indicators:
  {INDICATOR}:
    title: Open cases
    theme: cases
    definition: Cases that are open at the end of the month.
    unit: cases
    decimals: 0
    basis: snapshot
    frequency: monthly
    polarity: lower is better
    source: a test
alerts:
  {RULE}:
    title: Too many open cases
    indicator: {INDICATOR}
    areas: district
    levels: {{critical: value > {LIMIT}}}
    action: Close some.
    reference: a test
routes:
  managers:
    match: {{areas: district}}
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

Figures = Mapping[tuple[str, date], int]
"""(district, period end) -> value."""


def stations() -> ForkServerContext:
    """Where stations come from: a process that has all of limen loaded and makes each by fork."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["__main__", "tests.support.station", *LOADED_LATE])
    return context


def monthly_figures(index: int) -> dict[tuple[str, date], int]:
    """The figures of a month: each district goes over its limit and back, each in a time of its own."""
    return {
        (area, month(index)): LIMIT + 6 if (index // turn) % 2 == 0 else 7 + turn
        for turn, area in enumerate(MANAGERS, start=1)
    }


def as_csv(figures: Figures, *bad_rows: str) -> str:
    """The figures as councils send them."""
    rows = [f"{INDICATOR},{area},{end},{value}" for (area, end), value in figures.items()]
    return "\n".join(["indicator,area,period_end,value", *rows, *bad_rows]) + "\n"


@dataclass
class Council:
    """One limen: its database, folders and mails; and the processes that are it, one after the other."""

    folder: Path
    url: str
    mail_folder: Path
    mail_port: int
    domain: str
    figures: dict[tuple[str, date], int] = field(default_factory=dict)
    files: int = 0
    lives: int = 0
    settings: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("rules", "config", "inbox"):
            (self.folder / name).mkdir()
        (self.folder / "rules" / "rules.yaml").write_text(RULES)
        (self.folder / "config" / "contacts.yaml").write_text(CONTACTS)
        areas = (shipped_config_dir() / "areas.csv").read_text()
        (self.folder / "config" / "areas.csv").write_text(areas)

    @property
    def inbox(self) -> Path:
        return self.folder / "inbox"

    @property
    def log(self) -> Path:
        return self.folder / "log"

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
            **self.settings,
        }

    def send_figures(self, figures: Figures, *bad_rows: str) -> None:
        """Puts a file into the inbox, whole at once; each is written a second after the one before."""
        self.files += 1
        self.figures |= figures
        part = self.folder / f"{self.files}.part"
        part.write_text(as_csv(figures, *bad_rows))
        part.rename(self.inbox / f"{self.files:04}.csv")

    @contextmanager
    def life(self, *, beside: bool = False, **orders: object) -> Iterator[ForkServerProcess]:
        """A station that has begun its jobs, or has ended before it could.

        By its clock the lease of the one before is over; one that lives ``beside`` another has its clock.
        """
        self.lives += not beside
        given = Orders(self.environment, self.log, self.lives * 2 * LEASE, **orders)  # type: ignore[arg-type]
        ours, theirs = multiprocessing.Pipe()
        process = stations().Process(target=station.work, args=(given, theirs))
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

    def run(self, **orders: object) -> int:
        """Lets a station live to its end; returns its exit code, or minus the signal that ended it."""
        with self.life(**orders) as process:
            process.join(LONGEST_RUN_S)
            assert process.exitcode is not None, "the station did not end"
            return process.exitcode

    def received(self) -> list[ReceivedMail]:
        """What the server accepted from this council."""
        return [mail for mail in mails_in(self.mail_folder) if mail.message_id.endswith(f"@{self.domain}>")]

    def spoken(self) -> str:
        """What its processes logged."""
        return self.log.read_text() if self.log.exists() else ""

    def wait_for_mails(self, count: int) -> None:
        """Returns once the server has accepted so many."""
        deadline = time.monotonic() + LONGEST_RUN_S
        while len(self.received()) < count:
            assert time.monotonic() < deadline, f"{len(self.received())} of {count} mails came"
            time.sleep(0.02)


def what_is_wrong(council: Council) -> list[str]:
    """What does not hold though every station has ended and the last one in peace; one line for each."""
    with Store.open(council.url) as store, store.reading() as connection:
        entries = outbox_entries(connection)
        return [
            *_wrong_figures(connection, council),
            *_wrong_files(connection, council),
            *_wrong_judgements(connection, council),
            *_wrong_telling(connection, council),
            *_wrong_mails(connection, entries, council.received()),
        ]


def _wrong_figures(connection: Connection, council: Council) -> Iterator[str]:
    rows = connection.execute(
        select(series.c.area, observations.c.period_end, observations.c.revision, observations.c.value).join(
            series, series.c.id == observations.c.series_id
        )
    ).all()
    found = Counter((row.area, row.period_end, row.revision, row.value) for row in rows)
    wanted = Counter((area, end, 1, value * 1_000_000) for (area, end), value in council.figures.items())
    yield from _difference("figures", found, wanted)


def _wrong_files(connection: Connection, council: Council) -> Iterator[str]:
    names = [f"{number + 1:04}.csv" for number in range(council.files)]
    yield from _difference("batches", Counter(connection.scalars(select(batches.c.name))), Counter(names))
    kept = [path.name for path in (council.folder / "archive").glob("*/*.csv")]
    read = Counter(name.partition("-")[2] for name in kept if not name.endswith(".rejected.csv"))
    yield from _difference("archived files", read, Counter(names))
    left = [path.name for path in council.inbox.iterdir()]
    if left:
        yield f"still in the inbox: {left}"
    unjudged = connection.scalar(select(func.count()).where(batches.c.evaluated_in.is_(None)))
    if unjudged:
        yield f"{unjudged} batches were never judged"


def _wrong_judgements(connection: Connection, council: Council) -> Iterator[str]:
    observed = list(connection.scalars(select(observations.c.id)))
    for table in (evaluations, rule_evaluations):
        judged = Counter(connection.scalars(select(table.c.observation_id)))
        yield from _difference(table.name, judged, Counter(observed))
    moves = connection.execute(
        select(transitions.c.area, transitions.c.period_end, transitions.c.to_state)
    ).all()
    found = Counter((row.area, row.period_end, row.to_state) for row in moves)
    told_of = {key: times for key, times in found.items() if key[2] is not AlertState.INACTIVE}
    yield from _difference("transitions", Counter(told_of), Counter(_moves(council.figures)))
    yield from (f"{times} transitions {key}" for key, times in found.items() if times > 1)
    open_cycles = connection.scalar(select(func.count()).where(cycles.c.finished_at.is_(None)))
    if open_cycles:
        yield f"{open_cycles} cycles were never finished"


def _moves(figures: Figures) -> Iterator[tuple[str, date, AlertState]]:
    """The transitions that the figures call for, whatever happens on the way."""
    firing: set[str] = set()
    for (area, end), value in sorted(figures.items(), key=lambda item: item[0][1]):
        if value > LIMIT and area not in firing:
            firing.add(area)
            yield area, end, AlertState.FIRING
        elif value <= LIMIT and area in firing:
            firing.remove(area)
            yield area, end, AlertState.RESOLVED


def _wrong_telling(connection: Connection, council: Council) -> Iterator[str]:
    made = connection.execute(select(decisions)).all()
    twice = Counter((row.area, row.episode, row.kind, row.recipient_id, row.reason) for row in made)
    yield from (f"decided {count} times: {key}" for key, count in twice.items() if count > 1)
    told = {(row.area, row.episode, row.recipient_id) for row in made if row.outbox_id is not None}
    for (_, area), alert in alerts(connection).items():
        if alert.state is AlertState.FIRING:
            for person in MANAGERS[area]:
                if (area, alert.episode, person) not in told:
                    yield f"{person} was not told of {area}, episode {alert.episode}"
    strangers = {(row.area, row.recipient_id) for row in made if row.outbox_id is not None} - {
        (area, person) for area, managers in MANAGERS.items() for person in managers
    }
    if strangers:
        yield f"told though it does not concern them: {strangers}"


def _wrong_mails(
    connection: Connection, entries: Iterable[OutboxEntry], received: Iterable[ReceivedMail]
) -> Iterator[str]:
    """Every due mail arrived, and as often again as its sender died or lost the answer, not once more."""
    came = Counter(mail.message_id for mail in received)
    for entry in entries:
        copies = came.pop(entry.message_id, 0)
        unheard = sum(attempt.outcome is not AttemptOutcome.DELIVERED for attempt in attempts_of(connection, entry.id))
        if entry.state is not OutboxState.SENT:
            yield f"mail {entry.id} is {entry.state}: {entry.last_response}"
        if not 1 <= copies <= 1 + unheard:
            yield f"mail {entry.id} came {copies} times; {unheard} attempts were not heard of"
    if came:
        yield f"mails that nobody decided: {came}"


def _difference(what: str, found: Counter[object], wanted: Counter[object]) -> Iterator[str]:
    if found != wanted:
        yield f"{what}: missing {wanted - found}, too many {found - wanted}"


def rows_in(url: str, table: Table) -> int:
    """How many rows a table has."""
    with Store.open(url) as store, store.reading() as connection:
        return connection.scalar(select(func.count()).select_from(table)) or 0
