"""The page behind a link in a mail, on a real port and a real store: only its button acknowledges."""

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path

import httpx
import pytest
from structlog.testing import capture_logs

from monitor.answers import AnswerDesk
from monitor.core.ack_tokens import LINK_LASTS, AckClaim, ack_token
from monitor.core.alerts import Alert
from monitor.core.recipients import Directory
from monitor.core.rulebook import Escalation, Level, Plausibility, Route
from monitor.core.suppressions import Acknowledgement
from monitor.core.windows import Reminders
from monitor.store.acknowledgements import acknowledgements_of
from monitor.store.alerts import alerts, save_alerts
from monitor.store.store import Store
from monitor.suppressing import acknowledge
from monitor.web.acknowledge import LONGEST_FORM, BadLinks
from monitor.web.application import web_application
from monitor.web.server import HttpPort
from monitor.world import World
from tests.scenarios.test_cycle import (
    DISTRICTS,
    LONDON,
    MEASURE,
    NOW,
    ROUTE,
    RULE,
    WORLD,
    cycle,
    swale,
    take_in,
    world,
)
from tests.support.rules import HERE, rule
from tests.support.web_pages import Source, words

KEY, OLD_KEY = b"new" * 16, b"old" * 16
LATER = NOW + timedelta(hours=1)
ALERT = ("the-rule", "Swale")


@dataclass
class Clock(Source):
    """A daemon whose time the test sets."""

    time: datetime = LATER

    def now(self) -> datetime:
        return self.time


@dataclass
class Page:
    """The page of limen, as a browser on the other side of a link has it."""

    store: Store
    client: httpx.Client
    clock: Clock
    worlds: list[World | None] = field(default_factory=list)

    def token(self, person: str = "sam", key: bytes = KEY, **changes: object) -> str:
        claim = AckClaim("the-rule", "Swale", 1, person, Level.CRITICAL, LATER + LINK_LASTS)
        return ack_token(key, replace(claim, **changes))  # type: ignore[arg-type]  # names of its fields

    def follow(self, token: str) -> httpx.Response:
        return self.client.get("/acknowledge", params={"token": token})

    def press(self, shown: httpx.Response, **changes: str) -> httpx.Response:
        return self.client.post("/acknowledge", data={**form(shown), **changes})

    def given(self) -> list[Acknowledgement]:
        with self.store.reading() as connection:
            return list(acknowledgements_of(connection, *ALERT))

    def change_alert(self, **changes: object) -> None:
        with self.store.writing() as connection:
            alert = alerts(connection, [ALERT])[ALERT]
            save_alerts(connection, [replace(alert, **changes)])  # type: ignore[arg-type]  # names of its fields


def form(shown: httpx.Response) -> dict[str, str]:
    """The page's form as a browser would send it, with what is checked and typed in at first."""
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', shown.text))
    if "until" not in fields:
        fields["until"] = re.findall(r'name="until" value="(\w+)" checked', shown.text)[0]
    return {name: unescape(value) for name, value in fields.items()} | {"comment": ""}


@contextmanager
def served(store: Store, clock: Clock, worlds: list[World | None]) -> Iterator[Page]:
    desk = AnswerDesk(store, lambda: worlds[-1], (KEY, OLD_KEY), LONDON, clock.now)
    port = HttpPort(web_application(clock, LONDON, desk), "127.0.0.1", 0)
    port.start()
    try:
        with httpx.Client(base_url=f"http://{port.address}") as client:
            yield Page(store, client, clock, worlds)
    finally:
        port.stop()


@pytest.fixture
def page(sqlite_template: Path, tmp_path: Path) -> Iterator[Page]:
    """A breach in Swale that was told, and the page."""
    shutil.copy(sqlite_template, tmp_path / "limen.db")
    with Store.open(f"sqlite:///{tmp_path / 'limen.db'}") as store:
        take_in(store, *swale("20", "46"))
        cycle(store)
        with served(store, Clock(), [WORLD]) as page:
            yield page


def test_a_link_that_is_followed_shows_the_breach_and_changes_nothing(page: Page) -> None:
    said = [words(page.follow(page.token())) for _ in range(3)][-1]
    assert "Red Swale: measure out of bounds" in said
    assert "46" in said
    assert "6 above the limit of 40" in said
    assert "You answer as Sam Swale" in said
    assert page.client.head("/acknowledge", params={"token": page.token()}).status_code == 200
    assert page.given() == []


