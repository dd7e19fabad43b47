"""What keeps news from its readers now: the circumstances, and the guard against storms."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitor.core.alerts import Alert, AlertKey
from monitor.core.holding import Candidate, Circumstances, Hold
from monitor.core.notifications import NoticeKind, TellReason
from monitor.core.plausibility import faulty_indicator
from monitor.core.rulebook import rank_of
from monitor.telling.scene import Scene


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
    _hold_escalations_together(candidates, holds)
    return Sorted(
        tuple(candidates[place] for place, hold in holds.items() if hold is None),
        tuple((candidates[place], hold) for place, hold in holds.items() if hold is not None),
        circumstances.firing,
    )


def _circumstances(scene: Scene, candidates: Sequence[Candidate]) -> Circumstances:
    firing = scene.kept.firing_alerts()
    episodes = {(each.decision.rule, each.decision.area, each.decision.episode) for each in candidates}
    faults = {key: alert for key, alert in firing.items() if faulty_indicator(alert.rule) is not None}
    episodes |= {(alert.rule, alert.area, alert.episode) for alert in faults.values()}
    asking = any(each.asks_again for each in candidates)
    return Circumstances(
        now=scene.now,
        calendar=scene.calendar,
        rulebook=scene.world.rulebook,
        areas=scene.world.areas,
        firing=firing,
        silences=scene.kept.silences(ending_after=scene.now),
        acknowledged=scene.kept.latest_acknowledgements(episodes),
        unsent=scene.kept.with_unsent_mails() if asking else frozenset(),
        doubted_since=scene.kept.fired_at(faults) if faults else {},
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
    """What exceeds the limits, by place. Whoever has the worst news is told first.

    All that one person waits for is looked at again at one instant: as soon as there is room for a mail.
    """
    if not free:
        return {}
    times = scene.kept.mail_times_since(scene.now - guard.within)
    # What a clock that was ahead has stamped says nothing of how much there is room for now.
    sent = {person: [at for at in each if at <= scene.now] for person, each in times.items()}
    everybody = sorted(at for times in sent.values() for at in times)
    held: dict[int, Hold] = {}
    for person in _most_urgent_first([each for _, each in free]):
        until = max(
            _room_at(sent.get(person, ()), guard.per_person, guard, scene.now),
            _room_at(everybody, guard.overall, guard, scene.now),
        )
        if until > scene.now:
            hold = Hold(TellReason.STORM, until)
            held |= {place: hold for place, each in free if each.person == person}
        else:
            everybody.append(scene.now)
    return held


def _room_at(sent: Sequence[datetime], most: int, guard: StormGuard, now: datetime) -> datetime:
    """When there may be one mail more; ``sent`` are the times of those so far, the earliest first."""
    if len(sent) < most:
        return now
    return sent[-most] + guard.within if most > 0 else now + guard.within


def _most_urgent_first(candidates: Collection[Candidate]) -> list[str]:
    worst: dict[str, int] = {}
    for each in candidates:
        worst[each.person] = max(worst.get(each.person, -1), rank_of(each.level))
    return sorted(worst, key=lambda person: (-worst[person], person))


def with_hold(candidate: Candidate, hold: Hold) -> Candidate:
    """The candidate with a decision not to tell it now."""
    decision = replace(candidate.decision, reason=hold.reason, until=hold.until, note=hold.note)
    return replace(candidate, decision=decision)
