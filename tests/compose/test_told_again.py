"""Held news, reminders, escalations, doubts, deputies, and the link for an answer."""

from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from monitor.compose import Links
from monitor.compose.again import Moment, known_since
from monitor.compose.samples import SAMPLES
from monitor.core.notifications import AnswerEnd, EarlierAnswer, Notice, NoticeKind, TellReason
from tests.compose.conftest import LINKS, Composing
from tests.support.notices import (
    BREACH,
    CLOSED,
    CONFIRMED,
    DOUBTFUL,
    ESCALATED,
    LATE,
    MARKED,
    MISSING,
    RECOVERED,
    REMINDER,
    RESTATED,
    WORSENED,
    many,
)

WORSE = EarlierAnswer("Tom Reed", date(2013, 10, 4), None, date(2013, 10, 9), AnswerEnd.WORSENED)
MONDAY = Moment(datetime(2013, 10, 14, 8, 30, tzinfo=UTC), ZoneInfo("Europe/London"))


@pytest.mark.parametrize(
    ("since", "because", "words"),
    [
        (
            datetime(2013, 10, 11, 17, 40, tzinfo=UTC),
            "held until the window opened",
            "Known since Friday 18:40; held until the window opened.",
        ),
        (
            datetime(2013, 10, 11, 17, 40, tzinfo=UTC),
            "it is held until the window opens",
            "Known since Friday 18:40; held until the window opened.",
        ),
        (datetime(2013, 10, 14, 6, 5, tzinfo=UTC), "held.", "Known since 07:05 today; held."),
        (
            datetime(2013, 10, 4, 23, 30, tzinfo=UTC),
            "it was silenced",
            "Known since Saturday 5 October, 00:30; it was silenced.",
        ),
        (
            datetime(2012, 12, 31, 9, 0, tzinfo=UTC),
            "",
            "Known since Monday 31 December 2012, 09:00; told now.",
        ),
        (None, "held", ""),
    ],
)
def test_what_was_held_says_since_when_on_the_readers_clock(
    since: datetime | None, because: str, words: str
) -> None:
    assert known_since(replace(BREACH, held_since=since, held_because=because), MONDAY) == words


def test_the_readers_day_counts_and_not_greenwichs(mail: Composing) -> None:
    night = replace(SAMPLES["alert"].notification, decided_at=datetime(2013, 10, 13, 23, 30, tzinfo=UTC))
    message = mail(whole=replace(night, notices=(replace(REMINDER, first_told_on=date(2013, 10, 13)),)))

    assert "You were first told on 13 October, yesterday." in message.text


@pytest.mark.parametrize(
    ("notice", "subject", "texts"),
    [
        (
            REMINDER,
            "Reminder 2: Swale, core assessments out of timescale 46, limit 40 — red",
            ("RED: REMINDER 2, NO ANSWER YET", "first told on 4 October, 10 days ago", "no more reminders"),
        ),
        (
            replace(REMINDER, reminders=0),
            "Reminder: Swale, core assessments out of timescale 46, limit 40 — red",
            ("RED: REMINDER, NO ANSWER YET",),
        ),
        (
            ESCALATED,
            "Escalated to you: Swale, core assessments out of timescale 46, limit 40 — red",
            ("Amara Okafor and Tom Reed have been told, first on 4 October, 10 days ago, and nobody has",),
        ),
        (
            replace(REMINDER, earlier_answer=replace(WORSE, ended=AnswerEnd.TAKEN_BACK)),
            "Reminder 2: Swale, core assessments out of timescale 46, limit 40 — red",
            (
                "RED: REMINDER 2, NO ANSWER ANY MORE",
                "acknowledged by Tom Reed on 4 October, which was taken back on 9 October; no answer since.",
                "Reminders since 9 October",
            ),
        ),
        (
            replace(ESCALATED, not_acknowledged_by=("Tom Reed",), earlier_answer=WORSE),
            "Escalated to you: Swale, core assessments out of timescale 46, limit 40 — red",
            (
                "Tom Reed was told on 4 October, 10 days ago. It was acknowledged by Tom Reed on 4 October;",
                "it has worsened on 9 October, and there is no answer since. Ask them",
            ),
        ),
        (
            replace(ESCALATED, earlier_answer=replace(WORSE, by="")),
            "Escalated to you: Swale, core assessments out of timescale 46, limit 40 — red",
            ("It was acknowledged on 4 October; it has worsened on 9 October",),
        ),
        (
            replace(ESCALATED, not_acknowledged_by=("Tom Reed",), first_told_on=None),
            "Escalated to you: Swale, core assessments out of timescale 46, limit 40 — red",
            ("Tom Reed was told and nobody has said",),
        ),
        (
            MARKED,
            "Swale: core assessments out of timescale 46, limit 40 — red, may be wrong",
            ("THE FIGURE MAY BE WRONG", "The data owner has been asked."),
        ),
        (
            DOUBTFUL,
            "Check this figure: Swale, core assessments out of timescale – 412 where it was 43",
            (
                "The figure may be wrong: 412 where it was 43. A change of 369, more than 100.",
                "Check the figure in ICS.",
            ),
        ),
        (
            MISSING,
            "Figure missing: Swale, core assessments out of timescale – no figure for 30 Sep 2013",
            (
                "A figure is missing: no figure for 30 Sep 2013. At least half of the areas of its kind",
                "Send the figures from ICS",
            ),
        ),
        (
            replace(LATE, kind=NoticeKind.REMINDER, reminders=1),
            (
                "Reminder 1: Core assessments out of timescale: figures for 30 September are late (Swale), "
                "due 21 October"
            ),
            ("LATE: FIGURES HAVE STILL NOT COME", "Send the figures from ICS"),
        ),
        (
            CONFIRMED,
            "Corrected: Swale, core assessments out of timescale 46",
            (
                "CORRECTED: NO LONGER IN DOUBT",
                "The figure was corrected: it is 46 assessments. It was 412 assessments (30 Sep 2013), which",
            ),
        ),
    ],
)
def test_a_mail_says_what_makes_it_different(
    notice: Notice, subject: str, texts: tuple[str, ...], mail: Composing
) -> None:
    message = mail(notice)
    text = " ".join(message.text.split())

    assert message.subject == subject
    for each in texts:
        assert each in text


