"""What keeps news from its readers now: the circumstances, and the guard against storms."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from monitor.core.alerts import Alert
from monitor.core.holding import Candidate, Circumstances, Hold
from monitor.core.notifications import NoticeKind, TellReason
from monitor.core.plausibility import faulty_indicator
from monitor.core.rulebook import Level
from monitor.store.acknowledgements import latest_acknowledgements
from monitor.store.alerts import firing_alerts
from monitor.store.notifications import mails_since, with_unsent_mails
from monitor.store.silences import silences
from monitor.telling.scene import Scene

AlertKey = tuple[str, str]


@dataclass(frozen=True, slots=True)
class StormGuard:
    """How many mails there may be within ``within``: to one person, and to all together.

    What is more waits until there is room again, and is then told in one summary to each person.
    """

    per_person: int = 12
    overall: int = 2000
    within: timedelta = timedelta(hours=1)


@dataclass(frozen=True)
class Sorted:
    """Candidates that may be told now, and those that may not, each with why. ``firing``: all that fires."""

    told: tuple[Candidate, ...]
    held: tuple[tuple[Candidate, Hold], ...]
    firing: Mapping[AlertKey, Alert]


def sort_out(scene: Scene, candidates: Sequence[Candidate], guard: StormGuard) -> Sorted:
    """Holds each candidate against what may keep it from its reader."""
    if not candidates:
        return Sorted((), (), {})
    circumstances = _circumstances(scene, candidates)
    holds = {place: circumstances.hold_of(each) for place, each in enumerate(candidates)}
    _hold_escalations_together(candidates, holds)
    free = [place for place, hold in holds.items() if hold is None]
    holds |= _storm(scene, [(place, candidates[place]) for place in free], guard)
    return Sorted(
        tuple(candidates[place] for place, hold in holds.items() if hold is None),
        tuple((candidates[place], hold) for place, hold in holds.items() if hold is not None),
        circumstances.firing,
    )


def _circumstances(scene: Scene, candidates: Sequence[Candidate]) -> Circumstances:
    firing = firing_alerts(scene.connection)
    episodes = {(each.decision.rule, each.decision.area, each.decision.episode) for each in candidates}
    episodes |= {
        (alert.rule, alert.area, alert.episode)
        for alert in firing.values()
        if faulty_indicator(alert.rule) is not None
    }
    asking = any(each.asks_again for each in candidates)
    return Circumstances(
        now=scene.now,
        calendar=scene.calendar,
        rulebook=scene.world.rulebook,
        areas=scene.world.areas,
        firing=firing,
        silences=silences(scene.connection, ending_after=scene.now),
        acknowledged=latest_acknowledgements(scene.connection, episodes),
        unsent=with_unsent_mails(scene.connection) if asking else frozenset(),
    )


def _hold_escalations_together(candidates: Sequence[Candidate], holds: dict[int, Hold | None]) -> None:
    """An escalation goes to all of its people or, for now, to none: it is one step."""
    for place, each in enumerate(candidates):
        hold = holds[place]
        if each.decision.kind is not NoticeKind.ESCALATED or hold is None:
            continue
        for other, same in enumerate(candidates):
            if (
                same.decision.kind is NoticeKind.ESCALATED
                and same.change.after == each.change.after
                and same.decision.route == each.decision.route
                and holds[other] is None
            ):
                holds[other] = hold


def _storm(scene: Scene, free: Sequence[tuple[int, Candidate]], guard: StormGuard) -> dict[int, Hold]:
    """What exceeds the limits, by place. Whoever has the worst news is told first."""
    if not free:
        return {}
    counted = mails_since(scene.connection, scene.now - guard.within)
    total = sum(counted.values())
    until = scene.now + guard.within
    held: dict[int, Hold] = {}
    for person in _most_urgent_first([each for _, each in free]):
        too_many = counted.get(person, 0) >= guard.per_person or total >= guard.overall
        if too_many:
            hold = Hold(TellReason.STORM, until)
            held |= {place: hold for place, each in free if each.person == person}
        else:
            total += 1
    return held


def _most_urgent_first(candidates: Collection[Candidate]) -> list[str]:
    worst: dict[str, int] = {}
    for each in candidates:
        worst[each.person] = max(worst.get(each.person, -1), _rank(each.level))
    return sorted(worst, key=lambda person: (-worst[person], person))


def _rank(level: Level | None) -> int:
    return -1 if level is None else level.rank


def with_hold(candidate: Candidate, hold: Hold) -> Candidate:
    """The candidate with a decision not to tell it now."""
    decision = replace(candidate.decision, reason=hold.reason, until=hold.until, note=hold.note)
    return replace(candidate, decision=decision)
