"""Whom and why, in an author's words: ``who`` and ``because``."""

from typing import Final

from monitor.core.notifications import TellReason
from monitor.rule_tests.keys import NOT_TOLD, ROUTE, in_words
from monitor.rule_tests.model import Because, Who
from monitor.rulebook import scalars
from monitor.rulebook.fields import Fields, items
from monitor.rulebook.problems import ProblemLog
from monitor.rulebook.scalars import shown
from monitor.rulebook.suggestions import did_you_mean, listed
from monitor.rulebook.yaml_nodes import Scalar
from monitor.world import World

OPERATIONS: Final = "operations"


def read_who(fields: Fields, world: World, *, has_area: bool, required: bool) -> tuple[Who, ...]:
    """Returns whom ``who``, one or a list, means; names of nobody and of no role are noted.

    ``has_area``: the alert's is given, and a role without an area of its own is held for that one.
    """
    node = fields.node("who", required=required)
    found: list[Who] = []
    for item in () if node is None else items(node):
        word = scalars.scalar(item, "who", fields.log)
        who = None if word is None else _known_who(word, world, fields.log, has_area=has_area)
        if who is not None:
            found.append(who)
    return tuple(found)


def _known_who(node: Scalar, world: World, log: ProblemLog, *, has_area: bool) -> Who | None:
    who = _who(node, world)
    if who is None:
        hint = did_you_mean(node.text, [*world.directory.people, *world.directory.roles()], log)
        log.note("LIM906", node.span, f"there is no person and no role {shown(node.text)}", hint)
        return None
    if who.role is not None and who.area is None and not has_area:
        message = f"{shown(node.text)} is a role, and no area is given"
        log.note("LIM906", node.span, message, f"write {who.role} of Swale, say, or give area")
        return None
    return who


def _who(node: Scalar, world: World) -> Who | None:
    text = " ".join(node.text.split())
    if text in world.directory.people:
        return Who(text, node.span, person=text)
    roles = world.directory.roles()
    if text in roles:
        return Who(text, node.span, role=text)
    if text == OPERATIONS:
        return Who(text, node.span)
    return _holder(text, node, world)


def _holder(text: str, node: Scalar, world: World) -> Who | None:
    """Reads “role of area”; both may hold the word “of”."""
    words = text.split(" ")
    for place in range(len(words) - 2, 0, -1):
        role, area = " ".join(words[:place]), world.areas.find(" ".join(words[place + 1 :]))
        if words[place] == "of" and role in world.directory.roles() and area is not None:
            return Who(text, node.span, role=role, area=area.name)
    return None


def read_because(fields: Fields, world: World, *, told: bool) -> Because | None:
    """Returns the reason under ``because``; ``told``: one for telling, else one against it."""
    if not fields.has("because"):
        return None
    node = fields.scalar("because")
    if node is None:
        return None
    text = " ".join(node.text.split())
    routes = {f"{ROUTE}{route.id}": route.id for route in world.rulebook.routes} if told else {}
    if text in routes:
        return Because(text, node.span, routes[text], None)
    reasons = {in_words(reason): reason for reason in TellReason if reason.told is told}
    beginning = next((each for each in NOT_TOLD if text.startswith(each)), "")
    found = reasons.get(text.removeprefix(beginning))
    if found is not None:
        return Because(text, node.span, None, found)
    hint = listed(text, [*routes, *reasons], fields.log)
    fields.log.note("LIM907", node.span, f"there is no reason {shown(text)}", hint)
    return None


def read_person(fields: Fields, key: str, world: World) -> str | None:
    """Returns the id of the person under a key; that of nobody is noted."""
    node = fields.scalar(key, required=True)
    if node is None or node.text in world.directory.people:
        return None if node is None else node.text
    hint = did_you_mean(node.text, world.directory.people, fields.log)
    fields.log.note("LIM906", node.span, f"there is no person {shown(node.text)}", hint)
    return None
