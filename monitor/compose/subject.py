"""The subject line: it says it all, also on a locked phone, and it is one line."""

from collections.abc import Sequence
from datetime import date

from monitor.compose.late import cut, data_news
from monitor.compose.restated import came_to, is_same_figure
from monitor.compose.shield import shown
from monitor.compose.stories import Story, stories
from monitor.core.alerts import TransitionReason
from monitor.core.notices import urgency
from monitor.core.notifications import (
    Notice,
    NoticeKind,
    Notification,
    Occasion,
    OperationsKind,
    OperationsNews,
    RestatedFigure,
)
from monitor.palette import LEVEL_TONES, tone_of
from monitor.wording import WITHHELD, FigureFormat, in_sentence, is_missing
from notifiers.mime import one_line

LONGEST = 120
"""Characters. Mail programs show 40 to 80 of them, so what matters comes first and is short."""

_LONGEST_AREA = 40
_LONGEST_REASON = 60
_LONGEST_DOUBT = 40
_LONGEST_ADDRESS = 60
_MOST_COUNTS = 3
_WITHHELD = f"(figure {WITHHELD})"  # without the noun, the word reads as if it belonged to the title
_OPENINGS = {
    NoticeKind.ESCALATED: "Escalated to you: ",
    NoticeKind.RESTATED: "Figure changed: ",
    NoticeKind.PENDING: "No alert for now: ",
    NoticeKind.DOUBTFUL: "Check this figure: ",
    NoticeKind.CONFIRMED: "No longer in doubt: ",
}
_SETTLED: dict[str, str] = {
    TransitionReason.FIGURE_CORRECTED: "Corrected: ",
    TransitionReason.FIGURE_CONFIRMED: "Confirmed: ",
    TransitionReason.FIGURE_CAME: "It has come: ",
}
_LAPSES: dict[str, str] = {
    TransitionReason.RESTATED: "an earlier figure was corrected",
    TransitionReason.CAME_LATE: "an earlier figure has come late",
    TransitionReason.RULE_CHANGED: "the rule was changed",
    TransitionReason.COMPARISON_CHANGED: "what it is compared with was changed",
}
_ONE_FIGURE = frozenset({NoticeKind.DOUBTFUL, NoticeKind.CONFIRMED})


def subject_line(notification: Notification) -> str:
    """The subject of the mail that a notification becomes."""
    if notification.operations is not None:
        return operations_subject(notification.operations)
    notices = sorted((shown(notice) for notice in notification.notices), key=urgency)
    return subject_of(stories(notices), notification.decided_at.date(), notification.occasion)


def operations_subject(news: OperationsNews) -> str:
    """The subject of a mail about limen itself."""
    about = cut(one_line(news.subject), _LONGEST_ADDRESS)
    match news.kind:
        case OperationsKind.RULES_REFUSED:
            errors = f"{news.errors:,} error{'' if news.errors == 1 else 's'}"
            return f"limen: rules on disk refused, {errors}; the last good ones stay in force"
        case OperationsKind.RULES_ACCEPTED:
            return "limen: the rules on disk are good again, and in force"
        case OperationsKind.TEMPLATES_REFUSED:
            errors = f"{news.errors:,} error{'' if news.errors == 1 else 's'}"
            return f"limen: templates of your own refused, {errors}; mails go out by limen’s own"
        case OperationsKind.TEMPLATES_ACCEPTED:
            return "limen: no template of your own is refused any more"
        case OperationsKind.SILENCE_ENDED:
            return f"limen: silence {about} has ended; alerts are told again"
        case OperationsKind.ADDRESS_FAILING:
            return f"limen: mails to {about} come back; they are not told"
        case OperationsKind.FILES_REFUSED:
            return f"limen: files or rows could not be taken in: {about}"
        case OperationsKind.STORM:
            return "limen: too many mails at once, so they go out as summaries; none is lost"


def subject_of(told: Sequence[Story], on: date | None = None, occasion: Occasion = Occasion.NEWS) -> str:
    """The subject for stories already in order, the worst first: its news, and how many more there are.

    ``on`` is the day on which they are told.
    """
    if occasion is not Occasion.NEWS:
        return _together(told, on, occasion)
    others = len(told) - 1
    more = f", and {others} more" if others else ""
    ending = _colour(told[0][0]) + more
    opening = _opening(told[0][0])
    return opening + news(told[0], LONGEST - len(ending) - len(opening), on, after=opening) + ending


def _together(told: Sequence[Story], on: date | None, occasion: Occasion) -> str:
    """``Digest: 3 red, 2 amber; worst: Swale, core assessments 46, limit 40``."""
    numbers: dict[str, int] = {}
    for story in told:
        word = tone_of(story[0].kind, story[0].level).word
        numbers[word] = numbers.get(word, 0) + 1
    counts = [f"{number:,} {word}" for word, number in numbers.items()][:_MOST_COUNTS]
    rest = len(told) - sum(list(numbers.values())[:_MOST_COUNTS])
    opening = (
        f"{occasion.value.capitalize()}: {', '.join([*counts, *([f'{rest:,} more'] if rest else [])])}; "
    )
    opening += "worst: " if len(told) > 1 else ""
    return opening + news(told[0], LONGEST - len(opening), on, after=opening)


