"""Looks which figures are doubtful or missing by a fault of the data, and what becomes of the alerts of it.

Only what changed in a cycle is looked at, beside the alerts that are open.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from sqlalchemy import Connection

from monitor.core.alerts import Alert, AlertState, TransitionReason
from monitor.core.areas import Area
from monitor.core.data_faults import Look, closed, is_a_gap, next_step, why_closed
from monitor.core.observations import Observation
from monitor.core.plausibility import (
    LOOKED_AT,
    RECENT,
    Confirmed,
    fault_of,
    faulty_indicator,
    gaps,
    looks_for_gaps,
    opinions,
    published_figures,
    says_anything,
)
from monitor.core.routing import Change
from monitor.core.rulebook import Indicator
from monitor.core.suppressions import Acknowledgement
from monitor.store.acknowledgements import latest_acknowledgements
from monitor.store.alerts import alerts
from monitor.store.figures import figures, figures_of_series, series_of
from monitor.world import PLAUSIBLE, World

SeriesKey = tuple[str, str]
AlertKey = tuple[str, str]


@dataclass
class _Found:
    """What was read: each series' figures in order, the alerts there ever were, what has been vouched for."""

    rows: dict[SeriesKey, list[Observation]] = field(default_factory=dict)
    missing: dict[SeriesKey, date] = field(default_factory=dict)
    known: dict[AlertKey, Alert] = field(default_factory=dict)
    confirmed: dict[SeriesKey, Confirmed] = field(default_factory=dict)
    vouched_for: set[SeriesKey] = field(default_factory=set)


def changes_of_plausibility(
    connection: Connection,
    world: World,
    series: Collection[SeriesKey],
    changed_rules: Collection[str],
    *,
    open_alerts: Mapping[AlertKey, Alert],
    today: date,
) -> dict[AlertKey, Change]:
    """Returns what becomes doubtful, what is not doubtful any more, and what nobody asks about, by alert.

    Without a fault that is open, and without a change of an indicator that says when its figures are
    doubtful, no statement is sent.

    Args:
        connection: a connection to the store.
        world: by what to judge.
        series: those that have changed.
        changed_rules: the subjects whose fingerprint has changed.
        open_alerts: all that fire, whatever they are about.
        today: the day on which this is asked.
    """
    opened = {key: alert for key, alert in open_alerts.items() if faulty_indicator(key[0]) is not None}
    watched = {
        name
        for name, each in world.rulebook.indicators.items()
        if says_anything(each.plausibility) and why_closed(each, today) is None
    }
    redefined = {each.removeprefix(PLAUSIBLE) for each in changed_rules if each.startswith(PLAUSIBLE)}
    redefined &= watched
    changes: dict[AlertKey, Change] = {}
    for key, alert in opened.items():
        reason = why_closed(_indicator_of(world, *key), today)
        if key[1] not in world.areas.by_name:
            reason = TransitionReason.AREA_REMOVED
        if reason is not None:
            changes[key] = closed(alert, reason)
    keys = {key for key in series if key[0] in watched and key[1] in world.areas.by_name}
    if redefined:
        keys |= {key for key in series_of(connection, redefined) if key[1] in world.areas.by_name}
    touched = {indicator for indicator, _ in keys}
    vouched_for = _acknowledged(connection, [alert for key, alert in opened.items() if key not in changes])
    for rule, area in opened:
        name = faulty_indicator(rule) or ""
        if (rule, area) not in changes and (name in touched or (rule, area) in vouched_for):
            keys.add((name, area))
    for (name, area), seen in looks(connection, world, keys, known=opened).items():
        change = next_step(seen.alert, replace(seen.look, redefined=name in redefined))
        if change.after != seen.alert:
            changes[fault_of(name), area] = change
    return changes


@dataclass(frozen=True, slots=True)
class SeriesLook:
    """How a series looks, and its alert as it stands."""

    look: Look
    alert: Alert


def looks(
    connection: Connection,
    world: World,
    keys: Collection[SeriesKey],
    *,
    known: Mapping[AlertKey, Alert] | None = None,
) -> dict[SeriesKey, SeriesLook]:
    """Looks at the last figures of these series, and at areas that lack one of the same indicators.

    ``known``: alerts that need not be read.
    """
    found = _Found(known=dict(known or {}))
    _read(connection, world, keys, found)
    first = _looks(world, found)
    # Somebody's word matters where a figure was doubtful before, too: it may have made a new yardstick.
    doubtful = {key for key, look in first.items() if look.ever_in_doubt}
    wanted = [fault_of(name) for name, _ in first]
    asked = {(fault_of(name), area) for name, area in doubtful} - found.known.keys()
    found.known |= alerts(connection, asked) if asked else {}
    if found.known:
        _read_confirmations(connection, first.keys(), found)
        if found.confirmed or found.vouched_for:
            first = _looks(world, found)
    return {
        key: SeriesLook(look, found.known.get((rule, key[1]), Alert(rule, key[1])))
        for (key, look), rule in zip(first.items(), wanted, strict=True)
    }


