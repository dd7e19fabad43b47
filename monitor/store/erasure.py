"""Erases people from what limen keeps: one who asks for it, or all after their time. History itself stays.

What remains says what was decided, told, answered and acknowledged, and when; in the place of the person
stands "erased". The audit trail still verifies: it holds salted digests of personal parts, and the entry of
the erasure says which of them are gone.
"""

import json
import secrets
from calendar import monthrange
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Table,
    bindparam,
    delete,
    exists,
    func,
    literal,
    or_,
    select,
    update,
)

from monitor.core.alerts import AlertState
from monitor.core.audit import ERASED, AuditKind, Fact, Head, canonical, instant
from monitor.core.notifications import OperationsKind
from monitor.store import audit
from monitor.store.audit_tables import audit_entries, audit_personal, failing_addresses
from monitor.store.bulk import chunks
from monitor.store.failing_addresses import failing_addresses as failing_now
from monitor.store.locks import Lock, take
from monitor.store.mail_order import forget_order
from monitor.store.mail_tables import OutboxState, delivery_attempts, outbox, threads
from monitor.store.redaction import is_unmistakable, without_names, without_person, without_recipient
from monitor.store.store import Store
from monitor.store.succession import hand_on
from monitor.store.tables import (
    FollowUpKind,
    acknowledgements,
    alerts,
    decisions,
    follow_ups,
    operations_news,
    silence_ends,
    silences,
)

PERSONAL_COLUMNS: Final[Mapping[Table, tuple[str, ...]]] = {
    decisions: ("recipient_id", "recipient_name", "address", "salutation", "language", "note"),
    acknowledgements: ("author", "comment"),
    silences: ("author", "comment"),
    silence_ends: ("author", "comment"),
    operations_news: ("summary",),
    delivery_attempts: ("response",),
    failing_addresses: ("address", "person", "response", "author"),
}
"""What may be changed in tables that only grow: to :data:`monitor.core.audit.ERASED`, and nothing else."""

_UNSENT: Final = (OutboxState.PENDING, OutboxState.SENDING)
_PAYLOADS_AT_ONCE: Final = 500
_ENTRIES_AT_ONCE: Final = 1000
_ACKNOWLEDGED_BY: Final = "by "
_HELD_FOR: Final = "it was held for "


class PersonNotFoundError(Exception):
    """Nothing that is kept is about a person of that name, or more than one person is called so."""


class StillOwedError(Exception):
    """The person is still to be told something, so they can't be erased yet."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody as the store knows them: their id, and every name and address they went by."""

    id: str
    names: frozenset[str]

    @property
    def identifiers(self) -> frozenset[str]:
        """By what they may have signed an acknowledgement, or be named in a mail."""
        return self.names | {self.id}


@dataclass(frozen=True, slots=True)
class Erased:
    """What an erasure took out: rows by what they are; ``withdrawn`` are refused mails that stay unsent.

    ``handed_on`` counts the breaches that go on, of which whoever stands in their place is told next.
    """

    mails: int = 0
    decisions: int = 0
    acknowledgements: int = 0
    audit_entries: int = 0
    withdrawn: tuple[int, ...] = ()
    handed_on: int = 0

    @property
    def anything(self) -> bool:
        """Whether there was anything to take out."""
        return bool(self.mails or self.decisions or self.acknowledgements or self.audit_entries)


def find_person(connection: Connection, text: str) -> Person:
    """The person with this id, name or address.

    Raises:
        PersonNotFoundError: there is none, or several people share the name.
    """
    ids: set[str] = set()
    for table in (outbox, decisions):
        known = (table.c.recipient_id, table.c.recipient_name, func.lower(table.c.address))
        asked = or_(known[0] == text, known[1] == text, known[2] == text.lower())
        ids |= set(connection.scalars(select(table.c.recipient_id).where(asked).distinct()))
    signed = [
        connection.scalar(select(literal(1)).where(exists().where(column == text)))
        for column in (audit_personal.c.person, acknowledgements.c.author, silences.c.author)
    ]
    ids = {each for each in ids if not each.startswith(f"{ERASED}:")} or ({text} if any(signed) else set())
    if not ids:
        raise PersonNotFoundError(f"Nothing that limen keeps is about “{text}”.")
    if len(ids) > 1:
        raise PersonNotFoundError(
            f"More than one person is “{text}”: name one by id: {', '.join(sorted(ids))}"
        )
    (found,) = ids
    return Person(found, frozenset(_names(connection, found)))


