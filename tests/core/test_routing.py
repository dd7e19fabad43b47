"""Who is told of what, and the reason for every decision."""

import itertools
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from monitor.core.alerts import Alert, AlertState, Transition, TransitionReason
from monitor.core.areas import Area, AreaType
from monitor.core.dated import Scope
from monitor.core.notices import told_because
from monitor.core.notifications import NoticeKind, TellReason
from monitor.core.recipients import Directory, Recipient, RoleHolding
from monitor.core.routing import (
    Change,
    Reached,
    data_owners,
    decide,
    grouped_by_recipient,
    news_of,
    reached,
    vacancies,
)
from monitor.core.rulebook import Level, Route, RouteMatch, RouteTarget
from tests.support.rules import AREAS, EAST_KENT, HERE, KENT, SWALE, THANET, indicator, rule

TODAY = date(2013, 10, 14)


def person(name: str) -> Recipient:
    return Recipient(name, name.title(), f"{name}@kent.example", name.title())


SAM, ALEX, KIM, JO, OPS = (person(name) for name in ("sam", "alex", "kim", "jo", "ops"))
DIRECTORY = Directory(
    {each.id: each for each in (SAM, ALEX, KIM, JO, OPS)},
    (
        RoleHolding("district manager", "Swale", ("sam", "alex")),
        RoleHolding("district manager", "Thanet", ("kim",), until=date(2013, 10, 14)),
        RoleHolding("director", "Kent", ("jo",)),
    ),
)


def route(identity: str, *roles: str, people: tuple[str, ...] = (), **match: Any) -> Route:
    targets = [RouteTarget(role, None, HERE) for role in roles] + [
        RouteTarget(None, each, HERE) for each in people
    ]
    return Route(identity, RouteMatch(**match), tuple(targets), HERE)


DISTRICTS = route("districts", "district manager", scope=Scope(types=frozenset({AreaType.DISTRICT})))
COUNTY = route("county", "director", scope=Scope(types=frozenset({AreaType.COUNTY})))


def reach(
    routes: list[Route], area: Area, level: Level = Level.CRITICAL
) -> list[tuple[str, str, str | None]]:
    found = reached(
        routes,
        rule({"critical": "value > 40"}),
        indicator(),
        area,
        level,
        directory=DIRECTORY,
        areas=AREAS,
        on=TODAY,
    )
    return [(each.recipient.id, each.route, each.role_area) for each in found]


def test_the_managers_of_the_district_are_reached_and_nobody_else() -> None:
    assert reach([DISTRICTS, COUNTY], SWALE) == [
        ("sam", "districts", "Swale"),
        ("alex", "districts", "Swale"),
    ]


def test_a_role_nobody_holds_any_more_is_looked_for_in_the_areas_around() -> None:
    upwards = route("upwards", "district manager", "director")
    assert reach([upwards], THANET) == [("jo", "upwards", "Kent")]


def test_a_role_held_further_down_does_not_reach_up() -> None:
    assert reach([route("all", "district manager")], EAST_KENT) == []


def test_nobody_is_reached_twice_and_the_first_route_that_names_them_counts() -> None:
    by_name = route("by name", people=("sam",))
    assert reach([by_name, DISTRICTS], SWALE) == [("sam", "by name", None), ("alex", "districts", "Swale")]


@pytest.mark.parametrize(
    ("match", "hit"),
    [
        ({}, True),
        ({"alerts": frozenset({"the-rule"})}, True),
        ({"alerts": frozenset({"other"})}, False),
        ({"indicators": frozenset({"measure"})}, True),
        ({"indicators": frozenset({"other"})}, False),
        ({"themes": frozenset({"theme"})}, True),
        ({"themes": frozenset({"other"})}, False),
        ({"levels": frozenset({Level.CRITICAL})}, True),
        ({"levels": frozenset({Level.INFO, Level.WARNING})}, False),
        ({"scope": Scope(names=frozenset({"Swale"}))}, True),
        ({"scope": Scope(names=frozenset({"Thanet"}))}, False),
        ({"scope": Scope(types=frozenset({AreaType.DISTRICT}), names=frozenset({"Kent"}))}, True),
        ({"alerts": frozenset({"the-rule"}), "themes": frozenset({"other"})}, False),
    ],
)
def test_a_route_matches_when_everything_it_asks_for_holds(match: dict[str, Any], hit: bool) -> None:
    assert bool(reach([route("one", "district manager", **match)], SWALE)) is hit


