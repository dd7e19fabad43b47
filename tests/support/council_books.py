"""What must hold of a council's limen when all its processes have ended, and the last one in peace."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Final, TypeVar

from sqlalchemy import Connection, Table, func, select

from monitor.core.alerts import AlertState
from monitor.core.observations import MICRO
from monitor.store.alerts import alerts
from monitor.store.audit import verify
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
from tests.support.council import LIMIT, MANAGERS, Council, Figures
from tests.support.smtp_server import ReceivedMail

T = TypeVar("T")

MAYBE_ACCEPTED: Final = frozenset({AttemptOutcome.UNHEARD, AttemptOutcome.DEFERRED})
"""After these the server may have a mail that limen knows nothing of: its sender died or lost the answer."""


def what_is_wrong(council: Council) -> list[str]:
    """What does not hold, a line for each: figures, files, judgements, decisions, mails."""
    with Store.open(council.url) as store, store.reading() as connection:
        entries = outbox_entries(connection)
        return [
            *_wrong_figures(connection, council),
            *_wrong_files(connection, council),
            *_wrong_judgements(connection, council),
            *_wrong_telling(connection),
            *_wrong_mails(connection, entries, council.received()),
            *_wrong_order(entries, council.received()),
            *_wrong_audit(connection),
        ]


def _wrong_audit(connection: Connection) -> Iterator[str]:
    verdict = verify(connection)
    if not verdict.holds:
        yield f"the audit trail does not hold: {verdict}"


def _wrong_figures(connection: Connection, council: Council) -> Iterator[str]:
    rows = connection.execute(
        select(
            series.c.indicator,
            series.c.area,
            observations.c.period_end,
            observations.c.revision,
            observations.c.value,
        ).join(series, series.c.id == observations.c.series_id)
    )
    found: Counter[tuple[object, ...]] = Counter(tuple(row) for row in rows)
    wanted: Counter[tuple[object, ...]] = Counter(
        (*key, 1, value * MICRO) for key, value in council.figures.items()
    )
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
    moved = transitions.c
    found = Counter(
        tuple(row)
        for row in connection.execute(select(moved.rule, moved.area, moved.period_end, moved.to_state))
    )
    told_of: Counter[tuple[object, ...]] = Counter(
        {key: times for key, times in found.items() if key[3] is not AlertState.INACTIVE}
    )
    wanted: Counter[tuple[object, ...]] = Counter(_moves(council.figures))
    yield from _difference("transitions", told_of, wanted)
    yield from (f"{times} transitions {key}" for key, times in found.items() if times > 1)
    open_cycles = connection.scalar(select(func.count()).where(cycles.c.finished_at.is_(None)))
    if open_cycles:
        yield f"{open_cycles} cycles were never finished"


def _moves(figures: Figures) -> Iterator[tuple[str, str, date, AlertState]]:
    """The transitions that the figures call for, whatever happens on the way."""
    firing: set[str] = set()
    for (indicator, area, end), value in sorted(figures.items(), key=lambda item: item[0][2]):
        rule = f"too-many-open-cases-{indicator.rpartition('_')[2]}"
        key = f"{rule} {area}"
        if value > LIMIT and key not in firing:
            firing.add(key)
            yield rule, area, end, AlertState.FIRING
        elif value <= LIMIT and key in firing:
            firing.remove(key)
            yield rule, area, end, AlertState.RESOLVED


def _wrong_telling(connection: Connection) -> Iterator[str]:
    made = connection.execute(select(decisions)).all()
    twice = Counter((row.rule, row.area, row.episode, row.kind, row.recipient_id, row.reason) for row in made)
    yield from (f"decided {count} times: {key}" for key, count in twice.items() if count > 1)
    told = {(row.rule, row.area, row.episode, row.recipient_id) for row in made if row.outbox_id is not None}
    for (rule, area), alert in alerts(connection).items():
        if alert.state is AlertState.FIRING:
            due = {(rule, area, alert.episode, person) for person in MANAGERS[area]}
            yield from (f"not told, though it concerns them: {key}" for key in due - told)
    yield from (
        f"told, though it does not concern them: {key}" for key in told if key[3] not in MANAGERS[key[1]]
    )


def _wrong_mails(
    connection: Connection, entries: Iterable[OutboxEntry], received: Iterable[ReceivedMail]
) -> Iterator[str]:
    """Every due mail arrived, and as often again as its sender died or lost the answer, not once more."""
    came: Counter[str] = Counter()
    contents: dict[str, bytes] = {}
    for mail in received:
        came[mail.message_id] += 1
        if contents.setdefault(mail.message_id, mail.content) != mail.content:
            yield f"the copies of {mail.message_id} differ"
    for entry in entries:
        copies = came.pop(entry.message_id, 0)
        attempts = attempts_of(connection, entry.id)
        unheard = sum(attempt.outcome in MAYBE_ACCEPTED for attempt in attempts)
        if entry.state is not OutboxState.SENT:
            yield f"mail {entry.id} is {entry.state}: {entry.last_response}"
        if not 1 <= copies <= 1 + unheard:
            yield f"mail {entry.id} came {copies} times; {unheard} attempts were not heard of"
    if came:
        yield f"mails that nobody decided: {came}"


def _wrong_order(entries: Iterable[OutboxEntry], received: Iterable[ReceivedMail]) -> Iterator[str]:
    """Everybody's mails of an alert arrived in the order in which they were decided; repeats don't count."""
    decided = {entry.message_id: entry for entry in entries}
    last: dict[tuple[str, str, str], int] = {}
    for message_id in dict.fromkeys(mail.message_id for mail in received):
        entry = decided.get(message_id)
        if entry is None:
            continue
        for notice in entry.notification.notices:
            key = (entry.address, notice.rule, notice.area)
            if last.get(key, 0) > entry.id:
                yield f"mail {entry.id} came after mail {last[key]}, which follows it: {key}"
            last[key] = max(entry.id, last.get(key, 0))


def _difference(what: str, found: Counter[T], wanted: Counter[T]) -> Iterator[str]:
    if found != wanted:
        yield f"{what}: missing {wanted - found}, too many {found - wanted}"


def rows_in(url: str, table: Table) -> int:
    """How many rows a table has."""
    with Store.open(url) as store, store.reading() as connection:
        return connection.scalar(select(func.count()).select_from(table)) or 0
