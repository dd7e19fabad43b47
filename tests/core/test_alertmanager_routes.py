"""Whom an alert reaches in Alertmanager's tree of routes, and by limen's list of routes.

The cases are those of Alertmanager's dispatch/route_test.go (TestRouteMatch, TestRouteMatchers,
TestRouteMatchersAndMatch, TestInheritParentGroupByAll) and test/with_api_v2/acceptance/send_test.go
(TestMergeAlerts, TestBatching, TestReload), told in limen's words. ``owner`` is an alert's theme, ``env`` the
area; ``level`` is what it is here.

limen differs on purpose: its routes are no tree and none is the last. Every route that matches counts, as if
each said ``continue: true``, and there is no receiver for all the rest: where no route matches, operations
are told. So the parent's receiver is told beside the child's. Nobody is told twice: who is reached by several
routes gets one mail, and the routes are all kept. Grouping is always by recipient.
"""

from dataclasses import dataclass, field, replace

import pytest

from monitor.core.alerts import Alert, AlertState, Transition, TransitionReason
from monitor.core.dated import Scope
from monitor.core.notifications import NoticeKind, TellReason
from monitor.core.recipients import Directory, Recipient
from monitor.core.routing import Change, Reached, decide, grouped_by_recipient, reached
from monitor.core.rulebook import Level, Route, RouteMatch, RouteTarget
from tests.support.rules import AREAS, HERE, indicator, month, rule

NAMES = ("default", "a", "testing", "production-a", "production-b", "bc", "ops")
PEOPLE = {each: Recipient(each, each, f"{each}@kent.example", each) for each in NAMES}
DIRECTORY = Directory(PEOPLE, ())
TESTING, PRODUCTION, UNSET = "Swale", "Thanet", "Canterbury"
BELOW_CRITICAL = frozenset({Level.INFO, Level.WARNING})


def route(name: str, *people: str, owner: tuple[str, ...] = (), env: tuple[str, ...] = ()) -> Route:
    match = RouteMatch(themes=frozenset(owner), levels=BELOW_CRITICAL, scope=Scope(names=frozenset(env)))
    return Route(name, match, tuple(RouteTarget(None, each, HERE) for each in people), HERE)


ROUTES = (
    route("A", "a", owner=("team A",)),
    route("A testing", "testing", owner=("team A",), env=(TESTING,)),
    route("A production", "production-a", owner=("team A",), env=(PRODUCTION,)),
    route("A produ.*", "production-b", owner=("team A",), env=(PRODUCTION,)),
    route("B or C", "bc", owner=("team B", "team C")),
    route("role", "default", owner=("role",)),
    route("role testing", "testing", owner=("role",), env=(TESTING,)),
)


@dataclass(frozen=True)
class Case:
    """An alert, Alertmanager's receivers, and whom limen reaches beside them (the parents' receivers)."""

    owner: str
    env: str
    receivers: set[str]
    beside: set[str] = field(default_factory=set)
    level: Level = Level.WARNING


@pytest.mark.parametrize(
    "case",
    [
        Case("team A", UNSET, {"a"}),
        Case("team C", UNSET, {"bc"}),
        Case("team B", TESTING, {"bc"}),
        Case("team A", TESTING, {"testing"}, {"a"}),
        Case("team A", PRODUCTION, {"production-a", "production-b"}, {"a"}),
        Case("role", UNSET, {"default"}),
        Case("role", TESTING, {"testing"}, {"default"}),
        Case("team A", TESTING, set(), level=Level.CRITICAL),
    ],
    ids=lambda case: f"{case.owner} {case.env} {case.level}",
)
def test_every_route_that_matches_counts_the_parents_too(case: Case) -> None:
    found = whom(case.owner, case.env, case.level)
    assert {each.recipient.id for each in found} == case.receivers | case.beside


def test_an_alert_that_no_route_is_for_goes_to_operations() -> None:
    """Alertmanager's root route takes it; limen's operations do, and the decision says so."""
    assert whom("nobody's", UNSET) == ()
    (decision,) = decide(began(UNSET), reach=(), told_before=(), operations=[PEOPLE["ops"]])
    assert (decision.recipient, decision.reason) == (PEOPLE["ops"], TellReason.NOBODY_ELSE)


def test_who_is_reached_by_several_routes_is_reached_once_and_all_routes_are_kept() -> None:
    again = (*ROUTES, route("A again", "a", owner=("team A",)))
    (found,) = whom("team A", UNSET, routes=again)
    assert (found.route, found.also) == ("A", ("A again",))


def test_the_order_of_routes_says_which_is_named_first_and_nothing_else() -> None:
    one, other = whom("team A", PRODUCTION), whom("team A", PRODUCTION, routes=ROUTES[::-1])
    assert {each.recipient.id for each in one} == {each.recipient.id for each in other}


def test_what_one_person_is_told_in_a_cycle_is_one_batch() -> None:
    """TestBatching: what comes within the wait is one notification."""
    made = [
        decision
        for area in (TESTING, PRODUCTION, UNSET)
        for decision in decide(began(area), reach=whom("team A", area), told_before=(), operations=())
    ]
    batches = grouped_by_recipient(made)
    assert [each.area for each in batches["a"]] == [TESTING, PRODUCTION, UNSET]
    assert [each.area for each in batches["testing"]] == [TESTING]
    assert {each.kind for each in made} == {NoticeKind.BREACH}


def test_routes_read_anew_tell_nothing_again() -> None:
    """TestReload: the first alert is not notified twice. Nothing changed, so there is nothing to decide."""
    stays = replace(began(TESTING), before=began(TESTING).after, transitions=())
    assert decide(stays, reach=whom("team A", TESTING), told_before=[PEOPLE["a"]], operations=()) == ()


def whom(
    owner: str, env: str, level: Level = Level.WARNING, routes: tuple[Route, ...] = ROUTES
) -> tuple[Reached, ...]:
    measure = replace(indicator(), theme=owner)
    return reached(
        routes,
        rule({"warning": "value > 1"}),
        measure,
        AREAS[env],
        level,
        directory=DIRECTORY,
        areas=AREAS,
        on=month(20),
    )


def began(area: str) -> Change:
    before = Alert("the-rule", area)
    after = replace(before, state=AlertState.FIRING, level=Level.WARNING, episode=1)
    step = Transition(
        before.rule,
        area,
        month(0),
        before.state,
        None,
        after.state,
        after.level,
        1,
        TransitionReason.BREACH_BEGAN,
    )
    return Change(before, after, (step,))
