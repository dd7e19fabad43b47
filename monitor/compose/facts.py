"""The labelled details of a notice, and its small print."""

from dataclasses import dataclass
from decimal import Decimal

from monitor.core.judgements import RagRating
from monitor.core.notifications import Notice, NoticeKind
from monitor.core.rulebook import Level
from monitor.palette import AMBER, GREEN, LEVEL_TONES, RED
from monitor.wording import FigureFormat, good_way, is_missing, sentence, since, status_of, travel
from notifiers.mime import one_line

_VERSION_LENGTH = 12
_FIGURE_LABELS = {NoticeKind.CLOSED: "Last figure", NoticeKind.RESTATED: "Latest figure"}
_RATING_TONES = {RagRating.RED: RED, RagRating.AMBER: AMBER, RagRating.GREEN: GREEN}


@dataclass(frozen=True, slots=True)
class Fact:
    """One labelled line. ``short`` is its text in the row of big figures, "" where it is not there."""

    label: str
    text: str
    short: str = ""


def facts_of(notice: Notice) -> tuple[Fact, ...]:
    """The labelled details of a shielded notice, without those that are not known."""
    figures = FigureFormat(one_line(notice.unit), notice.decimals)
    limit = _line("Limit", notice.limit, notice.limit_reference, figures)
    target = _line("Target", notice.target, notice.target_reference, figures)
    facts = (
        _figure(notice, figures),
        limit if limit.text else target,
        _beginning(notice),
        _direction(notice, figures),
        *((target,) if limit.text else ()),
        _rating(notice, figures),
        _neighbours(notice.neighbours, figures),
        Fact("Status of the figure", status_of(notice.status)),
    )
    return tuple(fact for fact in facts if fact.text)


def _beginning(notice: Notice) -> Fact:
    if notice.kind is NoticeKind.DOUBTFUL:
        return Fact("Alert since", "")  # whether it is one is what is to be found out
    restated = notice.restated
    if is_over(notice) and restated is not None and restated.was.level is None:
        return Fact("Alert began", "")  # there was none
    if is_over(notice):
        return Fact("Alert began", one_line(notice.since_label))
    return Fact("Alert since", one_line(since(notice)))


def is_over(notice: Notice) -> bool:
    """Whether the alert that it tells of is at its end, so that nothing is left to do."""
    if notice.kind in (NoticeKind.RESTATED, NoticeKind.CONFIRMED):
        return notice.level is None
    return notice.kind in (NoticeKind.RECOVERED, NoticeKind.PENDING, NoticeKind.CLOSED)


def _figure(notice: Notice, figures: FigureFormat) -> Fact:
    when = f", {one_line(notice.period_label)}" if notice.period_label else ""
    label = _FIGURE_LABELS.get(notice.kind, "Figure") + when
    known = notice.protected or notice.value is not None
    if not known and notice.kind is NoticeKind.CLOSED:
        return Fact(label, "")  # no figure closed it: "no figure" would say that one is lacking
    text = figures.full(notice.value, protected=notice.protected)
    return Fact(
        label,
        f"{text} to protect small numbers" if notice.protected else text,
        figures.short(notice.value, protected=notice.protected) if known else "",
    )


def _line(label: str, value: Decimal | None, reference: str, figures: FigureFormat) -> Fact:
    """A line of the chart with where it comes from: a reference alone says nothing."""
    if value is None:
        return Fact(label, "")
    source = one_line(reference).rstrip(".")
    text = figures.full(value)
    return Fact(label, f"{text} ({source})" if source else text, figures.short(value))


def _direction(notice: Notice, figures: FigureFormat) -> Fact:
    if notice.kind is NoticeKind.DOUBTFUL:
        return _held_against(notice, figures)
    if notice.kind is NoticeKind.CLOSED:
        return Fact("Direction of travel", "")
    direction = travel(notice)
    words = sentence(one_line(direction.full))
    return Fact("Direction of travel", f"{words} {good_way(notice.polarity)}".strip(), direction.short)


def _held_against(notice: Notice, figures: FigureFormat) -> Fact:
    """What makes a figure doubtful: a direction of travel would take it for a figure like others."""
    if notice.previous_value is None or is_missing(notice):
        return Fact("It was", "")
    when = f" ({one_line(notice.previous_label)})" if notice.previous_label else ""
    return Fact(
        "It was", f"{figures.full(notice.previous_value)}{when}", figures.short(notice.previous_value)
    )


def _rating(notice: Notice, figures: FigureFormat) -> Fact:
    """The rating, and why the alert may have another colour: it goes by its own limit."""
    tone = _RATING_TONES.get(notice.rag)
    if tone is None:
        return Fact("Rating", "")
    against = "" if notice.target is None else f", against the target of {figures.short(notice.target)}"
    text = f"{tone.symbol} {tone.word}{against}"
    if is_over(notice) or notice.level is None or LEVEL_TONES[notice.level] is tone:
        return Fact("Rating", text)
    alert = "for information" if notice.level is Level.INFO else LEVEL_TONES[notice.level].word
    own = "it goes by its own rule"
    if notice.limit is not None:
        own = f"its limit is {figures.short(notice.limit)}"
    return Fact("Rating", f"{text} (this alert is {alert}: {own})")


def _neighbours(value: Decimal | None, figures: FigureFormat) -> Fact:
    text = "" if value is None else f"{figures.full(value)} (statistical neighbours)"
    return Fact("Similar councils", text)


def small_print(notice: Notice) -> tuple[str, ...]:
    """Which rule it was, where it is written and in which version, for whoever has to look it up."""
    condition, source = one_line(notice.limit_text), one_line(notice.source)
    lines = (
        f"Rule {one_line(notice.rule)}, {place_of(notice)}",
        f"The rule as written: {condition}" if condition else "",
        f"Indicator: {one_line(notice.indicator_title)} ({one_line(notice.indicator)})",
        f"Where the figures come from: {source}" if source else "",
        route_of(notice),
    )
    return tuple(line for line in lines if line)


def route_of(notice: Notice) -> str:
    """By which route the reader is told; "" where by none."""
    return f"You are told by route “{one_line(notice.route)}”" if notice.route else ""


def place_of(notice: Notice) -> str:
    """``assessments.yaml:12:5`` and the rulebook's version in words."""
    position, version = one_line(notice.rule_position), one_line(notice.rule_version)[:_VERSION_LENGTH]
    file, _, rest = position.partition(":")
    line = rest.split(":")[0]
    place = f"{file} line {line}" if line.isdecimal() else position
    return f"{place}, version {version}" if version else place