QUIET = Alert("the-rule", "Swale")
FIRING = Alert("the-rule", "Swale", AlertState.FIRING, Level.WARNING, episode=1)
CRITICAL = replace(FIRING, level=Level.CRITICAL)
RESOLVED = replace(FIRING, state=AlertState.RESOLVED, level=None)
PENDING = replace(QUIET, state=AlertState.PENDING, level=Level.WARNING)
AGAIN = replace(FIRING, episode=2)


def step(before: Alert, after: Alert, reason: TransitionReason = TransitionReason.BREACH_BEGAN) -> Transition:
    return Transition(
        "the-rule",
        "Swale",
        TODAY,
        before.state,
        before.level,
        after.state,
        after.level,
        after.episode,
        reason,
    )


def change(*alerts: Alert, reason: TransitionReason = TransitionReason.BREACH_BEGAN) -> Change:
    steps = tuple(step(one, other, reason) for one, other in itertools.pairwise(alerts))
    return Change(alerts[0], alerts[-1], steps)


@pytest.mark.parametrize(
    ("what", "kind", "reason"),
    [
        (change(QUIET, FIRING), NoticeKind.BREACH, TellReason.ROUTE),
        (change(PENDING, FIRING), NoticeKind.BREACH, TellReason.ROUTE),
        (change(FIRING, CRITICAL), NoticeKind.WORSENED, TellReason.ROUTE),
        (change(CRITICAL, FIRING), None, TellReason.EASED),
        (change(FIRING, RESOLVED), NoticeKind.RECOVERED, TellReason.WAS_TOLD_OF_BREACH),
        (change(FIRING, QUIET), NoticeKind.RECOVERED, TellReason.WAS_TOLD_OF_BREACH),
        (
            change(FIRING, RESOLVED, reason=TransitionReason.SUPERSEDED),
            NoticeKind.CLOSED,
            TellReason.WAS_TOLD_OF_BREACH,
        ),
        (change(QUIET, FIRING, RESOLVED), None, TellReason.OVER_BEFORE_TOLD),
        (change(QUIET, PENDING), None, TellReason.PENDING),
        (change(FIRING, RESOLVED, AGAIN), NoticeKind.BREACH, TellReason.ROUTE),
    ],
)
def test_only_the_net_change_is_news(what: Change, kind: NoticeKind | None, reason: TellReason) -> None:
    found = news_of(what)
    assert found is not None
    assert (found.kind, found.reason) == (kind, reason)


FLAPPING = replace(FIRING, flapping=True)
FLAPPING_QUIET = replace(RESOLVED, flapping=True)


@pytest.mark.parametrize(
    ("what", "kind", "reason"),
    [
        (change(RESOLVED, FLAPPING), NoticeKind.BREACH, TellReason.ROUTE),
        (change(FIRING, FLAPPING_QUIET), None, TellReason.FLAPPING),
        (change(FLAPPING, FLAPPING_QUIET), None, TellReason.FLAPPING),
        (change(FLAPPING_QUIET, FLAPPING), None, TellReason.FLAPPING),
        (Change(FLAPPING_QUIET, RESOLVED, ()), NoticeKind.RECOVERED, TellReason.WAS_TOLD_OF_BREACH),
        (Change(FLAPPING, FIRING, ()), NoticeKind.BREACH, TellReason.ROUTE),
    ],
)
def test_an_alert_that_flaps_is_told_of_once_and_again_when_it_calms(
    what: Change, kind: NoticeKind | None, reason: TellReason
) -> None:
    found = news_of(what)
    assert found is not None
    assert (found.kind, found.reason) == (kind, reason)


