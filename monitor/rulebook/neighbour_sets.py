"""``neighbour_sets:`` of the rule files to sets of statistical neighbours."""

from monitor.core.rulebook import NeighbourSet
from monitor.rulebook.fields import fields_of
from monitor.rulebook.identifiers import Definition
from monitor.rulebook.problems import ProblemLog
from monitor.rulebook.tables import Tables
from monitor.rulebook.vocabulary.neighbours import NEIGHBOUR_SET


def read_neighbour_set(definition: Definition, tables: Tables, log: ProblemLog) -> NeighbourSet | None:
    """Returns the set; None, with every problem noted, where it or its table has an error."""
    at = definition.key.span
    fields = fields_of(definition.node, f"neighbour set {definition.id}", at, NEIGHBOUR_SET.names, log)
    if fields is None:
        return None
    file, reference = fields.scalar("file", required=True), fields.text("reference", required=True)
    table = None if file is None else tables.neighbours(file)
    if table is None or reference is None:
        return None
    return NeighbourSet(definition.id, table.neighbours, reference, at.position)