def _opening(notice: Notice) -> str:
    if is_missing(notice):
        return "Figure missing: "
    if notice.kind is NoticeKind.REMINDER:
        return f"Reminder {notice.reminders:,}: " if notice.reminders else "Reminder: "
    if notice.kind is NoticeKind.CONFIRMED:
        return _SETTLED.get(notice.reason, _OPENINGS[notice.kind])
    if notice.restated is not None and notice.kind is NoticeKind.RESTATED and is_same_figure(notice.restated):
        return "Judged anew: "
    return _OPENINGS.get(notice.kind, "")


def news(story: Story, room: int, on: date | None = None, *, after: str = "") -> str:
    """One story's news in at most ``room`` characters: ``Swale: core assessments … 46, limit 40``.

    The title gives way where there is too little room, never the figure or the limit. ``after`` something
    else that ends in a colon, a comma follows the area.
    """
    notice = story[0]
    if notice.tells_of_data:
        return data_news(story, room, on)
    ending = one_line(_figures(notice))
    ending = f", {ending}" if ending.startswith(("limit ", "target ")) else f" {ending}" if ending else ""
    start = f"{cut(one_line(notice.area), _LONGEST_AREA)}{',' if after else ':'} "
    title = in_sentence(one_line(notice.title))
    return start + cut(title, max(room - len(start) - len(ending), 1)) + ending


def _colour(notice: Notice) -> str:
    if notice.kind is NoticeKind.CLOSED or notice.tells_of_data or notice.kind in _ONE_FIGURE:
        return ""  # its news has the word already
    if notice.kind is NoticeKind.RESTATED:
        said = notice.restated is not None and (not notice.restated.withdrawn or notice.lapse is not None)
        what = came_to(notice, notice.restated) if said and notice.restated is not None else ""
        return f" — {what}" if what else ""
    if notice.kind is NoticeKind.PENDING:
        return f" — {_LAPSES.get(notice.reason, 'an earlier one is not beyond it')}"
    before = _before(notice) if notice.kind is NoticeKind.WORSENED else ""
    doubt = ", may be wrong" if notice.doubt else ""
    return f" — {tone_of(notice.kind, notice.level).word}{before}{doubt}"


def _figures(notice: Notice) -> str:
    figures = FigureFormat(notice.unit, notice.decimals)
    known = notice.protected or notice.value is not None
    value = _WITHHELD if notice.protected else figures.short(notice.value) if known else ""
    limit = _line(notice, figures)
    match notice.kind:
        case NoticeKind.RESTATED if notice.restated is not None:
            return _changed(notice.restated, figures)
        case NoticeKind.BREACH | NoticeKind.REMINDER | NoticeKind.ESCALATED | NoticeKind.RESTATED:
            lingers = notice.not_yet_recovered
            said = (_lingering(notice, value, figures), "not over yet") if lingers else (value, limit)
            return ", ".join(filter(None, said))
        case NoticeKind.WORSENED:
            to = f" {value}" if notice.protected else f" to {value}" if value else ""
            return f"worsened{to}" + (f", {limit}" if limit else "")
        case NoticeKind.PENDING:
            return ", ".join(filter(None, (value, limit)))
        case NoticeKind.RECOVERED:
            return "back within limits" + (f", {value}" if notice.value is not None else "")
        case NoticeKind.CLOSED:
            return _closed(notice, figures)
        case NoticeKind.DOUBTFUL | NoticeKind.CONFIRMED:
            what = one_line(notice.doubt).partition(": ")[0].rstrip(".")
            doubt = cut(what, _LONGEST_DOUBT) if notice.kind is NoticeKind.DOUBTFUL else ""
            return f"– {doubt}" if doubt else value
        case NoticeKind.LATE | NoticeKind.ARRIVED:
            return ""


def _closed(notice: Notice, figures: FigureFormat) -> str:
    if not notice.over_by_edit:
        reason = cut(one_line(notice.reason).rstrip("."), _LONGEST_REASON)
        return f"closed: {reason}" if reason else "closed"
    if notice.limit is None or notice.limit_before is None:
        return "over by the changed rule"
    limits = f"was {figures.short(notice.limit_before)}, is {figures.short(notice.limit)}"
    return f"over by a new limit, {limits}"


def _lingering(notice: Notice, value: str, figures: FigureFormat) -> str:
    """``20 (was 22, limit 20)``: a first mail has to say what was beyond the limit."""
    if notice.crossed is None or not value:
        return value
    was = f"was {figures.short(notice.crossed)}"
    return f"{value} ({', '.join(filter(None, (was, _line(notice, figures))))})"


def _changed(restated: RestatedFigure, figures: FigureFormat) -> str:
    was = figures.short(restated.was.value, protected=restated.was.protected)
    if restated.withdrawn:
        return f"{was} is withdrawn"
    if is_same_figure(restated):
        return was  # what it is now, and was, follows
    return f"now {figures.short(restated.now.value, protected=restated.now.protected)}, not {was}"


def _line(notice: Notice, figures: FigureFormat) -> str:
    """What the figure is to be held against: the limit, or the target where the rule compares no limit."""
    if notice.limit is not None:
        return f"limit {figures.short(notice.limit)}"
    return "" if notice.target is None else f"target {figures.short(notice.target)}"


def _before(notice: Notice) -> str:
    if notice.previous_level is None or notice.previous_level == notice.level:
        return ""
    return f", was {LEVEL_TONES[notice.previous_level].word}"
