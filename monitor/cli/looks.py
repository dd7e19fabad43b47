"""What ``limen status`` looks at: rules, daemon, database and what the database holds."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from http.client import HTTPException
from pathlib import Path
from typing import Final
from urllib.error import HTTPError
from urllib.request import ProxyHandler, build_opener

from sqlalchemy import Connection

from monitor.channels import unreachable
from monitor.cli.faults import with_notes
from monitor.cli.session import Session
from monitor.core.alerts import Alert
from monitor.core.freshness import late_indicator
from monitor.core.notifications import OperationsKind
from monitor.core.plausibility import faulty_indicator
from monitor.delivery import NOT_TRIED
from monitor.file_news import in_words
from monitor.logs import redact
from monitor.scoreboard import FILES_SHOWN_FOR
from monitor.settings import Settings
from monitor.store import migrate
from monitor.store.acknowledgements import acknowledged_alerts
from monitor.store.alerts import firing_alerts
from monitor.store.cycles import last_cycle
from monitor.store.engine import database_url, spoken_address
from monitor.store.errors import StoreError
from monitor.store.failing_addresses import BounceOutcome, bounces_counted, failing_addresses
from monitor.store.file_faults import faults_since
from monitor.store.held_news import waiting
from monitor.store.operations_news import standing_refusals
from monitor.store.outbox import AttemptOutcome, OutboxState, last_failure, outbox_depth
from monitor.store.silences import silences
from monitor.terminal import counted
from monitor.wording import day
from monitor.world import load_world

OLDEST_MAIL: Final = timedelta(hours=1)
"""A mail that waits for longer is no longer on its way; the shipped Prometheus alert says the same."""

LATEST_LOOK: Final = timedelta(minutes=15)
"""What was to be looked at is late after this; the shipped Prometheus alert says the same."""

MOST_FILES: Final = 20

_PATIENCE: Final = 3.0
_LONGEST_ANSWER: Final = 100_000
_MINUTES: Final = 60


@dataclass(frozen=True, slots=True)
class Look:
    """One thing that was looked at: in words, and as data (``record``, JSON types) under ``key``.

    ``ill``: it keeps limen from doing its work, or shows that somebody was not told. ``doubtful``: it may do
    so soon.
    """

    key: str
    name: str
    text: str
    record: object
    ill: bool = False
    doubtful: bool = False
    further: tuple[str, ...] = ()


def look_at_rules(settings: Settings) -> Look:
    """The rules on disk, as a reload would find them now."""
    read, folder = load_world(settings), str(settings.rules_dir)
    problems = str(redact(read.text)).rstrip()
    record = {"ok": read.world is not None, "folder": folder, "errors": read.errors, "problems": problems}
    if read.world is None:
        text = f"{counted(read.errors, 'error')} in {folder}: they can’t come into force"
        return Look("rules", "Rules", text, record, ill=True, further=tuple(problems.splitlines()))
    book = read.world.rulebook
    warnings = f"; {counted(len(read.problems), 'warning')}" if read.problems else ""
    text = f"good, {_version(book.version, book.revision)}, from {folder}{warnings}"
    cut_off = unreachable(read.world.directory, settings)
    record |= {"version": book.version, "revision": book.revision, "unreachable": list(cut_off)}
    return Look("rules", "Rules", text, record, doubtful=bool(cut_off), further=cut_off)


def _version(version: str, revision: str | None) -> str:
    return f"version {version[:12]}" + (f", revision {revision[:12]}" if revision else "")


def look_at_daemon(file: Path) -> Look:
    """What the daemon itself says at /readyz, if one runs; ``file`` has its address."""
    try:
        address = file.read_text(encoding="utf-8").strip()
    except OSError:
        return Look("daemon", "Daemon", "none runs with this state folder", None)
    try:
        answer = _readiness(address)
    except (OSError, HTTPException, ValueError) as fault:
        record = {"address": address, "ready": False, "reasons": ["it does not answer"]}
        return Look("daemon", "Daemon", _no_answer(address, fault), record, ill=True)
    ready, rulebook = answer.get("ready") is True, str(answer.get("rulebook") or "")
    further = (*_texts(answer.get("reasons")), *_texts(answer.get("remarks")))
    in_force = f"rules in force: {_version(rulebook, None)}" if rulebook else "no rules are in force"
    text = f"{'ready' if ready else 'not ready'} at {address}; {in_force}"
    record = {"address": address, **answer}
    return Look("daemon", "Daemon", text, record, ill=bool(further) or not ready, further=further)


def _no_answer(address: str, fault: Exception) -> str:
    """What keeps the daemon's answer away; ``urlopen`` hides the system's own error in ``reason``."""
    reason = getattr(fault, "reason", fault)
    match reason:
        case ConnectionRefusedError():
            return (
                f"does not answer: nothing listens at {address}. Did it end by itself? “systemctl status "
                "limen” and “journalctl -u limen” say how"
            )
        case TimeoutError():
            return (
                f"does not answer at {address} within {_PATIENCE:.0f} s: “systemctl restart limen” if that "
                "stays so"
            )
        case OSError():
            return f"does not answer at {address}: {reason.strerror or reason}"
        case _:
            return f"it is not limen that answers at {address}; “systemctl status limen” says if it runs"


def _readiness(address: str) -> dict[str, object]:
    """The answer of /readyz, whether it says yes or no. This machine is reached without a proxy."""
    opener = build_opener(ProxyHandler({}))
    try:
        with opener.open(f"http://{address}/readyz", timeout=_PATIENCE) as answer:
            body = answer.read(_LONGEST_ANSWER)
    except HTTPError as refusal:
        with refusal:
            body = refusal.read(_LONGEST_ANSWER)
    told = json.loads(body)
    if not isinstance(told, dict):
        raise ValueError("it is not limen that answers")  # noqa: TRY004 - as for an answer that is no JSON
    return told


def _texts(found: object) -> tuple[str, ...]:
    return tuple(str(each) for each in found) if isinstance(found, list) else ()


def looks_at_database(session: Session, now: datetime) -> tuple[Look, ...]:
    """The database and what it holds; only the database itself where it can't be used."""
    url = session.settings.url
    address, needed = spoken_address(database_url(url)), migrate.head_revision()
    record: dict[str, object] = {"address": address, "schema": None, "needed_schema": needed}
    try:
        record["schema"] = migrate.current_revision(url)
        with session.store() as store, store.reading() as connection:
            database = Look("database", "Database", f"{address}, schema {needed}", record)
            return (database, *_looks_within(connection, now, session.settings.zone))
    except StoreError as fault:
        told = with_notes(fault)
        return (Look("database", "Database", told, record | {"problem": told}, ill=True),)


