"""``inhibitions:`` and ``maintenance:`` of the rule files: what keeps news from people for a time."""

from collections.abc import Mapping
from dataclasses import dataclass

from monitor.core.areas import AreaTree
from monitor.core.rulebook import Inhibition, Maintenance, Same
from monitor.rulebook import scalars
from monitor.rulebook.fields import Fields, fields_of
from monitor.rulebook.identifiers import Definition
from monitor.rulebook.matches import WrittenMatch, read_match
from monitor.rulebook.problems import ProblemLog, Span
from monitor.rulebook.vocabulary.holding_back import INHIBITION, MAINTENANCE


@dataclass(frozen=True, slots=True)
class WrittenInhibition:
    """An inhibition, and where it is written. ``spans`` are those of its keys."""

    inhibition: Inhibition
    source: WrittenMatch
    target: WrittenMatch
    key: Span
    spans: Mapping[str, Span]


@dataclass(frozen=True, slots=True)
class WrittenMaintenance:
    """A time of maintenance, and where it is written. ``spans`` are those of its keys."""

    maintenance: Maintenance
    matched: WrittenMatch
    key: Span
    spans: Mapping[str, Span]


def read_inhibition(definition: Definition, areas: AreaTree, log: ProblemLog) -> WrittenInhibition | None:
    """Returns the inhibition; None where it has an error. Every problem is noted."""
    at = definition.key.span
    fields = fields_of(definition.node, f"inhibition {definition.id}", at, INHIBITION.names, log)
    if fields is None:
        return None
    source = read_match(fields, "while", areas, required=True)
    target = read_match(fields, "hold", areas, required=True)
    same, within = _same(fields), fields.yes_or_no("within", default=False)
    reference = fields.text("reference", required=True)
    if source is None or target is None or same is None or within is None:
        return None
    inhibition = Inhibition(
        id=definition.id,
        source=source.match,
        target=target.match,
        same=same,
        within=within,
        reference=reference or "",
        position=at.position,
    )
    spans = {key: fields.span(key) for key in INHIBITION.names}
    return WrittenInhibition(inhibition, source, target, at, spans)


def _same(fields: Fields) -> frozenset[Same] | None:
    if not fields.has("same"):
        return frozenset()
    found: set[Same] = set()
    nodes = fields.items("same")
    node = fields.node("same")
    if node is not None and not nodes:
        fields.log.note("LIM113", node.span, "same is an empty list", "leave the key out")
    sound = bool(nodes)
    for item in nodes:
        scalar = scalars.scalar(item, "same", fields.log)
        word = None if scalar is None else scalars.word(scalar, "same", Same, fields.log)
        if scalar is None or word is None:
            sound = False
        elif word in found:
            fields.log.note("LIM123", scalar.span, f"{scalars.shown(word)} stands in this list already")
        else:
            found.add(word)
    return frozenset(found) if sound else None


def read_maintenance(definition: Definition, areas: AreaTree, log: ProblemLog) -> WrittenMaintenance | None:
    """Returns the time of maintenance; None where it has an error. Every problem is noted."""
    at = definition.key.span
    fields = fields_of(definition.node, f"maintenance {definition.id}", at, MAINTENANCE.names, log)
    if fields is None:
        return None
    matched = read_match(fields, "match", areas)
    start, end = fields.wall_time("from", required=True), fields.wall_time("until", required=True)
    reference = fields.text("reference", required=True)
    if start and end and end <= start:
        message = f"until {end:%Y-%m-%d %H:%M} is not after from {start:%Y-%m-%d %H:%M}"
        log.note("LIM201", fields.span("until"), message)
        return None
    if matched is None or start is None or end is None:
        return None
    maintenance = Maintenance(definition.id, matched.match, start, end, reference or "", at.position)
    spans = {key: fields.span(key) for key in MAINTENANCE.names}
    return WrittenMaintenance(maintenance, matched, at, spans)
