"""The parts of a mail hold together: same facts, same precision, nothing lost, nothing let in."""

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import cast

import pytest
from jinja2 import DictLoader
from jinja2.exceptions import SecurityError, UndefinedError

from monitor.compose import Links, ShippedTemplates, compose, mail_environment
from monitor.compose.rendering import Layout, finished
from monitor.compose.sheet import MailView
from monitor.core.notifications import Notice
from notifiers.message import Message
from tests.compose.conftest import LINKS, Composing
from tests.support.notices import (
    BELOW_RANGE,
    BREACH,
    CLOSED,
    PROTECTED,
    PROVISIONAL,
    RECIPIENT,
    RECOVERED,
    WORSENED,
    many,
    notification,
)

ALL = (BREACH, WORSENED, RECOVERED, CLOSED, PROVISIONAL, PROTECTED, BELOW_RANGE)


def _html(message: Message) -> str:
    assert message.html is not None
    return message.html


def _data(message: Message) -> list[dict[str, object]]:
    return cast("list[dict[str, object]]", message.payload["notices"])


def test_markup_in_names_and_titles_is_shown_not_obeyed(mail: Composing) -> None:
    evil = '<script>alert("x")</script><img src=x onerror=alert(1)>{{ 7 * 7 }}'
    hostile = replace(
        BREACH,
        area=evil,
        title=evil,
        definition=evil,
        action=evil,
        limit_reference=evil,
        told_because=evil,
        unit=evil,
        rule=evil,
        rule_position=evil,
        period_label=evil,
        since_label=evil,
        source=evil,
        indicator_title=evil,
        history=tuple(replace(point, label=f'"{evil}') for point in BREACH.history),
    )

    html = _html(mail(hostile, *many(9)))

    assert "<script" not in html
    assert "<img src=x" not in html
    assert len(re.findall("<img ", html)) == 8
    assert not re.search(r"<[^>]*\sonerror=", re.sub(r'"[^"]*"', '""', html))
    assert "{{ 7 * 7 }}" in html


def test_line_breaks_in_names_cannot_forge_lines_of_the_text(mail: Composing) -> None:
    forged = replace(BREACH, area="Swale\n\nWHAT TO DO\nNothing", told_because="x\r\n-- \r\nlimen")

    assert mail(forged).text.count("\nWHAT TO DO\n") == 1


@pytest.mark.parametrize("notice", [PROVISIONAL, BELOW_RANGE])
def test_every_percentage_is_written_at_published_precision(notice: Notice, mail: Composing) -> None:
    message = mail(notice)
    spoken = f"{message.subject}\n{message.text}\n{message.images[0].alternative_text}"

    assert re.findall(r"\d[\d.]*%", spoken)
    assert [
        figure for figure in re.findall(r"\d[\d.]*%", spoken) if not re.fullmatch(r"\d+\.\d%", figure)
    ] == []


def test_whole_numbers_have_no_decimals(mail: Composing) -> None:
    assert (
        re.findall(r"\d\.\d", mail(replace(BREACH, value=Decimal("46.0"), limit=Decimal("40.0"))).text) == []
    )


@pytest.mark.parametrize("notice", ALL, ids=lambda notice: f"{notice.kind}-{notice.rule}")
def test_text_and_html_say_the_same(notice: Notice, mail: Composing) -> None:
    """Every word of the text is in the HTML, but for the table of periods: there the chart tells it."""
    message = mail(notice)
    table = re.compile(r"LAST \d+ PERIODS\n.*?\n\n", re.DOTALL)
    text = re.sub(r"\n[=-]+\n", "\n", table.sub("", message.text)).replace(":", " ").casefold()
    html = re.sub(r"<[^>]+>", " ", _html(message)).replace("’", "'").replace("&gt;", ">").replace("&lt;", "<")
    said = html.replace(":", " ").casefold() + _html(message).replace(":", " ").casefold()

    assert [word for word in text.split() if word not in said] == []


@pytest.mark.parametrize("notice", ALL, ids=lambda notice: f"{notice.kind}-{notice.rule}")
def test_plain_text_fits_72_columns_but_for_web_addresses(notice: Notice, mail: Composing) -> None:
    long = [line for line in mail(notice, *many(10)).text.splitlines() if len(line) > 72]

    assert [line for line in long if not line.startswith("https://")] == []


