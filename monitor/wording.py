"""Figures and judgements in plain words, the same in mails, pages and reports.

Every function returns text for people. Nothing here decides anything, and nothing shows what must not be
shown: a protected figure is "withheld". It may be a count from 1 to 5, or a larger one that would give such a
count away; as in the Department for Education's releases, one word stands for both, for a reader who can tell
them apart could work the small one out.
"""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from monitor.core.alerts import TransitionReason
from monitor.core.judgements import DirectionOfTravel, RagRating
from monitor.core.notices import OVER_BEFORE_ITS_RULE
from monitor.core.notifications import Notice, NoticeKind
from monitor.core.observations import Status
from monitor.core.rulebook import Polarity
from monitor.palette import LEVEL_TONES

NO_FIGURE = "no figure"
WITHHELD = "withheld"
NEITHER_WAY = "neither better nor worse"
_PERCENTAGES = frozenset({"%", "percent", "per cent", "percentage"})
_BARE_COUNTS = frozenset({"", "count", "number"})
# Names that titles begin with; nothing in the word itself tells them from others.
_KEEP_CAPITAL = frozenset({"England", "English", "Ofsted", "Kent"})


@dataclass(frozen=True, slots=True)
class FigureFormat:
    """Writes figures of one indicator: ``unit`` as in the rule file, ``decimals`` the published precision."""

    unit: str
    decimals: int

    @property
    def is_percentage(self) -> bool:
        return self.unit.strip().casefold() in _PERCENTAGES

    @property
    def is_count(self) -> bool:
        """Whether figures are whole numbers of something."""
        return self.decimals == 0 and not self.is_percentage and not self.unit.startswith("per ")

    def short(self, value: Decimal | None, *, protected: bool = False) -> str:
        """The figure for a subject line, a table or a chart: ``46``, ``8.2%``, ``1,282``, ``39.4``."""
        if protected:
            return WITHHELD
        if value is None:
            return NO_FIGURE
        return f"{value:,.{self.decimals}f}{'%' if self.is_percentage else ''}"

    def full(self, value: Decimal | None, *, protected: bool = False) -> str:
        """The figure with its unit in words: ``46``, ``8.2%``, ``39.4 per 10,000 aged 0-17``."""
        text = self.short(value, protected=protected)
        worded = self.is_percentage or self.unit.strip().casefold() in _BARE_COUNTS
        return text if worded or value is None or protected else f"{text} {self.unit}"

    def gap(self, value: Decimal, limit: Decimal) -> str:
        """How far ``value`` is from it: ``6 above``, ``1.3 percentage points below``, ``exactly at``."""
        if value == limit:
            return "exactly at"
        amount = f"{abs(value - limit):,.{self.decimals}f}"
        if self.is_percentage:
            amount += " percentage point" + ("" if abs(value - limit) == 1 else "s")
        return f"{amount} {'above' if value > limit else 'below'}"


def in_sentence(title: str) -> str:
    """A title within a sentence: its first letter small, unless that begins a name or an abbreviation."""
    first = title.split(maxsplit=1)[0] if title.split() else ""
    if first in _KEEP_CAPITAL or first[1:] != first[1:].lower():
        return title
    return title[:1].lower() + title[1:]


def sentence(text: str) -> str:
    """``text`` with a capital at its start and a full stop at its end."""
    stripped = text.strip()
    if not stripped:
        return ""
    return stripped[:1].upper() + stripped[1:] + ("" if stripped[-1] in ".!?" else ".")


def headline(notice: Notice) -> str:  # noqa: C901, PLR0911 - one for each kind
    """The news itself, in one or two sentences."""
    figures = FigureFormat(notice.unit, notice.decimals)
    match notice.kind:
        case NoticeKind.BREACH | NoticeKind.ESCALATED | NoticeKind.RESTATED:
            return standing(notice) + _lasting(notice)
        case NoticeKind.REMINDER:
            return _standing(notice, figures, "The figure is still") + _lasting(notice)
        case NoticeKind.WORSENED:
            return _standing(notice, figures, "The figure has worsened to") + _change_of_level(notice)
        case NoticeKind.RECOVERED:
            return f"Back within limits{_value_now(notice, figures)}. This alert is over."
        case NoticeKind.PENDING:
            return f"{standing(notice)} {lapsed(notice)}"
        case NoticeKind.CLOSED:
            return _closed(notice, figures)
        case NoticeKind.LATE:
            return "The figure did not come in time."
        case NoticeKind.ARRIVED:
            return "The figure has come."
        case NoticeKind.DOUBTFUL:
            return _in_doubt(notice, figures)
        case NoticeKind.CONFIRMED:
            return _settled(notice, figures)