def test_the_button_acknowledges_once_however_often_it_is_pressed(page: Page) -> None:
    shown = page.follow(page.token())
    for _ in range(2):
        said = words(page.press(shown, comment=" Two workers\r\n are off  sick. ", until="2"))
        assert "Thank you. You are dealing with this." in said
        assert "until 28 October 2013" in said
    (given,) = page.given()
    assert given == Acknowledgement(
        id=given.id,
        at=LATER,
        rule="the-rule",
        area="Swale",
        episode=1,
        level=Level.CRITICAL,
        author="sam",
        comment="Two workers are off sick.",
        until=datetime(2013, 10, 28, 8, tzinfo=UTC),
        via="mail",
    )


def test_it_ends_when_the_councils_offices_open_so_that_no_reminder_comes_at_night(page: Page) -> None:
    shown = page.follow(page.token())
    page.press(shown, until="1")
    page.press(shown, until="over")
    assert [each.until for each in page.given()] == [datetime(2013, 10, 21, 7, tzinfo=UTC), None]


def test_who_deals_with_it_already_is_shown_and_may_be_replaced(page: Page) -> None:
    page.press(page.follow(page.token()), comment="Mine.", until="over")
    shown = page.follow(page.token("alex"))
    said = words(shown)
    assert "Somebody is dealing with this already" in said
    assert "Sam Swale said so on 14 October 2013 at 11:00, until it is over" in said
    assert "“Mine.”" in said
    page.press(shown, comment="No, mine.")
    assert [each.author for each in page.given()] == ["sam", "alex"]
    assert "You said so on" in words(page.follow(page.token("alex")))


REMINDERS = replace(ROUTE, reminders=Reminders(5))
ESCALATION = (Escalation(5, ROUTE.to, HERE),)


@pytest.mark.parametrize(
    ("route", "asked", "noted", "taken_back"),
    [
        (
            replace(REMINDERS, escalations=ESCALATION),
            "No more reminders come then, and it is not passed on to others, unless it gets worse.",
            "the days until the next reminder, and until it is passed on, count from 28 October 2013.",
            "Reminders go on, and it may be passed on to others.",
        ),
        (
            REMINDERS,
            "No more reminders come then, unless it gets worse.",
            "If it goes on, the days until the next reminder count from 28 October 2013.",
            "Reminders go on.",
        ),
        (
            replace(ROUTE, escalations=ESCALATION),
            "It is not passed on to others then, unless it gets worse.",
            "If it goes on, the days until it is passed on count from 28 October 2013.",
            "It may be passed on to others.",
        ),
        (
            ROUTE,
            "The performance team sees then that you are. It counts no more if it gets worse.",
            "It counts until 28 October 2013, or until it gets worse.",
            "The performance team sees that you are not.",
        ),
    ],
)
def test_the_page_promises_only_what_the_routes_hold(
    page: Page, route: Route, asked: str, noted: str, taken_back: str
) -> None:
    page.worlds.append(world(RULE, routes=(route,)))
    shown = page.follow(page.token())
    assert asked in words(shown)
    assert noted in words(page.press(shown, until="2"))
    withdrawal = {name: form(shown)[name] for name in ("token", "seal", "level")} | {"withdraw": "yes"}
    said = words(page.client.post("/acknowledge", data=withdrawal))
    assert taken_back in said
    assert ("eminder" in said) == (route.reminders is not None)
    assert "28 October" not in words(page.press(shown, until="over"))


def test_an_answer_is_taken_back_by_its_own_button_and_by_nothing_else(page: Page) -> None:
    first = page.follow(page.token())
    assert "after all" not in first.text
    page.press(first, comment="Mine.", until="2")
    shown = page.follow(page.token())
    assert ">Mine.</textarea>" in shown.text
    assert "I am not dealing with it after all" in words(shown)
    assert "after all" not in page.follow(page.token("alex")).text

    taken_back = {name: form(shown)[name] for name in ("token", "seal", "level")} | {"withdraw": "yes"}
    unsealed = page.client.post("/acknowledge", data=taken_back | {"seal": "x"})
    assert unsealed.status_code == 400
    assert [each.withdrawn for each in page.given()] == [False]
    for _ in range(2):
        said = words(page.client.post("/acknowledge", data=taken_back))
        assert "You are not dealing with this any more. Swale: measure out of bounds" in said
        assert "The performance team sees that you are not." in said
    assert [(each.author, each.via, each.withdrawn) for each in page.given()] == [
        ("sam", "mail", False),
        ("sam", "mail", True),
    ]
    assert "Are you dealing with this?" in words(page.follow(page.token()))


