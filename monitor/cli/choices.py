"""Names that people give, looked up; for one that there isn't, the one that was probably meant."""

import re
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final

from monitor.core.areas import Area
from monitor.core.rulebook import AlertRule, Indicator
from monitor.core.sources import Source
from monitor.rulebook.problems import ProblemLog
from monitor.rulebook.suggestions import nearest
from monitor.world import World

_WORDS: Final = re.compile(r"[^\W_]{3,}")
_FEW: Final = 15


class UnknownNameError(Exception):
    """There is nothing of that name; the text says what was probably meant."""


def area_named(text: str, world: World) -> Area:
    """The area with this name, code or alias.

    Raises:
        UnknownNameError: there is none.
    """
    area = world.areas.find(text)
    if area is None:
        raise UnknownNameError(_unknown("area", text, [each.name for each in world.areas]))
    return area


def indicator_named(text: str, world: World) -> Indicator:
    """The indicator with this id.

    Raises:
        UnknownNameError: there is none.
    """
    indicator = world.rulebook.indicators.get(text)
    if indicator is None:
        raise UnknownNameError(_unknown("indicator", text, world.rulebook.indicators))
    return indicator


def source_named(text: str, world: World) -> Source:
    """The source with this id.

    Raises:
        UnknownNameError: there is none.
    """
    source = world.rulebook.sources.get(text)
    if source is None:
        raise UnknownNameError(_unknown("source", text, world.rulebook.sources))
    return source


def theme_named(text: str, world: World) -> str:
    """The theme as the rules have it.

    Raises:
        UnknownNameError: no indicator has it.
    """
    themes = sorted({indicator.theme for indicator in world.rulebook.indicators.values()})
    found = next((each for each in themes if each.casefold() == text.strip().casefold()), None)
    if found is None:
        raise UnknownNameError(_unknown("theme", text, themes))
    return found


def rule_named(text: str, world: World) -> AlertRule:
    """The alert rule with this id.

    Raises:
        UnknownNameError: there is none.
    """
    rule = world.rulebook.alerts.get(text)
    if rule is None:
        raise UnknownNameError(_unknown("alert rule", text, world.rulebook.alerts))
    return rule


def rule_or_indicator(text: str, world: World) -> AlertRule | Indicator:
    """The alert rule or the indicator with this id.

    Raises:
        UnknownNameError: there is neither.
    """
    book = world.rulebook
    found = book.alerts.get(text) or book.indicators.get(text)
    if found is None:
        known = [*book.alerts, *book.indicators]
        raise UnknownNameError(_unknown("alert rule or indicator", text, known))
    return found


def day(text: str, option: str) -> date:
    """A day written as 2013-11-30.

    Raises:
        UnknownNameError: it is none.
    """
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise UnknownNameError(
            f"{option}: “{text}” is not a day. Write year, month and day: 2013-11-30"
        ) from None


def not_known(what: str, text: str, known: Iterable[str]) -> UnknownNameError:
    """What to raise for a person or a rule that limen does not know; ``what`` is one of these words."""
    near = nearest(text, known, ProblemLog())
    advice = f"did you mean “{near}”?" if near else f"{_WHERE_NAMED[what]}."
    return UnknownNameError(f"limen knows no {what} “{text}”: {advice}")


_WHERE_NAMED = {
    "person": "contacts.yaml has everybody's id, name and address",
    "alert rule": "the rule files name every one under alerts",
}


def _unknown(what: str, text: str, known: Iterable[str]) -> str:
    names = list(dict.fromkeys(known))
    near = nearest(text, names, ProblemLog())
    advice = f"did you mean “{near}”?" if near else _advice(what, text, names)
    return f"There is no {what} “{text}”: {advice}"


def _advice(what: str, text: str, names: Sequence[str]) -> str:
    """Those that share a word with what was written; else all, where they are few; else where they stand."""
    words = set(_WORDS.findall(text.casefold()))
    alike = [each for each in names if words & set(_WORDS.findall(each.casefold()))]
    if not names:
        return "there is none at all."
    if 0 < len(alike) <= _FEW:
        return f"did you mean {' or '.join(alike)}?"
    if len(names) <= _FEW:
        return f"there {'is' if len(names) == 1 else 'are'} {', '.join(names)}."
    if what == "area":
        return "areas.csv, in the folder of the configuration, has every one."
    return "the rule files name every one, with its id."