def _names(connection: Connection, person: str) -> Iterator[str]:
    for table in (outbox, decisions):
        columns = (table.c.recipient_name, table.c.address)
        for row in connection.execute(select(*columns).where(table.c.recipient_id == person).distinct()):
            yield from (each for each in row if each)


def erase(connection: Connection, person: Person, *, at: datetime, reason: str, author: str) -> Erased:
    """Erases a person wherever they are named, and records that this was done.

    Mails to them that were refused for good are withdrawn: they are not sent any more, and said to be so.
    Of breaches that go on the next cycle tells whoever stands in their place (:func:`hand_on`).

    Raises:
        StillOwedError: a mail to them waits, or news is held for them. Nothing was changed.
    """
    take(connection, Lock.CYCLE)  # so that no cycle tells them anything meanwhile
    _refuse_if_owed(connection, person)
    pseudonym = f"{ERASED}:{secrets.token_hex(4)}"
    own = outbox.c.recipient_id == person.id
    withdrawn = tuple(connection.scalars(select(outbox.c.id).where(own, outbox.c.state == OutboxState.DEAD)))
    connection.execute(update(outbox).where(outbox.c.id.in_(withdrawn)).values(state=OutboxState.WITHDRAWN))
    said = [text for each in person.identifiers for text in _said_in_audit(each)]
    signed = audit.numbers_of(connection, person.identifiers, said=said)
    numbers = sorted({*signed, *_summaries_in_audit(connection, person.identifiers)})
    handed_on = hand_on(connection, person.id, pseudonym, at)
    done = Erased(
        mails=_blank_mails(connection, own, pseudonym),
        decisions=_blank_decisions(connection, decisions.c.recipient_id == person.id, pseudonym),
        acknowledgements=_blank_signatures(connection, lambda table: table.c.author.in_(person.identifiers)),
        audit_entries=len(numbers),
        withdrawn=withdrawn,
        handed_on=len(handed_on),
    )
    _blank(connection, failing_addresses, failing_addresses.c.person == person.id)
    cleared = failing_addresses.c.author.in_(person.identifiers)
    connection.execute(update(failing_addresses).where(cleared).values(author=ERASED))
    _blank_notes(connection, or_(*(_names_in_note(each) for each in person.identifiers)))
    connection.execute(
        update(threads).where(threads.c.recipient_id == person.id).values(recipient_id=pseudonym)
    )
    _take_out_of_others(connection, person)
    for chunk in chunks(numbers, _ENTRIES_AT_ONCE):
        connection.execute(delete(audit_personal).where(audit_personal.c.entry_id.in_(chunk)))
    facts = {
        "erased": pseudonym,
        "reason": reason,
        "entries": _ranges(numbers),
        "mails": done.mails,
        "decisions": done.decisions,
        "withdrawn": withdrawn,
        "handed_on": done.handed_on,
    }
    audit.note(connection, [Fact(AuditKind.ERASURE, at, facts, author, {"author": author})])
    return done


def prune(connection: Connection, *, before: datetime, at: datetime) -> Erased:
    """Takes everybody out of what is older than ``before``, and records that this was done.

    What a breach has is kept while it goes on, and while news of it is held: whoever was told of it must be
    told how it ends. So are mails that were not sent, and addresses that fail.
    """
    goes_on = exists().where(
        alerts.c.rule == decisions.c.rule,
        alerts.c.area == decisions.c.area,
        alerts.c.episode == decisions.c.episode,
        alerts.c.state != AlertState.INACTIVE,
        alerts.c.state != AlertState.RESOLVED,
    ) | exists().where(
        follow_ups.c.rule == decisions.c.rule,
        follow_ups.c.area == decisions.c.area,
        follow_ups.c.episode == decisions.c.episode,
    )
    needed = select(decisions.c.outbox_id).where(decisions.c.outbox_id.is_not(None), goes_on)
    old_mails = (
        (outbox.c.state == OutboxState.SENT) & (outbox.c.sent_at < before) & outbox.c.id.not_in(needed)
    )
    pseudonym = f"{ERASED}:kept-long-enough"
    entries = audit.personal_before(connection, before)
    gone = select(outbox.c.id).where(old_mails)
    connection.execute(delete(threads).where(threads.c.outbox_id.in_(gone)))
    still_failing = [each.address for each in failing_now(connection)]
    _blank(
        connection,
        failing_addresses,
        (failing_addresses.c.at < before) & failing_addresses.c.address.not_in(still_failing),
    )
    done = Erased(
        mails=_blank_mails(connection, old_mails, pseudonym),
        decisions=_blank_decisions(connection, (decisions.c.at < before) & ~goes_on, pseudonym),
        acknowledgements=_blank_signatures(connection, lambda table: _over(table, before)),
        audit_entries=entries,
    )
    _blank_notes(
        connection,
        (decisions.c.at < before)
        & ~goes_on
        & or_(decisions.c.note.startswith(_ACKNOWLEDGED_BY), decisions.c.note.startswith(_HELD_FOR)),
    )
    if done.anything:
        old = select(audit_entries.c.id).where(audit_entries.c.at < instant(before))
        connection.execute(delete(audit_personal).where(audit_personal.c.entry_id.in_(old)))
        facts = {"before": instant(before), "mails": done.mails, "decisions": done.decisions}
        audit.note(connection, [Fact(AuditKind.RETENTION, at, facts)])
    return done


