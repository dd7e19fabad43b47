"""Acknowledgements and silences, given and taken back: the one way for pages, commands and tests of rules.

Each function belongs into one transaction. What is held back is looked at again by the next cycle.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy import Connection

from monitor.core.alerts import Alert, AlertState
from monitor.core.areas import AreaTree
from monitor.core.dated import Scope
from monitor.core.freshness import late_indicator
from monitor.core.notifications import TellReason
from monitor.core.plausibility import faulty_indicator
from monitor.core.routing import matches
from monitor.core.rulebook import Level, RouteMatch, Rulebook, rank_of
from monitor.core.suppressions import Acknowledgement, Silence
from monitor.store import silences as kept
from monitor.store.acknowledgements import append_acknowledgement, latest_acknowledgements
from monitor.store.alerts import alerts
from monitor.store.follow_ups import FollowUp, FollowUpKind, count_anew_at, look_again, save_follow_ups
from monitor.store.locks import Lock, take

LONGEST_SILENCE: Final = timedelta(days=92)
"""A silence ends at most so far ahead: a quarter. What is to be quiet for longer belongs into the rules."""

LONGEST_COMMENT: Final = 1_000
"""Characters."""


class AckReason(StrEnum):
    """What came of an acknowledgement, or of taking one back."""

    GIVEN = "it is acknowledged"
    GIVEN_BEFORE = "the very same was said before"
    NO_ALERT = "the alert does not fire"
    ANOTHER_HOLDS_IT = "somebody else has acknowledged it since"
    ANOTHER_BREACH = "that breach is over, and another one has begun"
    WORSENED = "it has worsened since it was looked at"
    WITHDRAWN = "the acknowledgement is taken back"
    NOT_ACKNOWLEDGED = "nobody has acknowledged it"


@dataclass(frozen=True, slots=True)
class AckResult:
    """What came of it. ``alert`` None: there never was one. ``given`` is the acknowledgement that counts."""

    reason: AckReason
    alert: Alert | None
    given: Acknowledgement | None = None

    @property
    def done(self) -> bool:
        """Whether it stands now as was asked for."""
        return self.reason in (AckReason.GIVEN, AckReason.GIVEN_BEFORE, AckReason.WITHDRAWN)


class SilenceRefusedError(ValueError):
    """The silence can't be made; the text says why, for people."""


def acknowledge(
    connection: Connection,
    now: datetime,
    *,
    alert: tuple[str, str],
    author: str,
    comment: str,
    until: datetime | None,
    via: str,
    episode: int | None = None,
    seen: tuple[Level | None] | None = None,
) -> AckResult:
    """Notes that somebody deals with an alert that fires; the newest acknowledgement counts.

    Saying the same again changes nothing, so that a form that is posted twice counts once.

    Args:
        connection: the transaction that it belongs to.
        now: the present instant.
        alert: (rule, area).
        author: a person's id, or what they call themselves.
        comment: what they do about it.
        until: how long it counts at most; None: until the breach is over.
        via: "mail" or "command line".
        episode: the breach that is meant; None: the present one.
        seen: the level that its author saw, in a tuple of one; None: whatever it is now.
    """
    take(connection, Lock.CYCLE)
    found = alerts(connection, [alert]).get(alert)
    if found is None or found.state is not AlertState.FIRING:
        return AckResult(AckReason.NO_ALERT, found)
    if episode is not None and episode != found.episode:
        return AckResult(AckReason.ANOTHER_BREACH, found)
    if seen is not None and rank_of(found.level) > rank_of(seen[0]):
        return AckResult(AckReason.WORSENED, found)
    before = acknowledgement_of(connection, found)
    new = Acknowledgement(
        id=0,
        at=now,
        rule=found.rule,
        area=found.area,
        episode=found.episode,
        level=found.level,
        author=author,
        comment=comment.strip()[:LONGEST_COMMENT],
        until=until,
        via=via,
    )
    if before is not None and replace(before, id=0, at=now) == new:
        return AckResult(AckReason.GIVEN_BEFORE, found, before)
    given = append_acknowledgement(connection, new)
    look_again(connection, now, alert=alert)
    if until is not None and until > now:
        count_anew_at(connection, until, alert=alert)
    return AckResult(AckReason.GIVEN, found, given)


