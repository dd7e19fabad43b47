"""When reminders and escalations are due by their own days, and what a clock wrote that was ahead."""

from dataclasses import replace
from datetime import datetime

from monitor.store.follow_ups import FollowUp, FollowUpKind
from monitor.telling.scene import Scene

ASKING = frozenset({FollowUpKind.REMINDER, FollowUpKind.ESCALATION})


def own_due(scene: Scene, row: FollowUp) -> datetime | None:
    """When a reminder or an escalation is due, counted from its ``since``; None: it is not to come.

    Of a route that the rules do not have any more it is now: its successor is found then.
    """
    route = scene.routes.get((row.subject if row.kind is FollowUpKind.ESCALATION else row.route) or "")
    if route is None:
        return scene.now
    if row.kind is FollowUpKind.ESCALATION:
        if row.step >= len(route.escalations):
            return None
        return scene.calendar.add_working_days_at(row.since, route.escalations[row.step].after)
    return (
        None
        if route.reminders is None
        else route.reminders.next_reminder(row.since, row.step, scene.calendar)
    )


def put_right(scene: Scene, row: FollowUp) -> FollowUp:
    """The same by the clock as it is now, where it was ahead when the row was written.

    Days count from now, and what is held is looked at again now; nobody can say more of when it was.
    """
    if not row.is_ahead_of(scene.now):
        return row
    row = replace(row, since=scene.now)
    counts = row.kind in ASKING and row.reason.told
    return replace(row, due_at=own_due(scene, row) if counts else scene.now)
