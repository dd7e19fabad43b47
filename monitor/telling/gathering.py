"""All that is to be told in a cycle: what changed, was held back, is to be repeated or passed on.

Nothing here looks at whether it may be told now.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from monitor.core.alerts import Alert, AlertState, Transition
from monitor.core.holding import Candidate, is_about_data
from monitor.core.notifications import Decision, NoticeKind, TellReason
from monitor.core.owing import Knowledge, change_since, owed
from monitor.core.recipients import Recipient
from monitor.core.routing import Change, Reached, decide, news_of
from monitor.core.rulebook import Escalation, RouteTarget
from monitor.store.alerts import alerts, last_transitions
from monitor.store.follow_ups import FollowUp, FollowUpKind, due_follow_ups, follow_ups_of
from monitor.store.notifications import Told, told_of
from monitor.telling.scene import Scene

AlertKey = tuple[str, str]
EpisodeKey = tuple[str, str, int]

ENDED_BY_OTHERS = (
    TellReason.INHIBITED,
    TellReason.LATE_FEED,
    TellReason.DATA_FAULT,
    TellReason.ACKNOWLEDGED,
)
"""What holds news back until an alert changes, and not until an hour. Worsening ends an acknowledgement."""


@dataclass
class Gathered:
    """What is to be told, what is not to be told at all, and what is done with of what was come back to.

    ``told`` is who knows what of each breach concerned; ``rows`` what was to be come back to, of the same.
    ``silences`` are the numbers of silences that have ended.
    """

    candidates: list[Candidate] = field(default_factory=list)
    untold: list[Decision] = field(default_factory=list)
    done: list[FollowUp] = field(default_factory=list)
    told: dict[EpisodeKey, tuple[Told, ...]] = field(default_factory=dict)
    rows: dict[EpisodeKey, tuple[FollowUp, ...]] = field(default_factory=dict)
    silences: list[int] = field(default_factory=list)

    def row(self, key: EpisodeKey, kind: FollowUpKind, subject: str) -> FollowUp | None:
        """What is to be come back to about somebody."""
        found = self.rows.get(key, ())
        return next((each for each in found if (each.kind, each.subject) == (kind, subject)), None)

    def known(self, key: EpisodeKey) -> dict[str, Knowledge]:
        """What each person knows of a breach, by id."""
        return {
            each.recipient.id: knowledge
            for each in self.told.get(key, ())
            if (knowledge := knowledge_of(each)) is not None
        }


def knowledge_of(told: Told) -> Knowledge | None:
    """What somebody knows, from what they were told."""
    if told.kind is None or told.first_at is None or told.last_at is None:
        return None
    kind = told.kind
    if kind is NoticeKind.RESTATED and told.level is None:
        kind = NoticeKind.RECOVERED  # that mail said that the alert was over, or is
    return Knowledge(told.recipient, told.first_at, told.last_at, kind, told.level)


def gather(scene: Scene, changes: Iterable[Change]) -> Gathered:
    """Gathers all that there is to tell."""
    all_changes = list(changes)
    moved = {
        (change.after.rule, change.after.area): change
        for change in all_changes
        if news_of(change) is not None
    }
    found = Gathered()
    due = due_follow_ups(scene.connection, scene.now, held_by=ENDED_BY_OTHERS if all_changes else ())
    episodes = {(each.rule, each.area, each.episode) for each in due if each.kind is not FollowUpKind.SILENCE}
    for (rule, area), change in moved.items():
        episodes |= {(rule, area, change.before.episode), (rule, area, change.after.episode)}
    if episodes:
        found.told = told_of(scene.connection, episodes)
        for row in follow_ups_of(scene.connection, episodes):
            key = (row.rule, row.area, row.episode)
            found.rows[key] = (*found.rows.get(key, ()), row)
    _gather_news(scene, moved, found)
    _gather_due(scene, due, found)
    return found


def _gather_news(scene: Scene, moved: Mapping[AlertKey, Change], found: Gathered) -> None:
    for (rule, area), change in moved.items():
        key = (rule, area, change.before.episode)
        tells = change.before.state is AlertState.FIRING or change.before.flapping
        before = [each.recipient for each in found.told.get(key, ())] if tells else []
        reach = scene.reach(rule, area, change.after.level or change.before.level)
        made = decide(
            change,
            reach=reach,
            told_before=[scene.as_known_now(person) for person in before],
            operations=scene.world.operations,
        )
        routes = {whom.recipient.id: (whom.route, *whom.also) for whom in reach}
        for decision in made:
            _take(scene, decision, change, routes, found)
        _close_what_ended(change, key, found)


def _take(
    scene: Scene,
    decision: Decision,
    change: Change,
    routes: Mapping[str, tuple[str, ...]],
    found: Gathered,
) -> None:
    key = (decision.rule, decision.area, change.before.episode)
    if decision.recipient is None or not decision.reason.told:
        found.untold.append(decision)
        return
    person = decision.recipient.id
    row = found.row((*key[:2], decision.episode), FollowUpKind.NEWS, person)
    if decision.kind is NoticeKind.WORSENED and row is not None and person not in found.known(key):
        decision = replace(decision, kind=NoticeKind.BREACH)
    found.candidates.append(
        Candidate(
            decision=decision,
            change=change,
            routes=_routes_of(decision, routes, found, key),
            since=row.since if row else scene.now,
            held_for=row.reason if row else None,
            held_until=row.due_at if row else None,
        )
    )


def _routes_of(
    decision: Decision, routes: Mapping[str, tuple[str, ...]], found: Gathered, key: EpisodeKey
) -> tuple[str, ...]:
    """The routes by whose hours somebody is told: those that name them now, else that by which they were."""
    person = decision.recipient.id if decision.recipient else ""
    if decision.reason in (TellReason.NOBODY_ELSE, TellReason.NO_DATA_OWNER, TellReason.DATA_OWNER):
        return ()
    if routes.get(person):
        return tuple(each for each in routes[person] if each)
    told = next((each for each in found.told.get(key, ()) if each.recipient.id == person), None)
    return (told.route,) if told is not None and told.route else ()


def _close_what_ended(change: Change, key: EpisodeKey, found: Gathered) -> None:
    """What was to be come back to about a breach that is over: nothing is left of it but held endings."""
    before, after = change.before, change.after
    anew = after.state is AlertState.FIRING and after.episode != before.episode
    if not anew and not (before.state is AlertState.FIRING and after.state is not AlertState.FIRING):
        return
    told_now = {each.person for each in found.candidates if each.change is change}
    known = found.known(key)
    for row in found.rows.get(key, ()):
        if row.kind is not FollowUpKind.NEWS:
            found.done.append(row)
        elif row.subject not in told_now:
            found.done.append(row)
            if row.subject not in known:
                found.untold.append(_untold(row, TellReason.OVER_WHILE_HELD))
    if anew:
        for row in found.rows.get(key, ()):
            if row.kind is FollowUpKind.NEWS and row.subject in known:
                found.done.append(row)
                found.untold.append(_untold(row, TellReason.BEGAN_AGAIN))


def _untold(row: FollowUp, reason: TellReason) -> Decision:
    return Decision(
        rule=row.rule,
        area=row.area,
        episode=row.episode,
        kind=None,
        recipient=None,
        reason=reason,
        route=row.route,
        role=row.role,
        role_area=row.role_area,
        note=f"it was held for {row.subject}",
    )


def _gather_due(scene: Scene, due: Sequence[FollowUp], found: Gathered) -> None:
    """What is due and was not settled by what changed in this very cycle."""
    for row in due:
        if row.kind is FollowUpKind.SILENCE:
            found.silences.append(int(row.subject))
            found.done.append(row)
    gone = {row.key for row in found.done}
    told_now = {(each.decision.rule, each.decision.area, each.person) for each in found.candidates}
    left = [row for row in due if row.key not in gone and (row.rule, row.area, row.subject) not in told_now]
    if not left:
        return
    keys = {row.alert for row in left}
    stand = alerts(scene.connection, keys)
    last = last_transitions(scene.connection, keys)
    news: dict[EpisodeKey, list[FollowUp]] = {}
    for row in left:
        alert = stand.get(row.alert, Alert(*row.alert))
        match row.kind:
            case FollowUpKind.NEWS:
                news.setdefault((row.rule, row.area, row.episode), []).append(row)
            case FollowUpKind.REMINDER:
                _remind(scene, row, alert, found)
            case FollowUpKind.ESCALATION:
                _escalate(scene, row, alert, found)
            case FollowUpKind.SILENCE:
                pass
    for key, rows in news.items():
        alert = stand.get(key[:2], Alert(*key[:2]))
        _owe(scene, rows, alert, last.get(key[:2]), found)


def _owe(
    scene: Scene, rows: Sequence[FollowUp], alert: Alert, last: Transition | None, found: Gathered
) -> None:
    """What is owed to those from whom news of one breach was held back."""
    key = (rows[0].rule, rows[0].area, rows[0].episode)
    told_now = {
        (each.decision.rule, each.decision.area, each.person)
        for each in found.candidates
        if not each.asks_again
    }
    known = found.known(key)
    reach = scene.reach(alert.rule, alert.area, alert.level)
    instead = None if reach else _instead_of_nobody(alert)
    if instead is not None:
        reach = tuple(Reached(person, "", None, None) for person in scene.world.operations)
    routes = {whom.recipient.id: (whom.route, *whom.also) for whom in reach}
    held = {row.subject: row for row in rows}
    wanted = [whom for whom in reach if (*key[:2], whom.recipient.id) not in told_now]
    made = owed(alert, key[2], held=tuple(held), reach=wanted, known=known, last=last)
    first = min(row.since for row in rows)
    settled = set()
    for decision in made:
        if decision.recipient is None or not decision.reason.told:
            found.untold.append(decision)
            continue
        begins = decision.reason in (TellReason.ROUTE, TellReason.DATA_OWNER)
        reason = instead if instead is not None and begins else decision.reason
        person = decision.recipient.id
        settled.add(person)
        row = held.get(person) or found.row(key, FollowUpKind.NEWS, person)
        told = replace(decision, reason=reason, recipient=_as_known_now(scene, decision.recipient))
        found.candidates.append(
            Candidate(
                decision=told,
                change=change_since(alert, known.get(person), last),
                routes=_routes_of(told, routes, found, key),
                since=row.since if row else first,
                held_for=row.reason if row else rows[0].reason,
                held_until=row.due_at if row else None,
            )
        )
    found.done += [row for row in rows if row.subject not in settled]


def _instead_of_nobody(alert: Alert) -> TellReason:
    """Why operations are told of what was held, where nobody else is to be told any more."""
    return TellReason.NO_DATA_OWNER if is_about_data(alert.rule) else TellReason.NOBODY_ELSE


def _as_known_now(scene: Scene, person: Recipient) -> Recipient:
    return person if person.stands_in_for else scene.as_known_now(person)


def _remind(scene: Scene, row: FollowUp, alert: Alert, found: Gathered) -> None:
    key = (row.rule, row.area, row.episode)
    if not _goes_on(alert, row) or not _reminds(scene, row):
        found.done.append(row)
        return
    person = found.known(key).get(row.subject)
    reach = scene.reach(alert.rule, alert.area, alert.level)
    named = next((each for each in reach if each.recipient.id == row.subject), None)
    if named is not None:
        recipient = named.recipient
    elif person is not None and _holds_still(scene, row):
        recipient = scene.as_known_now(person.recipient)
    else:
        _hand_on(scene, row, alert, reach, found)
        return
    whom = Reached(recipient, row.route or "", row.role, row.role_area)
    found.candidates.append(_asked_again(scene, alert, whom, NoticeKind.REMINDER, row))


def _hand_on(scene: Scene, row: FollowUp, alert: Alert, reach: Sequence[Reached], found: Gathered) -> None:
    """Reminds whoever stands now where somebody was told that no route names any more."""
    found.done.append(row)
    instead = _in_place_of(row, reach, found)
    if not instead:
        found.untold.append(_untold(row, TellReason.REACHED_NO_MORE))
    key = (row.rule, row.area, row.episode)
    for whom in instead:
        handed_on = replace(row, subject=whom.recipient.id)
        found.rows[key] = (*found.rows.get(key, ()), handed_on)
        found.candidates.append(_asked_again(scene, alert, whom, NoticeKind.REMINDER, handed_on))


def _reminds(scene: Scene, row: FollowUp) -> bool:
    """Whether the rules still have the route, and reminders in it."""
    route = scene.routes.get(row.route or "")
    return route is not None and route.reminders is not None


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


def _holds_still(scene: Scene, row: FollowUp) -> bool:
    """Whether somebody whom an escalation reached still is what they were told as."""
    if row.role is None or row.area not in scene.world.areas.by_name:
        return row.subject in scene.world.directory.people
    holders, _ = scene.world.directory.holders(row.role, row.area, scene.today, scene.world.areas)
    return any(person.id == row.subject for person in holders)


def _escalate(scene: Scene, row: FollowUp, alert: Alert, found: Gathered) -> None:
    route = scene.routes.get(row.subject)
    if not _goes_on(alert, row) or route is None:
        found.done.append(row)
        return
    if row.step >= len(route.escalations):
        found.done.append(row)  # the rules have fewer steps now
        return
    step = route.escalations[row.step]
    people = targets_of(scene, step, row.area)
    if not people:
        found.untold.append(_untold(replace(row, route=route.id), TellReason.NOBODY_TO_ESCALATE_TO))
    for whom in people:
        reached = replace(whom, route=route.id)
        found.candidates.append(_asked_again(scene, alert, reached, NoticeKind.ESCALATED, row))


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


def _asked_again(scene: Scene, alert: Alert, whom: Reached, kind: NoticeKind, row: FollowUp) -> Candidate:
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
    )
    routes = (whom.route,) if whom.route else ()
    change = Change(alert, alert, ())
    since = row.due_at or scene.now
    return Candidate(decision, change, routes, min(since, scene.now), step=row.step + 1)


def _goes_on(alert: Alert, row: FollowUp) -> bool:
    return alert.state is AlertState.FIRING and alert.episode == row.episode
