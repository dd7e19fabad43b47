"""What the templates lay out: every piece of text of a mail, ready, in the order of reading."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from urllib.parse import quote, urlsplit

from monitor.charts import caption, series_in_words
from monitor.compose.facts import Fact, facts_of, is_over, place_of, small_print
from monitor.compose.history import history_table
from monitor.compose.late import data_action, data_facts, data_headline, data_listing
from monitor.compose.shield import chart_series
from monitor.compose.stories import Story
from monitor.compose.subject import news
from monitor.core.notifications import Notice, NoticeKind, Notification
from monitor.palette import Tone, tone_of
from monitor.wording import correction, headline, in_sentence, sentence
from notifiers.mime import one_line

MOST_DETAILED = 8
"""Notices with a chart and all details; mails that are longer than this are cut off by some readers."""

NEWS_LENGTH = 110
_PREHEADER_LENGTH = 140
_STRIPS = {
    NoticeKind.BREACH: "limit crossed",
    NoticeKind.WORSENED: "worsened",
    NoticeKind.ESCALATED: "nobody has answered yet",
    NoticeKind.REMINDER: "still beyond its limit",
    NoticeKind.RESTATED: "a figure was restated",
    NoticeKind.DOUBTFUL: "a figure looks wrong",
    NoticeKind.CONFIRMED: "no longer in doubt",
    NoticeKind.RECOVERED: "back within limits",
    NoticeKind.CLOSED: "no longer watched",
}

_DATA_STRIPS = {NoticeKind.LATE: "figures have not come", NoticeKind.ARRIVED: "the figures are there"}


def _strip(notice: Notice) -> str:
    return "not yet recovered" if notice.not_yet_recovered else _STRIPS[notice.kind]


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

    def area(self, area: str) -> str | None:
        """The status page with this area's figures and alerts."""
        if self.base_url is None:
            return None
        return f"{self.base_url.rstrip('/')}/?area={quote(area, safe='')}"


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
    """One story's text. What is empty or None is left out of the mail.

    ``listing`` is a table with its head first; ``quoted`` are lines of a program's, to be shown as they are.
    """

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
    listing: tuple[tuple[str, ...], ...] = ()
    quoted: tuple[str, ...] = ()

    @property
    def big_figures(self) -> tuple[Fact, ...]:
        """At most three facts that stand at the top in large type: as many as a phone has room for."""
        return tuple(fact for fact in self.facts if fact.short)[:3]


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


def mail_view(
    notification: Notification, told: Sequence[Story], content_ids: Sequence[str], links: Links
) -> MailView:
    """The text of a mail that tells stories, already shielded and in order; one content id a chart."""
    on = notification.decided_at.date()
    views = [data_view(each, on) if each[0].tells_of_data else notice_view(each[0], links) for each in told]
    detailed = [
        view if view.chart is None else replace(view, chart=replace(view.chart, content_id=content_id))
        for view, content_id in zip(views[:MOST_DETAILED], content_ids, strict=True)
    ]
    return MailView(
        title=views[0].heading if len(views) == 1 else _title(views),
        preheader=_preheader(views[0]),
        greeting=greeting(notification),
        detailed=tuple(detailed),
        further=tuple(replace(view, chart=None) for view in views[MOST_DETAILED:]),
        contact=links.contact,
    )


def greeting(notification: Notification) -> str:
    """The line that greets the reader."""
    recipient = notification.recipient
    words = one_line(recipient.salutation) or f"Dear {one_line(recipient.name)}"
    return words if words.endswith((",", "!")) else f"{words},"


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
        strip=f"{tone.word.capitalize()}: {_strip(notice)}",
        heading=f"{one_line(notice.area)}: {in_sentence(one_line(notice.title))}",
        news=news((notice,), NEWS_LENGTH),
        headline=one_line(headline(notice)),
        correction=correction(notice),
        action="" if is_over(notice) else sentence(one_line(notice.action)),
        facts=facts_of(notice),
        chart=_chart(notice),
        definition=sentence(one_line(notice.definition)),
        told_because=sentence(one_line(notice.told_because)),
        small_print=small_print(notice),
        link=links.area(notice.area),
    )


def data_view(story: Story, on: date) -> NoticeView:
    """The text of late figures, of those that have come, or of those that nobody waits for any more."""
    first = story[0]
    tone = tone_of(first.kind, None)
    title = one_line(first.title)
    written = one_line(first.limit_text)
    return NoticeView(
        tone=tone,
        strip=f"{tone.word.capitalize()}: {_DATA_STRIPS.get(first.kind, 'no longer expected')}",
        heading=title if len(story) > 1 else f"{one_line(first.area)}: {in_sentence(title)}",
        news=news(story, NEWS_LENGTH, on),
        headline=one_line(data_headline(story)),
        correction="",
        action=data_action(story),
        facts=data_facts(story),
        chart=None,
        definition=sentence(one_line(first.definition)),
        told_because=" ".join(dict.fromkeys(sentence(one_line(each.told_because)) for each in story)),
        small_print=(
            f"Indicator {one_line(first.indicator)}, {place_of(first)}",
            *((f"The rule as written: {written}",) if written else ()),
        ),
        link=None,
        listing=data_listing(story),
    )


def has_chart(notice: Notice) -> bool:
    """Whether a mail shows the notice's last periods."""
    return bool(notice.history) and not notice.tells_of_data


def _chart(notice: Notice) -> ChartView | None:
    if not has_chart(notice):
        return None
    series = chart_series(notice)
    return ChartView(
        "", one_line(series_in_words(series)), caption(series), history_table(series), len(series.points)
    )