def _looks_within(connection: Connection, now: datetime, zone: tzinfo) -> Iterator[Look]:
    yield _look_at_reload(connection, zone)
    yield _look_at_templates(connection, zone)
    yield _look_at_cycle(connection, zone)
    yield _look_at_files(connection, now, zone)
    firing = firing_alerts(connection)
    late = [alert for alert in firing.values() if late_indicator(alert.rule)]
    doubtful = [alert for alert in firing.values() if faulty_indicator(alert.rule)]
    others = len(firing) - len(late) - len(doubtful)
    yield Look("alerts_firing", "Alerts", counted(others, "alert fires", "alerts fire"), others)
    yield _look_at_late(late)
    yield _look_at_doubtful(doubtful)
    yield _look_at_acknowledged(connection, firing, now)
    yield _look_at_silences(connection, now, zone)
    yield _look_at_waiting(connection, now, zone)
    yield _look_at_outbox(connection, now, zone)
    yield _look_at_addresses(connection, zone)


def _moment(when: datetime, zone: tzinfo) -> str:
    return f"{when.astimezone(zone):%-d %b %Y %H:%M}"


def _look_at_reload(connection: Connection, zone: tzinfo) -> Look:
    """How the last reload went, as operations were told."""
    refusals = standing_refusals(connection)
    if not refusals:
        record: Mapping[str, object] = {"ok": True, "refused_at": None, "problem": ""}
        return Look("reload", "Reload", "no refused edit is left", record)
    last = refusals[-1]
    text = f"an edit was refused {_moment(last.at, zone)}, and the last good rules stayed in force"
    record = {"ok": False, "refused_at": last.at.isoformat(), "problem": last.summary}
    return Look("reload", "Reload", text, record, ill=True, further=(last.summary,))


def _look_at_templates(connection: Connection, zone: tzinfo) -> Look:
    """Whether the house's templates of mails can be used, as operations were told."""
    refusals = standing_refusals(connection, OperationsKind.TEMPLATES_REFUSED)
    if not refusals:
        record: Mapping[str, object] = {"ok": True, "refused_at": None, "problems": []}
        return Look("templates", "Templates", "none of your own is refused", record)
    last = refusals[-1]
    lines = last.summary.splitlines()
    text = (
        f"{counted(len(lines), 'error')} in your own, {_moment(last.at, zone)}; "
        "where these fail, mails go out by limen’s own"
    )
    record = {"ok": False, "refused_at": last.at.isoformat(), "problems": lines}
    return Look("templates", "Templates", text, record, ill=True, further=tuple(lines))


