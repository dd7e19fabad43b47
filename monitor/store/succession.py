"""What an erased person leaves behind: breaches that they were told of, and that somebody has to know of."""

from datetime import datetime

from sqlalchemy import Connection, select, update

from monitor.core.alerts import AlertState, EpisodeKey
from monitor.core.notifications import TellReason
from monitor.store.decisions import told_of
from monitor.store.follow_ups import FollowUp, FollowUpKind, save_follow_ups
from monitor.store.tables import alerts, decisions, follow_ups


def hand_on(connection: Connection, person: str, pseudonym: str, at: datetime) -> tuple[EpisodeKey, ...]:
    """Leaves what somebody knows of breaches that go on to whoever stands in their place.

    To be called before they are erased from the decisions. The next cycle comes back to it as to news that
    was held for them: it tells those who are reached now and don't know, or operations where there is nobody.
    Their reminders stay, under the pseudonym, so that these too are handed on.

    Returns:
        The breaches that are handed on.
    """
    going_on = select(decisions.c.rule, decisions.c.area, decisions.c.episode).join(
        alerts,
        (alerts.c.rule == decisions.c.rule)
        & (alerts.c.area == decisions.c.area)
        & (alerts.c.episode == decisions.c.episode),
    )
    rows = connection.execute(
        going_on.where(decisions.c.recipient_id == person, alerts.c.state == AlertState.FIRING).distinct()
    )
    told = told_of(connection, [(row.rule, row.area, row.episode) for row in rows])
    left = [
        FollowUp(
            *breach,
            FollowUpKind.NEWS,
            pseudonym,
            step=0,
            since=at,
            due_at=at,
            reason=TellReason.REACHED_NO_MORE,
            route=each.route,
            role=each.role,
            role_area=each.role_area,
        )
        for breach, people in told.items()
        for each in people
        if each.recipient.id == person
    ]
    save_follow_ups(connection, left)
    reminders = (follow_ups.c.kind == FollowUpKind.REMINDER) & (follow_ups.c.subject == person)
    connection.execute(update(follow_ups).where(reminders).values(subject=pseudonym))
    return tuple((each.rule, each.area, each.episode) for each in left)
