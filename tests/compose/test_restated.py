"""A figure that was told has changed: both figures, what it means, and nothing that must not be shown."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from monitor.charts import series_chart, series_in_words
from monitor.compose.restated import comparison, outcome, restated_boxes, restated_headline, standing_of
from monitor.compose.shield import chart_series, shown
from monitor.core.judgements import RagRating
from monitor.core.notifications import Notice, RestatedFigure, Yardstick
from monitor.core.observations import Status
from monitor.core.rulebook import Level
from monitor.telling.why_restated import why_restated
from tests.compose.conftest import Composing
from tests.support.notices import (
    BREACH,
    RERATED,
    RESTATED,
    RESTATED_AFTER_ALL,
    RESTATED_BY_RULE,
    RESTATED_EARLIER,
    RESTATED_MILDER,
    RESTATED_STILL,
    WITHDRAWN,
    told_figure,
)
from tests.support.rules import figure, indicator

ON = date(2013, 10, 14)
STANDARD = Yardstick("measure", None, 0, (), None, None, None, None, None, None, None, None)
ALL = (
    RESTATED,
    RESTATED_MILDER,
    RESTATED_STILL,
    RESTATED_AFTER_ALL,
    RESTATED_EARLIER,
    WITHDRAWN,
    RERATED,
)


def restated(notice: Notice) -> RestatedFigure:
    assert notice.restated is not None
    return notice.restated


@pytest.mark.parametrize(
    ("notice", "headline", "came_to", "meaning"),
    [
        (
            RESTATED,
            "On 3 October you were told 46 assessments (red); it is now 38 (within limits).",
            "no longer beyond the limit",
            (
                "The figure is not beyond the limit of 40. The alert is over, and there is nothing left to do"
                " about it."
            ),
        ),
        (
            RESTATED_MILDER,
            "On 3 October you were told 46 assessments (red); it is now 42 (amber).",
            "amber, was red",
            "The figure is beyond a milder limit than you were told: amber instead of red.",
        ),
        (
            RESTATED_STILL,
            "On 3 October you were told 46 assessments (red); it is now 52 (red).",
            "still red",
            "The figure is still beyond the limit of 40, and still red.",
        ),
        (
            RESTATED_AFTER_ALL,
            "On 3 October you were told 39 assessments (within limits); it is now 47 (red).",
            "beyond the limit, now red",
            "The figure is beyond the limit of 40 after all: that is red.",
        ),
        (
            RESTATED_EARLIER,
            "On 3 October you were told 43 assessments (amber); it is now 36 (within limits).",
            "no longer beyond the limit",
            (
                "The figure is not beyond the limit of 40. The alert goes on with the latest figure for "
                "30 Sep 2013: the figure is 46 assessments, 6 above the limit of 40."
            ),
        ),
        (
            WITHDRAWN,
            (
                "On 3 October you were told 46 assessments (red). That figure has been withdrawn; there is "
                "none in its place yet."
            ),
            "the figure was withdrawn",
            (
                "What you were told does not stand any more. The alert is over, and there is nothing left to "
                "do about it."
            ),
        ),
        (
            RERATED,
            "On 9 December you were told 10.5% (rated amber); it is now 8.8% (rated green).",
            "rated green, was amber",
            "It has another rating than you were told. No limit is crossed.",
        ),
    ],
)
def test_both_figures_are_told_and_what_that_means(
    notice: Notice, headline: str, came_to: str, meaning: str
) -> None:
    what, why = restated_boxes(notice, restated(notice))

    assert restated_headline(notice, restated(notice), ON) == headline
    assert outcome(restated(notice)) == came_to
    assert what.text == meaning
    assert why.text.endswith(".")


def test_another_rating_at_the_same_level_is_told_too() -> None:
    was = told_figure(46, Level.CRITICAL, rag=RagRating.AMBER)
    now = told_figure(52, Level.CRITICAL, rag=RagRating.RED)
    rerated = replace(RESTATED_STILL, restated=replace(restated(RESTATED_STILL), was=was, now=now))

    assert restated_boxes(rerated, restated(rerated))[0].text == (
        "The figure is still beyond the limit of 40, and still red. Its rating is red instead of amber."
    )


def test_a_figure_that_got_worse_says_so() -> None:
    worse = replace(
        RESTATED_STILL,
        restated=replace(restated(RESTATED_STILL), was=told_figure(41, Level.WARNING)),
    )

    assert restated_boxes(worse, restated(worse))[0].text == (
        "The figure is beyond a more serious limit than you were told: red instead of amber."
    )


def test_one_side_within_limits_may_be_rated_green() -> None:
    green = told_figure(38, None, rag=RagRating.GREEN)
    red = told_figure(46, Level.CRITICAL, rag=RagRating.RED)

    assert standing_of(green, red)[1] == "green, within limits"
    assert standing_of(red, green)[1] == "red"
    assert standing_of(told_figure(38, None), told_figure(46, None)) == (None, "")


@pytest.mark.parametrize("notice", ALL)
def test_text_and_html_hold_both_figures_the_reason_and_the_day(notice: Notice, mail: Composing) -> None:
    message = mail(notice)
    was = f"{restated(notice).was.value}"
    assert message.html is not None

    for said in (message.text, message.html):
        assert was in said
        assert "You were told" in said
        assert "It is now" in said
        assert restated(notice).because[1:].split()[-1] in said
    assert was in message.subject or restated(notice).withdrawn
    assert message.subject.startswith("Figure changed: ")
    assert ("acknowledge" in message.text) is (notice.level is not None)


def test_a_mail_of_a_figure_that_alarms_no_more_asks_for_nothing(mail: Composing) -> None:
    assert "WHAT TO DO" not in mail(RESTATED).text
    assert "WHAT TO DO" in mail(RESTATED_STILL).text


def test_the_chart_shows_both_figures_and_says_so() -> None:
    series = chart_series(RESTATED)

    assert series.told is not None
    assert series.told.value == 46
    assert "For 30 Sep 2013 you were told 46." in series_in_words(series)
    assert series_chart(series) != series_chart(replace(series, told=None))


def test_a_figure_from_before_the_chart_begins_is_not_drawn() -> None:
    series = replace(chart_series(RESTATED_EARLIER), points=BREACH.history[-1:])

    assert series.told_at is None
    assert series_chart(series) == series_chart(replace(series, told=None))
    assert "you were told" not in series_in_words(series)


@pytest.mark.parametrize("side", ["was", "now"])
def test_mails_of_protected_figures_are_the_same_whatever_they_are(side: str, mail: Composing) -> None:
    def of(value: int) -> Notice:
        figure = told_figure(value, Level.CRITICAL, protected=True)
        found = restated(RESTATED_STILL)
        changed = replace(found, was=figure) if side == "was" else replace(found, now=figure)
        return replace(RESTATED_STILL, restated=changed, limit=Decimal(4), limit_text="value > 4")

    mails = [mail(of(value)) for value in (1, 3, 5)]

    assert all(each == mails[0] and each.payload == mails[0].payload for each in mails)
    assert "withheld" in mails[0].text
    assert shown(of(3)).limit is None


@pytest.mark.parametrize(
    ("notice", "asked"), [(RESTATED_MILDER, True), (RESTATED_STILL, True), (RESTATED, False)]
)
def test_a_changed_figure_that_is_still_a_breach_asks_for_an_answer(
    notice: Notice, asked: bool, mail: Composing
) -> None:
    message = mail(notice)

    assert ("I am dealing with this" in (message.html or "")) is asked
    assert ("/acknowledge/" in message.text) is asked


def test_an_edit_that_leaves_the_figure_alone_says_so_with_both_limits() -> None:
    pair = restated(RESTATED_BY_RULE)
    both = comparison(RESTATED_BY_RULE, pair, ON)

    assert restated_headline(RESTATED_BY_RULE, pair, ON) == (
        "On 3 October you were told 46 assessments (red); the figure is the same, but it is now amber."
    )
    assert (both.was.detail, both.now.detail) == ("on 3 October, limit 40", "limit 30")


@pytest.mark.parametrize("hidden", ["was", "now"])
def test_limits_beside_a_figure_that_must_not_be_shown_are_left_out(hidden: str) -> None:
    pair = restated(RESTATED_BY_RULE)
    small = replace(pair.was if hidden == "was" else pair.now, protected=True)
    changed = replace(pair, was=small) if hidden == "was" else replace(pair, now=small)
    found = shown(replace(RESTATED_BY_RULE, restated=changed)).restated

    assert found is not None
    assert found.was.against is None
    assert found.now.against is None


@pytest.mark.parametrize("notice", [*ALL, RESTATED_BY_RULE])
def test_samples_give_only_reasons_that_limen_can_find(notice: Notice) -> None:
    pair = restated(notice)
    ratio = indicator(scale=100)
    measure = ratio if notice is RERATED else indicator(scale=None, decimals=0)
    validated = "validated now" in pair.because
    counts = ((129, 1226), (108, 1226)) if notice is RERATED else ((None, None), (None, None))
    sent = {
        number: replace(
            figure(pair.was.period_end, "1", numerator=top, denominator=bottom),
            revision=number,
            status=Status.PROVISIONAL if validated and number == 1 else Status.VALIDATED,
        )
        for number, (top, bottom) in enumerate(counts, start=1)
    }
    was, now = pair.was, pair.now
    if was.against is not None:
        now = replace(now, revision=was.revision)
    else:
        was, now = replace(was, against=STANDARD), replace(now, against=STANDARD)

    assert why_restated(was, now, measure, sent) == pair.because