def keep_within(store: Store, months: int, now: datetime) -> tuple[Erased, Head]:
    """Takes everybody out of what is older than so many months, and says where the audit trail ends then."""
    with store.writing() as connection:
        done = prune(connection, before=months_before(now, months), at=now)
    with store.reading() as connection:
        return done, audit.head(connection)


def months_before(now: datetime, months: int) -> datetime:
    """The same instant of the day, so many months earlier; the month's last day where it has no such day."""
    years, month = divmod(now.year * 12 + now.month - 1 - months, 12)
    last = monthrange(years, month + 1)[1]
    return now.replace(year=years, month=month + 1, day=min(now.day, last))


def _over(table: Table, before: datetime) -> ColumnElement[bool]:
    """Whether an acknowledgement or a silence was made before, and holds nothing back any more."""
    if table is silences:
        return (table.c.at < before) & (table.c.ends_at < before)
    if table is silence_ends:
        return table.c.at < before
    same = (alerts.c.rule == table.c.rule) & (alerts.c.area == table.c.area)
    open_state = alerts.c.state.not_in((AlertState.INACTIVE, AlertState.RESOLVED))
    return (table.c.at < before) & ~exists().where(same, alerts.c.episode == table.c.episode, open_state)


def _refuse_if_owed(connection: Connection, person: Person) -> None:
    waiting = connection.scalars(
        select(outbox.c.id)
        .where(outbox.c.recipient_id == person.id, outbox.c.state.in_(_UNSENT))
        .order_by(outbox.c.id)
    ).all()
    if waiting:
        raise StillOwedError(
            f"Mail {', '.join(map(str, waiting))} to them has not been sent yet. Wait until it is, or see "
            "`limen outbox` for what keeps it."
        )
    held = connection.execute(
        select(follow_ups.c.rule, follow_ups.c.area).where(
            follow_ups.c.kind == FollowUpKind.NEWS, follow_ups.c.subject == person.id
        )
    ).first()
    if held is not None:
        raise StillOwedError(
            f"News of {held.rule} in {held.area} is held for them. Wait until it is told; if they are in no "
            "role any more, the next cycle settles it."
        )


def _blank_mails(connection: Connection, which: ColumnElement[bool], pseudonym: str) -> int:
    rows = connection.execute(
        select(outbox.c.id, outbox.c.payload).where(which, outbox.c.address != ERASED)
    ).all()
    for chunk in chunks(rows, _PAYLOADS_AT_ONCE):
        _write_payloads(connection, ((row.id, without_recipient(row.payload, pseudonym)) for row in chunk))
        numbers = [row.id for row in chunk]
        connection.execute(
            update(outbox)
            .where(outbox.c.id.in_(numbers))
            .values(recipient_id=pseudonym, recipient_name=ERASED, address=ERASED, last_response=ERASED)
        )
        forget_order(connection, numbers)
        _blank(connection, delivery_attempts, delivery_attempts.c.outbox_id.in_(numbers))
    return len(rows)


