"""What is said beside the news: since when it is known, who was told before, and what is in doubt."""

from dataclasses import dataclass
from datetime import date, datetime, tzinfo

from monitor.compose.facts import Fact
from monitor.compose.sheet import Box
from monitor.core.notifications import AnswerEnd, EarlierAnswer, Notice, NoticeKind, TellReason
from monitor.wording import day, sentence, what_is_awaited
from notifiers.mime import one_line

_A_WEEK = 7  # days: within one, the name of the day is enough
_DOUBT = "The figure may be wrong"
_WAITED = {
    reason.why: then
    for reason, then in {
        TellReason.WINDOW: "held until the window opened",
        TellReason.DIGEST: "held for the digest",
        TellReason.SILENCED: "it was silenced",
        TellReason.MAINTENANCE: "it was in a maintenance window",
        TellReason.INHIBITED: "another alert said it already",
        TellReason.LATE_FEED: "held, as its figures were late",
        TellReason.DATA_FAULT: "held, as the figure looked wrong and the data owner was asked",
        TellReason.STORM: "held, as too many mails had come in too short a time",
        TellReason.UNSENT: "the mail before it had not gone out",
    }.items()
}
"""What holds a telling, and what is said of it when it is told after all."""


@dataclass(frozen=True, slots=True)
class Moment:
    """When a mail is decided, and where its reader's clock hangs."""

    at: datetime
    zone: tzinfo

    @property
    def on(self) -> date:
        """The reader's day."""
        return self.at.astimezone(self.zone).date()

    def earlier(self, then: datetime) -> str:
        """An earlier moment for people: ``09:10 today``, ``Friday 18:40``, ``Friday 4 October, 18:40``."""
        local = then.astimezone(self.zone)
        days = (self.on - local.date()).days
        if days == 0:
            return f"{local:%H:%M} today"
        if 0 < days < _A_WEEK:
            return f"{local:%A %H:%M}"
        return f"{local:%A} {day(local.date(), self.on)}, {local:%H:%M}"


def asides(notice: Notice, moment: Moment) -> tuple[str, ...]:
    """Sentences that go with the headline."""
    found = (_told_before(notice, moment), known_since(notice, moment))
    return tuple(text for text in found if text)


def known_since(notice: Notice, moment: Moment) -> str:
    """Since when limen has known what it tells only now, and why it waited; "" where it did not wait.

    ``held_because`` is what holds it, as :class:`TellReason` says it, or a clause such as ``held until the
    window opened``.
    """
    if notice.held_since is None:
        return ""
    because = one_line(notice.held_because).rstrip(".") or "told now"
    because = _WAITED.get(because, because)
    return sentence(f"Known since {moment.earlier(notice.held_since)}; {because}")


def _told_before(notice: Notice, moment: Moment) -> str:
    if notice.kind is not NoticeKind.REMINDER or notice.first_told_on is None:
        return ""
    return f"You were first told on {_day_ago(notice.first_told_on, moment)}."


def _day_ago(then: date, moment: Moment) -> str:
    days = (moment.on - then).days
    ago = "" if days < 1 else ", yesterday" if days == 1 else f", {days:,} days ago"
    return f"{day(then, moment.on)}{ago}"


def boxes(notice: Notice, moment: Moment, *, answerable: bool) -> tuple[Box, ...]:
    """What stands before what to do: doubts, and what an unanswered alert asks for.

    ``answerable``: the mail has a link by which the reader says that they are dealing with it.
    """
    found = (
        _doubt(notice),
        _unanswered(notice, moment, answerable=answerable),
        _escalated(notice, moment, answerable=answerable),
        _closed(notice),
        _pending(notice),
    )
    return tuple(box for box in found if box is not None)


def _doubt(notice: Notice) -> Box | None:
    doubt = one_line(notice.doubt)
    if not doubt or notice.kind in (NoticeKind.DOUBTFUL, NoticeKind.CONFIRMED):
        return None
    asked = "The data owner has been asked. Do not act on the number alone until they have answered."
    return Box(_DOUBT, f"{sentence(doubt)} {asked}")


