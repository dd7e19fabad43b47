"""What waits to be told, as values: how much and why, since when, and what comes next."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from monitor.core.alerts import AlertKey
from monitor.core.notifications import TellReason


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


NOTHING_WAITS = Waiting({}, {}, {}, None, 0, 0)
