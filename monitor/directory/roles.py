"""Roles that somebody holds and nothing asks for: most often a slip of the pen."""

from collections.abc import Iterable

from monitor.core.routing import DATA_OWNER
from monitor.core.rulebook import Route
from monitor.directory.contacts import Contacts
from monitor.rulebook.problems import ProblemLog
from monitor.rulebook.scalars import shown
from monitor.rulebook.suggestions import nearest


def check_roles(contacts: Contacts, routes: Iterable[Route], log: ProblemLog) -> None:
    """Notes each role by which nobody is ever told: no route names it, and limen itself does not."""
    asked = asked_for(routes)
    for role, span in contacts.roles.items():
        if role in asked:
            continue
        near = nearest(role, sorted(asked), log)
        hint = None if near is None else f"did you mean {shown(near)}?"
        log.note("LIM611", span, f"no rule and no part of limen asks for the role {shown(role)}", hint)


def asked_for(routes: Iterable[Route]) -> frozenset[str]:
    """Returns the roles that routes tell, at first or later, and the one that limen tells of itself."""
    found = {DATA_OWNER}
    for route in routes:
        later = (target for stage in route.escalations for target in stage.to)
        found.update(target.role for target in (*route.to, *later) if target.role is not None)
    return frozenset(found)