def _unanswered(notice: Notice, moment: Moment, *, answerable: bool) -> Box | None:
    if notice.kind is not NoticeKind.REMINDER:
        return None
    how = "say so by the link below" if answerable else "tell the performance team, who can note it"
    so_far = "Nobody has said that they are dealing with this. If you are"
    if notice.earlier_answer is not None:
        so_far = f"{_ended(notice.earlier_answer, moment)}. If you are dealing with it"
    return Box(no_answer(notice), f"{so_far}, {how}. Then no more reminders come, unless it gets worse.")


def no_answer(notice: Notice) -> str:
    """In a few words that nobody answers: not yet, or no more, since an acknowledgement has ended."""
    return "No answer yet" if notice.earlier_answer is None else "No answer any more"


def _ended(answer: EarlierAnswer, moment: Moment) -> str:
    """Whose answer counts no more, and since when: ``It was acknowledged by ... on ...; no answer since``."""
    by = f" by {one_line(answer.by)}" if answer.by else ""
    given = f"It was acknowledged{by} on {day(answer.given_on, moment.on)}"
    ended = day(answer.ended_on, moment.on)
    match answer.ended:
        case AnswerEnd.UNTIL:
            return f"{given} until {ended}; no answer since"
        case AnswerEnd.TAKEN_BACK:
            return f"{given}, which was taken back on {ended}; no answer since"
        case AnswerEnd.WORSENED:
            return f"{given}; it has worsened on {ended}, and there is no answer since"


def _escalated(notice: Notice, moment: Moment, *, answerable: bool) -> Box | None:
    if notice.kind is not NoticeKind.ESCALATED:
        return None
    names = enumerated([one_line(name) for name in notice.not_acknowledged_by])
    when = "" if notice.first_told_on is None else f" on {_day_ago(notice.first_told_on, moment)}"
    if len(notice.not_acknowledged_by) > 1:
        told = f"{names} have been told{f', first{when}' if when else ''}"  # not all need be told on that day
    elif names:
        told = f"{names} was told{when}"
    else:
        told = f"It was first told{when}" if when else "It has been told before"
    comma = "," if when.endswith(("ago", "yesterday")) else ""
    so_far = f"{told}{comma} and nobody has said that they are dealing with it"
    if notice.earlier_answer is not None:
        so_far = f"{told}. {_ended(notice.earlier_answer, moment)}"
    how = "say so by the link below" if answerable else "tell the performance team"
    return Box(
        "Why it comes to you now",
        f"{so_far}. Ask them what is being done, or take it on yourself and {how}: then it goes no further.",
    )


def _closed(notice: Notice) -> Box | None:
    """The last figure may be beyond its limit: nobody is to stop work because limen stops watching."""
    if notice.kind is not NoticeKind.CLOSED:
        return None
    return Box(
        "What you have agreed stands",
        "Go on with whatever you have agreed to do about this figure. Only the alert ends; it needs no "
        "answer.",
        quiet=True,
    )


def _pending(notice: Notice) -> Box | None:
    """What has to come before it is an alert again, and that nothing is asked for until then."""
    if notice.kind is not NoticeKind.PENDING:
        return None
    return Box("What that means now", f"{what_is_awaited(notice)} Until then it needs no answer.")


def enumerated(names: list[str]) -> str:
    """``A``, ``A and B``, ``A, B and C``."""
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else "".join(names)


def facts_of_telling(notice: Notice, moment: Moment) -> tuple[Fact, ...]:
    """What a reminder's or an escalation's details say of the mails before it."""
    facts: list[Fact] = []
    if notice.told_again and notice.first_told_on is not None:
        facts.append(Fact("First told", _day_ago(notice.first_told_on, moment)))
    if notice.kind is NoticeKind.REMINDER and notice.reminders:
        answer = notice.earlier_answer
        since = "so far" if answer is None else f"since {day(answer.ended_on, moment.on)}"
        facts.append(Fact(f"Reminders {since}", f"{notice.reminders:,}, with this one"))
    if notice.not_acknowledged_by:
        facts.append(
            Fact("Told before you", ", ".join(one_line(name) for name in notice.not_acknowledged_by))
        )
    return tuple(facts)
