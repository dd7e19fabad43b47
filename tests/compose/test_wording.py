"""Figures and judgements in plain words."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from monitor.core.alerts import TransitionReason
from monitor.core.judgements import DirectionOfTravel, RagRating
from monitor.core.notifications import Notice
from monitor.core.observations import Status
from monitor.core.rulebook import Polarity
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
from tests.support.notices import BELOW_RANGE, BREACH, CLOSED, CONFIRMED, PROVISIONAL, RECOVERED, WORSENED


@pytest.mark.parametrize(
    ("unit", "decimals", "value", "short", "full"),
    [
        ("count", 0, "46", "46", "46"),
        ("", 0, "1282", "1,282", "1,282"),
        ("assessments", 0, "46", "46", "46 assessments"),
        ("percent", 1, "8.2", "8.2%", "8.2%"),
        ("percent", 1, "90", "90.0%", "90.0%"),
        ("per 10,000 aged 0-17", 1, "39.4", "39.4", "39.4 per 10,000 aged 0-17"),
        ("percent", 0, "64", "64%", "64%"),
        ("days", 1, "-0.5", "-0.5", "-0.5 days"),
        ("percent", 1, None, "no figure", "no figure"),
    ],
)
def test_a_figure_is_written_with_its_unit(
    *, unit: str, decimals: int, value: str | None, short: str, full: str
) -> None:
    figures = FigureFormat(unit, decimals)
    number = None if value is None else Decimal(value)

    assert figures.short(number) == short
    assert figures.full(number) == full
    assert figures.short(number, protected=True) == figures.full(number, protected=True) == "withheld"


@pytest.mark.parametrize(
    ("unit", "decimals", "value", "limit", "words"),
    [
        ("assessments", 0, "46", "40", "6 above"),
        ("assessments", 0, "38", "40", "2 below"),
        ("assessments", 0, "40", "40", "exactly at"),
        ("percent", 1, "6.7", "8.0", "1.3 percentage points below"),
        ("percent", 1, "11.0", "10.0", "1.0 percentage point above"),
        ("per 10,000 aged 0-17", 1, "39.4", "34.9", "4.5 above"),
    ],
)
def test_the_distance_to_the_limit_is_told_exactly(
    *, unit: str, decimals: int, value: str, limit: str, words: str
) -> None:
    assert FigureFormat(unit, decimals).gap(Decimal(value), Decimal(limit)) == words


@pytest.mark.parametrize(
    ("notice", "words"),
    [
        (
            BREACH,
            (
                "The figure is 46 assessments, 6 above the limit of 40. "
                "The alert began with the figure for 31 Aug 2013 (2 periods so far)."
            ),
        ),
        (
            WORSENED,
            (
                "The figure has worsened to 46 assessments, 6 above the limit of 40. "
                "The alert was amber and is now red."
            ),
        ),
        (
            RECOVERED,
            "Back within limits: 38 assessments now, 2 below the limit of 40. This alert is over.",
        ),
        (replace(RECOVERED, limit=None), "Back within limits: 38 assessments now. This alert is over."),
        (replace(RECOVERED, value=None), "Back within limits. This alert is over."),
        (
            replace(RECOVERED, value=None, protected=True),
            "Back within limits (the figure is withheld to protect small numbers). This alert is over.",
        ),
        (
            CLOSED,
            (
                "This alert is closed: superseded by another rule. It ends because the rules changed, "
                "which says nothing about the figure getting better or worse."
            ),
        ),
        (
            replace(CLOSED, reason=TransitionReason.AREA_REMOVED.value),
            (
                "This alert is closed: the area is no longer among the areas. It ends because the list of "
                "areas changed, which says nothing about the figure getting better or worse."
            ),
        ),
        (
            PROVISIONAL,
            "The figure is 10.5% (provisional), 0.5 percentage points above the limit of 10.0%.",
        ),
        (BELOW_RANGE, "The figure is 6.7%, 1.3 percentage points below the limit of 8.0%."),
        (
            replace(PROVISIONAL, limit=None),
            "The figure is 10.5% (provisional), rated amber against a target of 9.0%.",
        ),
        (
            replace(BREACH, limit=None, since=BREACH.period_end),
            "The figure is 46 assessments, which this rule is there to tell of.",
        ),
        (
            replace(BREACH, value=None, protected=True, since=None),
            "The figure is withheld to protect small numbers. It has crossed the limit of 40.",
        ),
        (
            replace(BREACH, value=None, since=None),
            "There is no figure for this period; the last one had crossed the limit of 40.",
        ),
    ],
)
def test_the_news_is_told_in_plain_words(notice: Notice, words: str) -> None:
    assert headline(notice) == words


@pytest.mark.parametrize(
    ("notice", "words"),
    [
        (BREACH, "31 Aug 2013 (2 periods)"),
        (replace(BREACH, since=date(2013, 9, 30), since_label="30 Sep 2013"), "30 Sep 2013 (1 period)"),
        (replace(BREACH, since=date(2012, 1, 31), since_label="31 Jan 2012"), "31 Jan 2012"),
        (replace(BREACH, history=()), "31 Aug 2013"),
        (replace(BREACH, since=None), ""),
    ],
)
def test_periods_are_counted_only_as_far_back_as_the_history_goes(notice: Notice, words: str) -> None:
    assert since(notice) == words


@pytest.mark.parametrize(
    ("polarity", "direction", "value", "before", "arrow", "detail"),
    [
        (Polarity.LOWER_IS_BETTER, DirectionOfTravel.WORSENING, 46, 43, "↑", "up from 43 (31 Aug 2013)"),
        (Polarity.LOWER_IS_BETTER, DirectionOfTravel.IMPROVING, 40, 43, "↓", "down from 43 (31 Aug 2013)"),
        (Polarity.HIGHER_IS_BETTER, DirectionOfTravel.WORSENING, 40, 43, "↓", "down from 43 (31 Aug 2013)"),
        (Polarity.HIGHER_IS_BETTER, DirectionOfTravel.IMPROVING, 46, 43, "↑", "up from 43 (31 Aug 2013)"),
        (Polarity.CLOSE_TO_TARGET, DirectionOfTravel.WORSENING, 7, 8, "↓", "down from 8 (31 Aug 2013)"),
        (Polarity.CLOSE_TO_TARGET, DirectionOfTravel.IMPROVING, 8, 7, "↑", "up from 7 (31 Aug 2013)"),
        (Polarity.LOWER_IS_BETTER, DirectionOfTravel.STEADY, 43, 43, "→", "unchanged from 43 (31 Aug 2013)"),
        (Polarity.LOWER_IS_BETTER, DirectionOfTravel.UNKNOWN, 43, None, "", ""),
        (Polarity.LOWER_IS_BETTER, DirectionOfTravel.WORSENING, None, 43, "↑", ""),
    ],
)
def test_direction_of_travel_has_an_arrow_and_a_word(
    *,
    polarity: Polarity,
    direction: DirectionOfTravel,
    value: int | None,
    before: int | None,
    arrow: str,
    detail: str,
) -> None:
    told = travel(
        replace(
            BREACH,
            polarity=polarity,
            direction=direction,
            value=None if value is None else Decimal(value),
            previous_value=None if before is None else Decimal(before),
        )
    )

    assert (told.arrow, told.detail) == (arrow, detail)
    assert told.word == ("not known" if direction is DirectionOfTravel.UNKNOWN else direction.value)


@pytest.mark.parametrize(
    ("polarity", "value", "before", "full", "short"),
    [
        (Polarity.NONE, 662, 655, "↑ up from 655 (31 Aug 2013); neither better nor worse", "↑ up"),
        (Polarity.NONE, 650, 655, "↓ down from 655 (31 Aug 2013); neither better nor worse", "↓ down"),
        (
            Polarity.NONE,
            655,
            655,
            "→ unchanged from 655 (31 Aug 2013); neither better nor worse",
            "→ unchanged",
        ),
        (Polarity.NONE, 655, None, "not known", ""),
        (Polarity.LOWER_IS_BETTER, 655, None, "not known", ""),
    ],
)
def test_a_figure_that_has_no_good_way_moves_and_is_neither_better_nor_worse(
    *, polarity: Polarity, value: int, before: int | None, full: str, short: str
) -> None:
    told = travel(
        replace(
            BREACH,
            polarity=polarity,
            direction=DirectionOfTravel.UNKNOWN,
            value=Decimal(value),
            previous_value=None if before is None else Decimal(before),
        )
    )

    assert (told.full, told.short) == (full, short)


@pytest.mark.parametrize(
    ("title", "within"),
    [
        ("Core assessments out of timescale", "core assessments out of timescale"),
        ("IRO survey", "IRO survey"),
        ("Kent children in care", "Kent children in care"),
        ("e-PEP survey", "e-PEP survey"),
        ("3 or more placements", "3 or more placements"),
        ("", ""),
    ],
)
def test_a_title_within_a_sentence_keeps_the_capitals_of_names(title: str, within: str) -> None:
    assert in_sentence(title) == within


@pytest.mark.parametrize(
    ("text", "whole"),
    [("review each plan", "Review each plan."), ("Why?", "Why?"), ("Done.", "Done."), ("  ", "")],
)
def test_a_sentence_has_a_beginning_and_an_end(text: str, whole: str) -> None:
    assert sentence(text) == whole


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        (
            "an earlier figure was restated",
            "An earlier figure has been corrected; this is judged on the corrected one.",
        ),
        ("the rule was changed", "The rule has been changed; this is judged by the new one."),
        ("breach lasted long enough", ""),
    ],
)
def test_a_correction_or_a_new_rule_is_named_as_the_cause(reason: str, words: str) -> None:
    assert correction(replace(BREACH, reason=reason)) == words


def test_every_polarity_and_status_has_its_words() -> None:
    assert [good_way(polarity) for polarity in Polarity] == [
        "Higher is better.",
        "Lower is better.",
        "Close to the target is best.",
        "",
    ]
    assert [status_of(status) for status in (*Status, None)] == [
        "Validated",
        "Provisional: it may still change",
        "",
    ]
    assert headline(replace(BREACH, limit=None, rag=RagRating.NO_DATA, since=None)).endswith("tell of.")


def test_a_figure_within_its_limit_that_has_not_recovered_is_not_called_beyond_it() -> None:
    lingering = replace(BREACH, value=Decimal(38), not_yet_recovered="value <= 32")
    text = headline(lingering)
    assert text.startswith("The figure is 38 assessments: within the limit of 40 again")
    assert "until it is 32 or lower" in text


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        (
            TransitionReason.FIGURE_CORRECTED,
            (
                "The figure was corrected: it is 46 assessments. It was 95 assessments (30 Sep 2013), "
                "which was in doubt."
            ),
        ),
        (
            TransitionReason.FIGURE_CONFIRMED,
            "Somebody has confirmed it: 95 assessments (30 Sep 2013) is right.",
        ),
        (
            TransitionReason.FIGURES_PLAUSIBLE,
            (
                "The figures after it are plausible again. The latest one is not in doubt: it is "
                "46 assessments. Nobody has said that 95 assessments (30 Sep 2013) was right."
            ),
        ),
        (
            TransitionReason.FIGURES_AGREE,
            "The figures after it agree with 95 assessments (30 Sep 2013), so it is taken to be right.",
        ),
        (
            TransitionReason.FIGURE_CAME,
            "The figure that was missing, or a later one, has come: it is 46 assessments.",
        ),
        (TransitionReason.RULE_CHANGED, "The figure is not in doubt any more: it is 46 assessments."),
    ],
)
def test_the_end_of_a_doubt_says_what_became_of_the_figure(reason: TransitionReason, said: str) -> None:
    over = replace(CONFIRMED, reason=str(reason), doubted=Decimal(95), doubted_label="30 Sep 2013")

    assert headline(over) == said


def test_a_figure_that_was_not_corrected_itself_is_not_said_to_be() -> None:
    kept = replace(CONFIRMED, reason=str(TransitionReason.FIGURE_CORRECTED), doubted=Decimal(46))
    other = replace(kept, doubted_label="31 Aug 2013")
    hidden = replace(kept, protected=True, value=None)

    assert headline(replace(kept, doubted_label=kept.period_label)) == (
        "What the figure was held against was corrected, so 46 assessments (30 Sep 2013) is not in doubt "
        "any more."
    )
    assert "(46 assessments (31 Aug 2013)), or what it was held against, was corrected" in headline(other)
    assert "46" not in headline(hidden)