def _look_at_cycle(connection: Connection, zone: tzinfo) -> Look:
    cycle = last_cycle(connection)
    if cycle is None or cycle.finished_at is None:
        return Look("cycle", "Last cycle", "none has had anything to judge yet", None)
    text = (
        f"{_moment(cycle.finished_at, zone)}, the last with something new: "
        f"{counted(cycle.counts.evaluations, 'figure')} judged by rules "
        f"{_version(cycle.rulebook_version, cycle.revision)}"
    )
    record = {
        "id": cycle.id,
        "finished_at": cycle.finished_at.isoformat(),
        "rulebook": cycle.rulebook_version,
        "revision": cycle.revision,
        "evaluations": cycle.counts.evaluations,
    }
    return Look("cycle", "Last cycle", text, record)


def _look_at_files(connection: Connection, now: datetime, zone: tzinfo) -> Look:
    """The files of the inbox that could not be read of late, or of which rows were set aside."""
    faults = faults_since(connection, now - FILES_SHOWN_FOR)
    unread = sum(each.rows_rejected is None for each in faults)
    told = [
        *([f"{counted(unread, 'file')} could not be read"] if unread else []),
        *(
            [f"rows of {counted(len(faults) - unread, 'file')} were set aside"]
            if len(faults) > unread
            else []
        ),
    ]
    further = [f"{_moment(each.at, zone)}: {in_words(each)}" for each in faults[:MOST_FILES]]
    if len(faults) > MOST_FILES:
        further.append(f"… and {counted(len(faults) - MOST_FILES, 'file')} before these")
    record = [
        {
            "file": each.name,
            "at": each.at.isoformat(),
            "rows_read": each.rows_read,
            "rows_rejected": each.rows_rejected,
            "reasons": each.reasons,
            "see": each.place,
        }
        for each in faults
    ]
    said = "; ".join(told) if told else "all that came was taken in as a whole"
    text = f"{said}, in the last {FILES_SHOWN_FOR.days} days"
    return Look("files", "Files", text, record, doubtful=bool(faults), further=tuple(further))


def _look_at_late(late: list[Alert]) -> Look:
    lines = tuple(
        f"{late_indicator(each.rule)} in {each.area}"
        + (f", for {day(each.breach_since)}" if each.breach_since else "")
        + (f", due {day(each.fired_on)}" if each.fired_on else "")
        for each in late
    )
    record = [
        {
            "indicator": late_indicator(each.rule),
            "area": each.area,
            "period_end": None if each.breach_since is None else each.breach_since.isoformat(),
            "due": None if each.fired_on is None else each.fired_on.isoformat(),
        }
        for each in late
    ]
    text = counted(len(late), "figure is late", "figures are late") if late else "none is late"
    return Look("late_figures", "Figures", text, record, further=lines)


def _look_at_doubtful(doubtful: list[Alert]) -> Look:
    lines = tuple(
        f"{faulty_indicator(each.rule)} in {each.area}"
        + (
            f", {'since' if each.streak else 'missing for'} {day(each.breach_since)}"
            if each.breach_since
            else ""
        )
        for each in doubtful
    )
    record = [
        {
            "indicator": faulty_indicator(each.rule),
            "area": each.area,
            "period_end": None if each.breach_since is None else each.breach_since.isoformat(),
            "missing": each.streak == 0,
        }
        for each in doubtful
    ]
    text = "none is in doubt"
    if doubtful:
        text = counted(len(doubtful), "figure looks wrong or is missing", "figures look wrong or are missing")
    return Look("doubtful_figures", "Doubts", text, record, further=lines)


def _look_at_acknowledged(
    connection: Connection, firing: Mapping[tuple[str, str], Alert], now: datetime
) -> Look:
    """The alerts that somebody deals with: nobody is reminded of them."""
    given = acknowledged_alerts(connection)
    count = sum(key in firing and each.holds(firing[key].level, now) for key, each in given.items())
    text = f"{counted(count, 'alert is', 'alerts are')} acknowledged" if count else "none"
    return Look("acknowledged", "Dealt with", text, count)