def _indicator_of(world: World, rule: str, area: str) -> Indicator | None:
    if area not in world.areas.by_name:
        return None
    return world.rulebook.indicators.get(faulty_indicator(rule) or "")


def _read(connection: Connection, world: World, keys: Collection[SeriesKey], found: _Found) -> None:
    for row in figures_of_series(connection, keys, last=LOOKED_AT) if keys else ():
        area = world.areas.find(row.area)
        if area is not None:
            found.rows.setdefault((row.indicator, area.name), []).append(row)
    for key in keys:
        found.rows.setdefault(key, [])
    for name in sorted({indicator for indicator, _ in keys}):
        indicator = world.rulebook.indicators[name]
        if looks_for_gaps(indicator):
            found.missing |= _missing(connection, world, indicator)
    lacking = found.missing.keys() - found.rows.keys()
    for row in figures_of_series(connection, lacking, last=LOOKED_AT) if lacking else ():
        found.rows.setdefault((row.indicator, row.area), []).append(row)


def _missing(connection: Connection, world: World, indicator: Indicator) -> dict[SeriesKey, date]:
    periods: dict[Area, list[date]] = {}
    for row in figures(connection, indicator.id, last=RECENT):
        area = world.areas.find(row.area)
        if area is not None:
            periods.setdefault(area, []).append(row.period_end)
    lacking = gaps(periods, world.areas)
    return {
        (indicator.id, area): period_end
        for area, period_end in lacking.items()
        if is_a_gap(indicator, period_end)
    }


def _looks(world: World, found: _Found) -> dict[SeriesKey, Look]:
    by_indicator: dict[str, dict[Area, list[Observation]]] = {}
    for (name, place), rows in found.rows.items():
        by_indicator.setdefault(name, {})[world.areas[place]] = rows
    made: dict[SeriesKey, Look] = {}
    for name, series in by_indicator.items():
        indicator = world.rulebook.indicators[name]
        published = published_figures(indicator, series)
        for area, rows in series.items():
            key = (name, area.name)
            made[key] = Look(
                opinions(indicator, published[area.name], found.confirmed.get(key, frozenset())),
                last=rows[-1].period_end if rows else None,
                missing=found.missing.get(key),
                vouched_for=key in found.vouched_for,
            )
    return made


def _acknowledged(connection: Connection, opened: Collection[Alert]) -> set[AlertKey]:
    """The open faults that somebody has acknowledged."""
    if not opened:
        return set()
    given = latest_acknowledgements(connection, [(each.rule, each.area, each.episode) for each in opened])
    return {(rule, area) for (rule, area, _), each in given.items() if not each.withdrawn}


def _read_confirmations(connection: Connection, keys: Iterable[SeriesKey], found: _Found) -> None:
    """Reads what has been vouched for in each series that ever had a fault.

    Whoever acknowledges a fault vouches for the last figure with a value as it was known then: one that is
    restated afterwards is another figure.
    """
    asked = set(keys)
    episodes = [
        (alert.rule, alert.area, episode)
        for (rule, area), alert in found.known.items()
        if (faulty_indicator(rule) or "", area) in asked
        for episode in range(1, alert.episode + 1)
    ]
    for (rule, area, episode), given in latest_acknowledgements(connection, episodes).items():
        if given.withdrawn:
            continue
        key = (faulty_indicator(rule) or "", area)
        alert = found.known[rule, area]
        if alert.state is AlertState.FIRING and alert.episode == episode:
            found.vouched_for.add(key)
        found.confirmed[key] = found.confirmed.get(key, frozenset()) | _vouched_for(connection, key, given)


def _vouched_for(connection: Connection, key: SeriesKey, given: Acknowledgement) -> Confirmed:
    rows = figures_of_series(connection, [key], known_at=given.at, last=LOOKED_AT)
    with_value = [row for row in rows if row.missing is None]
    return frozenset((row.period_end, row.revision) for row in with_value[-1:])
