"""What waits to be told, summed up: how much and why, since when, and what comes next."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from monitor.core.notifications import TellReason
from monitor.store.follow_ups import FollowUp, FollowUpKind, all_follow_ups

AlertKey = tuple[str, str]
"""(rule, area): the identity of an alert."""


@dataclass(frozen=True, slots=True)
class HeldNews:
    """News of one alert that is held back: from how many people, since when, and why.

    ``until`` is when it is looked at next; None: once what holds it has ended. ``reason`` is what holds the
    oldest piece.
    """

    people: int
    since: datetime
    until: datetime | None
    reason: TellReason


@dataclass(frozen=True, slots=True)
class Waiting:
    """All that limen comes back to.

    ``held`` counts by reason what is held back: news, and reminders and escalations that are due; ``oldest``
    says since when news is held for each. ``news`` is what is held of each alert. ``next_due`` is when limen
    comes back to something next; a time that has passed is overdue. ``reminders`` and ``escalations`` count
    those to come.
    """

    held: Mapping[TellReason, int]
    oldest: Mapping[TellReason, datetime]
    news: Mapping[AlertKey, HeldNews]
    next_due: datetime | None
    reminders: int
    escalations: int

    @classmethod
    def of(cls, rows: Iterable[FollowUp]) -> "Waiting":
        """Sums up what there is to come back to."""
        held: Counter[TellReason] = Counter()
        oldest: dict[TellReason, datetime] = {}
        by_alert: dict[AlertKey, list[FollowUp]] = {}
        kinds: Counter[FollowUpKind] = Counter()
        next_due: datetime | None = None
        for row in rows:
            if row.due_at is not None and (next_due is None or row.due_at < next_due):
                next_due = row.due_at
            if row.reason.held and row.kind is not FollowUpKind.SILENCE:
                held[row.reason] += 1
            if row.kind is FollowUpKind.NEWS:
                oldest[row.reason] = min(oldest.get(row.reason, row.since), row.since)
                by_alert.setdefault(row.alert, []).append(row)
            elif row.due_at is not None or row.reason.held:
                kinds[row.kind] += 1
        news = {alert: _held(found) for alert, found in by_alert.items()}
        return cls(held, oldest, news, next_due, kinds[FollowUpKind.REMINDER], kinds[FollowUpKind.ESCALATION])


NOTHING_WAITS = Waiting({}, {}, {}, None, 0, 0)


def waiting(connection: Connection) -> Waiting:
    """Everything that waits, by one statement."""
    return Waiting.of(all_follow_ups(connection))


def _held(rows: list[FollowUp]) -> HeldNews:
    first = min(rows, key=lambda row: (row.since, row.subject))
    ends = [row.due_at for row in rows if row.due_at is not None]
    return HeldNews(len(rows), first.since, min(ends, default=None), first.reason)