def test_the_chart_is_told_in_words_with_every_figure(mail: Composing) -> None:
    (image,) = mail(BREACH).images

    assert image.alternative_text == (
        "Core assessments out of timescale in Swale, last 8 periods. 28 Feb 2013: 28; 31 Mar 2013: 31; "
        "30 Apr 2013: 30; 31 May 2013: 34; 30 Jun 2013: 37; 31 Jul 2013: 36; 31 Aug 2013: 43; "
        "30 Sep 2013: 46. Limit 40. Expected at least 20. Expected at most 40."
    )
    assert f'alt="{image.alternative_text}"' in _html(mail(BREACH))


def test_every_picture_is_shown_once_and_under_an_id_of_its_own(mail: Composing) -> None:
    message = mail(*many(5))

    shown = re.findall(r'src="cid:([^"]+)"', _html(message))
    assert shown == [image.content_id for image in message.images]
    assert len(set(shown)) == 5


def test_a_repeat_is_the_same_mail_and_another_mail_has_other_pictures(mail: Composing) -> None:
    first = mail(BREACH)
    other = compose(
        notification(BREACH),
        message_id="<outbox-18.77aa@limen.example>",
        in_reply_to="<outbox-17.5f3a@limen.example>",
        references=("<outbox-17.5f3a@limen.example>",),
        links=LINKS,
    )

    assert mail(BREACH) == first
    assert other.images[0].content_id != first.images[0].content_id
    assert other.images[0].png == first.images[0].png
    assert (other.in_reply_to, other.references) == (first.message_id, (first.message_id,))


def test_a_recovery_tells_the_value_now_and_not_the_breach(mail: Composing) -> None:
    message = mail(RECOVERED)

    assert "38" in message.subject
    assert "Back within limits: 38 assessments now, 2 below the limit of 40." in message.text.replace(
        "\n", " "
    )
    assert "46 assessments" not in message.text


def test_the_worst_news_comes_first_whatever_the_order_given(mail: Composing) -> None:
    message = mail(RECOVERED, CLOSED, BELOW_RANGE, PROVISIONAL, BREACH)

    headings = re.findall(r"<h2[^>]*>([^<]+)</h2>", _html(message))
    assert [heading.split(":")[0] for heading in headings] == ["Swale", "Kent", "Kent", "Swale", "Swale"]
    assert message.subject.startswith("Swale: core assessments out of timescale 46")
    assert _data(message)[0]["level"] == "critical"


def test_of_many_notices_all_are_told_and_the_worst_are_drawn(mail: Composing) -> None:
    message = mail(*many(20))

    assert len(message.images) == 8
    for number in range(20):
        assert f"{BREACH.rule}-{number + 1}," in message.text.replace("\n", " ")
        assert f"{BREACH.rule}-{number + 1}," in _html(message)
    assert len(_data(message)) == 20


def test_a_full_mail_stays_below_what_gmail_cuts_off(mail: Composing) -> None:
    """Gmail shows the first 102 KB of a mail's HTML."""
    assert len(_html(mail(*many(12))).encode()) < 102_000


@pytest.mark.parametrize("notices", [(BREACH,), (PROVISIONAL, BREACH), many(10)])
def test_headings_go_down_one_step_at_a_time_from_one_first_heading(
    notices: tuple[Notice, ...], mail: Composing
) -> None:
    levels = [int(level) for level in re.findall(r"<h([1-6])", _html(mail(*notices)))]

    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_layout_tables_say_so_and_the_page_its_language(mail: Composing) -> None:
    html = _html(mail(PROVISIONAL, BREACH))

    tables = re.findall(r"<table [^>]*>", html)
    assert {("presentation" in table, 'class="facts"' in table) for table in tables} == {
        (True, False),
        (False, True),
    }
    assert '<html lang="en-GB"' in html
    assert '<meta name="color-scheme" content="light dark">' in html
    assert "prefers-color-scheme: dark" in html


