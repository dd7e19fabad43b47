"""Telling without mails: who would be told of what and when, for history that never happened so.

Only what a mail would say is left out, and that an outbox and a store hold it; all decisions are those of
:func:`monitor.telling.tell`, made by the same code.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.core.holding import Candidate
from monitor.core.notifications import Decision, Occasion
from monitor.core.recipients import Recipient
from monitor.core.routing import Change
from monitor.core.windows import Calendar
from monitor.telling.acknowledged import end_outgrown_acknowledgements
from monitor.telling.gates import StormGuard, sort_out
from monitor.telling.gathering import gather
from monitor.telling.in_memory import InMemory
from monitor.telling.ledger import keep_account
from monitor.telling.scene import Scene
from monitor.telling.tell import occasion_of, without_needless_reminders
from monitor.world import World


@dataclass(frozen=True, slots=True)
class RehearsedMail:
    """A mail that would be sent: to whom, why now, and what it would tell."""

    recipient: Recipient
    occasion: Occasion
    decisions: tuple[Decision, ...]


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What a cycle would have told; ``untold`` are its decisions not to tell, or not yet."""

    mails: tuple[RehearsedMail, ...]
    untold: tuple[Decision, ...]


def rehearse(
    kept: InMemory,
    world: World,
    changes: Sequence[Change],
    *,
    now: datetime,
    calendar: Calendar,
) -> Rehearsal:
    """Decides who is told, as a cycle does, where every mail counts as delivered at once.

    Restated figures are not looked for, and no storm can arise, since there are no mails to count.

    Args:
        kept: what was rehearsed so far; what comes of it is added.
        world: the areas, people and rules in force.
        changes: what the cycle did to alerts.
        now: the instant at which it is told.
        calendar: which day and hour it is where people are.
    """
    kept.take_in(changes, now)
    scene = Scene(kept, world, now, calendar)
    end_outgrown_acknowledgements(scene, changes)
    gathered = gather(scene, changes)
    found = sort_out(scene, gathered.candidates, StormGuard())
    told = without_needless_reminders(found.told)
    held = keep_account(scene, gathered, told, found.held)
    kept.note_told((each.decision for each in told), now)
    groups: dict[str, list[Candidate]] = {}
    for each in told:
        groups.setdefault(each.person, []).append(each)
    return Rehearsal(tuple(map(_mail, groups.values())), (*gathered.untold, *held))


def _mail(group: list[Candidate]) -> RehearsedMail:
    decisions = tuple(each.decision for each in group)
    recipient = next(each.recipient for each in decisions if each.recipient is not None)
    return RehearsedMail(recipient, occasion_of(group), decisions)
