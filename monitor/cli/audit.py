"""``limen audit``: who was told what and why, verified, and people erased from it."""

import csv
import io
import json
import re
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final

from sqlalchemy import Connection

from monitor.cli import exit_codes
from monitor.cli.audit_words import Record, moment, sentence
from monitor.cli.caller import caller
from monitor.cli.choices import UnknownNameError, area_named, day, not_known
from monitor.cli.formats import TableFormat
from monitor.cli.session import RulesRefusedError, Session, present
from monitor.core.audit import GENESIS, Head
from monitor.core.freshness import lateness_of
from monitor.core.plausibility import fault_of
from monitor.store import audit as audit_store
from monitor.store.area_names import names_now
from monitor.store.erasure import Erased, PersonNotFoundError, StillOwedError, erase, find_person, keep_within
from monitor.terminal import counted, table, write_plainly

COLUMNS: Final = ("entry", "at", "kind", "sentence", "person", "erased", "rule", "area", "mails", "hash")
SHOWN: Final = 100
"""Entries that a table shows unless --limit says otherwise."""

SHORTEST_HASH: Final = 8
"""Characters of a hash that may stand for it: fewer would often fit an entry by chance."""

_HEXADECIMAL: Final = re.compile("[0-9a-f]{1,64}")


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which entries are asked for; None and () are all. Days are the council's, both included."""

    person: str | None = None
    alert: str | None = None
    area: str | None = None
    kinds: tuple[str, ...] = ()
    since: str | None = None
    until: str | None = None
    limit: int | None = None


def show_audit(session: Session, asked: AuditFilter, *, style: TableFormat) -> int:
    """Prints entries, the oldest first; a table has the newest of them."""
    limit = asked.limit or (SHOWN if style is TableFormat.TABLE else None)
    zone = session.settings.zone
    with session.store() as store, store.reading() as connection:
        first, last = _bounds(asked, zone)
        trail = audit_store.audit_trail(connection, until=last)
        area = _area(session, asked.area)
        areas = None if area is None else names_now(connection).earlier(area)
        found = _matching((Record(*pair) for pair in trail), asked, areas, first)
        kept = deque(found, maxlen=limit and limit + 1)
    more = limit is not None and len(kept) > limit
    shown = list(kept)[1:] if more else list(kept)
    if not shown:
        _refuse_unknown(session, asked)
    match style:
        case TableFormat.JSON:
            text = json.dumps([_json(each, zone) for each in shown], indent=2, ensure_ascii=False)
            write_plainly(f"{text}\n")
        case TableFormat.CSV:
            write_plainly(_csv(shown, zone))
        case TableFormat.TABLE:
            _print(session, shown)
    if more and limit is not None:
        session.err.print(f"There are more, older ones; --limit {10 * limit} shows them.")
    return exit_codes.OK


def verify_audit(session: Session, expected_head: str | None, *, as_json: bool) -> int:
    """Walks the whole trail, and says the first entry that does not fit."""
    with session.store() as store, store.reading() as connection:
        if expected_head is not None:
            expected_head = _whole_hash(connection, expected_head)
        verdict = audit_store.verify(connection, expected_head=expected_head or "")
    head, misfit = verdict.head, verdict.misfit
    if as_json:
        record = {
            "holds": verdict.holds,
            "entries": head.entries,
            "head": head.hash,
            "erased": verdict.erased,
            "misfit": misfit and {"entry": misfit.entry, "problem": misfit.problem},
            "expected_head_found": verdict.expected_found,
        }
        write_plainly(json.dumps(record, indent=2, ensure_ascii=False) + "\n")
    elif misfit is not None:
        session.out.print(f"✕ The audit trail does not hold. Entry {misfit.entry:,}: {misfit.problem}.")
    elif verdict.expected_found is False:
        session.out.print(
            f"✕ The audit trail has no entry with the hash {expected_head}: it ended there, or beyond, when "
            "that was noted, and what came last was cut off or written anew."
        )
    else:
        erased = f", {verdict.erased:,} of them with the person erased" if verdict.erased else ""
        session.out.print(f"✓ The audit trail holds: {counted(head.entries, 'entry', 'entries')}{erased}.")
    if not as_json:
        _print_head(session, head)
    return exit_codes.OK if verdict.holds else exit_codes.PROBLEMS


