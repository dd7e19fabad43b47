"""All that is to be told in a cycle: what changed, was held back, is to be repeated or passed on.

Nothing here looks at whether it may be told now.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from monitor.core.alerts import Alert, AlertKey, AlertState, EpisodeKey, Transition
from monitor.core.audit import ERASED
from monitor.core.holding import Candidate, is_about_data
from monitor.core.notifications import Decision, NoticeKind, TellReason
from monitor.core.owing import change_since, owed
from monitor.core.recipients import Recipient
from monitor.core.routing import Change, Reached, decide, goes_on_after_all, news_of
from monitor.store.follow_ups import FollowUp, FollowUpKind
from monitor.telling.acknowledged import past_answers
from monitor.telling.asking_again import escalate, escalated_in_place_of, remind
from monitor.telling.gathered import Gathered, goes_on, knowledge_of, untold
from monitor.telling.own_days import ASKING, own_due, put_right
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
    waiting = scene.kept.due_follow_ups(scene.now, held_by=ENDED_BY_OTHERS if all_changes else ())
    due = [put_right(scene, row) for row in waiting]
    episodes = {(each.rule, each.area, each.episode) for each in due if each.kind is not FollowUpKind.SILENCE}
    for (rule, area), change in moved.items():
        episodes |= {(rule, area, change.before.episode), (rule, area, change.after.episode)}
    if episodes:
        found.told = scene.kept.told_of(episodes)
        for row in scene.kept.follow_ups_of(episodes):
            key = (row.rule, row.area, row.episode)
            found.rows[key] = (*found.rows.get(key, ()), put_right(scene, row))
        found.past_answers = past_answers(scene, episodes)
    back = {key for key, change in moved.items() if _goes_on_after_all(change, found)}
    _gather_news(scene, {key: change for key, change in moved.items() if key not in back}, found)
    known = {row.key for row in due}
    due += [row for key in back for row in _left_of(scene, moved[key], found) if row.key not in known]
    _gather_due(scene, due, found)
    _gather_unheard_endings(scene, found)
    return found


def _goes_on_after_all(change: Change, found: Gathered) -> bool:
    """Whether a breach is back before anybody has heard of its end."""
    after = change.after
    rows = found.rows.get((after.rule, after.area, after.episode), ())
    return goes_on_after_all(change) and any(row.kind is FollowUpKind.NEWS for row in rows)


def _left_of(scene: Scene, change: Change, found: Gathered) -> list[FollowUp]:
    """What is to be come back to about a breach that is back: its days have gone on counting."""
    after = change.after
    rows = found.rows.get((after.rule, after.area, after.episode), ())
    left = [row for row in rows if row.kind is FollowUpKind.NEWS]
    for row in rows:
        if row.kind in ASKING and row.reason.told:
            due = own_due(scene, row)
            left.append(replace(row, due_at=due and max(due, scene.now)))
    return left


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
    found.ended.add(key)
    told_now = {each.person for each in found.candidates if each.change is change}
    known = found.known(key)
    for row in found.rows.get(key, ()):
        if row.kind is not FollowUpKind.NEWS:
            found.done.append(row)
        elif row.subject not in told_now:
            found.done.append(row)
            if row.subject not in known:
                found.untold.append(untold(row, TellReason.OVER_WHILE_HELD))
                found.unheard += [] if anew else [row]
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
        if row.kind is FollowUpKind.NEWS:
            news.setdefault((row.rule, row.area, row.episode), []).append(row)
        elif row.kind in ASKING:
            _ask_again(scene, row, alert, found)
    over = {key for key, rows in news.items() if not goes_on(stand.get(key[:2], Alert(*key[:2])), rows[0])}
    found.ended |= over
    endings = scene.kept.last_endings(over) if over else {}
    for key, rows in news.items():
        alert = stand.get(key[:2], Alert(*key[:2]))
        ending = endings.get(key)
        if ending is not None and ending.to_state is AlertState.PENDING is not alert.state:
            ending = None  # it was to be seen then whether it is over; what came after says how it ended
        # What else the alert did after that breach is not why it ended.
        _owe(scene, rows, alert, ending or last.get(key[:2]), found)


def _ask_again(scene: Scene, row: FollowUp, alert: Alert, found: Gathered) -> None:
    """A reminder or an escalation that is due, if its breach goes on, and it is by its own days."""
    if not goes_on(alert, row):
        found.ended.add((row.rule, row.area, row.episode))
        found.done.append(row)
    elif row.reason.told and (row.due_at is None or row.due_at > scene.now):
        found.put_off.append(row)
    elif row.kind is FollowUpKind.REMINDER:
        remind(scene, row, alert, found)
    else:
        escalate(scene, row, alert, found)


def _gather_unheard_endings(scene: Scene, found: Gathered) -> None:
    """Of a breach that was over before it could be told nothing is told; of the one before it the end may be.

    Whoever knows of that one was not told that it is over, as it began again.
    """
    for row in found.unheard:
        earlier = scene.kept.told_of({(row.rule, row.area, number) for number in range(1, row.episode)})
        told = {
            key: each for key in sorted(earlier) for each in earlier[key] if each.recipient.id == row.subject
        }
        if not told:
            continue
        key, last_told = list(told.items())[-1]
        known = knowledge_of(last_told)
        if known is None or known.of_its_end:
            continue
        alert = scene.kept.alerts([row.alert]).get(row.alert, Alert(*row.alert))
        last = scene.kept.last_transitions([row.alert]).get(row.alert)
        found.told[key] = earlier[key]
        found.candidates.append(
            Candidate(
                decision=owed(
                    alert, key[2], held=(row.subject,), reach=(), known={row.subject: known}, last=last
                )[0],
                change=change_since(replace(alert, episode=key[2]), known, last),
                routes=(last_told.route,) if last_told.route else (),
                since=scene.now,
            )
        )


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
    reach += _escalated_in_place_of_erased(scene, rows, reach, found)
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
                change=change_since(
                    alert if goes_on(alert, rows[0]) else replace(alert, episode=key[2]),
                    known.get(person),
                    last,
                ),
                routes=_routes_of(told, routes, found, key),
                since=row.since if row else first,
                held_for=row.reason if row else rows[0].reason,
                held_until=row.due_at if row else None,
            )
        )
    found.done += [row for row in rows if row.subject not in settled]


def _escalated_in_place_of_erased(
    scene: Scene, rows: Sequence[FollowUp], reach: Sequence[Reached], found: Gathered
) -> tuple[Reached, ...]:
    """Who stands where somebody knew of a breach by an escalation, and has been erased since."""
    reached = {each.recipient.id for each in reach}
    people = {
        whom.recipient.id: whom
        for row in rows
        if row.subject.startswith(f"{ERASED}:")
        for whom in escalated_in_place_of(scene, row, found)
    }
    return tuple(whom for person, whom in people.items() if person not in reached)


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
