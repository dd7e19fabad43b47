"""What has been gathered to be told, and what was known of it before."""

from dataclasses import dataclass, field

from monitor.core.alerts import Alert, AlertState, EpisodeKey
from monitor.core.holding import Candidate
from monitor.core.notifications import Decision, NoticeKind, TellReason
from monitor.core.owing import Knowledge
from monitor.core.past_answers import PastAnswer
from monitor.store.decisions import Told
from monitor.store.follow_ups import FollowUp, FollowUpKind


@dataclass
class Gathered:
    """What is to be told, what is not to be told at all, and what is done with of what was come back to.

    ``told`` is who knows what of each breach concerned; ``rows`` what was to be come back to, of the same.
    ``silences`` are the numbers of silences that have ended. ``past_answers`` are the acknowledgements of
    those breaches that count no more; ``put_off`` is what is to be come back to later for that. ``ended`` are
    those breaches that are over, ``unheard`` what was held of such as never got told.
    """

    candidates: list[Candidate] = field(default_factory=list)
    untold: list[Decision] = field(default_factory=list)
    done: list[FollowUp] = field(default_factory=list)
    told: dict[EpisodeKey, tuple[Told, ...]] = field(default_factory=dict)
    rows: dict[EpisodeKey, tuple[FollowUp, ...]] = field(default_factory=dict)
    silences: list[int] = field(default_factory=list)
    past_answers: dict[EpisodeKey, PastAnswer] = field(default_factory=dict)
    put_off: list[FollowUp] = field(default_factory=list)
    ended: set[EpisodeKey] = field(default_factory=set)
    unheard: list[FollowUp] = field(default_factory=list)

    def row(self, key: EpisodeKey, kind: FollowUpKind, subject: str) -> FollowUp | None:
        """What is to be come back to about somebody."""
        found = self.rows.get(key, ())
        return next((each for each in found if (each.kind, each.subject) == (kind, subject)), None)

    def put_in_place(self, row: FollowUp) -> None:
        """Takes a row for what stood there of the same."""
        key = (row.rule, row.area, row.episode)
        others = (each for each in self.rows.get(key, ()) if each.key != row.key)
        self.rows[key] = (*others, row)

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


def untold(row: FollowUp, reason: TellReason) -> Decision:
    """Returns the decision not to tell what was held, or due, for somebody."""
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
        note=_whose(row),
    )


def _whose(row: FollowUp) -> str:
    """Whom it was held for; an escalation is no one person's, but a route's."""
    if row.kind is FollowUpKind.ESCALATION:
        return f"by route “{row.subject}”"
    return f"it was held for {row.subject}"


def goes_on(alert: Alert, row: FollowUp) -> bool:
    """Says whether the breach that a row is about still goes on."""
    return alert.state is AlertState.FIRING and alert.episode == row.episode
