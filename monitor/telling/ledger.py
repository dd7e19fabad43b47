"""What limen has to come back to after it has told, or has not: held news, reminders, escalations."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from monitor.core.alerts import AlertState, EpisodeKey
from monitor.core.holding import Candidate, Hold
from monitor.core.notifications import Decision, NoticeKind, TellReason
from monitor.core.rulebook import Route
from monitor.core.windows import Calendar
from monitor.store.follow_ups import FollowUp, FollowUpKind
from monitor.telling.counting_anew import waits_for_news
from monitor.telling.gates import with_hold
from monitor.telling.gathered import Gathered
from monitor.telling.own_days import ASKING
from monitor.telling.scene import Scene

BEGINNINGS = frozenset({NoticeKind.BREACH, NoticeKind.WORSENED, NoticeKind.ESCALATED})

Key = tuple[str, str, int, str, str]


def keep_account(
    scene: Scene,
    gathered: Gathered,
    told: Sequence[Candidate],
    held: Sequence[tuple[Candidate, Hold]],
) -> list[Decision]:
    """Writes what is to be come back to; returns the decisions not to tell now that are new.

    A piece of news that is held for the same reason as before makes no decision again.
    """
    saved: dict[Key, FollowUp] = {row.key: row for row in gathered.put_off}
    done = {row.key: row for row in gathered.done}
    fresh = []
    for candidate, hold in held:
        row = _held_row(scene, gathered, candidate, hold)
        earlier = row_of(gathered, candidate)
        # Another silence than the one before has an author of its own, who is to learn what it kept.
        if earlier is None or earlier.reason is not hold.reason or hold.reason is TellReason.SILENCED:
            fresh.append(with_hold(candidate, hold).decision)
        saved[row.key] = row
    for candidate in told:
        earlier = row_of(gathered, candidate)
        if earlier is not None and earlier.kind is FollowUpKind.NEWS:
            done[earlier.key] = earlier
        for row in _to_come(scene, gathered, candidate, saved):
            saved[row.key] = row
        if (
            candidate.decision.kind is NoticeKind.REMINDER
            and earlier is not None
            and earlier.key not in saved
        ):
            done[earlier.key] = earlier  # there is no further one
    _pass_over_empty_steps(scene, gathered, saved)
    _see_to_what_ended(scene, gathered, done, saved)
    scene.kept.remove_follow_ups([row for key, row in done.items() if key not in saved])
    scene.kept.save_follow_ups(saved.values())
    return fresh


def _see_to_what_ended(
    scene: Scene, gathered: Gathered, done: dict[Key, FollowUp], saved: dict[Key, FollowUp]
) -> None:
    """Reminders and escalations of a breach stay until its end is told: it may be back by then."""
    for key in gathered.ended:
        news = {row.key: row for row in gathered.rows.get(key, ()) if row.kind is FollowUpKind.NEWS}
        news = {each: row for each, row in news.items() if each not in done}
        news |= {row.key: row for row in saved.values() if row.kind is FollowUpKind.NEWS and _is_of(row, key)}
        looked_at = min((row.due_at for row in news.values() if row.due_at is not None), default=None)
        for row in gathered.rows.get(key, ()):
            if row.kind not in ASKING:
                continue
            if not news:
                done[row.key] = row
                saved.pop(row.key, None)
            elif row.is_due(scene.now):
                saved[row.key] = replace(row, due_at=looked_at)
            else:
                done.pop(row.key, None)


def _is_of(row: FollowUp, key: EpisodeKey) -> bool:
    return (row.rule, row.area, row.episode) == key


def row_of(gathered: Gathered, candidate: Candidate) -> FollowUp | None:
    """Returns what was to be come back to, and is with this candidate."""
    decision = candidate.decision
    key = (decision.rule, decision.area, decision.episode)
    match decision.kind:
        case NoticeKind.REMINDER:
            return gathered.row(key, FollowUpKind.REMINDER, candidate.person)
        case NoticeKind.ESCALATED:
            return gathered.row(key, FollowUpKind.ESCALATION, decision.route or "")
        case _:
            return gathered.row(key, FollowUpKind.NEWS, candidate.person)


def _held_row(scene: Scene, gathered: Gathered, candidate: Candidate, hold: Hold) -> FollowUp:
    earlier = row_of(gathered, candidate)
    if candidate.asks_again and earlier is not None:
        return replace(earlier, due_at=hold.until, reason=hold.reason)
    decision = candidate.decision
    return FollowUp(
        rule=decision.rule,
        area=decision.area,
        episode=decision.episode,
        kind=FollowUpKind.NEWS,
        subject=candidate.person,
        step=0,
        since=candidate.since if candidate.held_for is not None else scene.now,
        due_at=hold.until,
        reason=hold.reason,
        route=decision.route,
        role=decision.role,
        role_area=decision.role_area,
    )


def _to_come(
    scene: Scene, gathered: Gathered, candidate: Candidate, saved: dict[Key, FollowUp]
) -> Iterable[FollowUp]:
    """The reminder that follows a telling, and the escalation that follows the first one."""
    decision = candidate.decision
    if candidate.change.after.state is not AlertState.FIRING:
        return
    routes = _routes(scene, candidate)
    if decision.kind is NoticeKind.ESCALATED:
        yield from _next_step(scene, gathered, candidate)
    if decision.kind in BEGINNINGS or decision.kind is NoticeKind.REMINDER:
        sent = candidate.step if decision.kind is NoticeKind.REMINDER else 0
        if all(route.reminders is None for route in routes):
            routes = _reminded_by(scene, gathered, candidate)
        yield from _reminder(scene, candidate, routes, sent)
    if decision.kind in (NoticeKind.BREACH, NoticeKind.WORSENED):
        for route in _routes(scene, candidate):
            row = _escalation(scene, gathered, decision, route)
            if row is not None and row.key not in saved:
                yield row


def _routes(scene: Scene, candidate: Candidate) -> list[Route]:
    return [scene.routes[each] for each in candidate.routes if each in scene.routes]


def _reminded_by(scene: Scene, gathered: Gathered, candidate: Candidate) -> list[Route]:
    """By which route somebody is reminded already: it goes on, counted from what they are told now."""
    decision = candidate.decision
    key = (decision.rule, decision.area, decision.episode)
    row = gathered.row(key, FollowUpKind.REMINDER, candidate.person)
    route = None if row is None else scene.routes.get(row.route or "")
    return [] if route is None else [route]


def _escalation(scene: Scene, gathered: Gathered, decision: Decision, route: Route) -> FollowUp | None:
    """What is to be passed on after somebody was told of a breach; None: nothing, or it stands already.

    Whoever is told that it has worsened since it was acknowledged has their days to answer from now.
    """
    if not route.escalations:
        return None
    key = (decision.rule, decision.area, decision.episode)
    earlier = gathered.row(key, FollowUpKind.ESCALATION, route.id)
    row = earlier or _row(decision, FollowUpKind.ESCALATION, route.id, scene.now)
    if earlier is not None and not waits_for_news(route, row, gathered.past_answers.get(key), gathered):
        return None
    if row.step >= len(route.escalations):
        return None
    due = scene.calendar.add_working_days_at(scene.now, route.escalations[row.step].after)
    return replace(row, since=scene.now, due_at=due, reason=TellReason.ESCALATED)


def _reminder(scene: Scene, candidate: Candidate, routes: Sequence[Route], sent: int) -> Iterable[FollowUp]:
    """Of several routes the one that reminds soonest."""
    due: list[tuple[datetime, Route]] = []
    for route in routes:
        if route.reminders is not None:
            at = route.reminders.next_reminder(scene.now, sent, scene.calendar)
            if at is not None:
                due.append((at, route))
    if due:
        at, route = min(due, key=lambda each: each[0])
        row = _row(candidate.decision, FollowUpKind.REMINDER, candidate.person, scene.now)
        yield replace(row, step=sent, due_at=at, reason=TellReason.REMINDED, route=route.id)


def _next_step(scene: Scene, gathered: Gathered, candidate: Candidate) -> Iterable[FollowUp]:
    earlier = row_of(gathered, candidate)
    route = scene.routes.get(candidate.decision.route or "")
    if earlier is not None and route is not None:
        yield _stepped(earlier, route, scene.now, scene.calendar)


def _stepped(row: FollowUp, route: Route, now: datetime, calendar: Calendar) -> FollowUp:
    """The row of an escalation after one step more; after the last one it only stands there, done.

    Days count from the first telling, or from when an acknowledgement has ended. Where limen was away, the
    next step still waits as long as the rule has between both, so that nobody's absence runs through all of
    them at once.
    """
    step = row.step + 1
    if step >= len(route.escalations):
        return replace(row, step=step, due_at=None, reason=TellReason.ESCALATED)
    between = max(route.escalations[step].after - route.escalations[row.step].after, 0)
    due = max(
        calendar.add_working_days_at(row.since, route.escalations[step].after),
        calendar.add_working_days_at(now, between) if between else now + timedelta(hours=1),
    )
    return replace(row, step=step, due_at=due, reason=TellReason.ESCALATED)


def _pass_over_empty_steps(scene: Scene, gathered: Gathered, saved: dict[Key, FollowUp]) -> None:
    """An escalation to a role that nobody holds: the next step follows in its time."""
    for decision in gathered.untold:
        if decision.reason is not TellReason.NOBODY_TO_ESCALATE_TO:
            continue
        key = (decision.rule, decision.area, decision.episode)
        for row in gathered.rows.get(key, ()):
            route = scene.routes.get(row.subject)
            due = row.due_at is None or row.due_at <= scene.now
            if row.kind is FollowUpKind.ESCALATION and row.subject == decision.route and route and due:
                saved[row.key] = _stepped(row, route, scene.now, scene.calendar)


def _row(decision: Decision, kind: FollowUpKind, subject: str, since: datetime) -> FollowUp:
    return FollowUp(
        rule=decision.rule,
        area=decision.area,
        episode=decision.episode,
        kind=kind,
        subject=subject,
        step=0,
        since=since,
        due_at=None,
        reason=decision.reason,
        route=decision.route,
        role=decision.role,
        role_area=decision.role_area,
    )
