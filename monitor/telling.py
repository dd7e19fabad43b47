"""Turns what a cycle changed into decisions and mails: who is told, why, and with which facts."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection

from monitor.core.alerts import AlertState
from monitor.core.disclosure import protected_figures
from monitor.core.evaluation import Judged, evaluate, figures_needed
from monitor.core.freshness import late_indicator
from monitor.core.late_notices import late_notice
from monitor.core.notices import HISTORY_FIGURES, SeriesView, closing_notice, notice, urgency
from monitor.core.notifications import Decision, Notice, Notification
from monitor.core.routing import (
    Change,
    Reached,
    data_owners,
    decide,
    grouped_by_recipient,
    news_of,
    reached,
)
from monitor.lateness import last_periods
from monitor.standings import SPARE_FIGURES, by_area, others_of
from monitor.store.figures import figures
from monitor.store.notifications import append_decisions, enqueue, last_notice, told_of
from monitor.world import World

AlertKey = tuple[str, str]


@dataclass(frozen=True, slots=True)
class _Facts:
    """What notices are made from: each alert's series, and of late ones how far their figures go."""

    views: Mapping[AlertKey, SeriesView]
    last_periods: Mapping[tuple[str, str], date]


def tell(
    connection: Connection,
    world: World,
    changes: Iterable[Change],
    cycle_id: int,
    *,
    now: datetime,
    today: date,
    domain: str,
) -> int:
    """Decides who is told of the changes, and puts one mail for each of them into the outbox.

    Returns how many mails. Every decision is written with its reason, also those not to tell.
    """
    moved = {
        (change.after.rule, change.after.area): change for change in changes if news_of(change) is not None
    }
    decisions = _decisions(connection, world, moved, today)
    groups = grouped_by_recipient(decisions)
    facts = _facts(connection, world, {(each.rule, each.area) for group in groups.values() for each in group})
    notifications = [
        _notification(group, [_notice(connection, world, each, moved, facts) for each in group], now)
        for group in groups.values()
    ]
    entries = enqueue(connection, notifications, now, domain)
    mails = {
        notification.recipient: entry.id for notification, entry in zip(notifications, entries, strict=True)
    }
    append_decisions(connection, decisions, cycle_id=cycle_id, at=now, mails=mails)
    return len(entries)


def _decisions(
    connection: Connection, world: World, moved: Mapping[AlertKey, Change], today: date
) -> tuple[Decision, ...]:
    breaches = [
        (change.before.rule, change.before.area, change.before.episode)
        for change in moved.values()
        if change.before.state is AlertState.FIRING or change.before.flapping
    ]
    told = told_of(connection, breaches) if breaches else {}
    known = dict(world.directory.people)
    made: list[Decision] = []
    for (rule_id, area_name), change in moved.items():
        people = told.get((rule_id, area_name, change.before.episode), ())
        made += decide(
            change,
            reach=_reach(world, change, today),
            told_before=[known.setdefault(each.recipient.id, each.recipient) for each in people],
            operations=world.operations,
        )
    return tuple(made)


def _reach(world: World, change: Change, today: date) -> tuple[Reached, ...]:
    if late_indicator(change.after.rule) is not None:
        if change.after.area not in world.areas.by_name:
            return ()
        return data_owners(change.after.area, directory=world.directory, areas=world.areas, on=today)
    rule = world.rulebook.alerts.get(change.after.rule)
    area = world.areas.find(change.after.area)
    if rule is None or area is None:
        return ()
    return reached(
        world.rulebook.routes,
        rule,
        world.indicator_of(rule),
        area,
        change.after.level or change.before.level,
        directory=world.directory,
        areas=world.areas,
        on=today,
    )


def _facts(connection: Connection, world: World, keys: Collection[AlertKey]) -> _Facts:
    late = {indicator for rule, _ in keys if (indicator := late_indicator(rule)) is not None}
    return _Facts(_views(connection, world, keys), last_periods(connection, world, late) if late else {})


def _views(connection: Connection, world: World, keys: Collection[AlertKey]) -> dict[AlertKey, SeriesView]:
    """Each alert's series as a reader may see it, judged by the rules as they are now."""
    rules = {key: world.rulebook.alerts[key[0]] for key in keys if key[0] in world.rulebook.alerts}
    views: dict[AlertKey, SeriesView] = {}
    for indicator_id in {rule.indicator for rule in rules.values()}:
        indicator = world.rulebook.indicators[indicator_id]
        watching = [rule for rule in world.rulebook.rules_of(indicator_id) if rule in rules.values()]
        last = HISTORY_FIGURES + figures_needed(indicator, watching) + SPARE_FIGURES
        series = by_area(figures(connection, indicator_id, last=last), world.areas)
        judged = evaluate(indicator, watching, series, others=others_of(connection, world, indicator))
        protected = protected_figures(indicator, judged.evaluations, world.areas)
        for key, rule in rules.items():
            if rule.indicator == indicator_id:
                views[key] = _view(key, judged, protected)
    return views


def _view(key: AlertKey, judged: Judged, protected: Collection[tuple[str, date]]) -> SeriesView:
    verdicts = judged.rule_evaluations.get(key, ())
    return SeriesView(
        evaluations=[each for each in judged.evaluations if each.area == key[1]],
        verdicts={verdict.period_end: verdict for verdict in verdicts},
        protected=frozenset(end for area, end in protected if area == key[1]),
    )


def _notification(group: Sequence[Decision], notices: Iterable[Notice], now: datetime) -> Notification:
    recipient = next(decision.recipient for decision in group if decision.recipient is not None)
    return Notification(recipient, tuple(sorted(notices, key=urgency)), now)


def _notice(
    connection: Connection,
    world: World,
    decision: Decision,
    moved: Mapping[AlertKey, Change],
    facts: _Facts,
) -> Notice:
    key = (decision.rule, decision.area)
    rule, area = world.rulebook.alerts.get(decision.rule), world.areas.find(decision.area)
    late = world.rulebook.indicators.get(late_indicator(decision.rule) or "")
    if late is not None and area is not None:
        return late_notice(
            decision,
            moved[key],
            indicator=late,
            area=area,
            latest=facts.last_periods.get((late.id, area.name)),
            rulebook=world.rulebook,
        )
    if rule is not None and area is not None and key in facts.views:
        return notice(
            decision,
            moved[key],
            rule=rule,
            indicator=world.indicator_of(rule),
            area=area,
            view=facts.views[key],
            rulebook=world.rulebook,
        )
    earlier = last_notice(connection, *key, decision.episode)
    if earlier is None:
        raise LookupError(f"{key} ends, but no mail about its breach is kept")
    return closing_notice(earlier, decision, moved[key])
