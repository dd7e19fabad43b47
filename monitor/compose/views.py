"""What the templates lay out: every piece of text of a mail, ready, in the order of reading."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from urllib.parse import quote, urlsplit

from monitor.charts import caption, series_in_words
from monitor.compose.history import history_table
from monitor.compose.shield import chart_series
from monitor.compose.subject import news
from monitor.core.judgements import RagRating
from monitor.core.notifications import Notice, NoticeKind, Notification
from monitor.palette import AMBER, GREEN, RED, Tone, tone_of
from monitor.wording import (
    FigureFormat,
    correction,
    good_way,
    headline,
    in_sentence,
    sentence,
    since,
    status_of,
    travel,
)
from notifiers.mime import one_line

MOST_DETAILED = 8
"""Notices with a chart and all details; mails that are longer than this are cut off by some readers."""

_NEWS_LENGTH = 110
_PREHEADER_LENGTH = 140
_VERSION_LENGTH = 12
_RATING_TONES = {RagRating.RED: RED, RagRating.AMBER: AMBER, RagRating.GREEN: GREEN}
_STRIPS = {
    NoticeKind.BREACH: "limit crossed",
    NoticeKind.WORSENED: "worsened",
    NoticeKind.RECOVERED: "back within limits",
    NoticeKind.CLOSED: "no longer watched",
}


@dataclass(frozen=True, slots=True)
class Links:
    """Where a mail points to.

    ``base_url`` is the address of limen's pages (None: mails hold no link to them), ``contact`` the mail
    address of the performance team (None: readers are asked to turn to the team without an address).

    Raises:
        ValueError: ``base_url`` is not an http or https address.
    """

    base_url: str | None = None
    contact: str | None = None

    def __post_init__(self) -> None:
        if self.base_url is not None:
            parts = urlsplit(self.base_url)
            if (
                parts.scheme not in {"http", "https"}
                or not parts.netloc
                or self.base_url.split() != [self.base_url]
            ):
                raise ValueError(
                    f"{self.base_url!r} cannot be linked to: give an address that starts with http:// or https://"
                )

    def alert(self, rule: str, area: str) -> str | None:
        """The page of the alert (rule, area)."""
        if self.base_url is None:
            return None
        return f"{self.base_url.rstrip('/')}/alerts/{quote(rule, safe='')}/{quote(area, safe='')}"


@dataclass(frozen=True, slots=True)
class Fact:
    """One labelled line. ``short`` is its text in the row of big figures, "" where it is not there."""

    label: str
    text: str
    short: str = ""


@dataclass(frozen=True, slots=True)
class ChartView:
    """A chart in a mail; ``content_id`` is that of the picture, "" in a mail without pictures."""

    content_id: str
    alternative_text: str
    caption: str
    rows: tuple[tuple[str, ...], ...]
    periods: int


@dataclass(frozen=True, slots=True)
class NoticeView:
    """One notice's text. Empty strings and None are left out of the mail."""

    tone: Tone
    strip: str
    heading: str
    news: str
    headline: str
    correction: str
    action: str
    facts: tuple[Fact, ...]
    chart: ChartView | None
    definition: str
    told_because: str
    small_print: tuple[str, ...]
    link: str | None


@dataclass(frozen=True, slots=True)
class MailView:
    """A whole mail's text: ``detailed`` notices have charts, ``further`` ones are told in a list."""

    title: str
    preheader: str
    greeting: str
    detailed: tuple[NoticeView, ...]
    further: tuple[NoticeView, ...]
    contact: str | None

    @property
    def several(self) -> bool:
        return len(self.detailed) > 1


def worst_first(notices: Sequence[Notice]) -> tuple[Notice, ...]:
    """What calls for action first, the more severe the earlier; recoveries next, what was closed last."""

    def rank(notice: Notice) -> tuple[int, int]:
        group = {NoticeKind.RECOVERED: 1, NoticeKind.CLOSED: 2}.get(notice.kind, 0)
        return group, 0 if notice.level is None else -notice.level.rank

    return tuple(sorted(notices, key=rank))


def mail_view(
    notification: Notification, notices: Sequence[Notice], content_ids: Sequence[str], links: Links
) -> MailView:
    """The text of a mail that tells ``notices``, already shielded and in order; one content id a chart."""
    views = [notice_view(notice, links) for notice in notices]
    detailed = [
        view if view.chart is None else replace(view, chart=replace(view.chart, content_id=content_id))
        for view, content_id in zip(views[:MOST_DETAILED], content_ids, strict=True)
    ]
    return MailView(
        title=views[0].heading if len(views) == 1 else _title(views),
        preheader=_preheader(views[0]),
        greeting=_greeting(notification),
        detailed=tuple(detailed),
        further=tuple(replace(view, chart=None) for view in views[MOST_DETAILED:]),
        contact=links.contact,
    )


