"""The subject line: it says it all, also on a locked phone, and it is one line."""

from collections.abc import Sequence
from datetime import date

from monitor.compose.late import cut, data_news
from monitor.compose.shield import shown
from monitor.compose.stories import Story, stories
from monitor.core.notices import urgency
from monitor.core.notifications import Notice, NoticeKind, Notification, OperationsKind, OperationsNews
from monitor.palette import LEVEL_TONES, tone_of
from monitor.wording import FigureFormat, in_sentence
from notifiers.mime import one_line

LONGEST = 120
"""Characters. Mail programs show 40 to 80 of them, so what matters comes first and is short."""

_LONGEST_AREA = 40
_LONGEST_REASON = 60


def subject_line(notification: Notification) -> str:
    """The subject of the mail that a notification becomes."""
    if notification.operations is not None:
        return operations_subject(notification.operations)
    notices = sorted((shown(notice) for notice in notification.notices), key=urgency)
    return subject_of(stories(notices), notification.decided_at.date())


def operations_subject(news: OperationsNews) -> str:
    """The subject of a mail about limen itself."""
    match news.kind:
        case OperationsKind.RULES_REFUSED:
            errors = f"{news.errors:,} error{'' if news.errors == 1 else 's'}"
            return f"limen: rules on disk refused, {errors}; the last good ones stay in force"
        case OperationsKind.RULES_ACCEPTED:
            return "limen: the rules on disk are good again, and in force"
        case OperationsKind.SILENCE_ENDED:
            return f"limen: silence {news.subject} has ended"
        case OperationsKind.ADDRESS_FAILING:
            return f"limen: mails to {one_line(news.subject)} come back"
        case OperationsKind.STORM:
            return "limen: too many mails in too short a time; summaries follow"


def subject_of(told: Sequence[Story], on: date | None = None) -> str:
    """The subject for stories already in order, the worst first: its news, and how many more there are.

    ``on`` is the day on which they are told.
    """
    others = len(told) - 1
    more = f", and {others} more" if others else ""
    ending = _colour(told[0][0]) + more
    return news(told[0], LONGEST - len(ending), on) + ending


def news(story: Story, room: int, on: date | None = None) -> str:
    """One story's news in at most ``room`` characters: ``Swale: core assessments … 46, limit 40``.

    The title gives way where there is too little room, never the figure or the limit.
    """
    notice = story[0]
    if notice.tells_of_data:
        return data_news(story, room, on)
    ending = one_line(_figures(notice))
    ending = f", {ending}" if ending.startswith(("limit ", "target ")) else f" {ending}" if ending else ""
    start = f"{cut(one_line(notice.area), _LONGEST_AREA)}: "
    title = in_sentence(one_line(notice.title))
    return start + cut(title, max(room - len(start) - len(ending), 1)) + ending


def _colour(notice: Notice) -> str:
    if notice.kind is NoticeKind.CLOSED or notice.tells_of_data:
        return ""  # its news has the word already
    before = _before(notice) if notice.kind is NoticeKind.WORSENED else ""
    return f" — {tone_of(notice.kind, notice.level).word}{before}"


def _figures(notice: Notice) -> str:
    figures = FigureFormat(notice.unit, notice.decimals)
    known = notice.protected or notice.value is not None
    value = figures.short(notice.value, protected=notice.protected) if known else ""
    limit = _line(notice, figures)
    match notice.kind:
        case NoticeKind.BREACH | NoticeKind.REMINDER | NoticeKind.ESCALATED | NoticeKind.RESTATED if (
            notice.not_yet_recovered
        ):
            return ", ".join(filter(None, (value, "not yet recovered")))
        case NoticeKind.BREACH | NoticeKind.REMINDER | NoticeKind.ESCALATED | NoticeKind.RESTATED:
            return ", ".join(filter(None, (value, limit)))
        case NoticeKind.WORSENED:
            return "worsened" + (f" to {value}" if value else "") + (f", {limit}" if limit else "")
        case NoticeKind.RECOVERED:
            return "back within limits" + (f", {value}" if notice.value is not None else "")
        case NoticeKind.CLOSED:
            reason = cut(one_line(notice.reason).rstrip("."), _LONGEST_REASON)
            return f"closed: {reason}" if reason else "closed"
        case NoticeKind.LATE | NoticeKind.ARRIVED | NoticeKind.DOUBTFUL | NoticeKind.CONFIRMED:
            return ""


def _line(notice: Notice, figures: FigureFormat) -> str:
    """What the figure is to be held against: the limit, or the target where the rule compares no limit."""
    if notice.limit is not None:
        return f"limit {figures.short(notice.limit)}"
    return "" if notice.target is None else f"target {figures.short(notice.target)}"


def _before(notice: Notice) -> str:
    if notice.previous_level is None or notice.previous_level == notice.level:
        return ""
    return f", was {LEVEL_TONES[notice.previous_level].word}"
