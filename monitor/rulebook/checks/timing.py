"""When and whom routes tell: what comes too late, and what tells nobody."""

from collections.abc import Sequence

from monitor.core.routing import matches
from monitor.core.rulebook import Level, RouteTarget
from monitor.core.windows import Digest, Timing
from monitor.rulebook.checks.instances import Instance, some_of
from monitor.rulebook.problems import ProblemLog
from monitor.rulebook.routes import WrittenRoute
from monitor.rulebook.scalars import shown
from monitor.rulebook.written import WrittenRulebook


def check_escalations(rulebook: WrittenRulebook, log: ProblemLog) -> None:
    """Notes escalations to somebody whom the same route has told by then."""
    for written in rulebook.routes.values():
        told: dict[tuple[str | None, str | None], str] = {
            _whom(each.target): "the route itself" for each in written.targets
        }
        for escalation, targets in zip(written.route.escalations, written.escalated, strict=True):
            for each in targets:
                by = told.setdefault(
                    _whom(each.target), f"the escalation after {escalation.after} working days"
                )
                if by != f"the escalation after {escalation.after} working days":
                    log.note("LIM510", each.node.span, f"{by} tells {shown(each.node.text)} already")


def _whom(target: RouteTarget) -> tuple[str | None, str | None]:
    return target.role, target.person


def check_weekly(rulebook: WrittenRulebook, known: Sequence[Instance], log: ProblemLog) -> None:
    """Notes routes by weekly digest that carry critical alerts of which no other route tells sooner."""
    routes = [each for each in rulebook.routes.values() if not each.faulty]
    late: dict[str, list[Instance]] = {}
    for instance in known if any(is_weekly(each.route.timing) for each in routes) else ():
        taken = [each for each in routes if instance.level is Level.CRITICAL and _takes(each, instance)]
        if taken and all(is_weekly(each.route.timing) for each in taken):
            for each in taken:
                late.setdefault(each.route.id, []).append(instance)
    for key, found in late.items():
        names = some_of(tuple(dict.fromkeys(each.rule.id for each in found)))
        message = f"a critical breach would wait up to a week, for no other route tells of it: {names}"
        log.note("LIM511", rulebook.routes[key].when, message)


def is_weekly(timing: Timing) -> bool:
    """Says whether news waits for one day of the week."""
    return isinstance(timing, Digest) and isinstance(timing.days, frozenset) and len(timing.days) == 1


def _takes(written: WrittenRoute, instance: Instance) -> bool:
    return matches(written.route.match, instance.rule.id, instance.indicator, instance.area, instance.level)
