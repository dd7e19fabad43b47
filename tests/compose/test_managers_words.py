"""What a manager reads, who knows neither rule files nor limen: dates, limits and endings in plain words."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from monitor.compose.facts import facts_of, small_print
from monitor.compose.late import cut
from monitor.compose.stories import stories
from monitor.compose.subject import subject_of
from monitor.core.judgements import RagRating
from monitor.core.notifications import Notice, NoticeKind
from monitor.core.rulebook import Level
from monitor.wording import FigureFormat, headline, recovery_in_words
from tests.compose.conftest import Composing
from tests.support.notices import (
    BREACH,
    CLOSED,
    LATE,
    LINGERING,
    PROTECTED,
    PROVISIONAL,
    RECOVERED,
    WORSENED,
    late_in,
    point,
)


def subject(*notices: Notice) -> str:
    return subject_of(stories(notices), date(2013, 10, 14))


@pytest.mark.parametrize(
    ("notice", "label"),
    [
        (BREACH, "Figure, 30 Sep 2013"),
        (
            replace(CLOSED, value=Decimal(46), period_label="30 Sep 2013"),
            "Last figure, 30 Sep 2013",
        ),
        (replace(BREACH, period_label=""), "Figure"),
    ],
)
def test_the_period_stands_at_the_figure_in_large_type_and_in_the_text(
    notice: Notice, label: str, mail: Composing
) -> None:
    message = mail(notice)

    assert f">{label}</p>" in (message.html or "")
    assert f"\n{label}:" in message.text


@pytest.mark.parametrize(
    ("changes", "labels"),
    [
        ({}, ["Figure, 30 Sep 2013", "Limit", "Direction of travel"]),
        ({"target": Decimal(30)}, ["Figure, 30 Sep 2013", "Limit", "Direction of travel"]),
        ({"target": Decimal(30), "limit": None}, ["Figure, 30 Sep 2013", "Target", "Direction of travel"]),
        ({"limit": None}, ["Figure, 30 Sep 2013", "Direction of travel"]),
    ],
)
def test_the_large_figures_stand_in_the_same_order_everywhere(
    changes: dict[str, Decimal | None], labels: list[str]
) -> None:
    found = facts_of(replace(BREACH, **changes))  # type: ignore[arg-type]  # names of its fields

    assert [fact.label for fact in found if fact.short][:3] == labels


@pytest.mark.parametrize(
    ("notice", "said"),
    [
        (BREACH, "LIMIT CROSSED"),
        (PROTECTED, "LIMIT CROSSED"),
        (replace(PROVISIONAL, limit=None), "TARGET MISSED"),
        (replace(PROVISIONAL, limit=None, target=None), "RATED AMBER"),
        (
            replace(BREACH, limit=None, history=(point(date(2013, 9, 30), "46", lower="20", upper="40"),)),
            "OUTSIDE THE EXPECTED RANGE",
        ),
        (replace(BREACH, limit=None, history=()), "LOOK AT THIS FIGURE"),
    ],
)
def test_the_strip_names_what_the_figure_has_done(notice: Notice, said: str, mail: Composing) -> None:
    assert said in mail(notice).text


@pytest.mark.parametrize(
    ("reminds", "escalates", "said", "unsaid"),
    [
        (True, True, "Reminders stop then, and it is not passed on, unless", "performance team sees"),
        (True, False, "Reminders stop then, unless it gets worse.", "passed on"),
        (False, True, "It is not passed on to others then, unless it gets worse.", "Reminders"),
        (False, False, "The performance team sees then that you are.", "gets worse"),
    ],
)
def test_the_button_promises_only_what_it_stops(
    reminds: bool, escalates: bool, said: str, unsaid: str, mail: Composing
) -> None:
    text = " ".join(mail(replace(BREACH, reminds=reminds, escalates=escalates)).text.split())

    assert said in text
    assert unsaid not in text


@pytest.mark.parametrize(
    ("condition", "unit", "said"),
    [
        ("value <= 18", "%", "it is 18% or lower"),
        ("value <= 18", "cases", "it is 18 or lower"),
        ("value < 17.5", "cases", "it is below 17.5"),
        ("value >= 85", "percent", "it is 85% or higher"),
        ("value > 2", "", "it is above 2"),
        ("value <= target", "%", "it is at the target or lower"),
        ("value >= target", "%", "it is at the target or higher"),
        ("value < target", "%", "it is below the target"),
        ("value <= target * 1.1", "%", "value <= target * 1.1"),
        ("value <= 18 and previous(1) <= 18", "%", "value <= 18 and previous(1) <= 18"),
    ],
)
def test_when_an_alert_is_over_is_told_in_words(condition: str, unit: str, said: str) -> None:
    assert recovery_in_words(condition, FigureFormat(unit, 0)) == said


def test_a_first_mail_of_what_eases_already_says_what_was_beyond_the_limit(mail: Composing) -> None:
    assert subject(LINGERING) == (
        "Canterbury: core assessments out of timescale 20 (was 22, limit 20), not over yet — amber"
    )
    text = " ".join(mail(LINGERING).text.split())
    assert "AMBER: NOT OVER YET" in text
    assert (
        "The figure for 31 Aug 2013 was 22, beyond the limit of 20. It is 20 assessments now, within it "
        "again, but this alert goes on until it is 18 or lower."
    ) in text
    assert "22" not in headline(replace(LINGERING, crossed=None))


@pytest.mark.parametrize("kind", [NoticeKind.BREACH, NoticeKind.WORSENED])
def test_what_was_beyond_a_limit_is_not_told_where_the_figure_is_withheld(
    kind: NoticeKind, mail: Composing
) -> None:
    message = mail(replace(LINGERING, kind=kind, protected=True, history=(), crossed=Decimal(4711)))

    assert "4,711" not in message.subject + message.text + (message.html or "")


@pytest.mark.parametrize(
    ("notice", "said"),
    [
        (BREACH, "out of timescale (figure withheld), limit 40 — red"),
        (WORSENED, "out of timescale worsened (figure withheld), limit 40 — red, was amber"),
    ],
)
def test_a_subject_says_that_the_figure_is_withheld_and_nothing_else(notice: Notice, said: str) -> None:
    assert said in subject(replace(notice, value=None, protected=True))


@pytest.mark.parametrize(
    ("text", "longest", "said"),
    [
        ("Single assessments in progress, out of timescale", 38, "Single assessments in progress, out…"),
        ("Single assessments in progress, out of timescale", 33, "Single assessments in progress…"),
        ("Single assessments", 18, "Single assessments"),
        ("Single assessments late", 19, "Single assessments…"),
        ("Unbrokenwordofallthings", 10, "Unbrokenw…"),
    ],
)
def test_what_is_too_long_is_cut_after_a_word(text: str, longest: int, said: str) -> None:
    assert cut(text, longest) == said
    assert len(said) <= longest


def test_a_long_title_of_late_figures_is_cut_after_a_word() -> None:
    title = "Single assessments in progress, out of timescale, by the district in which the child lives now"
    found = subject(replace(LATE, title=title))

    before = found.partition("…")[0]
    assert title.startswith(before)
    assert title[len(before)] in " ,"


def test_a_closed_alert_leaves_what_was_agreed_as_it_is(mail: Composing) -> None:
    text = " ".join(mail(replace(CLOSED, value=Decimal(46))).text.split())

    assert "It ends because the rules changed" in text
    assert "Go on with whatever you have agreed to do about this figure. Only the alert ends" in text
    assert "Go on with" not in mail(RECOVERED).text


def test_the_routes_name_stands_in_the_small_print_alone(mail: Composing) -> None:
    told = replace(BREACH, told_because="You are told as district manager for Swale.")
    for notice in (told, *late_in("Swale")):
        above, found, _ = mail(replace(notice, route="district-managers")).text.rpartition(
            "You are told by route “district-managers”"
        )
        assert found
        assert "route" not in above
    assert "You are told by route" not in "".join(small_print(replace(BREACH, route="")))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"level": Level.WARNING, "rag": RagRating.RED, "target": Decimal(30)},
            "■ red, against the target of 30 (this alert is amber: its limit is 40)",
        ),
        (
            {"level": Level.CRITICAL, "rag": RagRating.RED, "target": Decimal(30)},
            "■ red, against the target of 30",
        ),
        (
            {"level": Level.INFO, "rag": RagRating.AMBER},
            "◆ amber (this alert is for information: its limit is 40)",
        ),
        (
            {"level": Level.WARNING, "rag": RagRating.GREEN, "limit": None},
            "● green (this alert is amber: it goes by its own rule)",
        ),
    ],
)
def test_a_rating_of_another_colour_than_the_alerts_says_why(changes: dict[str, object], said: str) -> None:
    found = facts_of(replace(BREACH, **changes))  # type: ignore[arg-type]  # names of its fields

    assert [fact.text for fact in found if fact.label == "Rating"] == [said]