def _closed(notice: Notice, figures: FigureFormat) -> str:
    """Why an alert is over that no figure ended, as in: Over by a new limit: was 80.0%, is 77.0%."""
    unsaid = "which says nothing about the figure getting better or worse."
    if not notice.over_by_edit:
        why = notice.reason.strip().rstrip(".") or "the rule no longer applies"
        if notice.reason in OVER_BEFORE_ITS_RULE.values():
            return f"This alert is over: {why}."
        changed = "list of areas" if notice.reason == TransitionReason.AREA_REMOVED else "rules"
        return f"This alert is closed: {why}. It ends because the {changed} changed, {unsaid}"
    now = "" if notice.value is None else f" The figure is {figures.full(notice.value)}."
    goes_on = f"Only the rule changed, {unsaid} It goes on watching the figure."
    if notice.limit is None or notice.limit_before is None:
        return f"Over by the changed rule.{now} {goes_on}"
    limits = f"was {figures.short(notice.limit_before)}, is {figures.short(notice.limit)}"
    return f"Over by a new limit: {limits}.{now} {goes_on}"


def lapsed(notice: Notice) -> str:
    """Of an alert that was told, and whose figure is beyond the limit: that it is none any more, and why."""
    because = "" if notice.lapse is None else f": {notice.lapse.because.strip().rstrip('.')}"
    return f"But the alert that you were told of does not count any more{because}."


def what_is_awaited(notice: Notice) -> str:
    """What has to come for an alert that counts no more to be one again."""
    lapse = notice.lapse
    if lapse is None:
        return "You are told if the next figure is beyond its limit too."
    left = max(lapse.asked - lapse.so_far, 1)
    following = "the next figure is" if left == 1 else f"the next {left} figures are"
    return (
        f"The rule asks for {lapse.asked} figures in a row beyond their limit; there "
        f"{'is' if lapse.so_far == 1 else 'are'} {lapse.so_far} so far. "
        f"You are told if {following} beyond it too."
    )


def standing(notice: Notice) -> str:
    """How the latest figure stands to its limit, in a sentence."""
    return _standing(notice, FigureFormat(notice.unit, notice.decimals), "The figure is")


def is_missing(notice: Notice) -> bool:
    """Whether what is doubtful is that there is no figure."""
    return notice.kind is NoticeKind.DOUBTFUL and notice.value is None and not notice.protected


def _in_doubt(notice: Notice, figures: FigureFormat) -> str:
    """As in: The figure may be wrong: 99 where it was 20. A change of 79, more than 30."""
    opening = "A figure is missing" if is_missing(notice) else "The figure may be wrong"
    what, _, more = notice.doubt.strip().partition(": ")
    if not what:
        return f"{opening}{_stated(notice, figures)}."
    return f"{opening}: {what.rstrip('.')}. {sentence(more)}".rstrip()


def _settled(notice: Notice, figures: FigureFormat) -> str:
    """What became of a figure that was in doubt, or missing, and why nobody need look into it any more."""
    now, doubted = _stated(notice, figures), _doubted(notice, figures)
    match notice.reason:
        case TransitionReason.FIGURE_CORRECTED if doubted and notice.doubted_label == notice.period_label:
            if notice.doubted == notice.value:
                return (
                    f"What the figure was held against was corrected, so {doubted} is not in doubt any more."
                )
            return f"The figure was corrected{now}. It was {doubted}, which was in doubt."
        case TransitionReason.FIGURE_CORRECTED:
            about = f" ({doubted})" if doubted else ""
            return (
                f"The figure in doubt{about}, or what it was held against, was corrected. "
                f"The latest one is not in doubt{now}."
            )
        case TransitionReason.FIGURE_CONFIRMED:
            return (
                f"Somebody has confirmed it: {doubted} is right." if doubted else "Somebody has confirmed it."
            )
        case TransitionReason.FIGURES_PLAUSIBLE:
            return (
                f"The figures after it are plausible again. The latest one is not in doubt{now}. "
                f"Nobody has said that {doubted or 'the figure in doubt'} was right."
            )
        case TransitionReason.FIGURES_AGREE:
            return f"The figures after it agree with {doubted or 'it'}, so it is taken to be right."
        case TransitionReason.FIGURE_CAME:
            return f"The figure that was missing, or a later one, has come{now}."
        case _:
            return f"The figure is not in doubt any more{now}."


def _doubted(notice: Notice, figures: FigureFormat) -> str:
    """``95 assessments (31 May 2012)``, or "" where it is not known or must not be shown."""
    if notice.doubted is None or notice.protected:
        return ""
    when = f" ({notice.doubted_label})" if notice.doubted_label else ""
    return f"{figures.full(notice.doubted)}{when}"


