"""Times of maintenance: how long they are, whether they are over, and what they hold."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from monitor.core.rulebook import Maintenance
from monitor.rulebook.checks.instances import Instance, matched, names_what_is_there
from monitor.rulebook.holding_back import WrittenMaintenance
from monitor.rulebook.problems import ProblemLog
from monitor.rulebook.written import WrittenRulebook

LONGEST: Final = timedelta(days=31)


def check_lengths(rulebook: WrittenRulebook, log: ProblemLog) -> None:
    """Notes those that are very long, and those that are over."""
    for written in rulebook.maintenance.values():
        maintenance = written.maintenance
        if maintenance.end - maintenance.start > LONGEST:
            days = (maintenance.end - maintenance.start).days
            message = f"for {days} days nobody would be told of these alerts"
            log.note("LIM518", written.spans["until"], message)
        if rulebook.today is not None and maintenance.end.date() < rulebook.today:
            message = f"this maintenance ended on {maintenance.end:%Y-%m-%d}"
            log.note("LIM519", written.key, message)


def check_maintenance(rulebook: WrittenRulebook, known: Sequence[Instance], log: ProblemLog) -> None:
    """Notes those that no alert fits, and two at the same time for the same alerts."""
    held: dict[str, set[tuple[str, str]]] = {}
    for key, written in rulebook.maintenance.items():
        held[key] = {each.alert for each in matched(written.maintenance.match, known)}
        if not held[key] and names_what_is_there(written.maintenance.match, rulebook):
            message = "no alert rule can raise an alert that “match” fits"
            log.note("LIM514", written.spans["match"], message)
    others: list[WrittenMaintenance] = []
    for key, written in rulebook.maintenance.items():
        for other in others:
            if _meet(written.maintenance, other.maintenance) and held[key] & held[other.maintenance.id]:
                message = f"{other.maintenance.id} holds some of these alerts at the same time"
                log.note("LIM520", written.key, message)
        others.append(written)


def _meet(one: Maintenance, other: Maintenance) -> bool:
    return one.start < other.end and other.start < one.end
