"""One mapping of a rule file and its keys: unknown, doubled, missing and empty ones become problems."""

from collections.abc import Callable, Iterable
from datetime import date, datetime, time
from enum import StrEnum
from typing import Final, TypeVar

from monitor.rulebook import scalars
from monitor.rulebook.problems import ProblemLog, Span
from monitor.rulebook.suggestions import listed, nearest
from monitor.rulebook.yaml_nodes import Mapping, Node, Scalar, Sequence

T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)

MOST_UNKNOWN: Final = 30
"""Unknown keys of one mapping that are reported one by one."""

_WHAT_TO_WRITE: Final = {
    "title": "what mails and pages call it",
    "action": "what the reader should do",
    "reference": "where this is laid down, such as a report or a decision",
    "name": "what it is called",
}
"""Of keys whose value is a sentence: what the sentence says."""


class Fields:
    """The keys of a mapping. Every method notes its problems and returns None where there is no good value.

    ``what`` names the mapping in messages, such as “alert rule core-assessments”; ``at`` is where a missing
    key is reported.
    """

    def __init__(self, node: Mapping, what: str, at: Span, keys: Iterable[str], log: ProblemLog) -> None:
        self.what = what
        self.at = at
        self.log = log
        self._found = distinct(node, log)
        self._misspelt: set[str] = set()
        self._refuse_unknown(tuple(keys))

    def _refuse_unknown(self, known: tuple[str, ...]) -> None:
        unknown = [key for name, (key, _) in self._found.items() if name not in known]
        for key in unknown[:MOST_UNKNOWN]:
            meant = nearest(key.text, known, self.log)
            if meant is not None and meant not in self._found:
                self._misspelt.add(meant)
            hint = listed(key.text, known, self.log)
            self.log.note("LIM110", key.span, f"{self.what} has no key {scalars.shown(key.text)}", hint)
        if len(unknown) > MOST_UNKNOWN:
            message = f"and {len(unknown) - MOST_UNKNOWN:,} more unknown keys from here on"
            self.log.note("LIM110", unknown[MOST_UNKNOWN].span, message)

    @property
    def is_empty(self) -> bool:
        """Whether there is no key at all, not even an unknown one."""
        return not self._found

    def has(self, key: str) -> bool:
        """Says whether the key is there, with or without a value."""
        return key in self._found

    def span(self, key: str) -> Span:
        """Returns where the key stands, or where the mapping does."""
        return self._found[key][0].span if key in self._found else self.at

    def value_span(self, key: str) -> Span:
        """Returns where a single value stands; where it is no single one, what :meth:`span` does."""
        node = self._found[key][1] if key in self._found else None
        return node.span if isinstance(node, Scalar) and not node.is_null else self.span(key)

    def is_misspelt(self, key: str) -> bool:
        """Says whether the key is not there, and another that is was probably meant to be it."""
        return key in self._misspelt

    def means(self, key: str) -> bool:
        """Says whether the key is there, perhaps with a slip in it."""
        return self.has(key) or self.is_misspelt(key)

    def note_missing(self, key: str, hint: str = "") -> None:
        """Notes that a key is not there, unless it is there with a slip in it: that was noted already."""
        if not self.is_misspelt(key):
            meant = hint or f"add {key}: {_WHAT_TO_WRITE.get(key, '...')}"
            self.log.note("LIM112", self.at, f"{self.what} has no {key}", meant)

    def node(self, key: str, *, required: bool = False) -> Node | None:
        """Returns what stands under the key."""
        if key not in self._found:
            if required:
                self.note_missing(key)
            return None
        name, node = self._found[key]
        if isinstance(node, Scalar) and node.is_null:
            self.log.note("LIM113", name.span, f"{key} has no value")
            return None
        return node

    def scalar(self, key: str, *, required: bool = False) -> Scalar | None:
        """Returns the single value under the key."""
        node = self.node(key, required=required)
        return None if node is None else scalars.scalar(node, key, self.log)

    def _read(
        self, key: str, read: Callable[[Scalar, str, ProblemLog], T | None], *, required: bool
    ) -> T | None:
        node = self.scalar(key, required=required)
        return None if node is None else read(node, key, self.log)

    def text(self, key: str, *, required: bool = False) -> str | None:
        """Returns words, on one line."""
        return self._read(key, scalars.text, required=required)

    def amount(self, key: str, *, required: bool = False) -> int | None:
        """Returns a number in whole millionths."""
        return self._read(key, scalars.amount, required=required)

    def day(self, key: str, *, required: bool = False) -> date | None:
        """Returns a date."""
        return self._read(key, scalars.day, required=required)

    def periods(self, key: str) -> int | None:
        """Returns a number of periods."""
        return self._read(key, scalars.periods, required=False)

    def working_days(self, key: str, *, required: bool = False) -> int | None:
        """Returns a number of working days."""
        return self._read(key, scalars.working_days, required=required)

    def clock(self, key: str, *, required: bool = False) -> time | None:
        """Returns a time of the day."""
        return self._read(key, scalars.clock, required=required)

    def wall_time(self, key: str, *, required: bool = False) -> datetime | None:
        """Returns a day with a time on the wall, without a zone."""
        return self._read(key, scalars.wall_time, required=required)

    def yes_or_no(self, key: str, *, default: bool) -> bool | None:
        """Returns true or false, the default where the key is not there."""
        return self._read(key, scalars.yes_or_no, required=False) if self.has(key) else default

    def whole_number(self, key: str, *, fewest: int, most: int, required: bool = False) -> int | None:
        """Returns a whole number within a range."""
        node = self.scalar(key, required=required)
        return None if node is None else scalars.whole_number(node, key, self.log, fewest=fewest, most=most)

    def word(self, key: str, words: type[E], *, required: bool = False) -> E | None:
        """Returns one of some words."""
        node = self.scalar(key, required=required)
        return None if node is None else scalars.word(node, key, words, self.log)

    def mapping(self, key: str, keys: Iterable[str], *, required: bool = False) -> "Fields | None":
        """Returns the mapping under the key."""
        node = self.node(key, required=required)
        return None if node is None else fields_of(node, key, self.span(key), keys, self.log)

    def items(self, key: str) -> tuple[Node, ...]:
        """Returns the list under the key; a single value counts as a list of one."""
        node = self.node(key)
        return () if node is None else items(node)