def _stated(notice: Notice, figures: FigureFormat) -> str:
    """``: it is 46 assessments``, or "" where there is none or it is protected."""
    if notice.protected or notice.value is None:
        return ""
    return f": it is {figures.full(notice.value)}"


def day(when: date, on: date | None = None) -> str:
    """A day for people, ``30 September 2013``; without its year where that is the year of ``on``."""
    year = "" if on is not None and on.year == when.year else f" {when.year}"
    return f"{when.day} {when:%B}{year}"


def _standing(notice: Notice, figures: FigureFormat, opening: str) -> str:
    limit = f"the limit of {figures.short(notice.limit)}" if notice.limit is not None else "its limit"
    if notice.protected:
        return f"The figure is {WITHHELD} to protect small numbers. It has crossed {limit}."
    if notice.value is None:
        return f"There is no figure for this period; the last one had crossed {limit}."
    value = figures.full(notice.value) + (" (provisional)" if notice.status is Status.PROVISIONAL else "")
    if notice.not_yet_recovered:
        return _lingering(notice, figures, value, limit)
    if notice.limit is None:
        return f"{opening} {value}{_rated(notice, figures)}."
    return f"{opening} {value}, {figures.gap(notice.value, notice.limit)} {limit}."


def _lingering(notice: Notice, figures: FigureFormat, value: str, limit: str) -> str:
    """Of a figure within limits again whose alert goes on: also what was beyond them, for a first mail."""
    until = f"this alert goes on until {recovery_in_words(notice.not_yet_recovered, figures)}"
    if notice.crossed is None:
        return f"The figure is {value}: within {limit} again, but {until}."
    when = f" for {notice.crossed_label}" if notice.crossed_label else ""
    return (
        f"The figure{when} was {figures.short(notice.crossed)}, beyond {limit}. It is {value} now, within it "
        f"again, but {until}."
    )


_RECOVERY: Final = re.compile(r"value\s*(<=|<|>=|>|≤|≥)\s*(-?\d+(?:\.\d+)?|target)")
_FROM_THERE: Final = {
    "<=": "{} or lower",
    "≤": "{} or lower",
    "<": "below {}",
    ">=": "{} or higher",
    "≥": "{} or higher",
    ">": "above {}",
}


def recovery_in_words(condition: str, figures: FigureFormat) -> str:
    """What has to come for an alert to be over, after "until": ``it is 18% or lower``.

    A condition that compares more than the figure with one number or its target stays as it is written.
    """
    found = _RECOVERY.fullmatch(condition.strip())
    if found is None:
        return condition
    operator, number = found.groups()
    percent = "%" if figures.is_percentage else ""
    limit = "the target" if number == "target" else f"{Decimal(number):,f}{percent}"
    if number == "target" and operator in ("<=", "≤", ">=", "≥"):
        return f"it is at the target or {'lower' if operator in ('<=', '≤') else 'higher'}"
    return f"it is {_FROM_THERE[operator].format(limit)}"


def _rated(notice: Notice, figures: FigureFormat) -> str:
    """What a figure has crossed where the rule compares no limit but a rating or a pattern."""
    if notice.rag not in {RagRating.RED, RagRating.AMBER, RagRating.GREEN}:
        return ", which this rule is there to tell of"
    target = "" if notice.target is None else f" against a target of {figures.short(notice.target)}"
    return f", rated {notice.rag.value}{target}"


def _lasting(notice: Notice) -> str:
    """With which figure the alert began, where that is not the present one.

    Nothing is said of the limit here: at the beginning a milder one may have been crossed.
    """
    if notice.since is None or notice.period_end is None or notice.since >= notice.period_end:
        return ""
    if notice.crossed is not None and notice.crossed_label == notice.since_label:
        return ""  # that figure is told already
    return f" The alert began with the figure for {since(notice, so_far=True)}."


def _change_of_level(notice: Notice) -> str:
    if notice.previous_level is None or notice.level is None or notice.previous_level == notice.level:
        return ""
    now, before = LEVEL_TONES[notice.level].word, LEVEL_TONES[notice.previous_level].word
    return f" The alert was {before} and is now {now}."


def _value_now(notice: Notice, figures: FigureFormat) -> str:
    """Of a recovery the value now, never the one that crossed the limit."""
    if notice.protected:
        return f" (the figure is {WITHHELD} to protect small numbers)"
    if notice.value is None:
        return ""
    if notice.limit is None:
        return f": {figures.full(notice.value)} now"
    return (
        f": {figures.full(notice.value)} now, {figures.gap(notice.value, notice.limit)} "
        f"the limit of {figures.short(notice.limit)}"
    )


