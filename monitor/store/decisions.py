"""Who was told what, and who was not, and why. Only added to; of erased people nothing is left in it."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection, Integer, func, select

from monitor.core.alerts import EpisodeKey
from monitor.core.audit import ERASED
from monitor.core.notifications import (
    Decision,
    NoticeKind,
    TellReason,
    ToldFigure,
)
from monitor.core.recipients import Recipient
from monitor.core.rulebook import Level
from monitor.store import audit
from monitor.store.audit_facts import decision_fact
from monitor.store.bulk import AnyRow, ColumnTypes, chunks, insert_rows, listed
from monitor.store.codec import (
    figure_from_json,
    figure_to_json,
)
from monitor.store.columns import NAME
from monitor.store.mail_tables import outbox
from monitor.store.tables import decisions

_EPISODE: Final[ColumnTypes] = {"rule": NAME, "area": NAME, "episode": Integer()}
_ALERT: Final[ColumnTypes] = {"rule": NAME, "area": NAME}
_PAYLOADS_AT_ONCE: Final = 500
_THREAD: Final[ColumnTypes] = {"thread": NAME, "recipient_id": NAME}


@dataclass(frozen=True, slots=True)
class Told:
    """Somebody who was told of a breach. ``message_id`` is that of the first mail about it; None: by none.

    ``first_at`` and ``last_at`` are when they were told first and last, ``kind`` and ``level`` what they were
    told last, ``reminders`` how many reminders since there was news. ``route`` and ``role`` are by which and
    as what they were told last.
    """

    recipient: Recipient
    message_id: str | None
    first_at: datetime | None = None
    last_at: datetime | None = None
    kind: NoticeKind | None = None
    level: Level | None = None
    reminders: int = 0
    route: str | None = None
    role: str | None = None
    role_area: str | None = None


@dataclass(frozen=True, slots=True)
class RecordedDecision:
    """A decision in the store. ``outbox_id`` is the mail that came of it."""

    decision: Decision
    cycle_id: int
    at: datetime
    outbox_id: int | None


def append_decisions(
    connection: Connection,
    made: Iterable[Decision],
    *,
    cycle_id: int,
    at: datetime,
    mails: Mapping[str, int] | None = None,
) -> None:
    """Writes decisions. ``mails``: a person's id to the outbox row that tells them of these."""
    mails = mails or {}
    for chunk in chunks(made):
        rows = [_decision_row(item, cycle_id, at, mails) for item in chunk]
        insert_rows(connection, decisions.insert(), rows)
        audit.note(connection, map(decision_fact, rows))


def told_of(connection: Connection, keys: Collection[EpisodeKey]) -> dict[EpisodeKey, tuple[Told, ...]]:
    """(rule, area, episode) -> who was told of that breach, in the order in which they were first told.

    A person appears once, as they were last known; who was erased is left out. Breaches that nobody was told
    of are left out.
    """
    found: dict[EpisodeKey, dict[str, Told]] = {}
    for chunk in chunks(sorted(set(keys))):
        wanted = listed(connection, _EPISODE, chunk)
        told = [reason for reason in TellReason if reason.told]
        rows = connection.execute(
            select(decisions, outbox.c.message_id)
            .join(
                wanted,
                (wanted.c.rule == decisions.c.rule)
                & (wanted.c.area == decisions.c.area)
                & (wanted.c.episode == decisions.c.episode),
            )
            .join(outbox, outbox.c.id == decisions.c.outbox_id, isouter=True)
            .where(
                decisions.c.reason.in_(told),
                decisions.c.recipient_id.is_not(None),
                decisions.c.recipient_id.not_like(f"{ERASED}:%"),
            )
            .order_by(decisions.c.id)
        )
        for row in rows:
            people = found.setdefault((row.rule, row.area, row.episode), {})
            recipient = _recipient(row)
            if recipient is not None:
                before = people.get(recipient.id)
                people[recipient.id] = told_once_more(
                    row, recipient, before, at=row.at, message_id=row.message_id
                )
    return {key: tuple(people.values()) for key, people in found.items()}


def told_once_more(
    made: Decision | AnyRow,
    recipient: Recipient,
    before: Told | None,
    *,
    at: datetime,
    message_id: str | None,
) -> Told:
    """What somebody knows after one more telling; ``before`` None: it is the first about that breach.

    ``made`` is the decision, or its row in the store.
    """
    reminded = made.kind is NoticeKind.REMINDER
    # Whoever was told "worsened" and is reminded still knows the level they were told.
    return Told(
        recipient=recipient,
        message_id=(before and before.message_id) or message_id,
        first_at=at if before is None else before.first_at,
        last_at=at,
        kind=made.kind,
        level=made.level,
        reminders=(before.reminders if before else 0) + 1 if reminded else 0,
        route=made.route or (before.route if before else None),
        role=made.role or (before.role if before else None),
        role_area=made.role_area or (before.role_area if before else None),
    )


@dataclass(frozen=True, slots=True)
class ToldOfFigure:
    """Somebody who was told a figure of an alert: in which breach, when, and what it was."""

    rule: str
    area: str
    episode: int
    recipient: Recipient
    at: datetime
    figure: ToldFigure