def withdraw(
    connection: Connection,
    now: datetime,
    *,
    alert: tuple[str, str],
    author: str,
    comment: str,
    via: str,
    episode: int | None = None,
    only_own: bool = False,
) -> AckResult:
    """Takes back the acknowledgement of an alert that fires; reminders and escalations count anew from now.

    Args:
        connection: the transaction that it belongs to.
        now: the present instant.
        alert: (rule, area).
        author: who takes it back.
        comment: why.
        via: "mail" or "command line".
        episode: the breach that is meant; None: the present one.
        only_own: leaves an acknowledgement of anybody else as it is.
    """
    take(connection, Lock.CYCLE)
    found = alerts(connection, [alert]).get(alert)
    if found is None or found.state is not AlertState.FIRING:
        return AckResult(AckReason.NO_ALERT, found)
    if episode is not None and episode != found.episode:
        return AckResult(AckReason.ANOTHER_BREACH, found)
    before = acknowledgement_of(connection, found)
    if before is None or before.withdrawn:
        return AckResult(AckReason.NOT_ACKNOWLEDGED, found)
    if only_own and before.author != author:
        return AckResult(AckReason.ANOTHER_HOLDS_IT, found, before)
    taken = replace(
        before, at=now, author=author, comment=comment.strip()[:LONGEST_COMMENT], via=via, withdrawn=True
    )
    append_acknowledgement(connection, taken)
    look_again(connection, now, alert=alert)
    if before.holds(found.level, now):
        count_anew_at(connection, now, alert=alert)
    return AckResult(AckReason.WITHDRAWN, found)


def acknowledgement_of(connection: Connection, alert: Alert) -> Acknowledgement | None:
    """Returns the newest acknowledgement of an alert's present breach, also one that holds no more."""
    key = (alert.rule, alert.area, alert.episode)
    return latest_acknowledgements(connection, [key]).get(key)


def silence(
    connection: Connection,
    now: datetime,
    *,
    match: RouteMatch,
    author: str,
    comment: str,
    starts_at: datetime,
    ends_at: datetime,
) -> Silence:
    """Makes a silence, and has limen tell when it ends.

    Raises:
        SilenceRefusedError: it would silence everything, say nothing of why or by whom, or not end in time.
    """
    asked = Silence(0, now, match, author.strip(), comment.strip()[:LONGEST_COMMENT], starts_at, ends_at)
    _refuse_what_nobody_should_make(asked)
    made = kept.append_silence(connection, asked)
    save_follow_ups(connection, [_end_of(made)])
    return made


def end_silence(connection: Connection, now: datetime, *, number: int, author: str, comment: str) -> bool:
    """Ends a silence before its time; what it held is looked at again. False: none of that number lasts."""
    take(connection, Lock.CYCLE)
    if not kept.end_silence(connection, number, at=now, author=author, comment=comment):
        return False
    ended = kept.silence(connection, number)
    if ended is not None:
        save_follow_ups(connection, [_end_of(ended)])
    look_again(connection, now)
    return True


def silences_of(
    made: Iterable[Silence], alert: Alert, rulebook: Rulebook, areas: AreaTree
) -> tuple[Silence, ...]:
    """Returns those silences that are made for an alert as it stands, active or not."""
    known = rulebook.alerts.get(alert.rule)
    name = known.indicator if known else late_indicator(alert.rule) or faulty_indicator(alert.rule)
    indicator, area = rulebook.indicators.get(name or ""), areas.find(alert.area)
    if indicator is None or area is None:
        return ()
    return tuple(each for each in made if matches(each.match, alert.rule, indicator, area, alert.level))


def scope_within(areas: AreaTree, names: Iterable[str]) -> Scope:
    """Returns a scope of these areas with all that lies within them, each by its name.

    Raises:
        UnknownAreaError: there is no area of that name, code or alias.
    """
    return Scope(names=areas.with_all_within(names))


def _refuse_what_nobody_should_make(asked: Silence) -> None:
    if asked.match == RouteMatch():
        raise SilenceRefusedError("A silence of everything can't be made: say of what it is to be.")
    if not asked.author or not asked.comment:
        raise SilenceRefusedError("A silence needs a comment that says why, and an author.")
    if asked.ends_at <= max(asked.starts_at, asked.at):
        raise SilenceRefusedError("A silence ends after it begins, and later than now.")
    if asked.ends_at - asked.at > LONGEST_SILENCE:
        raise SilenceRefusedError(
            f"A silence ends at most {LONGEST_SILENCE.days} days ahead, so that nothing is forgotten. "
            "Make it shorter and renew it; what is to be quiet for good belongs into the rules."
        )


def _end_of(made: Silence) -> FollowUp:
    """What has limen tell that the silence has ended, and what it kept from whom."""
    return FollowUp(
        rule="",
        area="",
        episode=0,
        kind=FollowUpKind.SILENCE,
        subject=str(made.id),
        step=0,
        since=min(made.starts_at, made.ends_at),
        due_at=made.ends_at,
        reason=TellReason.SILENCED,
    )
