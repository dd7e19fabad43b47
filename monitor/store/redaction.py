"""Takes people out of a stored mail: it goes on saying what was told, and no longer to whom or of whom.

Only what can name a person is looked at: "May", "Kent" and "Mark" are names of people, and months, areas and
words as well. In a notice those are fields of their own. In news of limen itself, which is lines for people,
an address or a name of several words is taken for theirs wherever it stands, a shorter one or an id only
where such lines name people.
"""

import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, Final

from monitor.core.audit import ERASED
from monitor.core.notifications import OperationsKind

_OF_CONTACTS: Final = re.compile(r"(?P<place>.*\bcontacts\.yaml:\d+:\d+:)")
"""How the first line of a problem begins that quotes contacts.yaml; what it quotes is indented below."""

_KEPT_FROM: Final = " Kept from "
_SHORTER: Final = re.compile(r"[\w.-]+")


def without_recipient(payload: str, pseudonym: str) -> str:
    """A mail's payload without whom it went to, and without everybody else that it names."""
    content: dict[str, Any] = json.loads(payload)
    recipient = content["recipient"]
    stood_in_for = str(recipient["stands_in_for"])
    for notice in content["notices"]:
        notice["not_acknowledged_by"] = [ERASED for _ in notice.get("not_acknowledged_by", ())]
        answer = notice.get("earlier_answer")
        if answer and answer["by"]:
            answer["by"] = ERASED
        notice["told_because"] = _without_deputy(notice["told_because"], [stood_in_for])
    recipient |= {"id": pseudonym, "name": ERASED, "address": ERASED, "salutation": ERASED}
    recipient |= {"language": None, "stands_in_for": ERASED if stood_in_for else ""}
    news = content.get("operations")
    if news:
        news |= _without_anybody(news)
    return _written(content)


def without_person(payload: str, called: Collection[str]) -> str | None:
    """A mail's payload without somebody of these names, addresses and id; None: it does not name them."""
    content: dict[str, Any] = json.loads(payload)
    before = _written(content)
    for notice in content["notices"]:
        notice["not_acknowledged_by"] = [
            ERASED if each in called else each for each in notice.get("not_acknowledged_by", ())
        ]
        answer = notice.get("earlier_answer")
        if answer and answer["by"] in called:
            answer["by"] = ERASED
        notice["told_because"] = _without_deputy(notice["told_because"], called)
    if content["recipient"]["stands_in_for"] in called:
        content["recipient"]["stands_in_for"] = ERASED
    news = content.get("operations")
    if news:
        failing = news["kind"] == OperationsKind.ADDRESS_FAILING
        if news["subject"] in called or (failing and _begins_with(news["problems"], called)):
            news |= {"subject": ERASED, "problems": ERASED}
        news["problems"] = without_names(news["problems"], called)
    after = _written(content)
    return None if after == before else after


def without_names(text: str, called: Collection[str]) -> str:
    """Lines about limen itself without somebody of these names, addresses and id."""
    known = _known(called)
    if not known:
        return text
    lines = _contacts_taken_out(text.split("\n"), lambda quoted: bool(_whole(known).search(quoted)))
    unmistakable = [word for word in known if is_unmistakable(word)]
    found = (_line_without(line, known) for line in lines)
    pattern = _whole(unmistakable) if unmistakable else None
    return "\n".join(line if pattern is None else pattern.sub(ERASED, line) for line in found)


def is_unmistakable(word: str) -> bool:
    """Whether a text that has it can mean nobody and nothing else: an address, or a name of several words."""
    return _SHORTER.fullmatch(word) is None


def _line_without(line: str, known: Collection[str]) -> str:
    """A line of news without a name where it names people: who silenced, or from whom something was kept."""
    anybody = "|".join(map(re.escape, known))
    line = re.sub(rf"^(Silence \d+ by )(?:{anybody}): .*$", rf"\1{ERASED}: {ERASED}", line)
    line = re.sub(rf"^(?:{anybody})( ended it by hand).*$", rf"{ERASED}\1.", line)
    line = re.sub(rf"^- (?:{anybody})(: \d+ alerts?)$", rf"- {ERASED}\1", line)
    told, kept, people = line.rpartition(_KEPT_FROM)
    if not kept or not line.startswith("- "):
        return line
    names = people.removesuffix(".").split(", ")
    return f"{told}{kept}{', '.join(ERASED if each in known else each for each in names)}."


def _contacts_taken_out(lines: Collection[str], is_meant: Callable[[str], bool]) -> Iterator[str]:
    """Lines of problems, of those about contacts.yaml that are meant only where they stand."""
    problems: list[list[str]] = []
    for line in lines:
        if problems and line.startswith(" "):
            problems[-1].append(line)
        else:
            problems.append([line])
    for problem in problems:
        begins = _OF_CONTACTS.match(problem[0])
        if begins is not None and is_meant("\n".join(problem)[begins.end() :]):
            yield f"{begins['place']} {ERASED}"
        else:
            yield from problem


def _without_anybody(news: Mapping[str, Any]) -> dict[str, Any]:
    """What changes in news of limen itself where nobody is to be named in it any more."""
    match news["kind"]:
        case OperationsKind.ADDRESS_FAILING:
            return {"subject": ERASED, "problems": ERASED}
        case OperationsKind.SILENCE_ENDED | OperationsKind.STORM:
            return {"problems": ERASED}
        case _:
            lines = _contacts_taken_out(news["problems"].split("\n"), lambda _quoted: True)
            return {"problems": "\n".join(lines)}


def _without_deputy(told_because: str, called: Collection[str]) -> str:
    """Why a mail came to a deputy, without the name of whom they stood in for."""
    known = _known(called)
    if not known:
        return told_because
    anybody = "|".join(map(re.escape, known))
    return re.sub(rf"(?<=, as deputy of )(?:{anybody})(?=[.,:])", ERASED, told_because)


def _begins_with(problems: str, called: Collection[str]) -> bool:
    """Whether the line on an address that fails is about them: it begins ``name (id), mail 7:``."""
    found = re.match(r"(?P<name>.*) \((?P<id>[^()]*)\), mail \d+: ", problems)
    return found is not None and (found["name"] in called or found["id"] in called)


def _known(called: Collection[str]) -> list[str]:
    """The longest first, so that no name is cut short by one that it begins with."""
    return sorted({word for word in called if word and word != ERASED}, key=lambda word: (-len(word), word))


def _whole(words: Collection[str]) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, words))})(?!\w)")


def _written(content: Mapping[str, Any]) -> str:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))