@pytest.mark.parametrize("what", [change(QUIET), change(PENDING, QUIET), change(RESOLVED, QUIET)])
def test_what_never_fired_or_merely_settles_is_no_news(what: Change) -> None:
    assert news_of(what) is None


def test_operations_are_told_whose_place_is_vacant() -> None:
    elsewhere = route("two", "miller", levels=frozenset({Level.WARNING}))

    def vacant(*routes: Route) -> str:
        about = (rule({"critical": "value > 40"}), indicator(), SWALE, Level.CRITICAL)
        return vacancies(routes, *about, directory=DIRECTORY, areas=AREAS, on=TODAY)

    said = vacant(route("one", "cook", "baker"), elsewhere)
    (decision,) = decide(change(QUIET, FIRING), reach=(), told_before=[], operations=[OPS], vacant=said)

    assert said == "nobody holds the role “cook” or “baker” for Swale"
    assert decision.reason is TellReason.NOBODY_ELSE
    assert told_because(decision) == (
        "Nobody holds the role “cook” or “baker” for Swale, so it comes to you as operations."
    )
    assert vacant(elsewhere) == ""
    (decision,) = decide(change(QUIET, FIRING), reach=(), told_before=[], operations=[OPS])
    assert told_because(decision) == "No rule says who should know of this, so it comes to you as operations."


def told(
    what: Change, routed: list[Recipient], before: list[Recipient], operations: list[Recipient]
) -> list[object]:
    found = reached(
        [route("one", people=tuple(each.id for each in routed))] if routed else [],
        rule({"critical": "value > 40"}),
        indicator(),
        SWALE,
        Level.CRITICAL,
        directory=DIRECTORY,
        areas=AREAS,
        on=TODAY,
    )
    decisions = decide(what, reach=found, told_before=before, operations=operations)
    return [(each.recipient.id if each.recipient else None, each.kind, each.reason) for each in decisions]


@pytest.mark.parametrize(
    ("what", "routed", "before", "operations", "expected"),
    [
        (change(QUIET, FIRING), [SAM], [], [OPS], [("sam", NoticeKind.BREACH, TellReason.ROUTE)]),
        (change(QUIET, FIRING), [], [], [OPS], [("ops", NoticeKind.BREACH, TellReason.NOBODY_ELSE)]),
        (change(QUIET, FIRING), [], [], [], [(None, NoticeKind.BREACH, TellReason.NO_RECIPIENT)]),
        (
            change(FIRING, CRITICAL),
            [SAM],
            [KIM, SAM],
            [OPS],
            [
                ("sam", NoticeKind.WORSENED, TellReason.ROUTE),
                ("kim", NoticeKind.WORSENED, TellReason.WAS_TOLD_OF_BREACH),
            ],
        ),
        (change(CRITICAL, FIRING), [SAM], [SAM], [OPS], [(None, None, TellReason.EASED)]),
        (
            change(FIRING, RESOLVED),
            [SAM],
            [KIM],
            [OPS],
            [("kim", NoticeKind.RECOVERED, TellReason.WAS_TOLD_OF_BREACH)],
        ),
        (change(FIRING, RESOLVED), [SAM], [], [OPS], [(None, None, TellReason.NEVER_TOLD_OF_BREACH)]),
        (change(QUIET, FIRING, RESOLVED), [SAM], [], [OPS], [(None, None, TellReason.OVER_BEFORE_TOLD)]),
        (change(QUIET), [SAM], [], [OPS], []),
    ],
)
def test_every_change_ends_in_a_decision_with_a_reason(
    what: Change,
    routed: list[Recipient],
    before: list[Recipient],
    operations: list[Recipient],
    expected: list[object],
) -> None:
    assert told(what, routed, before, operations) == expected