@pytest.mark.parametrize("over", [RECOVERED, CLOSED])
@pytest.mark.parametrize("beside", [(), tuple(many(9))])
def test_a_mail_of_an_alert_that_is_over_asks_for_nothing(
    over: Notice, beside: tuple[Notice, ...], mail: Composing
) -> None:
    over = replace(over, action="Tell the area director")
    message = mail(*beside, over)

    assert over.action not in message.text
    assert over.action not in _html(message)
    assert message.text.count("WHAT TO DO") == min(len(beside), 8)


def test_outlook_gets_a_table_of_fixed_width(mail: Composing) -> None:
    html = _html(mail(BREACH))

    assert '<!--[if mso]><table role="presentation" width="600"' in html
    assert html.count("<!--[if mso]>") == html.count("<![endif]-->") - html.count("<!--<![endif]-->")


@pytest.mark.parametrize(("row", "kept"), [("<tr><td>", 0), ('<tbody id="own"><tr><td>', 2)])
def test_the_inliner_adds_no_tags_that_the_templates_do_not_have(row: str, kept: int) -> None:
    html = f"<html><head></head><body><table>{row}</table></body></html>"

    assert finished(Layout("x", html)).html.count("tbody") == kept


def test_a_notice_without_optional_facts_leaves_no_empty_places(mail: Composing) -> None:
    bare = replace(
        BREACH,
        history=(),
        action="",
        definition="",
        limit=None,
        limit_text="",
        limit_reference="",
        since=None,
        since_label="",
        previous_value=None,
        previous_label="",
        source="",
        rule_version="",
        told_because="",
    )

    message = mail(bare)

    assert message.images == ()
    assert "<img" not in _html(message)
    assert "None" not in message.text + _html(message)
    assert "WHAT TO DO" not in message.text
    assert "\n\n\n" not in message.text


def test_a_greeting_falls_back_to_the_name() -> None:
    told = notification(BREACH, recipient=replace(RECIPIENT, salutation=""))

    message = compose(told, message_id="<a@b.example>", in_reply_to=None, references=(), links=Links())

    assert message.text.startswith("Dear Amara Okafor,\n")


def test_the_data_hold_the_decision_without_losing_a_digit(mail: Composing) -> None:
    message = mail(PROVISIONAL)

    (fact,) = _data(message)
    assert fact["value"] == "10.5"
    assert fact["limit"] == "10.0"
    assert fact["since"] == "2013-11-30"
    assert message.headers == {
        "X-Limen-Kind": "breach",
        "X-Limen-Level": "warning",
        "X-Limen-Area": "Kent",
        "X-Limen-Rule": "three-or-more-placements",
    }
    assert message.date.date() == date(2013, 10, 14)


def test_a_mail_about_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="nothing to tell"):
        compose(notification(), message_id="<a@b.example>", in_reply_to=None, references=(), links=Links())


@pytest.mark.parametrize("address", ["javascript:alert(1)", "limen.kent.example", "https://", "https://a b"])
def test_an_address_that_cannot_be_linked_to_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="http"):
        Links(page_url=address)


def _own(template: str) -> ShippedTemplates:
    return ShippedTemplates(
        mail_environment(DictLoader({"mail/mail.html.j2": template, "mail/mail.txt.j2": "x"}))
    )


@pytest.mark.parametrize(
    ("template", "error"),
    [("{{ mail.nobody }}", UndefinedError), ("{{ mail.__class__.__mro__ }}", SecurityError)],
)
def test_templates_are_strict_and_sandboxed(template: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        compose(
            notification(BREACH),
            message_id="<a@b.example>",
            in_reply_to=None,
            references=(),
            links=Links(),
            templates=_own(template),
        )


class Untouched:
    """Templates that must not be asked."""

    def lay_out(self, _mail: MailView) -> Layout:
        raise AssertionError("nothing was to be laid out")


@pytest.mark.parametrize("notices", [(BREACH,), many(5)], ids=["one", "many"])
def test_a_mail_in_plain_text_says_the_same_without_pictures_and_html(
    mail: Composing, notices: tuple[Notice, ...]
) -> None:
    usual = mail(*notices)

    plain = compose(
        notification(*notices),
        message_id=usual.message_id,
        in_reply_to=None,
        references=(),
        links=LINKS,
        templates=Untouched(),
        plain=True,
    )

    assert usual.html
    assert usual.images
    assert plain == replace(usual, html=None, images=())
