"""``routes:`` of the rule files to routes."""

from dataclasses import dataclass
from typing import Final

from monitor.core.areas import AreaTree
from monitor.core.rulebook import Escalation, Route, RouteTarget
from monitor.core.windows import AT_ONCE
from monitor.rulebook import scalars
from monitor.rulebook.fields import Fields, fields_of, items
from monitor.rulebook.identifiers import Definition
from monitor.rulebook.matches import WrittenMatch, read_match
from monitor.rulebook.problems import ProblemLog, Span
from monitor.rulebook.timing import read_reminders, read_timing
from monitor.rulebook.vocabulary.routes import ESCALATION, PERSON, ROUTE
from monitor.rulebook.yaml_nodes import Mapping as MappingNode
from monitor.rulebook.yaml_nodes import Node, Scalar, Sequence

ROUTE_KEYS: Final = ROUTE.names


@dataclass(frozen=True, slots=True)
class WrittenTarget:
    """Somebody to tell, and where that is written."""

    target: RouteTarget
    node: Scalar


@dataclass(frozen=True, slots=True)
class WrittenRoute:
    """A route, and where it is written: its id, its keys ``when`` and ``remind``, and whom it tells.

    ``escalated`` are the targets of each of its escalations. ``faulty`` where what it matches could not be
    read: then nothing can be said of what it reaches.
    """

    route: Route
    matched: WrittenMatch
    targets: tuple[WrittenTarget, ...]
    escalated: tuple[tuple[WrittenTarget, ...], ...]
    key: Span
    when: Span
    remind: Span
    faulty: bool = False

    @property
    def all_targets(self) -> tuple[WrittenTarget, ...]:
        """Whom the route tells, at first and later."""
        return (*self.targets, *(each for stage in self.escalated for each in stage))


def read_route(definition: Definition, areas: AreaTree, log: ProblemLog) -> WrittenRoute | None:
    """Returns the route; None where nothing of it can be read. Every problem is noted.

    What is wrong is left out, so that the rest can be checked: a target, or the whole of what it matches.
    Whether the indicators, rules, roles and people that it names are there is not looked at.
    """
    at = definition.key.span
    fields = fields_of(definition.node, f"route {definition.id}", at, ROUTE_KEYS, log)
    if fields is None:
        return None
    matched = read_match(fields, "match", areas)
    targets = _targets(fields, "the route")
    stages = _escalations(fields)
    route = Route(
        id=definition.id,
        match=(matched or WrittenMatch()).match,
        to=tuple(each.target for each in targets),
        position=at.position,
        timing=read_timing(fields) or AT_ONCE,
        reminders=read_reminders(fields),
        escalations=tuple(escalation for escalation, _ in stages),
    )
    return WrittenRoute(
        route=route,
        matched=matched or WrittenMatch(),
        targets=targets,
        escalated=tuple(targets for _, targets in stages),
        key=at,
        when=fields.span("when"),
        remind=fields.span("remind"),
        faulty=matched is None,
    )


def _targets(fields: Fields, what: str) -> tuple[WrittenTarget, ...]:
    """The sound targets under ``to``."""
    node = fields.node("to", required=True)
    if node is None:
        return ()
    nodes = items(node) if not isinstance(node, MappingNode) else (node,)
    if not nodes:
        fields.log.note("LIM113", node.span, "to is an empty list", "name a role, or {person: id}")
    found = [_target(item, f"a target of {what}", fields.log) for item in nodes]
    return tuple(target for target in found if target is not None)


def _target(node: Node, what: str, log: ProblemLog) -> WrittenTarget | None:
    if isinstance(node, MappingNode):
        inner = fields_of(node, what, node.span, PERSON.names, log)
        person = None if inner is None else inner.scalar("person", required=True)
        if person is None:
            return None
        return WrittenTarget(RouteTarget(None, person.text, person.span.position), person)
    role = scalars.scalar(node, what, log)
    if role is None:
        return None
    return WrittenTarget(RouteTarget(" ".join(role.text.split()), None, role.span.position), role)


Stage = tuple[Escalation, tuple[WrittenTarget, ...]]


def _escalations(fields: Fields) -> tuple[Stage, ...]:
    """The sound escalations. One that comes no later than the one before it is noted, and left out."""
    node = fields.node("escalate")
    if node is None:
        return ()
    if not isinstance(node, Sequence):
        hint = "begin each with a dash: - {after: 5 working days, to: area director}"
        fields.log.note("LIM108", node.span, "escalate is not a list", hint)
        return ()
    if not node.items:
        fields.log.note("LIM113", node.span, "escalate is an empty list")
    found: list[Stage] = []
    for item in node.items:
        inner = fields_of(item, "this escalation", item.span, ESCALATION.names, fields.log)
        stage = None if inner is None else _escalation(inner, item.span)
        if inner is None or stage is None:
            continue
        if found and stage[0].after <= found[-1][0].after:
            message = f"this one comes after {stage[0].after} working days, the one before it after "
            fields.log.note("LIM509", inner.span("after"), f"{message}{found[-1][0].after}")
            continue
        found.append(stage)
    return tuple(found)


def _escalation(fields: Fields, at: Span) -> Stage | None:
    after = fields.working_days("after", required=True)
    targets = _targets(fields, "the escalation")
    if after is None or not targets:
        return None
    return Escalation(after, tuple(each.target for each in targets), at.position), targets
