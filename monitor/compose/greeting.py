"""The line that greets the reader: in their language, and marked so that programs read it in that language.

A mail is in English; what is not has to say so (WCAG 2.2, 3.1.2, Language of Parts; technique H58).
"""

import unicodedata
from dataclasses import dataclass
from typing import Final

from monitor.core.notifications import Notification
from notifiers.mime import one_line

MAIL_LANGUAGE: Final = "en-GB"
"""The language of mails, as their templates mark it."""

_CLOSED: Final = (",", "!", ":", "،", "\N{FULLWIDTH COMMA}", "\N{FULLWIDTH COLON}")
"""What a greeting may end with as it is written; else it gets a comma."""


@dataclass(frozen=True, slots=True)
class Greeting:
    """``language`` is the tag of what it is in; "" where that is the mail's own, or not known.

    ``direction`` is ``rtl`` where it runs from right to left, else "".
    """

    words: str
    language: str = ""
    direction: str = ""


def greeting(notification: Notification) -> Greeting:
    """How the mail greets its reader."""
    recipient = notification.recipient
    words = one_line(recipient.salutation)
    if not words:
        return Greeting(f"Dear {one_line(recipient.name)},")
    language = one_line(recipient.language or "")
    return Greeting(
        words if words.endswith(_CLOSED) else words + _comma(words),
        "" if language == MAIL_LANGUAGE else language,
        "rtl" if runs_right_to_left(words) else "",
    )


def runs_right_to_left(text: str) -> bool:
    """Says which way a text runs: by its first letter that has a direction (Unicode Annex 9, P2 and P3).

    The language would not do: Urdu is written in Latin letters too, and Punjabi in two scripts. Browsers find
    it in the same way for ``dir="auto"``, which caniemail.com says nothing of.
    """
    found = (unicodedata.bidirectional(letter) for letter in text)
    return next((each for each in found if each in {"L", "R", "AL"}), "L") != "L"


def deputy(notification: Notification) -> str:
    """In whose place the reader is told, in a sentence; "" where in nobody's."""
    name = one_line(notification.recipient.stands_in_for)
    return f"You are told as deputy of {name}." if name else ""


def _comma(words: str) -> str:
    """The comma of the script that the last letter is of: Arabic has one of its own, marks are no letters."""
    last = next((each for each in map(unicodedata.bidirectional, reversed(words)) if each != "NSM"), "L")
    return "،" if last == "AL" else ","