def _take_out_of_others(connection: Connection, person: Person) -> None:
    """Mails to others name whoever did not acknowledge, or whose address fails, and so does their thread."""
    about = [f"operations/{OperationsKind.ADDRESS_FAILING}/{name}" for name in person.names]
    connection.execute(delete(threads).where(threads.c.thread.in_(about)))
    called = person.identifiers
    rows = connection.execute(
        select(outbox.c.id, outbox.c.payload).where(
            or_(*map(_may_name, called)), outbox.c.state.not_in(_UNSENT)
        )
    )
    redacted = ((row.id, without_person(row.payload, called)) for row in rows)
    named = [(number, text) for number, text in redacted if text is not None]
    # News of limen itself has its place by what it is about, such as their address; an alert is nobody's.
    forget_order(connection, [number for number, text in named if json.loads(text).get("operations")])
    _write_payloads(connection, named)
    told = connection.execute(select(operations_news.c.id, operations_news.c.summary)).all()
    quoting = [row.id for row in told if without_names(row.summary, called) != row.summary]
    for chunk in chunks(quoting, _ENTRIES_AT_ONCE):
        _blank(connection, operations_news, operations_news.c.id.in_(chunk))


def _may_name(word: str) -> ColumnElement[bool]:
    """Which mails are worth a look: a short word is looked for only where people are named."""
    written = json.dumps(word, ensure_ascii=False)
    says = outbox.c.payload.contains(written[1:-1], autoescape=True)
    if is_unmistakable(word):
        return says
    whole = outbox.c.payload.contains(written, autoescape=True)
    deputy = outbox.c.payload.contains(f"deputy of {written[1:-1]}", autoescape=True)
    return whole | deputy | (says & outbox.c.payload.contains('"operations":{', autoescape=True))


def _write_payloads(connection: Connection, payloads: Iterable[tuple[int, str]]) -> None:
    rows = [{"number": number, "text": text} for number, text in payloads]
    if rows:
        statement = update(outbox).where(outbox.c.id == bindparam("number")).values(payload=bindparam("text"))
        connection.execute(statement, rows)


def _blank_decisions(connection: Connection, which: ColumnElement[bool], pseudonym: str) -> int:
    return connection.execute(
        update(decisions)
        .where(which, decisions.c.recipient_id.is_not(None), decisions.c.address != ERASED)
        .values(
            recipient_id=pseudonym, recipient_name=ERASED, address=ERASED, salutation=ERASED, language=ERASED
        )
    ).rowcount


def _names_in_note(identifier: str) -> ColumnElement[bool]:
    """Whether a decision's note names somebody: as who acknowledged, or as from whom it was held."""
    by = f"{_ACKNOWLEDGED_BY}{identifier}"
    note = decisions.c.note
    return note.in_((f"{_HELD_FOR}{identifier}", by)) | note.startswith(f"{by}: ", autoescape=True)


def _said_in_audit(identifier: str) -> Iterator[str]:
    """How an entry's personal part names somebody as an author, or begins a note as above."""
    yield canonical({"author": identifier}).removeprefix("{").removesuffix("}")
    for whole in (f"{_HELD_FOR}{identifier}", f"{_ACKNOWLEDGED_BY}{identifier}"):
        yield canonical({"note": whole}).removeprefix("{").removesuffix("}")
    yield canonical({"note": f"{_ACKNOWLEDGED_BY}{identifier}: "}).removeprefix("{").removesuffix('"}')


def _summaries_in_audit(connection: Connection, called: Collection[str]) -> Iterator[int]:
    """The entries of the trail on news of limen itself that name somebody; they are found by no person."""
    beginning = canonical({"summary": ""}).removesuffix('"}')
    rows = connection.execute(
        select(audit_personal.c.entry_id, audit_personal.c.data).where(
            audit_personal.c.person == "", audit_personal.c.data.startswith(beginning, autoescape=True)
        )
    )
    for row in rows:
        summary = json.loads(row.data)["summary"]
        if without_names(summary, called) != summary:
            yield row.entry_id


def _blank_notes(connection: Connection, which: ColumnElement[bool]) -> None:
    connection.execute(update(decisions).where(which).values(note=ERASED))


def _blank_signatures(connection: Connection, which: Any) -> int:
    """Author and comment of acknowledgements and silences."""
    return sum(
        _blank(connection, table, which(table) & (table.c.author != ERASED))
        for table in (acknowledgements, silences, silence_ends)
    )


def _blank(connection: Connection, table: Table, which: ColumnElement[bool]) -> int:
    values = dict.fromkeys(PERSONAL_COLUMNS[table], ERASED)
    return connection.execute(update(table).where(which).values(values)).rowcount


def _ranges(numbers: Collection[int]) -> list[tuple[int, int]]:
    """Numbers in order as (first, last) of each unbroken run."""
    runs = groupby(enumerate(sorted(numbers)), lambda pair: pair[1] - pair[0])
    found = [[number for _, number in run] for _, run in runs]
    return [(run[0], run[-1]) for run in found]
