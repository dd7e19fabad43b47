"""``areas:`` of a rule file to a scope: a kind of area, an area's name, a list that mixes both, or all."""

from typing import Final

from monitor.core.areas import Area, AreaTree, AreaType
from monitor.core.dated import EVERYWHERE, Scope
from monitor.rulebook import scalars
from monitor.rulebook.fields import items
from monitor.rulebook.problems import ProblemLog
from monitor.rulebook.suggestions import did_you_mean
from monitor.rulebook.yaml_nodes import Node, Scalar

ALL: Final = "all"


def read_area(node: Scalar, areas: AreaTree, log: ProblemLog) -> Area | None:
    """Returns the area of this name, code or alias; None, with the problem noted, where there is none."""
    area = areas.find(node.text)
    if area is None:
        hint = did_you_mean(node.text, areas.by_name, log)
        log.note("LIM403", node.span, f"there is no area {scalars.shown(node.text)}", hint)
    return area


def read_scope(node: Node, areas: AreaTree, log: ProblemLog) -> Scope | None:
    """Returns the areas that are meant, by the tree's own names; None where a word is not understood."""
    words = [scalars.scalar(item, "areas", log) for item in items(node)]
    if not words:
        log.note("LIM113", node.span, "areas is an empty list", "name the areas, or write all")
        return None
    sound = [_known(word, areas, log) for word in words if word is not None]
    if len(sound) < len(words) or not all(sound):
        return None
    return _scope([word for word in words if word is not None], areas, log)


def _known(word: Scalar, areas: AreaTree, log: ProblemLog) -> bool:
    if word.text == ALL or areas.find(word.text) is not None:
        return True
    if word.text in set(AreaType):
        if any(area.type == word.text for area in areas):
            return True
        log.note("LIM406", word.span, f"the tree of areas has no {word.text}")
        return False
    candidates = [ALL, *AreaType, *areas.by_name]
    hint = did_you_mean(word.text, candidates, log)
    log.note("LIM403", word.span, f"there is no area {scalars.shown(word.text)}", hint)
    return False


def _scope(words: list[Scalar], areas: AreaTree, log: ProblemLog) -> Scope | None:
    names: dict[str, Scalar] = {}
    types: dict[str, Scalar] = {}
    for word in words:
        area = None if word.text in {ALL, *AreaType} else areas.find(word.text)
        seen, key = (types, word.text) if area is None else (names, area.name)
        if key in seen:
            log.note("LIM123", word.span, f"{scalars.shown(key)} stands in this list already")
        seen.setdefault(key, word)
    if ALL not in types:
        return Scope(frozenset(names), frozenset(AreaType(key) for key in types))
    if len(names) + len(types) > 1:
        log.note(
            "LIM123", types[ALL].span, "all areas are meant, so the others are named twice", "write all alone"
        )
        return None
    return EVERYWHERE