def told_figures(
    connection: Connection, keys: Collection[tuple[str, str]], *, since: date
) -> tuple[ToldOfFigure, ...]:
    """The last that each person was told of each period's figure, of alerts (rule, area), since a day."""
    found: dict[tuple[str, str, str, date], ToldOfFigure] = {}
    told = [reason for reason in TellReason if reason.told]
    for chunk in chunks(sorted(set(keys))):
        wanted = listed(connection, _ALERT, chunk)
        rows = connection.execute(
            select(decisions)
            .join(wanted, (wanted.c.rule == decisions.c.rule) & (wanted.c.area == decisions.c.area))
            .where(
                decisions.c.reason.in_(told),
                decisions.c.recipient_id.is_not(None),
                decisions.c.recipient_id.not_like(f"{ERASED}:%"),
                decisions.c.figure.is_not(None),
                decisions.c.period_end >= since,
            )
            .order_by(decisions.c.id)
        )
        for row in rows:
            recipient = _recipient(row)
            if recipient is not None:
                found[row.rule, row.area, recipient.id, row.period_end] = ToldOfFigure(
                    row.rule, row.area, row.episode, recipient, row.at, figure_from_json(row.figure)
                )
    return tuple(found.values())


def held_by_note(
    connection: Connection, reason: TellReason, note: str, since: datetime
) -> tuple[RecordedDecision, ...]:
    """What was kept from people for a reason of this name, such as one silence, the oldest first."""
    rows = connection.execute(
        select(decisions)
        .where(decisions.c.at >= since, decisions.c.reason == reason, decisions.c.note == note)
        .order_by(decisions.c.id)
    )
    return tuple(RecordedDecision(_decision(row), row.cycle_id, row.at, row.outbox_id) for row in rows)


def decisions_of(
    connection: Connection, rule: str, area: str, *, episode: int | None = None
) -> tuple[RecordedDecision, ...]:
    """Every decision about one alert (one breach of it, if given), the oldest first."""
    statement = select(decisions).where(decisions.c.rule == rule, decisions.c.area == area)
    if episode is not None:
        statement = statement.where(decisions.c.episode == episode)
    rows = connection.execute(statement.order_by(decisions.c.id))
    return tuple(RecordedDecision(_decision(row), row.cycle_id, row.at, row.outbox_id) for row in rows)


def decisions_since(connection: Connection, cycle_id: int) -> tuple[RecordedDecision, ...]:
    """Every decision of the cycles after this one, the oldest first; 0: of all cycles."""
    statement = select(decisions).where(decisions.c.cycle_id > cycle_id).order_by(decisions.c.id)
    return tuple(
        RecordedDecision(_decision(row), row.cycle_id, row.at, row.outbox_id)
        for row in connection.execute(statement)
    )


def decisions_counted(
    connection: Connection, cycle_id: int
) -> dict[tuple[TellReason, NoticeKind | None], int]:
    """(reason, kind) -> how many decisions a cycle made."""
    rows = connection.execute(
        select(decisions.c.reason, decisions.c.kind, func.count())
        .where(decisions.c.cycle_id == cycle_id)
        .group_by(decisions.c.reason, decisions.c.kind)
    )
    return {(reason, kind): count for reason, kind, count in rows}


def decisions_of_cycle(connection: Connection, cycle_id: int) -> tuple[RecordedDecision, ...]:
    """Every decision that a cycle made, in the order in which they were written."""
    rows = connection.execute(
        select(decisions).where(decisions.c.cycle_id == cycle_id).order_by(decisions.c.id)
    )
    return tuple(RecordedDecision(_decision(row), row.cycle_id, row.at, row.outbox_id) for row in rows)


def _decision_row(
    decision: Decision, cycle_id: int, at: datetime, mails: Mapping[str, int]
) -> dict[str, Any]:
    recipient = decision.recipient
    told = recipient is not None and decision.reason.told
    return {
        "cycle_id": cycle_id,
        "at": at,
        "rule": decision.rule,
        "area": decision.area,
        "episode": decision.episode,
        "kind": decision.kind,
        "recipient_id": recipient and recipient.id,
        "recipient_name": recipient and recipient.name,
        "address": recipient and recipient.address,
        "salutation": recipient and recipient.salutation,
        "language": recipient and recipient.language,
        "channel": recipient and recipient.channel,
        "reason": decision.reason,
        "route": decision.route,
        "role": decision.role,
        "role_area": decision.role_area,
        "level": decision.level,
        "period_end": decision.figure and decision.figure.period_end,
        "figure": decision.figure and figure_to_json(decision.figure),
        "until": decision.until,
        "note": decision.note,
        "outbox_id": mails.get(recipient.id) if recipient is not None and told else None,
    }


def _decision(row: AnyRow) -> Decision:
    return Decision(
        rule=row.rule,
        area=row.area,
        episode=row.episode,
        kind=row.kind,
        recipient=_recipient(row),
        reason=row.reason,
        route=row.route,
        role=row.role,
        role_area=row.role_area,
        level=row.level,
        figure=None if row.figure is None else figure_from_json(row.figure),
        until=row.until,
        note=row.note,
    )


def _recipient(row: AnyRow) -> Recipient | None:
    if row.recipient_id is None:
        return None
    language = None if row.language == ERASED else row.language
    return Recipient(
        row.recipient_id, row.recipient_name, row.address, row.salutation, row.channel, language=language
    )
