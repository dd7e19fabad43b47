"""The language of a salutation: its tag as people write it in ``contacts.yaml``, and its usual greeting.

A tag is one of BCP 47 (RFC 5646): ``cy``, ``pt-BR``, ``pa-Arab-PK``. Beyond its form the language itself is
looked at, which nearly every slip breaks: a screen reader that does not know it falls back on English, and
nobody would notice (the W3C's ACT rule “Element with lang attribute has valid language tag”).
"""

import re
from dataclasses import dataclass
from typing import Final

from monitor.directory.language_names import LANGUAGES
from monitor.rulebook.fields import Fields
from monitor.rulebook.scalars import shown
from monitor.rulebook.suggestions import nearest

# RFC 5646, 2.1, without what stands for no language that programs know: tags of private use alone, and the
# old ones of the form i-klingon. Languages of four to eight letters are reserved there; there are none yet.
_TAG: Final = re.compile(
    r"(?P<language>[a-z]{2,3})(?:-[a-z]{3}){0,3}"
    r"(?:-[a-z]{4})?"
    r"(?:-(?P<region>[a-z]{2}|[0-9]{3}))?"
    r"(?P<variants>(?:-(?:[a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*)"
    r"(?P<extensions>(?:-[a-wy-z0-9](?:-[a-z0-9]{2,8})+)*)"
    r"(?:-x(?:-[a-z0-9]{1,8})+)?",
    re.IGNORECASE | re.ASCII,
)
_SINGLETON: Final = re.compile(r"-([a-z0-9])(?=-)", re.IGNORECASE | re.ASCII)
_SHORT, _SCRIPT = 2, 4
"""Letters of a language's shorter code and of a region's, and of a script's."""

_BY_NAME: Final = {name.casefold(): code for code, each in LANGUAGES.items() for name in each.names}
_BY_LONGER: Final = {longer: code for code, each in LANGUAGES.items() for longer in each.longer}

# Countries' codes that are no language's, and that are written for one.
_COUNTRIES: Final = {
    "cn": "zh", "cz": "cs", "dk": "da", "gb": "en-GB", "gr": "el", "jp": "ja", "ua": "uk", "us": "en-US",
}  # fmt: skip

# Greetings that are right whoever is greeted: in most languages they depend on whether it is a woman or a
# man, or change the name. “Annwyl” lets personal names be (kimkat.org, “Annwyl + soft mutation”).
_GREETINGS: Final = {"en": "Dear", "cy": "Annwyl"}


@dataclass(frozen=True, slots=True)
class NotATag:
    """Why a text is no tag of a known language, and what to write; "": it can't be known what was meant."""

    message: str
    hint: str = ""


def read_language(fields: Fields) -> str | None:
    """Returns the tag under ``language``; None where there is none, or where it is none and noted so."""
    node = fields.scalar("language")
    if node is None:
        return None
    found = language_tag(node.text)
    if isinstance(found, str):
        return found
    near = None if found.hint else nearest(node.text, _BY_NAME, fields.log)
    hint = found.hint if near is None else _instead(_BY_NAME[near])
    fields.log.note("LIM612", node.span, found.message, hint or None)
    return None


def language_tag(text: str) -> str | NotATag:
    """Returns a tag in the spelling of RFC 5646, 2.1.1 (``PT-br`` is ``pt-BR``), or why it is none."""
    code = _BY_NAME.get(" ".join(text.split()).casefold())
    if code is not None:
        return NotATag(f"{shown(text)} is a language's name, not its tag", _instead(code))
    match = _TAG.fullmatch(text)
    if match is None:
        hint = _instead(text.replace("_", "-")) if "_" in text else ""
        return NotATag(f"{shown(text)} is no language tag", hint)
    return _unknown(text, match) or _spelt(text)


def usual_greeting(name: str, language: str | None) -> str:
    """Returns how a mail greets somebody whose contact says no more.

    By name alone, unless the language is one whose greeting limen knows: English or Welsh.
    """
    greeting = _GREETINGS.get((language or "").partition("-")[0])
    return name if greeting is None else f"{greeting} {name}"


def _unknown(text: str, match: re.Match[str]) -> NotATag | None:
    """Why a tag of good form means nothing."""
    language, rest = match["language"].casefold(), text[match.end("language") :]
    if language in _BY_LONGER:
        name, short = LANGUAGES[_BY_LONGER[language]].names[0], _BY_LONGER[language]
        return NotATag(f"the code of {name} in a language tag is {short}", _instead(short + rest))
    if len(language) == _SHORT and language not in LANGUAGES:
        meant = _COUNTRIES.get(language) if not rest else None
        return NotATag(f"no language has the code {shown(language)}", _instead(meant) if meant else "")
    if (match["region"] or "").casefold() == "uk":
        return NotATag(
            "the United Kingdom is GB in a language tag",
            _instead(text[: match.start("region")] + "GB" + text[match.end("region") :]),
        )
    for said in (match["variants"].split("-"), _SINGLETON.findall(match["extensions"])):
        parts = [each.casefold() for each in said if each]
        if len(set(parts)) < len(parts):
            return NotATag(f"{shown(text)} says one of its parts twice", "leave out what is said twice")
    return None


def _spelt(tag: str) -> str:
    """The usual capitals: none, but for regions and the first letter of a script."""
    found: list[str] = []
    plain = False  # behind a singleton
    for part in tag.lower().split("-"):
        plain = plain or len(part) == 1
        if not found or plain or not part.isalpha():
            found.append(part)
        elif len(part) == _SHORT:
            found.append(part.upper())
        else:
            found.append(part.title() if len(part) == _SCRIPT else part)
    return "-".join(found)


def _instead(tag: str) -> str:
    """The hint to write a tag, unless there is something wrong with that too."""
    found = language_tag(tag)
    return f"write {found}" if isinstance(found, str) else found.hint