def test_a_protected_figure_is_not_stated_in_a_doubt(mail: Composing) -> None:
    message = mail(replace(DOUBTFUL, protected=True, doubt="it fell to a tenth", history=()))

    assert "412" not in message.text + message.subject
    assert "The figure may be wrong: it fell to a tenth." in message.text


def test_a_deputy_reads_in_whose_place(mail: Composing) -> None:
    message = mail(whole=SAMPLES["alert-deputy"].notification)

    assert message.text.startswith("Annwyl Siân Evans,\n\nYou are told as deputy of Amara Okafor.\n")
    assert message.html is not None
    assert "You are told as deputy of Amara Okafor." in message.html


@pytest.mark.parametrize("notice", [BREACH, WORSENED, REMINDER, ESCALATED], ids=lambda each: each.kind)
def test_an_alert_has_one_link_for_an_answer_in_text_and_html(notice: Notice, mail: Composing) -> None:
    message = mail(notice)
    address = f"https://limen.kent.example/acknowledge/swale-district-manager.{notice.kind}.5c1f09e2b7"
    assert message.html is not None

    assert message.text.count(address) == 1
    assert message.html.count(address) == 1
    assert address in message.text.splitlines()


@pytest.mark.parametrize("notice", [RECOVERED, CLOSED, RESTATED, LATE, MISSING, CONFIRMED])
def test_what_is_over_or_about_data_asks_for_no_answer(notice: Notice, mail: Composing) -> None:
    assert "acknowledge" not in mail(notice).text


def test_the_data_owner_may_answer_that_a_doubtful_figure_is_right(mail: Composing) -> None:
    message = mail(DOUBTFUL)
    assert message.html is not None

    assert "THE FIGURE IS RIGHT\nOpen this page and confirm. Managers are then told as usual." in message.text
    assert ">The figure is right</a>" in message.html
    assert "If it is right, say so by the link below." in " ".join(message.text.split())
    without = " ".join(mail(DOUBTFUL, links=Links()).text.split())
    assert "If it is right, tell the performance team." in without


def test_without_a_page_for_answers_the_performance_team_notes_them(mail: Composing) -> None:
    message = mail(REMINDER, links=Links(contact="performance.team@kent.example"))

    assert "I AM DEALING WITH THIS" not in message.text
    assert "tell the performance team" in " ".join(message.text.split())


def test_every_alert_of_a_long_mail_that_is_told_in_full_can_be_answered(mail: Composing) -> None:
    message = mail(*many(11))
    assert message.html is not None

    assert message.text.count("https://limen.kent.example/acknowledge/") == 11
    assert message.html.count("https://limen.kent.example/acknowledge/") == 11


@pytest.mark.parametrize("address", ["javascript:alert(1)", "https://a b", "/acknowledge/1"])
def test_a_link_for_an_answer_that_is_no_web_address_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="cannot be linked to"):
        replace(LINKS, acknowledging=lambda _notice, _recipient: address).acknowledge(BREACH, "anyone")


def test_no_kind_of_notice_is_without_a_mail(mail: Composing) -> None:
    for kind in NoticeKind:
        message = mail(replace(BREACH, kind=kind))
        assert message.subject
        assert message.headers["X-Limen-Kind"] == kind


@pytest.mark.parametrize("reason", [each for each in TellReason if each.held], ids=lambda each: each.name)
def test_every_reason_for_holding_is_told_as_past(reason: TellReason) -> None:
    held = reason.value.removeprefix("not told yet: ")
    notice = replace(BREACH, held_since=datetime(2013, 10, 14, 6, 5, tzinfo=UTC), held_because=held)

    words = known_since(notice, MONDAY)
    assert words.startswith("Known since 07:05 today; ")
    assert held not in words
    assert " is " not in words