def _look_at_silences(connection: Connection, now: datetime, zone: tzinfo) -> Look:
    """The silences that keep news from people now."""
    active = [each for each in silences(connection, ending_after=now) if each.is_active(now)]
    text = counted(len(active), "silence is active", "silences are active") if active else "none is active"
    further = tuple(
        f"silence {each.id} until {_moment(each.ends_at, zone)}, by {each.author}: {each.comment}"
        for each in active
    )
    record = [
        {
            "silence": each.id,
            "author": each.author,
            "comment": each.comment,
            "starts_at": each.starts_at.isoformat(),
            "ends_at": each.ends_at.isoformat(),
        }
        for each in active
    ]
    return Look("silences", "Silences", text, record, further=further)


def _look_at_waiting(connection: Connection, now: datetime, zone: tzinfo) -> Look:
    """What is held back and why, and what limen comes back to next."""
    found = waiting(connection)
    count, due = sum(found.held.values()), found.next_due
    text = f"{counted(count, 'piece')} of news held back" if count else "no news is held back"
    if found.reminders or found.escalations:
        to_come = (counted(found.reminders, "reminder"), counted(found.escalations, "escalation"))
        text += f"; {' and '.join(to_come)} to come"
    if due is not None:
        text += f"; limen comes back to it next {_moment(due, zone)}"
    late = None if due is None else now - due
    further = tuple(
        f"{number:,}: {reason.value.removeprefix('not told yet: ')}"
        + (f", since {_moment(found.oldest[reason], zone)}" if reason in found.oldest else "")
        for reason, number in sorted(found.held.items())
    )
    is_late = late is not None and late > LATEST_LOOK
    if late is not None and is_late:
        further = (*further, f"what was due then has waited for {_lasting(late)}: does the daemon run?")
    record = {
        "held": {reason.name.lower(): number for reason, number in sorted(found.held.items())},
        "held_since": {reason.name.lower(): at.isoformat() for reason, at in sorted(found.oldest.items())},
        "reminders": found.reminders,
        "escalations": found.escalations,
        "next_due": None if due is None else due.isoformat(),
    }
    return Look("waiting", "Held", text, record, doubtful=is_late, further=further)


def _look_at_outbox(connection: Connection, now: datetime, zone: tzinfo) -> Look:
    depth = outbox_depth(connection, now)
    waiting = depth.by_state[OutboxState.PENDING] + depth.by_state[OutboxState.SENDING]
    dead, age = depth.by_state[OutboxState.DEAD], depth.oldest_pending_age
    text = f"{counted(waiting, 'mail')} to send" + (f", the oldest for {_lasting(age)}" if age else "")
    if dead:
        text += f"; {counted(dead, 'mail')} refused for good, “limen outbox list --state dead” shows why"
    failed = last_failure(connection, besides=NOT_TRIED)
    further: tuple[str, ...] = ()
    if failed is not None:
        when = _moment(failed.at, zone)
        further = (f"the last attempt, {when}, failed: {failed.response} (mail {failed.outbox_id})",)
    record = {
        "waiting": waiting,
        "dead": dead,
        "oldest_pending_seconds": None if age is None else int(age.total_seconds()),
        "last_failure": failed
        and {"mail": failed.outbox_id, "at": failed.at.isoformat(), "response": failed.response},
    }
    is_down = failed is not None and failed.outcome is AttemptOutcome.CHANNEL_DOWN
    ill = bool(dead) or is_down or (age is not None and age > OLDEST_MAIL)
    return Look("outbox", "Outbox", text, record, ill=ill, doubtful=failed is not None, further=further)


def _look_at_addresses(connection: Connection, zone: tzinfo) -> Look:
    """The addresses whose mails come back: whoever reads there is not told."""
    failing, counted_bounces = failing_addresses(connection), bounces_counted(connection)
    refused = counted_bounces[BounceOutcome.FORGED]
    text = counted(len(failing), "address fails", "addresses fail") if failing else "none fails"
    if refused:
        text += f"; {counted(refused, 'mail')} to the bounce address refused as not for limen"
    further = tuple(
        f"{each.address} ({each.person}) since {_moment(each.since, zone)}: {each.response}; "
        f"“limen bounce --clear {each.person}” when it is settled"
        for each in failing
    )
    record = {
        "failing": [
            {
                "address": each.address,
                "person": each.person,
                "since": each.since.isoformat(),
                "mail": each.outbox_id,
                "response": each.response,
            }
            for each in failing
        ],
        "bounces": {str(outcome): mails for outcome, mails in counted_bounces.items()},
    }
    return Look("addresses_failing", "Addresses", text, record, ill=bool(failing), further=further)


def _lasting(age: timedelta) -> str:
    hours, minutes = divmod(int(age.total_seconds()) // _MINUTES, _MINUTES)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"
