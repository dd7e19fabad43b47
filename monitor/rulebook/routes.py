"""``routes:`` of the rule files to routes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from monitor.core.areas import AreaTree
from monitor.core.rulebook import Level, Route, RouteMatch, RouteTarget
from monitor.rulebook import scalars
from monitor.rulebook.dated_values import scope_of
from monitor.rulebook.fields import Fields, fields_of, items
from monitor.rulebook.identifiers import Definition
from monitor.rulebook.problems import ProblemLog, Span
from monitor.rulebook.vocabulary.routes import MATCH, PERSON, ROUTE
from monitor.rulebook.yaml_nodes import Mapping as MappingNode
from monitor.rulebook.yaml_nodes import Node, Scalar

ROUTE_KEYS: Final = ROUTE.names
MATCH_KEYS: Final = MATCH.names


@dataclass(frozen=True, slots=True)
class WrittenRoute:
    """A route, and where its words are written: those it matches by key, and its targets in order.

    ``faulty`` where what it matches could not be read: then nothing can be said of what it reaches.
    """

    route: Route
    words: Mapping[str, tuple[Scalar, ...]]
    targets: tuple[Scalar, ...]
    key: Span
    faulty: bool = False


def read_route(definition: Definition, areas: AreaTree, log: ProblemLog) -> WrittenRoute | None:
    """Returns the route; None where nothing of it can be read. Every problem is noted.

    What is wrong is left out, so that the rest can be checked: a target, or the whole of what it matches.
    Whether the indicators, rules, roles and people that it names are there is not looked at.
    """
    at = definition.key.span
    fields = fields_of(definition.node, f"route {definition.id}", at, ROUTE_KEYS, log)
    if fields is None:
        return None
    matched = _match(fields, areas)
    targets = _targets(fields)
    match, words = matched or (RouteMatch(), {})
    route = Route(definition.id, match, tuple(target for target, _ in targets), at.position)
    return WrittenRoute(route, words, tuple(node for _, node in targets), at, matched is None)


def _match(fields: Fields, areas: AreaTree) -> tuple[RouteMatch, Mapping[str, tuple[Scalar, ...]]] | None:
    if not fields.has("match"):
        return RouteMatch(), {}
    inner = fields.mapping("match", MATCH_KEYS)
    if inner is None:
        return None
    scope = scope_of(inner, areas)
    words = {key: _words(inner, key) for key in MATCH_KEYS if key != "areas"}
    levels = [scalars.word(word, "levels", Level, inner.log) for word in words["levels"] or ()]
    if scope is None or None in words.values() or None in levels:
        return None
    sound = {key: found for key, found in words.items() if found is not None}
    texts = {key: frozenset(word.text for word in found) for key, found in sound.items()}
    match = RouteMatch(
        alerts=texts["alerts"],
        indicators=texts["indicators"],
        themes=texts["themes"],
        levels=frozenset(level for level in levels if level is not None),
        scope=scope,
    )
    return match, sound


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


def _targets(fields: Fields) -> list[tuple[RouteTarget, Scalar]]:
    """The sound targets."""
    node = fields.node("to", required=True)
    if node is None:
        return []
    nodes = items(node) if not isinstance(node, MappingNode) else (node,)
    if not nodes:
        fields.log.note("LIM113", node.span, "to is an empty list", "name a role, or {person: id}")
    found = [_target(item, fields.log) for item in nodes]
    return [target for target in found if target is not None]


def _target(node: Node, log: ProblemLog) -> tuple[RouteTarget, Scalar] | None:
    if isinstance(node, MappingNode):
        inner = fields_of(node, "a target of the route", node.span, PERSON.names, log)
        person = None if inner is None else inner.scalar("person", required=True)
        return None if person is None else (RouteTarget(None, person.text, person.span.position), person)
    role = scalars.scalar(node, "a target of the route", log)
    if role is None:
        return None
    return RouteTarget(" ".join(role.text.split()), None, role.span.position), role
