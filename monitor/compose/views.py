"""What the templates lay out: every piece of text of a mail, ready, in the order of reading."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from monitor.charts import caption, series_in_words
from monitor.compose.again import Moment, asides, boxes, facts_of_telling, no_answer
from monitor.compose.facts import Fact, facts_of, is_over, place_of, route_of, small_print
from monitor.compose.greeting import deputy, greeting
from monitor.compose.history import history_table
from monitor.compose.late import data_action, data_facts, data_headline, data_listing, data_request
from monitor.compose.links import Links
from monitor.compose.overview import MOST_IN_FULL, grouped, most_detailed, overview_of
from monitor.compose.restated import came_to, comparison, restated_boxes, restated_headline
from monitor.compose.sheet import ChartView, MailView, NoticeView
from monitor.compose.shield import chart_series
from monitor.compose.stories import Story
from monitor.compose.subject import news
from monitor.core.alerts import TransitionReason
from monitor.core.judgements import RagRating
from monitor.core.notifications import Notice, NoticeKind, Notification, Occasion
from monitor.palette import LATE, LEVEL_TONES, Tone, tone_of
from monitor.wording import correction, headline, in_sentence, is_missing, sentence
from notifiers.mime import one_line

NEWS_LENGTH = 110
_PREHEADER_LENGTH = 140
_STRIPS = {
    NoticeKind.WORSENED: "worsened",
    NoticeKind.ESCALATED: "escalated to you",
    NoticeKind.REMINDER: "reminder, no answer yet",
    NoticeKind.RESTATED: "a figure has changed",
    NoticeKind.DOUBTFUL: "a figure may be wrong",
    NoticeKind.CONFIRMED: "no longer in doubt",
    NoticeKind.RECOVERED: "back within limits",
    NoticeKind.PENDING: "beyond the limit, but no alert for now",
    NoticeKind.CLOSED: "no longer watched",
}
_SETTLED_WORDS = {
    str(TransitionReason.FIGURE_CORRECTED): "Corrected",
    str(TransitionReason.FIGURE_CONFIRMED): "Confirmed",
    str(TransitionReason.FIGURES_PLAUSIBLE): "Plausible again",
    str(TransitionReason.FIGURES_AGREE): "Others agree",
    str(TransitionReason.FIGURE_CAME): "It has come",
}
_DATA_STRIPS = {NoticeKind.LATE: "figures have not come", NoticeKind.ARRIVED: "the figures are there"}


def _word(notice: Notice, tone: Tone) -> str:
    """The first word of a notice: its colour or kind, or what became of a figure that was in doubt."""
    if notice.kind is NoticeKind.CONFIRMED:
        return _SETTLED_WORDS.get(str(notice.reason), "Settled")
    return tone.word.capitalize()


def _strip(notice: Notice) -> str:
    if notice.not_yet_recovered and not notice.told_again:
        return "not over yet"
    if notice.kind is NoticeKind.REMINDER and notice.reminders:
        return f"reminder {notice.reminders:,}, {no_answer(notice).lower()}"
    if is_missing(notice):
        return "a figure is missing"
    if notice.kind is NoticeKind.RESTATED and notice.restated is not None:
        return came_to(notice, notice.restated) or _STRIPS[notice.kind]
    if notice.kind is NoticeKind.WORSENED and notice.previous_level is not None:
        before = LEVEL_TONES[notice.previous_level].word
        return "worsened" if notice.previous_level is notice.level else f"worsened, was {before}"
    if notice.over_by_edit:
        moved = notice.limit is not None and notice.limit_before is not None
        return "over by a new limit" if moved else "over by the changed rule"
    if notice.kind is NoticeKind.BREACH:
        return _crossed(notice) + (", may be wrong" if _in_doubt(notice) else "")
    return _STRIPS[notice.kind]


def _crossed(notice: Notice) -> str:
    """What a figure has done in a few words: a rule may compare a rating or a pattern and no limit."""
    if notice.limit is not None or notice.protected:
        return "limit crossed"
    if notice.rag in (RagRating.RED, RagRating.AMBER):
        return "target missed" if notice.target is not None else f"rated {notice.rag}"
    last = notice.history[-1] if notice.history else None
    if last is not None and notice.value is not None and _is_outside(notice.value, last.lower, last.upper):
        return "outside the expected range"
    return "look at this figure"


def _is_outside(value: Decimal, lower: Decimal | None, upper: Decimal | None) -> bool:
    return (lower is not None and value < lower) or (upper is not None and value > upper)


def _in_doubt(notice: Notice) -> bool:
    return bool(notice.doubt) and notice.kind is NoticeKind.BREACH


def mail_view(
    notification: Notification,
    told: Sequence[Story],
    content_ids: Sequence[str],
    links: Links,
    moment: Moment,
) -> MailView:
    """The text of a mail that tells stories, already shielded and in order; one content id a detailed one."""
    person = notification.recipient.id
    views = [
        data_view(each, moment) if each[0].tells_of_data else notice_view(each[0], links, person, moment)
        for each in told
    ]
    most = most_detailed(len(views))
    detailed = [
        view if view.chart is None else replace(view, chart=replace(view.chart, content_id=content_id))
        for view, content_id in zip(views[:most], content_ids, strict=True)
    ]
    others = [replace(view, chart=None) for view in views[most:]]
    in_full = len(others) <= MOST_IN_FULL
    several = len(views) > 1 or notification.occasion is not Occasion.NEWS
    overview = overview_of(views, notification.occasion) if several else None
    greeted = greeting(notification)
    return MailView(
        title=views[0].heading if overview is None else overview.title,
        preheader=_cut(_preheader(views[0]) if overview is None else f"{overview.title}. {views[0].news}"),
        greeting=greeted.words,
        greeting_language=greeted.language,
        greeting_direction=greeted.direction,
        detailed=tuple(detailed),
        further=tuple(others) if in_full else (),
        groups=() if in_full else grouped(others),
        contact=links.contact,
        overview=overview,
        deputy=deputy(notification),
    )


def _preheader(view: NoticeView) -> str:
    return f"{view.headline} What to do: {view.action}" if view.action else view.headline


def _cut(text: str) -> str:
    return text if len(text) <= _PREHEADER_LENGTH else text[: _PREHEADER_LENGTH - 1].rstrip() + "…"


def notice_view(notice: Notice, links: Links, person: str, moment: Moment) -> NoticeView:
    """The text of one notice, already shielded, for the ``person`` of that id; its chart has no id yet."""
    tone = tone_of(notice.kind, notice.level)
    restated = notice.restated if notice.kind is NoticeKind.RESTATED else None
    acknowledge = links.acknowledge(notice, person)
    beside = () if restated is not None else (correction(notice),)
    view = NoticeView(
        tone=tone,
        strip=f"{_word(notice, tone)}: {_strip(notice)}",
        label=_word(notice, tone) + _of_label(notice),
        heading=f"{one_line(notice.area)}: {in_sentence(one_line(notice.title))}",
        news=news((notice,), NEWS_LENGTH, moment.on),
        headline=one_line(
            headline(notice) if restated is None else restated_headline(notice, restated, moment.on)
        ),
        asides=tuple(filter(None, (*beside, *asides(notice, moment)))),
        boxes=(
            *(() if restated is None else restated_boxes(notice, restated)),
            *boxes(notice, moment, answerable=acknowledge is not None),
        ),
        comparison=None if restated is None else comparison(notice, restated, moment.on),
        action=_action(notice, answerable=acknowledge is not None),
        facts=_facts(notice, moment),
        chart=_chart(notice),
        definition=sentence(one_line(notice.definition)),
        told_because=sentence(one_line(notice.told_because)),
        small_print=small_print(notice),
        link=links.area(notice.area),
        acknowledge=acknowledge,
        answer_first=notice.told_again,
    )
    if notice.kind is not NoticeKind.DOUBTFUL:
        return replace(view, answer_note=what_an_answer_stops(notice))
    return replace(view, answer_label="The figure is right", answer_note="Managers are then told as usual.")


def what_an_answer_stops(notice: Notice) -> str:
    """What comes of it if the reader says that they are dealing with it, as far as that is so."""
    match notice.reminds, notice.escalates:
        case True, True:
            return "Reminders stop then, and it is not passed on, unless it gets worse."
        case True, False:
            return "Reminders stop then, unless it gets worse."
        case False, True:
            return "It is not passed on to others then, unless it gets worse."
        case _:
            return "The performance team sees then that you are."


def _of_label(notice: Notice) -> str:
    if notice.told_again:
        return f", {_strip(notice).partition(',')[0]}"
    return ", may be wrong" if _in_doubt(notice) else ""


def _action(notice: Notice, *, answerable: bool) -> str:
    if is_over(notice):
        return ""
    if is_missing(notice):
        return data_request(one_line(notice.source))
    if notice.kind is NoticeKind.DOUBTFUL:
        source = one_line(notice.source)
        where = f" in {source}" if source else ""
        how = "say so by the link below" if answerable else "tell the performance team"
        return (
            f"Check the figure{where}. If it is wrong, load the right one: put the file into limen’s inbox, "
            f"or use “limen ingest FILE”. If it is right, {how}. Until then managers are not told of it, or "
            "only with this doubt."
        )
    return sentence(one_line(notice.action))


def _facts(notice: Notice, moment: Moment) -> tuple[Fact, ...]:
    """The details; of a reminder the row of large figures says when it was told first."""
    found = facts_of(notice)
    telling = facts_of_telling(notice, moment)
    return (*found[:3], *telling, *found[3:])


def data_view(story: Story, moment: Moment) -> NoticeView:
    """The text of late figures, of those that have come, or of those that nobody waits for any more."""
    first = story[0]
    tone = LATE if first.told_again else tone_of(first.kind, None)
    title = one_line(first.title)
    written = one_line(first.limit_text)
    return NoticeView(
        tone=tone,
        label=tone.word.capitalize(),
        strip=f"{tone.word.capitalize()}: {_data_strip(first)}",
        heading=title if len(story) > 1 else f"{one_line(first.area)}: {in_sentence(title)}",
        news=news(story, NEWS_LENGTH, moment.on),
        headline=one_line(data_headline(story)),
        asides=tuple(dict.fromkeys(text for each in story for text in asides(each, moment))),
        action=data_action(story),
        facts=data_facts(story),
        definition=sentence(one_line(first.definition)),
        told_because=" ".join(dict.fromkeys(sentence(one_line(each.told_because)) for each in story)),
        small_print=(
            f"Indicator {one_line(first.indicator)}, {place_of(first)}",
            *((f"The rule as written: {written}",) if written else ()),
            *dict.fromkeys(route for each in story if (route := route_of(each))),
        ),
        listing=data_listing(story),
    )


def _data_strip(notice: Notice) -> str:
    if notice.told_again:
        return "figures have still not come"
    return _DATA_STRIPS.get(notice.kind, "no longer expected")


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
