"""What waits to be told, summed up: how much and why, since when, and what comes next."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection

from monitor.core.alerts import AlertKey
from monitor.core.notifications import TellReason
from monitor.core.waiting import HeldNews, Waiting
from monitor.store.follow_ups import FollowUp, FollowUpKind, all_follow_ups


def summed_up(rows: Iterable[FollowUp]) -> Waiting:
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
    return Waiting(held, oldest, news, next_due, kinds[FollowUpKind.REMINDER], kinds[FollowUpKind.ESCALATION])


def waiting(connection: Connection) -> Waiting:
    """Everything that waits, by one statement."""
    return summed_up(all_follow_ups(connection))


def _held(rows: list[FollowUp]) -> HeldNews:
    first = min(rows, key=lambda row: (row.since, row.subject))
    ends = [row.due_at for row in rows if row.due_at is not None]
    return HeldNews(len(rows), first.since, min(ends, default=None), first.reason)
