"""Two histories of one area become one: its series, and its alerts."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Final

from sqlalchemy import Connection, Table, delete, func, select, update

from monitor.core.alerts import Alert, AlertState
from monitor.core.renaming import Renaming
from monitor.store.alerts import alerts as alerts_of
from monitor.store.alerts import save_alerts
from monitor.store.batches import Channel, NewBatch
from monitor.store.bulk import AnyRow
from monitor.store.observations import NewObservation, record_batch
from monitor.store.tables import (
    acknowledgements,
    alerts,
    decisions,
    follow_ups,
    observations,
    series,
    transitions,
)

_OF_EPISODES: Final[tuple[Table, ...]] = (transitions, decisions, acknowledgements)


def merge_series(connection: Connection, indicator: str, renaming: Renaming, *, now: datetime) -> None:
    """Makes one series of two. The one that holds more goes on; the other's figures come to it in a batch.

    The figures of the other stay where they were, under a name that no area has.
    """
    names = (renaming.before, renaming.after)
    statement = select(series.c.area, series.c.id)
    statement = statement.where(series.c.indicator == indicator, series.c.area.in_(names))
    numbers = dict(connection.execute(statement).all())
    before, after = numbers[renaming.before], numbers[renaming.after]
    more_before = _figures(connection, before) > _figures(connection, after)
    kept, other = (before, after) if more_before else (after, before)
    had, comes = _latest(connection, kept), _latest(connection, other)
    rows = [
        NewObservation(
            indicator,
            renaming.after,
            end,
            each.value,
            each.numerator,
            each.denominator,
            each.status,
            each.missing,
        )
        for end, each in comes.items()
        if end not in had or (each.recorded_at, each.id) > (had[end].recorded_at, had[end].id)
    ]
    area = renaming.before if other == before else renaming.after
    _call(connection, other, f"{area} (series {other}, taken over by series {kept})")
    _call(connection, kept, renaming.after)
    if rows:
        name = f"areas.csv: {renaming.before} is {renaming.after} now"
        identity = hashlib.sha256(f"{name} {kept} {other} {now.isoformat()}".encode()).hexdigest()
        record_batch(connection, NewBatch(name, identity, Channel.DERIVED), rows, now=now)


def _figures(connection: Connection, number: int) -> int:
    counted = select(func.count()).select_from(observations).where(observations.c.series_id == number)
    return connection.execute(counted).scalar_one()


def _latest(connection: Connection, number: int) -> Mapping[date, AnyRow]:
    statement = select(observations).where(observations.c.series_id == number)
    rows = connection.execute(statement.order_by(observations.c.period_end, observations.c.revision))
    return {row.period_end: row for row in rows}


def _call(connection: Connection, number: int, area: str) -> None:
    connection.execute(update(series).where(series.c.id == number).values(area=area))


def merge_alert(connection: Connection, rule: str, renaming: Renaming) -> None:
    """Makes one alert of two, which fires if one of them does; whoever was told of either was told of it.

    Its episode is one that no breach of the past has, neither under the one name nor under the other.
    """
    before, after = (rule, renaming.before), (rule, renaming.after)
    found = alerts_of(connection, [before, after])
    both = (found[before], found[after])
    going_on = [each for each in both if each.state is AlertState.FIRING]
    stays = min(going_on or both, key=lambda each: (each.fired_on or date.max, -each.episode))
    highest = max(each.episode for each in both)
    if len(going_on) == 1 and any(each.episode == highest for each in both if each is not stays):
        highest += 1
    for each in going_on:
        _count_as(connection, each, highest, renaming.after)
    _drop_doubles(connection, rule, renaming)
    days = [each.judged_to for each in both if each.judged_to is not None]
    connection.execute(delete(alerts).where(alerts.c.rule == rule, alerts.c.area == renaming.before))
    one = replace(stays, area=renaming.after, episode=highest, judged_to=max(days, default=None))
    save_alerts(connection, [one])


def _count_as(connection: Connection, alert: Alert, episode: int, area: str) -> None:
    """Gives the present breach of an alert another number, wherever it stands; history goes to ``area``."""
    if alert.episode == episode:
        return
    for table in (*_OF_EPISODES, follow_ups):
        present = (
            (table.c.rule == alert.rule) & (table.c.area == alert.area) & (table.c.episode == alert.episode)
        )
        # What is owed under both names is still to be told apart.
        place = {} if table is follow_ups else {"area": area}
        connection.execute(update(table).where(present).values(episode=episode, **place))


def _drop_doubles(connection: Connection, rule: str, renaming: Renaming) -> None:
    """What is owed under both names is owed once."""
    table, same = follow_ups, follow_ups.alias("same")
    twice = select(same.c.rule).where(
        same.c.rule == table.c.rule,
        same.c.area == renaming.after,
        same.c.episode == table.c.episode,
        same.c.kind == table.c.kind,
        same.c.subject == table.c.subject,
    )
    connection.execute(
        delete(table).where(table.c.rule == rule, table.c.area == renaming.before, twice.exists())
    )
