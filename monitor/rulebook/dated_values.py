"""Lists of values with dates, areas and a reference: targets, limits and bands."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Final, Generic, TypeVar

from monitor.core.areas import AreaTree
from monitor.core.dated import EVERYWHERE, Dated, Scope
from monitor.rulebook.fields import Fields, fields_of
from monitor.rulebook.problems import ProblemLog, Span
from monitor.rulebook.scopes import read_scope
from monitor.rulebook.vocabulary.common import COMMON
from monitor.rulebook.vocabulary.values import names
from monitor.rulebook.yaml_nodes import Sequence

T = TypeVar("T")
W = TypeVar("W")

COMMON_KEYS: Final = names(COMMON)


@dataclass(frozen=True, slots=True)
class _Entry(Generic[T]):
    dated: Dated[T]
    start_span: Span
    until_span: Span


def read_dated(
    fields: Fields,
    key: str,
    keys: Iterable[str],
    read_value: Callable[[Fields], T | None],
    areas: AreaTree,
) -> tuple[Dated[T], ...]:
    """Returns the sound entries of the list under ``key``, in the order of their dates.

    An entry without ``until`` is given the day on which the next entry of the same areas begins. ``keys`` are
    those of a value beside the common ones, ``read_value`` reads the value.
    """
    node = fields.node(key)
    if node is None:
        return ()
    if not isinstance(node, Sequence):
        hint = "begin each entry with a dash: - from: 2013-04-01"
        fields.log.note("LIM108", node.span, f"{key} is not a list of dated entries", hint)
        return ()
    if not node.items:
        fields.log.note("LIM113", node.span, f"{key} is an empty list")
    known = (*keys, *COMMON_KEYS)
    entries = []
    for item in node.items:
        inner = fields_of(item, f"this entry of {key}", item.span, known, fields.log)
        entry = None if inner is None else _entry(inner, item.span, read_value, areas)
        if entry is not None:
            entries.append(entry)
    return _in_order(entries, fields.log)


def _entry(
    fields: Fields, span: Span, read_value: Callable[[Fields], T | None], areas: AreaTree
) -> _Entry[T] | None:
    start, until = fields.day("from", required=True), fields.day("until")
    reference = fields.text("reference", required=True)
    scope = scope_of(fields, areas)
    value = read_value(fields)
    if start and until and until <= start:
        message = f"until {until} is not after from {start}"
        fields.log.note("LIM201", fields.span("until"), message)
        return None
    if start is None or scope is None or value is None:
        return None
    dated = Dated(value, start, until, scope, reference or "", span.position)
    return _Entry(dated, fields.span("from"), fields.span("until"))


def replaced(entries: Iterable[Dated[W]], value: Callable[[W], T]) -> tuple[Dated[T], ...]:
    """Returns the entries with other values, such as those without the places where they are written."""
    return tuple(
        Dated(value(each.value), each.start, each.until, each.scope, each.reference, each.position)
        for each in entries
    )


def scope_of(fields: Fields, areas: AreaTree, *, required: bool = False) -> Scope | None:
    """Returns the scope under ``areas``; everywhere where the key is not there and need not be."""
    node = fields.node("areas", required=required)
    if node is not None:
        return read_scope(node, areas, fields.log)
    return None if required or fields.has("areas") else EVERYWHERE


def _in_order(entries: list[_Entry[T]], log: ProblemLog) -> tuple[Dated[T], ...]:
    """Sorts the entries by date, closes those left open and checks each against the one that follows it."""
    after_word: dict[str, _Entry[T]] = {}
    after_scope: dict[Scope, _Entry[T]] = {}
    result = []
    for entry in reversed(sorted(entries, key=lambda entry: entry.dated.start)):  # noqa: C413 - keeps the file's order
        scope = entry.dated.scope
        competing = [after_word[word] for word in _words(scope) if word in after_word]
        if competing:
            _check_dates(entry, min(competing, key=lambda other: other.dated.start), log)
        following = after_scope.get(scope)
        ends = entry.dated.until or (following.dated.start if following else None)
        result.append(replace(entry.dated, until=ends))
        after_scope[scope] = entry
        after_word.update(dict.fromkeys(_words(scope), entry))
    return tuple(reversed(result))


def _words(scope: Scope) -> tuple[str, ...]:
    """What two scopes share where both mean some area equally closely, so that dates decide."""
    if scope == EVERYWHERE:
        return ("all areas",)
    return (*scope.types, *(f"name {name}" for name in scope.names))


def _check_dates(entry: _Entry[T], following: _Entry[T], log: ProblemLog) -> None:
    """Notes an overlap with the next entry that competes, or a gap before the next of the very same areas."""
    one, other = entry.dated, following.dated
    place = f"that of line {one.position.line}"
    if one.start == other.start:
        message = f"this entry begins on the same day as {place} ({one.start}) for the same areas"
        log.note("LIM202", following.start_span, message)
    elif one.until and one.until > other.start:
        message = f"this entry begins on {other.start}, when {place} still holds (until {one.until})"
        log.note("LIM202", following.start_span, message)
    elif one.until and one.until < other.start and one.scope == other.scope:
        message = f"from {one.until} until {other.start} there is none for these areas"
        log.note("LIM203", entry.until_span, message)
