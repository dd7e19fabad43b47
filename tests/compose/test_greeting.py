"""The line that greets the reader: its words, and the mark that says which language it is in."""

from dataclasses import replace
from html.parser import HTMLParser

import pytest

from monitor.core.notifications import Notification
from monitor.core.recipients import Recipient
from notifiers.message import Message
from tests.compose.conftest import Composing
from tests.support.notices import BREACH, RECIPIENT, REFUSED, notification


class _Marked(HTMLParser):
    """What is marked as of a language or a direction, besides the mail as a whole."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None], str]] = []
        self._open = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        marks = {name: value for name, value in attrs if name in {"lang", "dir"}}
        self._open = bool(marks) and marks != {"lang": "en-GB"}
        if self._open:
            self.found.append((tag, marks, ""))

    def handle_data(self, data: str) -> None:
        if self._open:
            tag, marks, text = self.found[-1]
            self.found[-1] = (tag, marks, text + data)

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002 - any end ends it
        self._open = False


def html_of(message: Message) -> str:
    assert message.html is not None
    return message.html


def greeted(salutation: str, language: str | None) -> Recipient:
    return replace(RECIPIENT, salutation=salutation, language=language)


@pytest.mark.parametrize(
    ("salutation", "language", "line", "marks"),
    [
        ("Bore da Siân Evans", "cy", "Bore da Siân Evans,", {"lang": "cy"}),
        ("Szanowna Pani Anno!", "pl", "Szanowna Pani Anno!", {"lang": "pl"}),
        ("Prezada Ana:", "pt-BR", "Prezada Ana:", {"lang": "pt-BR"}),
        ("محترمہ عائشہ صدیقی", "ur", "محترمہ عائشہ صدیقی،", {"lang": "ur", "dir": "rtl"}),
        ("السيدة ليلى المحترمة،", "ar", "السيدة ليلى المحترمة،", {"lang": "ar", "dir": "rtl"}),
        ("مُحَمَّدٌ", "ar", "مُحَمَّدٌ،", {"lang": "ar", "dir": "rtl"}),
        ("שלום דנה", "he", "שלום דנה,", {"lang": "he", "dir": "rtl"}),
        ("محترمہ Ayesha", "ur", "محترمہ Ayesha,", {"lang": "ur", "dir": "rtl"}),
        ("Mohtarma Ayesha", "ur-Latn", "Mohtarma Ayesha,", {"lang": "ur-Latn"}),
        ("خانم کریمی", None, "خانم کریمی،", {"dir": "rtl"}),
    ],
)
def test_a_greeting_in_another_language_is_marked_and_nothing_else_is(
    salutation: str, language: str | None, line: str, marks: dict[str, str], mail: Composing
) -> None:
    for message in (
        mail(whole=notification(BREACH, recipient=greeted(salutation, language))),
        mail(whole=Notification(greeted(salutation, language), (), notification().decided_at, REFUSED)),
    ):
        html = html_of(message)
        assert _Marked(html).found == [("span", marks, line)]
        assert '<html lang="en-GB"' in html
        assert 'role="article"' in html
        assert message.text.startswith(f"{line}\n")


@pytest.mark.parametrize(("salutation", "language"), [("Dear Ms Okafor", None), ("Dear Ann", "en-GB")])
def test_a_greeting_in_the_language_of_the_mail_needs_no_mark(
    salutation: str, language: str | None, mail: Composing
) -> None:
    html = html_of(mail(whole=notification(BREACH, recipient=greeted(salutation, language))))

    assert _Marked(html).found == []
    assert f">{salutation},</td>" in html


def test_a_greeting_of_limens_own_is_english_whatever_the_language_of_the_one_that_is_missing(
    mail: Composing,
) -> None:
    message = mail(whole=notification(BREACH, recipient=greeted(" ", "cy")))

    assert message.text.startswith("Dear Amara Okafor,\n")
    assert _Marked(html_of(message)).found == []


def test_odd_words_and_an_odd_language_stay_words(mail: Composing) -> None:
    odd = greeted('<b>Siân</b> & "co"', 'cy" onclick="alert(1)"><script>')
    html = html_of(mail(whole=notification(BREACH, recipient=odd)))

    ((tag, marks, line),) = _Marked(html).found
    assert (tag, marks) == ("span", {"lang": 'cy" onclick="alert(1)"><script>'})
    assert line == '<b>Siân</b> & "co",'
    assert "<b>" not in html
    assert "<script" not in html


def test_a_direction_override_in_a_salutation_goes(mail: Composing) -> None:
    message = mail(whole=notification(BREACH, recipient=greeted("Bore \u202eda\u2066 Siân", "cy")))
    assert message.text.startswith("Bore da Siân,\n")
