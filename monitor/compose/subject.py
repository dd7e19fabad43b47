"""The subject line: it says it all, also on a locked phone, and it is one line."""

from collections.abc import Sequence

from monitor.core.notifications import Notice, NoticeKind
from monitor.palette import LEVEL_TONES, tone_of
from monitor.wording import FigureFormat, in_sentence
from notifiers.mime import one_line

LONGEST = 120
"""Characters. Mail programs show 40 to 80 of them, so what matters comes first and is short."""

_LONGEST_AREA = 40
_LONGEST_REASON = 60


def subject_of(notices: Sequence[Notice]) -> str:
    """The subject for notices already in order, the worst first: its news, and how many more there are."""
    others = len(notices) - 1
    more = f", and {others} more" if others else ""
    ending = _colour(notices[0]) + more
    return news(notices[0], room=LONGEST - len(ending)) + ending


def news(notice: Notice, room: int) -> str:
    """One notice's news in at most ``room`` characters: ``Swale: core assessments … 46, limit 40``.

    The title gives way where there is too little room, never the figure or the limit.
    """
    ending = one_line(_figures(notice))
    ending = f", {ending}" if ending.startswith(("limit ", "target ")) else f" {ending}" if ending else ""
    start = f"{_cut(one_line(notice.area), _LONGEST_AREA)}: "
    title = in_sentence(one_line(notice.title))
    return start + _cut(title, max(room - len(start) - len(ending), 1)) + ending


def _colour(notice: Notice) -> str:
    if notice.kind is NoticeKind.CLOSED:
        return ""  # its news has the word already
    before = _before(notice) if notice.kind is NoticeKind.WORSENED else ""
    return f" — {tone_of(notice.kind, notice.level).word}{before}"


def _figures(notice: Notice) -> str:
    figures = FigureFormat(notice.unit, notice.decimals)
    known = notice.protected or notice.value is not None
    value = figures.short(notice.value, protected=notice.protected) if known else ""
    limit = _line(notice, figures)
    match notice.kind:
        case NoticeKind.BREACH:
            return ", ".join(filter(None, (value, limit)))
        case NoticeKind.WORSENED:
            return "worsened" + (f" to {value}" if value else "") + (f", {limit}" if limit else "")
        case NoticeKind.RECOVERED:
            return "back within limits" + (f", {value}" if notice.value is not None else "")
        case NoticeKind.CLOSED:
            reason = _cut(one_line(notice.reason).rstrip("."), _LONGEST_REASON)
            return f"closed: {reason}" if reason else "closed"


def _line(notice: Notice, figures: FigureFormat) -> str:
    """What the figure is to be held against: the limit, or the target where the rule compares no limit."""
    if notice.limit is not None:
        return f"limit {figures.short(notice.limit)}"
    return "" if notice.target is None else f"target {figures.short(notice.target)}"


def _before(notice: Notice) -> str:
    if notice.previous_level is None or notice.previous_level == notice.level:
        return ""
    return f", was {LEVEL_TONES[notice.previous_level].word}"


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"