def erase_person(session: Session, text: str, reason: str) -> int:
    """Erases a person, unless they are still to be told something or are in the contacts."""
    if not reason.strip():
        raise UnknownNameError("Give a --reason: the audit trail keeps it. Name nobody in it.")
    contacts = session.world.directory.people  # before the database is kept from others
    with session.store() as store, store.writing() as connection:
        try:
            person = find_person(connection, text)
        except PersonNotFoundError as fault:
            raise UnknownNameError(str(fault)) from fault
        if person.id in contacts:
            session.err.print(
                f"{person.id} is in contacts.yaml: take them out first, or limen would write of them anew."
            )
            return exit_codes.PROBLEMS
        try:
            done = erase(connection, person, at=present(), reason=reason.strip(), author=caller())
        except StillOwedError as fault:
            session.err.print(str(fault), soft_wrap=True)
            return exit_codes.PROBLEMS
    session.out.print(f"Erased {_counted(done)}.", soft_wrap=True)
    if done.withdrawn:
        numbers = ", ".join(map(str, done.withdrawn))
        session.out.print(f"Mails that had been refused for good are withdrawn: {numbers}.", soft_wrap=True)
    if done.handed_on:
        breaches = counted(done.handed_on, "breach that goes on", "breaches that go on")
        session.out.print(
            f"They had been told of {breaches}: the next cycle tells whoever stands in their place.",
            soft_wrap=True,
        )
    session.out.print("Backups of the database still have them, until they are overwritten.", soft_wrap=True)
    return exit_codes.OK


def prune_audit(session: Session, months: int | None) -> int:
    """Erases everybody from what is older than the settings, or ``months``, say."""
    kept = session.settings.audit.keep_personal_months if months is None else months
    with session.store() as store:
        done, head = keep_within(store, kept, present())
    told = f"Erased {_counted(done)}" if done.anything else "There was nothing personal"
    session.out.print(f"{told} from more than {counted(kept, 'month')} ago.", soft_wrap=True)
    _print_head(session, head)
    return exit_codes.OK


def _whole_hash(connection: Connection, text: str) -> str:
    """The hash that is meant: given whole, or by a beginning that one entry's hash alone has.

    Raises:
        UnknownNameError: it is neither. That is no verdict on the trail.
    """
    wanted = text.strip().lower()
    if _HEXADECIMAL.fullmatch(wanted):
        if len(wanted) == len(GENESIS):
            return wanted
        found = audit_store.hashes_beginning(connection, wanted) if len(wanted) >= SHORTEST_HASH else ()
        if len(found) == 1:
            return found[0]
    raise UnknownNameError(
        f"--expect-head: “{text}” is no whole hash, and not the beginning ({SHORTEST_HASH} characters or "
        f"more) of just one entry's. Give all {len(GENESIS)} characters that `limen audit verify` showed "
        "after Head."
    )


def _refuse_unknown(session: Session, asked: AuditFilter) -> None:
    """Where nothing was found: a person or a rule that neither the files nor the trail know is a slip.

    Raises:
        UnknownNameError: there is no such person or rule.
    """
    people, rules = _in_the_files(session)
    with session.store() as store, store.reading() as connection:
        for record in (Record(*pair) for pair in audit_store.audit_trail(connection)):
            people.update(record.called)
            rules.update(rule for rule, _ in record.alerts)
    if asked.person is not None and asked.person.casefold() not in {each.casefold() for each in people}:
        raise not_known("person", asked.person, sorted(people))
    if asked.alert is not None and asked.alert not in rules:
        raise not_known("alert rule", asked.alert, sorted(rules))


