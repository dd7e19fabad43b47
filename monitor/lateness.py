"""Looks which figures should have come by now and have not, and what becomes of the alerts that say so."""

import hashlib
from collections.abc import Collection, Mapping
from datetime import date

from sqlalchemy import Connection

from monitor.calendar_england import bank_holidays
from monitor.core.alerts import Alert, TransitionReason
from monitor.core.freshness import (
    Expected,
    fallen_late,
    late_figures,
    late_indicator,
    no_longer_late,
    why_not_late,
)
from monitor.core.routing import Change
from monitor.store.alerts import alerts
from monitor.store.figures import latest_periods
from monitor.world import World

SeriesKey = tuple[str, str]
AlertKey = tuple[str, str]


LOOK = "lateness"
"""What stands for the last look in the store, among the fingerprints of what was judged."""


def look_of(world: World, today: date) -> str | None:
    """Returns all that lateness depends on beside the figures, the day too; None: nothing is waited for.

    A cycle needs to look again only if figures came or this has changed: once a day, as a rule.
    """
    waited = [
        (each.id, each.expected_within, each.frequency, each.retirement)
        for each in world.rulebook.indicators.values()
        if each.expected_within is not None and each.derivation is None
    ]
    if not waited:
        return None
    seen = f"{today} {waited!r} {sorted(world.areas.by_name)!r}"
    return hashlib.sha256(seen.encode()).hexdigest()


def changes_of_lateness(
    connection: Connection, world: World, open_alerts: Mapping[AlertKey, Alert], today: date
) -> dict[AlertKey, Change]:
    """Returns what becomes late, what has come, and what is not waited for any more, by alert.

    ``open_alerts`` are all that fire. A statement reads how far the figures go, where some are waited for; a
    second one is needed where a figure becomes late.
    """
    waited = {key: alert for key, alert in open_alerts.items() if late_indicator(key[0]) is not None}
    expecting = {each.id for each in world.rulebook.indicators.values() if each.expected_within is not None}
    latest = last_periods(connection, world, expecting) if expecting else {}
    late: dict[AlertKey, Expected] = {}
    if latest:
        holidays = bank_holidays(min(latest.values()).year, today.year)
        late = late_figures(world.rulebook.indicators, latest, today, holidays)
    new = [key for key in late if key not in waited]
    known = {**(alerts(connection, new) if new else {}), **waited}
    changes: dict[AlertKey, Change] = {}
    for key, missing in late.items():
        change = fallen_late(known.get(key, Alert(*key)), missing)
        if change.after != change.before:
            changes[key] = change
    for key, alert in waited.items():
        if key not in late:
            changes[key] = _ended(world, alert, latest, today)
    return changes


def last_periods(connection: Connection, world: World, indicators: Collection[str]) -> dict[SeriesKey, date]:
    """(indicator, area) -> the end of the last period that a figure came for, in the areas that are known."""
    found: dict[SeriesKey, date] = {}
    for (indicator, name), last in latest_periods(connection, indicators).items():
        area = world.areas.find(name)
        if area is not None:
            found[indicator, area.name] = max(last, found.get((indicator, area.name), last))
    return found


def _ended(world: World, alert: Alert, latest: Mapping[SeriesKey, date], today: date) -> Change:
    if alert.area not in world.areas.by_name:
        return no_longer_late(alert, TransitionReason.AREA_REMOVED)
    name = late_indicator(alert.rule) or ""
    indicator = world.rulebook.indicators.get(name)
    reason = why_not_late(indicator, alert.breach_since, latest.get((name, alert.area)), today)
    return no_longer_late(alert, reason)
