"""From when the days of reminders and escalations count, where an acknowledgement has ended.

Whoever said that they deal with it had until then, or until it got worse. Days without an answer are counted
from there: from the end of the acknowledgement; where a worsening ended it, from when they are told of that.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from monitor.core.alerts import Alert
from monitor.core.notifications import AnswerEnd, NoticeKind, TellReason
from monitor.core.past_answers import PastAnswer
from monitor.core.rulebook import Route
from monitor.store.follow_ups import FollowUp, FollowUpKind
from monitor.telling.gathered import Gathered
from monitor.telling.scene import Scene

_NEWS = frozenset({NoticeKind.BREACH, NoticeKind.WORSENED})


def counted_anew(scene: Scene, row: FollowUp, alert: Alert, found: Gathered) -> FollowUp:
    """The reminder or escalation with its days counted from the end of an acknowledgement.

    The very same row where none has ended since its days began to count.
    """
    answer = found.past_answers.get((row.rule, row.area, row.episode))
    route = scene.routes.get((row.subject if row.kind is FollowUpKind.ESCALATION else row.route) or "")
    if answer is None or route is None:
        return row
    if row.kind is FollowUpKind.REMINDER:
        return _reminder(scene, row, route, answer, found)
    news_at = None
    if waits_for_news(route, row, answer, found):
        news_at = min(_tellings(scene, row, alert, route, found), default=None)
    return _escalation(scene, row, route, answer, news_at)


def _reminder(scene: Scene, row: FollowUp, route: Route, answer: PastAnswer, found: Gathered) -> FollowUp:
    """Whoever is told that it has worsened has their reminders counted from that telling."""
    news = found.row((row.rule, row.area, row.episode), FollowUpKind.NEWS, row.subject)
    waits = news is not None and answer.ended is AnswerEnd.WORSENED
    if route.reminders is None or (answer.ended_at <= row.since and not waits):
        return row
    start = max(news.due_at or scene.now, scene.now) if waits and news is not None else answer.ended_at
    due = route.reminders.next_reminder(start, 0, scene.calendar)
    if due is None:
        return row
    since = scene.now if waits else answer.ended_at
    return replace(row, step=0, since=since, due_at=due, reason=TellReason.REMINDED)


def _escalation(
    scene: Scene, row: FollowUp, route: Route, answer: PastAnswer, news_at: datetime | None
) -> FollowUp:
    """``news_at``: when somebody hears that it has worsened; None: there is no such news to come."""
    if row.step >= len(route.escalations):
        return row
    after, calendar = route.escalations[row.step].after, scene.calendar
    if news_at is not None:
        due = calendar.add_working_days_at(news_at, after)
        return replace(row, since=scene.now, due_at=due, reason=TellReason.ESCALATED)
    if answer.ended_at <= row.since:
        return row
    due = calendar.add_working_days_at(answer.ended_at, after)
    return replace(row, since=answer.ended_at, due_at=due, reason=TellReason.ESCALATED)


def waits_for_news(route: Route, row: FollowUp, answer: PastAnswer | None, found: Gathered) -> bool:
    """Whether a worsening has ended an acknowledgement, and nobody has been told by this route since."""
    if answer is None or answer.ended is not AnswerEnd.WORSENED:
        return False
    return not any(
        each.route == route.id and each.last_at is not None and each.last_at >= answer.ended_at
        for each in found.told.get((row.rule, row.area, row.episode), ())
    )


def _tellings(scene: Scene, row: FollowUp, alert: Alert, route: Route, found: Gathered) -> Iterator[datetime]:
    """When people hear by this route how the breach stands, as far as news of it is to come to anybody."""
    key = (row.rule, row.area, row.episode)
    for each in found.candidates:
        told = each.decision
        if (told.rule, told.area, told.episode) == key and told.kind in _NEWS and route.id in each.routes:
            yield scene.now
    held = [each for each in found.rows.get(key, ()) if each.kind is FollowUpKind.NEWS]
    if not held:
        return
    named = {
        whom.recipient.id
        for whom in scene.reach(alert.rule, alert.area, alert.level)
        if route.id in (whom.route, *whom.also)
    }
    named |= {each.recipient.id for each in found.told.get(key, ()) if each.route == route.id}
    for news in held:
        if news.route == route.id or news.subject in named:
            yield max(news.due_at or scene.now, scene.now)