def test_nobody_takes_back_what_another_has_said_since_or_of_another_breach(page: Page) -> None:
    page.press(page.follow(page.token()))
    shown = page.follow(page.token())
    page.press(page.follow(page.token("alex")))
    taken_back = {name: form(shown)[name] for name in ("token", "seal", "level")} | {"withdraw": "yes"}
    assert "Somebody is dealing with this already" in words(page.client.post("/acknowledge", data=taken_back))
    page.change_alert(episode=2)
    assert "Another one has begun" in words(page.client.post("/acknowledge", data=taken_back))
    assert [(each.author, each.withdrawn) for each in page.given()] == [("sam", False), ("alex", False)]


def test_what_worsens_while_the_page_is_open_has_to_be_looked_at_again(page: Page) -> None:
    page.change_alert(level=Level.WARNING)
    shown = page.follow(page.token(level=Level.WARNING))
    page.change_alert(level=Level.CRITICAL)

    answer = page.press(shown, comment="On it.")
    assert answer.status_code == 409
    assert "Nothing was noted: it has worsened while this page was open" in answer.text
    assert page.given() == []
    assert "On it." in answer.text
    assert "Noted" in words(page.press(answer))


def test_a_worsened_alert_says_so_and_that_an_earlier_answer_counts_no_more(page: Page) -> None:
    page.change_alert(level=Level.WARNING)
    page.press(page.follow(page.token(level=Level.WARNING)))
    page.change_alert(level=Level.CRITICAL)
    said = words(page.follow(page.token("alex", level=Level.WARNING)))
    assert "It has worsened since the mail with this link was sent" in said
    assert "Somebody was dealing with this, but it has worsened since" in said


def test_what_is_over_or_has_begun_anew_says_so_and_takes_no_answer(page: Page) -> None:
    shown = page.follow(page.token())
    take_in(page.store, *swale("20", "46", "20"))
    cycle(page.store, now=LATER)
    for answer in (page.follow(page.token()), page.press(shown)):
        assert "This alert is over" in words(answer)
        assert "<form" not in answer.text
        assert "<dl" not in answer.text
        assert 'class="headline"' not in answer.text
    take_in(page.store, *swale("20", "46", "20", "50"))
    cycle(page.store, now=LATER)
    assert "Another one has begun since" in words(page.follow(page.token()))
    assert page.given() == []


@pytest.mark.parametrize(
    ("token", "status", "title"),
    [
        ("", 400, "This link is not complete"),
        ("eyJ", 400, "This link is not complete"),
        ("a." + "b" * 3000, 400, "This link is not complete"),
        (
            ack_token(b"foreign" * 8, AckClaim("the-rule", "Swale", 1, "sam", None, LATER)),
            403,
            "can’t be used",
        ),
        (ack_token(KEY, AckClaim("the-rule", "Swale", 1, "sam", None, NOW)), 410, "This link is too old"),
        (
            ack_token(KEY, AckClaim("the-rule", "Swale", 1, "gone", None, LATER + LINK_LASTS)),
            410,
            "nothing to say",
        ),
        (
            ack_token(KEY, AckClaim("no-rule", "Swale", 1, "sam", None, LATER + LINK_LASTS)),
            410,
            "nothing to say",
        ),
    ],
)
def test_a_link_that_cannot_be_used_says_so_and_no_more(
    page: Page, token: str, status: int, title: str
) -> None:
    with capture_logs() as logged:
        followed = page.follow(token)
        posted = page.client.post("/acknowledge", data={"token": token, "until": "1"})
    assert followed.status_code == status
    assert title in followed.text
    assert posted.status_code in {status, 400}  # 400 where the link is good: no page was opened by it
    assert "Swale" not in followed.text + posted.text
    assert not token or token not in repr(logged)


def test_links_of_an_old_key_go_on_working(page: Page) -> None:
    assert "Noted" in words(page.press(page.follow(page.token(key=OLD_KEY))))


