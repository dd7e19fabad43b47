"""All that is to be told in a cycle: what changed, was held back, is to be repeated or passed on.

Nothing here looks at whether it may be told now.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from monitor.core.alerts import Alert, AlertKey, AlertState, EpisodeKey, Transition
from monitor.core.holding import Candidate, is_about_data
from monitor.core.notifications import Decision, NoticeKind, TellReason
from monitor.core.owing import change_since, owed
from monitor.core.recipients import Recipient
from monitor.core.routing import Change, Reached, decide, news_of
from monitor.store.follow_ups import FollowUp, FollowUpKind
from monitor.telling.acknowledged import past_answers
from monitor.telling.asking_again import escalate, remind
from monitor.telling.gathered import Gathered, goes_on, untold
from monitor.telling.scene import Scene

ENDED_BY_OTHERS = (
    TellReason.INHIBITED,
    TellReason.LATE_FEED,
    TellReason.DATA_FAULT,
    TellReason.ACKNOWLEDGED,
)
"""What holds news back until an alert changes, and not until an hour. Worsening ends an acknowledgement."""


def gather(scene: Scene, changes: Iterable[Change]) -> Gathered:
    """Gathers all that there is to tell."""
    all_changes = list(changes)
    moved = {
        (change.after.rule, change.after.area): change
        for change in all_changes
        if news_of(change) is not None
    }
    found = Gathered()
    due = scene.kept.due_follow_ups(scene.now, held_by=ENDED_BY_OTHERS if all_changes else ())
    episodes = {(each.rule, each.area, each.episode) for each in due if each.kind is not FollowUpKind.SILENCE}
    for (rule, area), change in moved.items():
        episodes |= {(rule, area, change.before.episode), (rule, area, change.after.episode)}
    if episodes:
        found.told = scene.kept.told_of(episodes)
        for row in scene.kept.follow_ups_of(episodes):
            key = (row.rule, row.area, row.episode)
            found.rows[key] = (*found.rows.get(key, ()), row)
        found.past_answers = past_answers(scene, episodes)
    _gather_news(scene, moved, found)
    _gather_due(scene, due, found)
    return found


def _gather_news(scene: Scene, moved: Mapping[AlertKey, Change], found: Gathered) -> None:
    for (rule, area), change in moved.items():
        key = (rule, area, change.before.episode)
        tells = change.before.state is AlertState.FIRING or change.before.flapping
        before = [each.recipient for each in found.told.get(key, ())] if tells else []
        level = change.after.level or change.before.level
        reach = scene.reach(rule, area, level)
        made = decide(
            change,
            reach=reach,
            told_before=[scene.as_known_now(person) for person in before],
            operations=scene.world.operations,
            vacant="" if reach else scene.vacant(rule, area, level),
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
                found.untold.append(untold(row, TellReason.OVER_WHILE_HELD))
            elif not anew:  # it may not last, so its end is not told either
                found.untold.append(untold(row, TellReason.FLAPPING))
    if anew:
        for row in found.rows.get(key, ()):
            if row.kind is FollowUpKind.NEWS and row.subject in known:
                found.done.append(row)
                found.untold.append(untold(row, TellReason.BEGAN_AGAIN))


def _gather_due(scene: Scene, due: Sequence[FollowUp], found: Gathered) -> None:
    """What is due and was not settled by what changed in this very cycle."""
    for row in due:
        if row.kind is FollowUpKind.SILENCE:
            found.silences.append(int(row.subject))
            found.done.append(row)
    gone = {row.key for row in found.done}
    told_now = {
        (each.decision.rule, each.decision.area, each.decision.episode, each.person)
        for each in found.candidates
    }
    left = [
        row
        for row in due
        if row.key not in gone
        and not (row.kind is FollowUpKind.NEWS and (row.rule, row.area, row.episode, row.subject) in told_now)
    ]
    if not left:
        return
    keys = {row.alert for row in left}
    stand = scene.kept.alerts(keys)
    last = scene.kept.last_transitions(keys)
    news: dict[EpisodeKey, list[FollowUp]] = {}
    for row in left:
        alert = stand.get(row.alert, Alert(*row.alert))
        match row.kind:
            case FollowUpKind.NEWS:
                news.setdefault((row.rule, row.area, row.episode), []).append(row)
            case FollowUpKind.REMINDER:
                remind(scene, row, alert, found)
            case FollowUpKind.ESCALATION:
                escalate(scene, row, alert, found)
            case FollowUpKind.SILENCE:
                pass
    over = {key for key, rows in news.items() if not goes_on(stand.get(key[:2], Alert(*key[:2])), rows[0])}
    endings = scene.kept.last_endings(over) if over else {}
    for key, rows in news.items():
        alert = stand.get(key[:2], Alert(*key[:2]))
        # What the alert did after that breach is not why it ended.
        _owe(scene, rows, alert, endings.get(key) or last.get(key[:2]), found)


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
    # Where all from whom it was held know of the breach, somebody has been told of it.
    begun = any(row.subject not in known for row in rows)
    instead = _instead_of_nobody(alert) if begun and not reach else None
    vacant = scene.vacant(alert.rule, alert.area, alert.level) if instead is TellReason.NOBODY_ELSE else ""
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
        note = vacant if reason is TellReason.NOBODY_ELSE else decision.note
        told = replace(decision, reason=reason, note=note, recipient=scene.as_known_now(decision.recipient))
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


def whom_news_reaches(scene: Scene, row: FollowUp, alert: Alert, found: Gathered) -> tuple[Recipient, ...]:
    """Who is told of held news on the scene's day: whom it was held for, or who stands there now."""
    key = (row.rule, row.area, row.episode)
    known = found.known(key)
    reach = {each.recipient.id: each.recipient for each in scene.reach(alert.rule, alert.area, alert.level)}
    if row.subject in reach:
        return (reach[row.subject],)
    if row.subject in known:
        return (scene.as_known_now(known[row.subject].recipient),)
    if not goes_on(alert, row):
        return ()
    if not reach:
        return tuple(scene.world.operations)
    return tuple(
        person
        for each, person in reach.items()
        if each not in known and found.row(key, FollowUpKind.NEWS, each) is None
    )