def test_all_of_one_persons_news_is_one_group() -> None:
    decisions = [
        *decide(change(QUIET, FIRING), reach=_reach("sam", "kim"), told_before=[], operations=[]),
        *decide(change(FIRING, CRITICAL), reach=_reach("sam"), told_before=[], operations=[]),
        *decide(change(CRITICAL, FIRING), reach=_reach("sam"), told_before=[], operations=[]),
    ]
    assert {name: len(found) for name, found in grouped_by_recipient(decisions).items()} == {
        "sam": 2,
        "kim": 1,
    }


def _reach(*people: str) -> list[Reached]:
    return list(
        reached(
            [route("one", people=people)],
            rule({"critical": "value > 40"}),
            indicator(),
            KENT,
            Level.CRITICAL,
            directory=DIRECTORY,
            areas=AREAS,
            on=TODAY,
        )
    )


LATE = Alert(
    "late:measure", "Swale", AlertState.FIRING, episode=1, breach_since=TODAY, fired_on=date(2013, 10, 21)
)


def lateness(reason: TransitionReason) -> Change:
    """Figures of Swale became late, or are late no more for this reason."""
    quiet = replace(LATE, state=AlertState.RESOLVED)
    before, after = (quiet, LATE) if reason is TransitionReason.LATE else (LATE, quiet)
    step = Transition(
        LATE.rule, LATE.area, TODAY, before.state, None, after.state, None, episode=1, reason=reason
    )
    return Change(before, after, (step,))


@pytest.mark.parametrize(
    ("reason", "kind", "why"),
    [
        (TransitionReason.LATE, NoticeKind.LATE, TellReason.DATA_OWNER),
        (TransitionReason.ARRIVED, NoticeKind.ARRIVED, TellReason.WAS_TOLD_OF_BREACH),
        (TransitionReason.WITHDRAWN, NoticeKind.CLOSED, TellReason.WAS_TOLD_OF_BREACH),
    ],
)
def test_lateness_and_its_end_are_news_of_their_own(
    reason: TransitionReason, kind: NoticeKind, why: TellReason
) -> None:
    news = news_of(lateness(reason))

    assert news is not None
    assert (news.kind, news.reason) == (kind, why)


def test_data_is_owned_by_who_holds_the_role_for_the_area_or_the_nearest_around_it() -> None:
    directory = replace(
        DIRECTORY,
        holdings=(
            RoleHolding("data owner", "Kent", ("jo",)),
            RoleHolding("data owner", "Swale", ("sam",), until=TODAY),
            RoleHolding("data owner", "Thanet", ("kim",)),
        ),
    )

    def owners(area: str, on: date) -> list[tuple[str, str | None]]:
        found = data_owners(area, directory=directory, areas=AREAS, on=on)
        return [(each.recipient.id, each.role_area) for each in found]

    assert owners("Thanet", TODAY) == [("kim", "Thanet")]
    assert owners("Swale", date(2013, 10, 13)) == [("sam", "Swale")]
    assert owners("Swale", TODAY) == [("jo", "Kent")]
    assert data_owners("Swale", directory=DIRECTORY, areas=AREAS, on=TODAY) == ()


@pytest.mark.parametrize(
    ("owners", "operations", "told"),
    [
        ((SAM,), (OPS,), [("sam", TellReason.DATA_OWNER)]),
        ((), (OPS,), [("ops", TellReason.NO_DATA_OWNER)]),
        ((), (), [(None, TellReason.NOBODY_TOLD)]),
    ],
)
def test_who_owns_late_data_is_told_else_operations_and_every_decision_has_its_reason(
    owners: tuple[Recipient, ...],
    operations: tuple[Recipient, ...],
    told: list[tuple[str | None, TellReason]],
) -> None:
    decided = decide(
        lateness(TransitionReason.LATE),
        reach=[Reached(person, "", "data owner", "Kent") for person in owners],
        told_before=(),
        operations=operations,
    )

    assert [(each.recipient and each.recipient.id, each.reason) for each in decided] == told
    assert {each.kind for each in decided} == {NoticeKind.LATE}