def test_a_form_that_does_not_come_from_the_page_is_refused(page: Page) -> None:
    whole = form(page.follow(page.token()))
    other = form(page.follow(page.token("alex")))
    for fields in (
        {name: value for name, value in whole.items() if name != "seal"},
        {**whole, "seal": other["seal"]},
        {**whole, "level": "warning"},
        {**whole, "until": "52"},
        {**whole, "level": "worst"},
    ):
        answer = page.client.post("/acknowledge", data=fields)
        assert answer.status_code == 400
        assert "press the button" in answer.text
    address = f"/acknowledge?token={page.token()}"
    assert page.client.post(address).status_code == 415
    assert page.client.post("/acknowledge", json=whole).status_code == 415
    assert page.client.post("/acknowledge", data={**whole, "comment": "x" * LONGEST_FORM}).status_code == 413
    twice = {**whole, "until": ["1", "over"]}
    assert page.client.post("/acknowledge", data=twice).status_code == 400
    assert page.given() == []


def test_a_link_leaks_nowhere_and_is_kept_by_nobody(page: Page) -> None:
    shown = page.follow(page.token())
    for answer in (shown, page.follow("bad"), page.press(shown)):
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["Cache-Control"] == "no-store"
        assert "noindex" in answer.headers["X-Robots-Tag"]
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert "script" not in answer.text
        assert not re.search(r'(?:href|src|action)="(?:/|https?:)', answer.text)  # works below any path
    style = page.client.get("/acknowledge/style.css")
    assert style.headers["Content-Type"].startswith("text/css")
    assert ".answer" in style.text


def test_many_bad_links_are_answered_shortly_and_good_ones_still_work(page: Page) -> None:
    with capture_logs() as logged:
        answers = [page.follow(f"a.{number}") for number in range(BadLinks.MOST + 5)]
    assert [each.status_code for each in answers] == [403] * BadLinks.MOST + [429] * 5
    assert answers[-1].headers["Retry-After"] == "60"
    assert len(logged) == BadLinks.MOST
    assert "Noted" in words(page.press(page.follow(page.token())))
    page.clock.time += BadLinks.WITHIN
    assert page.follow("a.b").status_code == 403


def test_while_rules_or_database_are_away_the_page_asks_to_come_back(page: Page) -> None:
    shown = page.follow(page.token())
    page.worlds.append(None)
    for answer in (page.follow(page.token()), page.press(shown)):
        assert answer.status_code == 503
        assert answer.headers["Retry-After"] == "120"
        assert "Nothing was noted" in answer.text


def test_somebody_who_has_left_the_contacts_cannot_answer_any_more(page: Page) -> None:
    shown = page.follow(page.token())
    page.worlds.append(replace(WORLD, directory=Directory({}, ())))
    assert page.press(shown).status_code == 410
    assert page.given() == []


def test_what_people_wrote_is_shown_as_text(page: Page) -> None:
    hostile = '<script>alert("1")</script>'
    page.press(page.follow(page.token()), comment=hostile)
    assert hostile in words(page.follow(page.token("alex")))
    assert hostile not in page.follow(page.token("alex")).text


def test_a_doubtful_figure_is_confirmed_and_not_dealt_with(page: Page) -> None:
    doubtful = Alert("fault:measure", "Swale", episode=1)
    watched = world(
        rule({"warning": "value > 30"}, scope=DISTRICTS),
        measure=replace(MEASURE, plausibility=Plausibility(jump=10_000_000)),
    )
    cycle(page.store, watched, LATER)
    page.worlds.append(watched)
    shown = page.follow(page.token(rule=doubtful.rule, level=None))
    assert "Is this figure right?" in words(shown)
    assert "46 where it was 20" in words(shown)
    assert "The figure counts as confirmed" in words(page.press(shown))
    again = page.follow(page.token(rule=doubtful.rule, level=None))
    taken_back = words(page.press(again, withdraw="yes"))
    assert "The figure counts as doubtful again." in taken_back
    assert "Reminders" not in taken_back


def test_a_small_number_is_not_shown(page: Page) -> None:
    people = replace(MEASURE, counts_people=True)
    low = world(rule({"warning": "value > 2"}, scope=DISTRICTS), measure=people)
    take_in(page.store, *swale("20", "46", "4"))
    cycle(page.store, low, LATER)
    page.worlds.append(low)
    said = words(page.follow(page.token()))
    assert "withheld to protect small numbers" in said
    assert " 4" not in said.replace(" 40", "").replace(" 4 weeks", "")


def test_the_same_answer_by_another_way_is_another(page: Page) -> None:
    page.press(page.follow(page.token()), until="over")
    with page.store.writing() as connection:
        acknowledge(connection, LATER, alert=ALERT, author="sam", comment="", until=None, via="command line")
    assert [each.via for each in page.given()] == ["mail", "command line"]