def _in_the_files(session: Session) -> tuple[set[str], set[str]]:
    """What people are called, and the ids that alerts may have; none where the files can't be read."""
    try:
        world = session.world
    except RulesRefusedError:
        return set(), set()
    people = {
        called for each in world.directory.people.values() for called in (each.id, each.name, each.address)
    }
    indicators = world.rulebook.indicators
    return people, {*world.rulebook.alerts, *map(lateness_of, indicators), *map(fault_of, indicators)}


def _counted(done: Erased) -> str:
    return (
        f"the person in {counted(done.mails, 'mail')}, {counted(done.decisions, 'decision')}, "
        f"{counted(done.acknowledgements, 'signature')} and "
        f"{counted(done.audit_entries, 'entry', 'entries')} of the audit trail"
    )


def _print_head(session: Session, head: Head) -> None:
    session.out.print(f"Head: {head.hash}", soft_wrap=True)


def _area(session: Session, text: str | None) -> str | None:
    """The area's name; as it was written, where the areas can't be read."""
    if text is None:
        return None
    try:
        return area_named(text, session.world).name
    except RulesRefusedError:
        return text


def _bounds(asked: AuditFilter, zone: tzinfo) -> tuple[datetime | None, datetime | None]:
    """The instants between which entries are asked for: the first included, the last not."""
    first = None if asked.since is None else _midnight(day(asked.since, "--from"), zone)
    last = None if asked.until is None else _midnight(day(asked.until, "--to") + timedelta(days=1), zone)
    return first, last


def _midnight(on: date, zone: tzinfo) -> datetime:
    return datetime.combine(on, time(), zone).astimezone(UTC)


def _matching(
    records: Iterable[Record], asked: AuditFilter, areas: frozenset[str] | None, first: datetime | None
) -> Iterator[Record]:
    """Those asked for. What became of a mail is about what the mail tells of, so it belongs to its alerts.

    ``areas`` are all the names that the area had.
    """
    mails: set[int] = set()
    for record in records:
        if asked.alert is not None or areas is not None:
            if any(
                asked.alert in (None, rule) and (areas is None or where in areas)
                for rule, where in record.alerts
            ):
                mails |= record.mails
            elif asked.alert is None and areas is not None and record.renamed & areas:
                pass
            elif not record.mails & mails:
                continue
        if asked.kinds and record.kind not in asked.kinds:
            continue
        if first is not None and record.entry.moment < first:
            continue
        if asked.person is None or record.is_about(asked.person):
            yield record


def _print(session: Session, records: Iterable[Record]) -> None:
    zone = session.settings.zone
    made = table("Entry", "When", "What", right=("Entry",))
    for record in records:
        made.add_row(str(record.entry.id), moment(record.entry.at, zone), sentence(record, zone))
    if made.row_count:
        session.out.print(made)
    else:
        session.out.print("The audit trail has no such entry.")


def _json(record: Record, zone: tzinfo) -> dict[str, object]:
    return {
        "entry": record.entry.id,
        "at": record.entry.moment.astimezone(zone).isoformat(),
        "kind": record.kind,
        "sentence": sentence(record, zone),
        "facts": record.facts,
        "person": record.person,
        "personal": record.personal,
        "erased": record.erased,
        "hash": record.entry.hash,
    }


def _csv(records: Iterable[Record], zone: tzinfo) -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for each in records:
        rules, areas = (
            (dict.fromkeys(part) for part in zip(*each.alerts, strict=True)) if each.alerts else ({}, {})
        )
        writer.writerow(
            [
                each.entry.id,
                each.entry.moment.astimezone(zone).isoformat(),
                each.kind,
                sentence(each, zone),
                each.person,
                "yes" if each.erased else "no",
                "; ".join(rules),
                "; ".join(areas),
                " ".join(map(str, sorted(each.mails))),
                each.entry.hash,
            ]
        )
    return text.getvalue()
