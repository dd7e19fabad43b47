"""What people are still to be told of an alert: the difference between what they know and how it stands.

It is asked when something was held back. What has happened meanwhile is not told step by step, but as it
stands: a breach that is over by then is not told at all to whoever was never told of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from monitor.core.alerts import Alert, AlertState, Transition, TransitionReason
from monitor.core.notifications import Decision, NoticeKind, TellReason
from monitor.core.recipients import Recipient
from monitor.core.routing import DATA_NEWS, Change, Reached, ending_of
from monitor.core.rulebook import Level, rank_of

ENDINGS = frozenset(
    {
        NoticeKind.CLOSED,
        NoticeKind.RECOVERED,
        NoticeKind.PENDING,
        NoticeKind.ARRIVED,
        NoticeKind.CONFIRMED,
    }
)
"""What tells somebody that a breach is over, or does not count any more."""


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What somebody knows of one breach. ``kind`` and ``level`` are what they were told last."""

    recipient: Recipient
    first_at: datetime
    last_at: datetime
    kind: NoticeKind
    level: Level | None

    @property
    def of_its_end(self) -> bool:
        """Whether they know that it is over."""
        return self.kind in ENDINGS


def change_since(alert: Alert, known: Knowledge | None, last: Transition | None) -> Change:
    """Returns what has happened to an alert since somebody was told of it; None: they never were.

    ``last`` is the alert's last transition, which says why it is as it is.
    """
    if known is None:
        before = Alert(alert.rule, alert.area, episode=max(alert.episode - 1, 0))
    else:
        before = replace(alert, state=AlertState.FIRING, level=known.level)
        if (
            alert.state is not AlertState.FIRING
        ):  # since when a breach is that does not count is another matter
            before = replace(before, breach_since=None, fired_on=None)
    return Change(before, alert, (last,) if last is not None else ())


def owed(
    alert: Alert,
    episode: int,
    *,
    held: Sequence[str],
    reach: Sequence[Reached],
    known: Mapping[str, Knowledge],
    last: Transition | None,
) -> tuple[Decision, ...]:
    """Decides what is told now to those from whom news of one breach was held back.

    Args:
        alert: as it stands now.
        episode: the breach's number.
        held: the ids of the people from whom news of it was held back.
        reach: whom the routes reach now.
        known: what people know of that breach, by id.
        last: the alert's last transition.
    """
    goes_on = alert.state is AlertState.FIRING and alert.episode == episode
    if goes_on:
        told = [each for each in (_of_breach(alert, whom, known, last) for whom in reach) if each is not None]
        reached = {whom.recipient.id for whom in reach}
        told += [
            _decision(alert, episode, NoticeKind.WORSENED, _known(person), TellReason.WAS_TOLD_OF_BREACH)
            for person in known.values()
            if person.recipient.id in held
            and person.recipient.id not in reached
            and rank_of(alert.level) > rank_of(person.level)
        ]
        done = {each.recipient.id for each in told if each.recipient is not None}
        return (*told, *(_untold(alert, episode, each, known, reached) for each in held if each not in done))
    return tuple(_of_end(alert, episode, person, known.get(person), last) for person in held)


def _of_breach(
    alert: Alert, whom: Reached, known: Mapping[str, Knowledge], last: Transition | None
) -> Decision | None:
    person = known.get(whom.recipient.id)
    if person is None:
        of_data = None if last is None else DATA_NEWS.get(last.reason)
        if of_data is not None:
            return _decision(alert, alert.episode, of_data, whom, TellReason.DATA_OWNER)
        return _decision(alert, alert.episode, NoticeKind.BREACH, whom, TellReason.ROUTE)
    if rank_of(alert.level) > rank_of(person.level):
        return _decision(alert, alert.episode, NoticeKind.WORSENED, whom, TellReason.ROUTE)
    return None


def _untold(
    alert: Alert, episode: int, person: str, known: Mapping[str, Knowledge], reached: set[str]
) -> Decision:
    if person in known or person in reached:
        decision = _decision(alert, episode, None, None, TellReason.KNOWN_ALREADY)
        return _for(person, replace(decision, recipient=_who(person, known)))
    return _for(person, _decision(alert, episode, None, None, TellReason.REACHED_NO_MORE))


def _of_end(
    alert: Alert, episode: int, person: str, known: Knowledge | None, last: Transition | None
) -> Decision:
    if known is None:
        return _for(person, _decision(alert, episode, None, None, TellReason.OVER_WHILE_HELD))
    if known.of_its_end:
        return _decision(alert, episode, None, _known(known), TellReason.KNOWN_ALREADY)
    if alert.episode != episode and alert.state is AlertState.FIRING:
        return _decision(alert, episode, None, _known(known), TellReason.BEGAN_AGAIN)
    kind = ending_of(alert, TransitionReason.RECOVERED if last is None else last.reason)
    return _decision(alert, episode, kind, _known(known), TellReason.WAS_TOLD_OF_BREACH)


def _for(person: str, decision: Decision) -> Decision:
    """The decision, with a note of whom the news was held back from."""
    return replace(decision, note=f"it was held for {person}")


def _who(person: str, known: Mapping[str, Knowledge]) -> Recipient | None:
    return known[person].recipient if person in known else None


def _known(person: Knowledge) -> Reached:
    return Reached(person.recipient, "", None, None)


def _decision(
    alert: Alert, episode: int, kind: NoticeKind | None, whom: Reached | None, reason: TellReason
) -> Decision:
    return Decision(
        rule=alert.rule,
        area=alert.area,
        episode=episode,
        kind=kind,
        recipient=whom.recipient if whom else None,
        reason=reason,
        route=(whom.route or None) if whom else None,
        role=whom.role if whom else None,
        role_area=whom.role_area if whom else None,
        level=None if kind is NoticeKind.PENDING else alert.level,
    )
