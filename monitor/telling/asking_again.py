"""Reminders, and escalations to the next role: whom they reach on the day on which they are due."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from monitor.core.alerts import Alert, EpisodeKey
from monitor.core.holding import Candidate
from monitor.core.notifications import Decision, NoticeKind, TellReason
from monitor.core.owing import change_since
from monitor.core.past_answers import PastAnswer
from monitor.core.routing import Change, Reached
from monitor.core.rulebook import Escalation, RouteTarget
from monitor.store.follow_ups import FollowUp, FollowUpKind
from monitor.telling.counting_anew import counted_anew
from monitor.telling.gathered import Gathered, goes_on, untold
from monitor.telling.scene import Scene
from monitor.wording import day


def remind(scene: Scene, row: FollowUp, alert: Alert, found: Gathered) -> None:
    """Gathers a reminder that is due, or a first telling for whoever took over."""
    reminded = whom_to_remind(scene, row, alert, found)
    if reminded is None or reminded.handed_on:
        found.done.append(row)
    if reminded is None:
        return
    row = replace(row, route=reminded.route)
    if not reminded.people:
        found.untold.append(untold(row, TellReason.REACHED_NO_MORE))
    key = (row.rule, row.area, row.episode)
    for whom in reminded.people:
        own = replace(row, subject=whom.recipient.id)
        if not reminded.is_first_for(whom):
            own = counted_anew(scene, own, alert, found)
        if reminded.handed_on or own.since != row.since:
            found.put_in_place(own)
        if _is_put_off(scene, own, found):
            continue
        if not reminded.is_first_for(whom) or _is_acknowledged(scene, alert):
            found.candidates.append(_asked_again(scene, alert, whom, NoticeKind.REMINDER, own, found=found))
        elif not _hears_anyway(whom, key, found):
            found.candidates.append(_told_first(scene, alert, whom, own, found))


@dataclass(frozen=True, slots=True)
class Reminded:
    """Whom a reminder goes to, and by which route.

    ``handed_on``: somebody else was told, whom no route names any more; these stand there now. ``known`` are
    the ids of those who have been told of the breach.
    """

    route: str
    people: tuple[Reached, ...]
    known: frozenset[str]
    handed_on: bool = False

    def is_first_for(self, whom: Reached) -> bool:
        """Whether a successor would hear of the breach for the first time, so that nothing can be repeated.

        A deputy is reminded in the place of whoever was told.
        """
        return whom.recipient.id not in self.known and not whom.recipient.stands_in_for


def whom_to_remind(scene: Scene, row: FollowUp, alert: Alert, found: Gathered) -> Reminded | None:
    """Whom a reminder goes to on the scene's day; None: there is none any more.

    ``found`` holds who knows of the breach, and what else is to be come back to about it.
    """
    if not goes_on(alert, row):
        return None
    reach = scene.reach(alert.rule, alert.area, alert.level)
    route = _reminding_route(scene, row, reach)
    if route is None:
        return None
    row = replace(row, route=route)
    known = found.known((row.rule, row.area, row.episode))
    named = next((each for each in reach if each.recipient.id == row.subject), None)
    if named is not None:
        recipient = named.recipient
    elif row.subject in known and _holds_still(scene, row):
        recipient = scene.as_known_now(known[row.subject].recipient)
    else:
        instead = _in_place_of(row, reach, found) or escalated_in_place_of(scene, row, found)
        return Reminded(route, tuple(instead), frozenset(known), handed_on=True)
    whom = Reached(recipient, route, row.role, row.role_area)
    return Reminded(route, (whom,), frozenset(known))


def _is_put_off(scene: Scene, row: FollowUp, found: Gathered) -> bool:
    """Whether it is not due any more, as its days count anew; it is then come back to later."""
    if row.due_at is None or row.due_at <= scene.now or not row.reason.told:
        return False
    found.put_off.append(row)
    return True


def _unanswered_since(scene: Scene, answer: PastAnswer | None) -> str:
    """How a decision notes since when nobody has answered, where somebody had before."""
    return "" if answer is None else f"since {day(scene.calendar.local_day(answer.ended_at))}"


def _is_acknowledged(scene: Scene, alert: Alert) -> bool:
    """Whether somebody deals with it, so that a successor need not be told until that ends."""
    key = (alert.rule, alert.area, alert.episode)
    given = scene.kept.latest_acknowledgements({key}).get(key)
    return given is not None and given.holds(alert.level, scene.now)


def _hears_anyway(whom: Reached, key: EpisodeKey, found: Gathered) -> bool:
    """Whether somebody is told of the breach in this cycle, or news of it is held for them."""
    return found.row(key, FollowUpKind.NEWS, whom.recipient.id) is not None or any(
        (each.decision.rule, each.decision.area, each.person) == (*key[:2], whom.recipient.id)
        for each in found.candidates
    )


def _told_first(scene: Scene, alert: Alert, whom: Reached, row: FollowUp, found: Gathered) -> Candidate:
    """The first news for a successor; their own reminders follow it."""
    asked = _asked_again(scene, alert, whom, NoticeKind.REMINDER, row, found=found)
    decision = replace(asked.decision, kind=NoticeKind.BREACH, reason=TellReason.ROUTE, note="")
    return replace(asked, decision=decision, change=change_since(alert, None, None), step=0)


def _reminding_route(scene: Scene, row: FollowUp, reach: Sequence[Reached]) -> str | None:
    """By which route somebody is reminded; None: there are no reminders any more.

    Where the rules do not have the route any more (it may have got another name), it is another one that
    reaches the alert now, first of all one that names them.
    """
    if row.route in scene.routes:
        names = [row.route]
    else:
        own_first = sorted(reach, key=lambda each: each.recipient.id != row.subject)
        names = [name for each in own_first for name in (each.route, *each.also)]
    routes = (scene.routes.get(name) for name in names)
    return next((each.id for each in routes if each is not None and each.reminders is not None), None)


def _in_place_of(row: FollowUp, reach: Sequence[Reached], found: Gathered) -> list[Reached]:
    """Who stands now where somebody was told: a deputy, whoever is back, or a successor.

    Whoever has a reminder of their own to come gets no other.
    """
    key = (row.rule, row.area, row.episode)
    return [
        replace(whom, route=row.route or whom.route)
        for whom in reach
        if row.route in (whom.route, *whom.also)
        and whom.role == row.role
        and found.row(key, FollowUpKind.REMINDER, whom.recipient.id) is None
    ]


def escalated_in_place_of(scene: Scene, row: FollowUp, found: Gathered) -> list[Reached]:
    """Who stands now where somebody was told by an escalation, whom no route names by itself."""
    key, route = (row.rule, row.area, row.episode), scene.routes.get(row.route or "")
    people = {
        whom.recipient.id: replace(whom, route=row.route or "")
        for step in (() if route is None else route.escalations)
        for target in step.to
        if (target.person == row.subject if row.role is None else target.role == row.role)
        for whom in _target(scene, target, row.area)
    }
    return [whom for person, whom in people.items() if found.row(key, FollowUpKind.REMINDER, person) is None]


def _holds_still(scene: Scene, row: FollowUp) -> bool:
    """Whether somebody whom an escalation reached still is what they were told as, and is there."""
    directory = scene.world.directory
    if row.role is None or row.area not in scene.world.areas.by_name:
        holders = directory.person(row.subject, scene.today)
    else:
        holders, _ = directory.holders(row.role, row.area, scene.today, scene.world.areas)
    return any(person.id == row.subject for person in holders)


def escalate(scene: Scene, row: FollowUp, alert: Alert, found: Gathered) -> None:
    """Gathers an escalation that is due."""
    if row.subject not in scene.routes:
        found.done.append(row)
        row = _under_another_name(scene, row, alert, found) or row
    route = scene.routes.get(row.subject)
    if not goes_on(alert, row) or route is None:
        found.done.append(row)
        return
    if row.step >= len(route.escalations):
        found.done.append(row)  # the rules have fewer steps now
        return
    row = counted_anew(scene, row, alert, found)
    found.put_in_place(row)
    if _is_put_off(scene, row, found):
        return
    step = route.escalations[row.step]
    people = targets_of(scene, step, row.area)
    if not people and row.due_at is not None and row.due_at > scene.now:
        return  # somebody may hold that role again by then
    if not people:
        found.untold.append(untold(replace(row, route=route.id), TellReason.NOBODY_TO_ESCALATE_TO))
    for whom in people:
        reached = replace(whom, route=route.id)
        found.candidates.append(_asked_again(scene, alert, reached, NoticeKind.ESCALATED, row, found=found))


def _under_another_name(scene: Scene, row: FollowUp, alert: Alert, found: Gathered) -> FollowUp | None:
    """The escalation by a route that reaches the alert now, where the rules do not have its own any more.

    None: there is none, or it has an escalation of its own.
    """
    if not goes_on(alert, row):
        return None
    key = (row.rule, row.area, row.episode)
    for whom in scene.reach(alert.rule, alert.area, alert.level):
        for name in (whom.route, *whom.also):
            route = scene.routes.get(name)
            if route is not None and route.escalations:
                if found.row(key, FollowUpKind.ESCALATION, name) is not None:
                    return None
                moved = replace(row, subject=name, route=name)
                found.rows[key] = (*found.rows.get(key, ()), moved)
                return moved
    return None


def targets_of(scene: Scene, step: Escalation, area: str) -> tuple[Reached, ...]:
    """Whom an escalation reaches today, each once."""
    found: dict[str, Reached] = {}
    for target in step.to:
        for whom in _target(scene, target, area):
            found.setdefault(whom.recipient.id, whom)
    return tuple(found.values())


def _target(scene: Scene, target: RouteTarget, area: str) -> Iterable[Reached]:
    directory, areas = scene.world.directory, scene.world.areas
    if target.person is not None:
        return [Reached(each, "", None, None) for each in directory.person(target.person, scene.today)]
    if area not in areas.by_name:
        return []
    people, held_for = directory.holders(target.role or "", area, scene.today, areas)
    return [Reached(person, "", target.role, held_for) for person in people]


def _asked_again(
    scene: Scene, alert: Alert, whom: Reached, kind: NoticeKind, row: FollowUp, *, found: Gathered
) -> Candidate:
    reason = TellReason.REMINDED if kind is NoticeKind.REMINDER else TellReason.ESCALATED
    decision = Decision(
        rule=alert.rule,
        area=alert.area,
        episode=alert.episode,
        kind=kind,
        recipient=whom.recipient,
        reason=reason,
        route=whom.route or None,
        role=whom.role,
        role_area=whom.role_area,
        level=alert.level,
        note=_unanswered_since(scene, found.past_answers.get((row.rule, row.area, row.episode))),
    )
    routes = (whom.route,) if whom.route else ()
    change = Change(alert, alert, ())
    since = row.due_at or scene.now
    return Candidate(decision, change, routes, min(since, scene.now), step=row.step + 1)