def correction(notice: Notice) -> str:
    """What to add where something other than a new figure brought the news, else ""."""
    if notice.kind is NoticeKind.PENDING:
        return ""  # it says itself what has brought it
    match notice.reason:
        case TransitionReason.RESTATED:
            return "An earlier figure has been corrected; this is judged on the corrected one."
        case TransitionReason.RULE_CHANGED:
            return "The rule has been changed; this is judged by the new one."
        case _:
            return ""


def since(notice: Notice, *, so_far: bool = False) -> str:
    """Since when there is a breach, at whatever level, and its number of periods where the history tells."""
    if notice.since is None:
        return ""
    end = notice.period_end
    if end is None or not notice.history or notice.history[0].period_end > notice.since:
        return notice.since_label
    periods = sum(notice.since <= point.period_end <= end for point in notice.history)
    if periods < 1:
        return notice.since_label
    count = f"{periods} period{'' if periods == 1 else 's'}{' so far' if so_far else ''}"
    return f"{notice.since_label} ({count})"


@dataclass(frozen=True, slots=True)
class Travel:
    """Direction of travel: ``arrow`` shows which way the figure moves, ``word`` whether that is good.

    ``moves_only``: the figure has moved, and nothing makes either way the good one.
    """

    arrow: str
    word: str
    detail: str
    moves_only: bool = False

    @property
    def short(self) -> str:
        """For the row of big figures: ``↑ worsening``, ``↑ up``; "" where nothing is known."""
        if self.moves_only:
            return f"{self.arrow} {self.detail.split()[0]}"
        return f"{self.arrow} {self.word}" if self.arrow else ""

    @property
    def full(self) -> str:
        """All of it: ``↑ worsening, up from 43 (31 Aug 2013)``."""
        if self.moves_only:
            return f"{self.arrow} {self.detail}; {self.word}"
        return ", ".join(filter(None, (f"{self.arrow} {self.word}".strip(), self.detail)))


def travel(notice: Notice) -> Travel:
    """Direction of travel in a word, with an arrow and the figure before.

    A figure of which neither way is good moves all the same: its ``word`` says that it is neither.
    """
    movement = _movement(notice)
    if notice.direction is not DirectionOfTravel.UNKNOWN:
        return Travel(_arrow(notice), notice.direction.value, movement)
    if notice.polarity is Polarity.NONE and movement:
        return Travel(_bare_arrow(notice), NEITHER_WAY, movement, moves_only=True)
    return Travel("", "not known", movement)


def _arrow(notice: Notice) -> str:
    if notice.direction is DirectionOfTravel.STEADY:
        return "→"
    upwards = _upwards(notice)
    return "" if upwards is None else "↑" if upwards else "↓"


def _bare_arrow(notice: Notice) -> str:
    if notice.value is None or notice.previous_value is None or notice.value == notice.previous_value:
        return "→"
    return "↑" if notice.value > notice.previous_value else "↓"


def _upwards(notice: Notice) -> bool | None:
    if notice.direction is DirectionOfTravel.UNKNOWN:
        return None
    improving = notice.direction is DirectionOfTravel.IMPROVING
    match notice.polarity:
        case Polarity.HIGHER_IS_BETTER:
            return improving
        case Polarity.LOWER_IS_BETTER:
            return not improving
        case Polarity.CLOSE_TO_TARGET | Polarity.NONE:
            if notice.value is None or notice.previous_value is None or notice.value == notice.previous_value:
                return None
            return notice.value > notice.previous_value


def _movement(notice: Notice) -> str:
    if notice.value is None or notice.previous_value is None:
        return ""
    before = FigureFormat(notice.unit, notice.decimals).short(notice.previous_value)
    when = f" ({notice.previous_label})" if notice.previous_label else ""
    if notice.value == notice.previous_value:
        return f"unchanged from {before}{when}"
    return f"{'up' if notice.value > notice.previous_value else 'down'} from {before}{when}"


def good_way(polarity: Polarity) -> str:
    """Which way is good, as a sentence, or "" where neither is."""
    match polarity:
        case Polarity.HIGHER_IS_BETTER:
            return "Higher is better."
        case Polarity.LOWER_IS_BETTER:
            return "Lower is better."
        case Polarity.CLOSE_TO_TARGET:
            return "Close to the target is best."
        case Polarity.NONE:
            return ""


def status_of(status: Status | None) -> str:
    """Whether a figure is final, or "" where there is none."""
    match status:
        case Status.PROVISIONAL:
            return "Provisional: it may still change"
        case Status.VALIDATED:
            return "Validated"
        case None:
            return ""
