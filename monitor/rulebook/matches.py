"""``match:`` of a route, and what stands in its place elsewhere, to what it matches."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from monitor.core.areas import AreaTree
from monitor.core.dated import Scope
from monitor.core.rulebook import Level, RouteMatch
from monitor.rulebook import scalars
from monitor.rulebook.dated_values import scope_of
from monitor.rulebook.fields import Fields
from monitor.rulebook.vocabulary.routes import MATCH
from monitor.rulebook.yaml_nodes import Scalar

MATCH_KEYS: Final = MATCH.names
_LISTS: Final = ("indicators", "themes", "alerts", "levels")


@dataclass(frozen=True, slots=True)
class WrittenMatch:
    """What is matched, and where its words are written, by key."""

    match: RouteMatch = field(default_factory=RouteMatch)
    words: Mapping[str, tuple[Scalar, ...]] = field(default_factory=dict)


def read_match(fields: Fields, key: str, areas: AreaTree, *, required: bool = False) -> WrittenMatch | None:
    """Returns what is matched, everything where the key is not there; None where it has an error.

    An area that is named takes in all that lies within it, as in a silence, if it is not to be itself alone.
    Whether the indicators and rules that are named are there is not looked at.
    """
    if not fields.has(key) and not required:
        return WrittenMatch()
    inner = fields.mapping(key, MATCH_KEYS, required=required)
    if inner is None:
        return None
    scope = _scope(inner, areas)
    words = {each: _words(inner, each) for each in _LISTS}
    levels = [scalars.word(word, "levels", Level, inner.log) for word in words["levels"] or ()]
    if scope is None or None in words.values() or None in levels:
        return None
    sound = {each: found for each, found in words.items() if found is not None}
    texts = {each: frozenset(word.text for word in found) for each, found in sound.items()}
    match = RouteMatch(
        alerts=texts["alerts"],
        indicators=texts["indicators"],
        themes=texts["themes"],
        levels=frozenset(level for level in levels if level is not None),
        scope=scope,
    )
    return WrittenMatch(match, sound)


def _scope(fields: Fields, areas: AreaTree) -> Scope | None:
    themselves = fields.yes_or_no("areas_themselves", default=False)
    scope = scope_of(fields, areas, required=fields.has("areas_themselves"))
    if scope is None or themselves is None:
        return None
    return scope if themselves else scope.with_all_within(areas)


def _words(fields: Fields, key: str) -> tuple[Scalar, ...] | None:
    """The words under a key; None where one is none, or the list is empty and so would match everything."""
    if not fields.has(key):
        return ()
    nodes = fields.items(key)
    node = fields.node(key)
    if node is not None and not nodes:
        fields.log.note(
            "LIM113", node.span, f"{key} is an empty list", "name at least one, or leave the key out"
        )
    found: dict[str, Scalar] = {}
    sound = bool(nodes)
    for item in nodes:
        word = scalars.scalar(item, key, fields.log)
        if word is None:
            sound = False
        elif word.text in found:
            fields.log.note("LIM123", word.span, f"{scalars.shown(word.text)} stands in this list already")
        else:
            found[word.text] = word
    return tuple(found.values()) if sound else None