def fields_of(node: Node, what: str, at: Span, keys: Iterable[str], log: ProblemLog) -> Fields | None:
    """Returns a node's keys; None, with the problem noted, where it is no mapping."""
    if isinstance(node, Mapping):
        return Fields(node, what, at, keys, log)
    needed = ", ".join(f"{key}: ..." for key in tuple(keys)[:3])
    kind = "a list" if isinstance(node, Sequence) else "a single value"
    span = node.span if isinstance(node, Sequence) or not node.is_null else at
    if isinstance(node, Scalar) and node.is_null:
        log.note("LIM113", span, f"{what} has no value", f"write keys and values beneath it: {needed}")
    else:
        log.note("LIM108", span, f"{what} is {kind}, where keys and values are needed", f"write {needed}")
    return None


def distinct(node: Mapping, log: ProblemLog) -> dict[str, tuple[Scalar, Node]]:
    """Returns the entries by key; of a key that stands there twice the first, with the problem noted."""
    found: dict[str, tuple[Scalar, Node]] = {}
    for key, value in node.entries:
        first = found.setdefault(key.text, (key, value))[0]
        if first is not key:
            line = first.span.position.line
            log.note("LIM111", key.span, f"{scalars.shown(key.text)} stands on line {line} already")
    return found


def items(node: Node) -> tuple[Node, ...]:
    """Returns the items of a list; anything else counts as a list of one."""
    return node.items if isinstance(node, Sequence) else (node,)
