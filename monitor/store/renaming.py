"""An area's history goes along when the area gets another name: figures, alerts, and who was told of what.

The rows of history keep all that they say; only the name of the area in them follows, and the database lets
it do so only where ``area_renames`` says from what to what. Mails and the audit trail stay as they were.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, Table, delete, func, insert, select, update

from monitor.core.areas import AreaTree
from monitor.core.audit import AuditKind, Fact
from monitor.core.renaming import Renaming, renamings
from monitor.store import audit
from monitor.store.area_names import forget_names, known_areas, note_areas
from monitor.store.area_tables import area_renames
from monitor.store.locks import Lock, take
from monitor.store.mail_order import keep_order_of_renamed
from monitor.store.mail_tables import threads
from monitor.store.merging import merge_alert, merge_series
from monitor.store.tables import (
    acknowledgements,
    alerts,
    decisions,
    follow_ups,
    rule_evaluations,
    series,
    transitions,
)

_FOLLOW: Final[tuple[tuple[Table, str], ...]] = (
    (rule_evaluations, "area"),
    (transitions, "area"),
    (decisions, "area"),
    (decisions, "role_area"),
    (acknowledgements, "area"),
    (follow_ups, "area"),
    (follow_ups, "role_area"),
    (alerts, "area"),
    (series, "area"),
)
"""What names an area; of the alerts and series those that no other is to be merged with."""


def follow_renames(
    connection: Connection, areas: AreaTree, came: Collection[str], *, now: datetime
) -> tuple[Renaming, ...]:
    """Carries over the history of areas that go by another name now, and returns what it did, in order.

    ``came`` are the areas of figures that came in, by the names that they had then. One statement where
    nothing was renamed.
    """
    known = known_areas(connection)
    codes = {area.name: area.code for area in areas}
    strange = {name: None for name in came if name not in codes and name not in known}
    found = renamings(strange | known, areas)
    carry_over(connection, found, now=now)
    gone = {each.before for each in found}
    kept = {name: code for name, code in strange.items() if name not in gone} | codes
    changed = {
        name: code for name, code in kept.items() if name not in known or name in gone or known[name] != code
    }
    note_areas(connection, changed)
    return found


def carry_over(connection: Connection, found: Sequence[Renaming], *, now: datetime) -> None:
    """Puts what is kept under areas' earlier names under those they go by now, one after the other.

    Where there is history under both names it becomes one: of two figures for a period the one counts that
    was recorded later, and two alerts of a rule are one, which fires if one of them did.
    """
    if not found:
        return
    take(connection, Lock.INGEST)
    for each in found:
        row = {"at": now, "old_name": each.before, "new_name": each.after}
        connection.execute(insert(area_renames).values(row))
        facts = {"before": each.before, "after": each.after}
        audit.note(connection, [Fact(AuditKind.AREA_RENAMED, now, facts)])
        _merge(connection, each, now)
        _follow_threads(connection, each)
        for table, column in _FOLLOW:
            named = table.c[column]
            connection.execute(update(table).where(named == each.before).values({column: each.after}))
        keep_order_of_renamed(connection, each)
        forget_names(connection, (each.before,))


def _merge(connection: Connection, renaming: Renaming, now: datetime) -> None:
    """Makes one of what there is under both names, so that what is left has a free name to go to."""
    rules = _under_both(connection, alerts, "rule", renaming)
    for rule in rules:
        merge_alert(connection, rule, renaming)
    for indicator in _under_both(connection, series, "indicator", renaming):
        merge_series(connection, indicator, renaming, now=now)


def _under_both(connection: Connection, table: Table, subject: str, renaming: Renaming) -> list[str]:
    names = (renaming.before, renaming.after)
    statement = select(table.c[subject]).where(table.c.area.in_(names)).group_by(table.c[subject])
    return sorted(connection.scalars(statement.having(func.count() > 1)))


def _follow_threads(connection: Connection, renaming: Renaming) -> None:
    """Later mails of a breach go on answering its first one."""
    parts = select(decisions.c.rule, decisions.c.area, decisions.c.episode).distinct()
    for rule, _, episode in connection.execute(parts.where(decisions.c.area == renaming.before)).all():
        before, after = f"{rule}/{renaming.before}/{episode}", f"{rule}/{renaming.after}/{episode}"
        known = select(threads.c.recipient_id).where(threads.c.thread == after)
        connection.execute(
            delete(threads).where(threads.c.thread == before, threads.c.recipient_id.in_(known))
        )
        connection.execute(update(threads).where(threads.c.thread == before).values(thread=after))
