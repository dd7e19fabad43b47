"""Takes people out of a stored mail: it goes on saying what was told, and no longer to whom or of whom."""

import json
import re
from collections.abc import Collection, Mapping
from typing import Any

from monitor.core.audit import ERASED
from monitor.core.notifications import OperationsKind


def without_recipient(payload: str, pseudonym: str) -> str:
    """A mail's payload without whom it went to, and without everybody else that it names."""
    content: dict[str, Any] = json.loads(payload)
    recipient = content["recipient"]
    names = {str(recipient[part]) for part in ("name", "address", "salutation", "stands_in_for")}
    for notice in content["notices"]:
        names |= set(notice.get("not_acknowledged_by", ()))
        if notice.get("earlier_answer"):
            names.add(str(notice["earlier_answer"]["by"]))
        notice["not_acknowledged_by"] = [ERASED for _ in notice.get("not_acknowledged_by", ())]
    content = _without(content, names)
    content["recipient"] |= {"id": pseudonym, "name": ERASED, "address": ERASED, "salutation": ERASED}
    content["recipient"]["stands_in_for"] = ERASED if recipient["stands_in_for"] else ""
    news = content.get("operations")
    if news and news["kind"] == OperationsKind.ADDRESS_FAILING:
        news |= {"subject": ERASED, "problems": ERASED}
    return _written(content)


def without_words(payload: str, words: Collection[str]) -> str:
    """A mail's payload with these names and addresses gone from whatever it says."""
    return _written(_without(json.loads(payload), words))


def names_any(payload: str, words: Collection[str]) -> bool:
    """Whether a mail says one of these names or addresses."""
    pattern = _pattern(words)
    return pattern is not None and bool(pattern.search(payload))


def _written(content: Mapping[str, Any]) -> str:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))


def _without(value: Any, words: Collection[str]) -> Any:
    pattern = _pattern(words)
    return value if pattern is None else _replaced(value, pattern)


def _replaced(value: Any, pattern: re.Pattern[str]) -> Any:
    match value:
        case str():
            return pattern.sub(ERASED, value)
        case list():
            return [_replaced(each, pattern) for each in value]
        case dict():
            return {key: _replaced(each, pattern) for key, each in value.items()}
        case _:
            return value


def _pattern(words: Collection[str]) -> re.Pattern[str] | None:
    """Whole words only: somebody called “May” must not take a month's name apart from its letters."""
    known = sorted({word for word in words if word and word != ERASED}, key=lambda word: (-len(word), word))
    if not known:
        return None
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, known))})(?!\w)")
