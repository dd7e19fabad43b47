"""Who was told of an alert, or not, and what became of the mail."""

from dataclasses import dataclass
from datetime import datetime, tzinfo

from sqlalchemy import Connection

from monitor.core.audit import ERASED
from monitor.core.waiting import HeldNews
from monitor.store.decisions import RecordedDecision, decisions_of
from monitor.store.outbox import OutboxEntry, OutboxState, outbox_entries
from monitor.terminal import counted


@dataclass(frozen=True, slots=True)
class Telling:
    """One decision and its mail. ``recipient`` None: the reason keeps it from everybody.

    ``mail`` is the number in the outbox, ``response`` what the mail server last answered. ``held``: it is
    told later if it still holds; ``until`` is then when it was to be looked at again, and ``note`` names what
    keeps it from them. ``level`` is the alert's.
    """

    at: datetime
    cycle: int
    episode: int
    kind: str | None
    person: str | None
    recipient: str | None
    told: bool
    held: bool
    level: str | None
    reason: str
    until: datetime | None
    note: str
    route: str | None
    role: str | None
    role_area: str | None
    mail: int | None
    mail_state: OutboxState | None
    sent_at: datetime | None
    response: str

    @property
    def verb(self) -> str:
        """Whether they were told, are to be told once the mail is sent, or were not: it was refused."""
        match self.mail_state:
            case OutboxState.PENDING | OutboxState.SENDING:
                return "is to be told"
            case OutboxState.DEAD:
                return "could not be told"
            case _:
                return "was told"


def tellings(
    connection: Connection, rule: str, area: str, *, episode: int | None = None
) -> tuple[Telling, ...]:
    """Every decision about an alert (one breach of it, if given), the oldest first."""
    decisions = decisions_of(connection, rule, area, episode=episode)
    numbers = [each.outbox_id for each in decisions if each.outbox_id is not None]
    mails = {each.id: each for each in outbox_entries(connection, ids=numbers)} if numbers else {}
    return tuple(
        _telling(each, None if each.outbox_id is None else mails.get(each.outbox_id)) for each in decisions
    )


def _telling(recorded: RecordedDecision, mail: OutboxEntry | None) -> Telling:
    decision = recorded.decision
    return Telling(
        at=recorded.at,
        cycle=recorded.cycle_id,
        episode=decision.episode,
        kind=None if decision.kind is None else decision.kind.value,
        person=None if decision.recipient is None else decision.recipient.id,
        recipient=None if decision.recipient is None else decision.recipient.name,
        told=decision.reason.told and decision.recipient is not None,
        held=decision.reason.held,
        level=None if decision.level is None else decision.level.value,
        reason=decision.reason.value,
        until=decision.until,
        note=decision.note,
        route=decision.route,
        role=decision.role,
        role_area=decision.role_area,
        mail=recorded.outbox_id,
        mail_state=None if mail is None else mail.state,
        sent_at=None if mail is None else mail.sent_at,
        response="" if mail is None else mail.last_response,
    )


def spelt(name: str) -> str:
    """A person's name as it is shown; of one who was erased, that."""
    return "a person who was erased" if name == ERASED else name


def plain_note(note: str) -> str:
    """What a decision notes, fit to stand in brackets: ``late:x in Kent, by inhibition “feed”``."""
    said, begun, inhibition = note.partition(" (inhibition ")
    return f"{said}, by inhibition {inhibition.removesuffix(')')}" if begun else note


def fate(telling: Telling, zone: tzinfo) -> str:
    """What became of the mail, in words."""
    if telling.sent_at is not None:
        return f"{telling.sent_at.astimezone(zone):%-d %b %Y %H:%M}"
    match telling.mail_state:
        case OutboxState.DEAD:
            return "the mail was refused"
        case OutboxState.PENDING | OutboxState.SENDING:
            return "the mail waits to be sent"
        case _:
            return "no mail is kept"


def held_line(held: HeldNews | None, zone: tzinfo, note: str = "") -> str:
    """From how many people news of an alert is held back, and why; "": from nobody.

    ``note`` is what the decision to hold it named, such as the other alert.
    """
    if held is None:
        return ""
    people = counted(held.people, "person", "people")
    since = f"{held.since.astimezone(zone):%-d %b %Y %H:%M}"
    until = "" if held.until is None else f" until {held.until.astimezone(zone):%-d %b %Y %H:%M}"
    why = held.reason.why
    named = f" ({plain_note(note)})" if note else ""
    return f"held back from {people} since {since}{until}: {why}{named}"


def held_record(held: HeldNews | None, note: str = "") -> dict[str, object] | None:
    """The same as JSON types."""
    if held is None:
        return None
    return {
        "people": held.people,
        "reason": held.reason.name.lower(),
        "held_by": note or None,
        "since": held.since.isoformat(),
        "until": None if held.until is None else held.until.isoformat(),
    }
