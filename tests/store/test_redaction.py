"""A person is taken out of where mails name people, and of nothing else, whatever they are called."""

import json
from dataclasses import replace
from datetime import date

import pytest

from monitor.core.notifications import (
    AnswerEnd,
    EarlierAnswer,
    Notification,
    OperationsKind,
    OperationsNews,
)
from monitor.core.recipients import Recipient
from monitor.store.codec import notification_from_json, notification_to_json
from monitor.store.redaction import without_names, without_person, without_recipient
from tests.support.store_samples import BEN, NOON, notice

DAY = date(2026, 5, 31)
SPOKEN = replace(
    notice(),
    area="Kent",
    title="Mark of cases that will close in May",
    period_label="31 May 2026",
    action="May is the month: Mark them, and Will sees to it.",
    told_because="You are told as district manager for Kent, as deputy of May.",
    not_acknowledged_by=("May", "Maya Mark"),
    earlier_answer=EarlierAnswer("May", DAY, None, DAY, AnswerEnd.WORSENED),
)


@pytest.mark.parametrize("name", ["May", "Kent", "Mark", "Will", "may"])
def test_a_name_that_is_a_month_an_area_or_a_word_goes_from_where_people_are_named_alone(name: str) -> None:
    named = replace(
        SPOKEN,
        not_acknowledged_by=(name, "Maya Mark"),
        earlier_answer=EarlierAnswer(name, DAY, None, DAY, AnswerEnd.WORSENED),
        told_because=f"You are told as district manager for Kent, as deputy of {name}.",
    )
    mail = Notification(replace(BEN, stands_in_for=name), (named,), NOON)

    left = without_person(notification_to_json(mail), {name, "m1", "m1@kent.example"})

    assert left is not None
    read = notification_from_json(left)
    assert read.recipient.stands_in_for == "erased"
    (one,) = read.notices
    assert one == replace(
        named,
        not_acknowledged_by=("erased", "Maya Mark"),
        earlier_answer=EarlierAnswer("erased", DAY, None, DAY, AnswerEnd.WORSENED),
        told_because="You are told as district manager for Kent, as deputy of erased.",
    )


def test_a_mail_that_names_somebody_nowhere_is_left_as_it_is() -> None:
    mail = Notification(BEN, (replace(SPOKEN, not_acknowledged_by=(), earlier_answer=None),), NOON)
    assert without_person(notification_to_json(mail), {"Kent", "Will", "Kim May", "kim@kent.example"}) is None


def test_the_recipients_own_mail_keeps_its_months_and_names_nobody() -> None:
    may = Recipient("m1", "May Kent", "may@kent.example", "May", stands_in_for="May")
    mail = Notification(may, (SPOKEN,), NOON)
    left = without_recipient(notification_to_json(mail), "erased:1")
    (one,) = notification_from_json(left).notices
    assert (one.area, one.title, one.action) == ("Kent", SPOKEN.title, SPOKEN.action)
    assert one.period_label == "31 May 2026"
    assert one.not_acknowledged_by == ("erased", "erased")
    assert one.told_because == "You are told as district manager for Kent, as deputy of erased."
    assert not [word for word in ("m1", "may@kent.example", "May Kent", "Maya") if f'"{word}' in left]


def _news(kind: OperationsKind, problems: str, subject: str = "") -> str:
    return notification_to_json(
        Notification(BEN, (), NOON, OperationsNews(kind, 1, problems, "v", "rules", subject))
    )


def test_news_that_an_address_fails_names_neither_the_person_nor_their_id() -> None:
    line = "Sam Swale (sam), mail 1: 550 no such user"
    for subject in ("sam@kent.example", "old.address@kent.example"):
        left = without_person(
            _news(OperationsKind.ADDRESS_FAILING, line, subject), {"sam", "Sam Swale", "sam@kent.example"}
        )
        assert left is not None
        news = json.loads(left)["operations"]
        assert (news["problems"], news["subject"]) == ("erased", "erased")


MAY = frozenset({"may", "May", "may@kent.example", "May Kent"})


@pytest.mark.parametrize(
    ("line", "left"),
    [
        ("Silence 3 by May: away in May", "Silence 3 by erased: erased"),
        ("Silence 3 by Ben: away in May", "Silence 3 by Ben: away in May"),
        ("May ended it by hand: back", "erased ended it by hand."),
        ("May ended it by hand.", "erased ended it by hand."),
        ("- may: 3 alerts", "- erased: 3 alerts"),
        (
            "- Cases in May in Kent: is over; nothing is left to tell. Kept from Ben, May.",
            "- Cases in May in Kent: is over; nothing is left to tell. Kept from Ben, erased.",
        ),
        ("It lasted from 3 May 2026 08:00 until 4 May 2026 09:00.",) * 2,
        ("rules.yaml:1:1: LIM101 “may” is no key here",) * 2,
        (
            "contacts.yaml:3:4: LIM502 no “x”\n  may: {name: May}\n  ^^^\nrules.yaml:1:1: LIM101 May",
            "contacts.yaml:3:4: erased\nrules.yaml:1:1: LIM101 May",
        ),
        ("may-2026.csv: it could not be read",) * 2,
        ("it says may@kent.example and May Kent", "it says erased and erased"),
    ],
)
def test_lines_about_limen_itself_lose_a_name_where_they_name_people(line: str, left: str) -> None:
    assert without_names(line, MAY) == left
