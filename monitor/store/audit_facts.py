"""What of a decision and of a mail goes into the audit trail, and what of it is personal."""

from collections.abc import Mapping
from typing import Any, Final

from monitor.core.audit import AuditKind, Fact, instant
from monitor.core.notifications import Notification
from monitor.store.outbox import OutboxEntry

_PERSONAL_PARTS: Final = ("recipient_id", "recipient_name", "address", "salutation", "language")
_FACTS: Final = (
    "rule",
    "area",
    "episode",
    "kind",
    "reason",
    "route",
    "role",
    "role_area",
    "level",
    "channel",
)


def decision_fact(row: Mapping[str, Any]) -> Fact:
    """A decision for the audit trail: without the figure, and its person apart from the rest."""
    facts = {name: row[name] for name in _FACTS} | {
        "cycle": row["cycle_id"],
        "mail": row["outbox_id"],
        "period_end": row["period_end"] and row["period_end"].isoformat(),
        "until": row["until"] and instant(row["until"]),
    }
    person = row["recipient_id"] or ""
    # The note may name who acknowledged it.
    personal = {"note": row["note"]} if row["note"] else {}
    if person:
        personal |= {name: row[name] for name in _PERSONAL_PARTS}
    return Fact(AuditKind.DECISION, row["at"], facts, person, personal)


def mail_fact(entry: OutboxEntry, notification: Notification) -> Fact:
    """A mail for the audit trail: what it tells of, without figures."""
    news = notification.operations
    facts = {
        "mail": entry.id,
        "channel": entry.channel,
        "message_id": entry.message_id,
        "occasion": notification.occasion,
        "operations": news and news.kind,
        "tells": [
            {
                "rule": each.rule,
                "area": each.area,
                "kind": each.kind,
                "level": each.level,
                "period_end": each.period_end and each.period_end.isoformat(),
            }
            for each in notification.notices
        ],
    }
    personal = {"name": entry.recipient_name, "address": entry.address}
    return Fact(AuditKind.MAIL, entry.created_at, facts, entry.recipient_id, personal)