def _greeting(notification: Notification) -> str:
    recipient = notification.recipient
    greeting = one_line(recipient.salutation) or f"Dear {one_line(recipient.name)}"
    return greeting if greeting.endswith((",", "!")) else f"{greeting},"


def _title(views: Sequence[NoticeView]) -> str:
    counts = ", ".join(
        f"{len(list(same))} {word}" for word, same in groupby(view.tone.word for view in views)
    )
    return f"{len(views)} alerts for you: {counts}"


def _preheader(view: NoticeView) -> str:
    text = f"{view.headline} What to do: {view.action}" if view.action else view.headline
    return text if len(text) <= _PREHEADER_LENGTH else text[: _PREHEADER_LENGTH - 1].rstrip() + "…"


def notice_view(notice: Notice, links: Links) -> NoticeView:
    """The text of one notice, already shielded; its chart has no content id yet."""
    tone = tone_of(notice.kind, notice.level)
    return NoticeView(
        tone=tone,
        strip=f"{tone.word.capitalize()}: {_STRIPS[notice.kind]}",
        heading=f"{one_line(notice.area)}: {in_sentence(one_line(notice.title))}",
        news=news(notice, room=_NEWS_LENGTH),
        headline=one_line(headline(notice)),
        correction=correction(notice),
        action=sentence(one_line(notice.action)),
        facts=facts_of(notice),
        chart=_chart(notice),
        definition=sentence(one_line(notice.definition)),
        told_because=sentence(one_line(notice.told_because)),
        small_print=_small_print(notice),
        link=links.alert(notice.rule, notice.area),
    )


def facts_of(notice: Notice) -> tuple[Fact, ...]:
    """The labelled details, those left out that are not known."""
    figures = FigureFormat(one_line(notice.unit), notice.decimals)
    direction = travel(notice)
    moving = " ".join(filter(None, (direction.arrow, direction.word)))
    facts = (
        _figure(notice, figures),
        _line(
            "Limit", notice.limit_reference, figures.full(notice.limit) if notice.limit is not None else ""
        ),
        Fact("Breach began" if notice.kind is NoticeKind.RECOVERED else "Since", one_line(since(notice))),
        Fact(
            "Direction of travel",
            sentence(", ".join(filter(None, (moving, one_line(direction.detail)))))
            + f" {good_way(notice.polarity)}",
            moving if direction.arrow else "",
        ),
        _line(
            "Target",
            notice.target_reference,
            figures.full(notice.target) if notice.target is not None else "",
        ),
        _rating(notice.rag),
        Fact(
            "Similar councils",
            ""
            if notice.neighbours is None
            else f"{figures.full(notice.neighbours)} (statistical neighbours)",
        ),
        Fact("Status of the figure", status_of(notice.status)),
    )
    return tuple(replace(fact, text=fact.text.strip()) for fact in facts if fact.text.strip())


def _figure(notice: Notice, figures: FigureFormat) -> Fact:
    label = "Last figure" if notice.kind is NoticeKind.CLOSED else "Figure"
    known = notice.protected or notice.value is not None
    when = f" ({one_line(notice.period_label)})" if notice.period_label else ""
    text = figures.full(notice.value, protected=notice.protected)
    return Fact(
        label, f"{text}{when}", figures.short(notice.value, protected=notice.protected) if known else ""
    )


def _line(label: str, reference: str, value: str) -> Fact:
    source = one_line(reference)
    return Fact(label, f"{value} ({source})" if value and source else value or source, value)


def _rating(rag: RagRating) -> Fact:
    tone = _RATING_TONES.get(rag)
    return Fact("Rating", "" if tone is None else f"{tone.symbol} {tone.word}")


def _chart(notice: Notice) -> ChartView | None:
    if not notice.history:
        return None
    series = chart_series(notice)
    return ChartView(
        "", one_line(series_in_words(series)), caption(series), history_table(series), len(series.points)
    )


def _small_print(notice: Notice) -> tuple[str, ...]:
    version = one_line(notice.rule_version)
    condition = one_line(notice.limit_text)
    lines = (
        f"Rule {one_line(notice.rule)}, {_place(one_line(notice.rule_position))}"
        + (f", version {version[:_VERSION_LENGTH]}" if version else ""),
        f"The rule as written: {condition}" if condition else "",
        f"Indicator {one_line(notice.indicator)}: {one_line(notice.indicator_title)}",
        f"Where the figures come from: {one_line(notice.source)}" if notice.source else "",
    )
    return tuple(filter(None, lines))


def _place(position: str) -> str:
    """``assessments.yaml:12:5`` in words."""
    file, _, rest = position.partition(":")
    line = rest.split(":")[0]
    return f"{file} line {line}" if line.isdecimal() else position
