"""Which areas a match takes in: one way for routes, inhibitions, maintenance and silences."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from monitor.calendar_england import calendar_of
from monitor.core.alerts import Alert, AlertKey, AlertState
from monitor.core.dated import Scope
from monitor.core.holding import Candidate, Circumstances
from monitor.core.notifications import Decision, NoticeKind, TellReason
from monitor.core.recipients import Recipient
from monitor.core.routing import Change, reached
from monitor.core.rulebook import Level, RouteMatch, Rulebook
from monitor.core.suppressions import Silence, match_in_words
from monitor.suppressing import scope_within
from tests.support.rule_texts import alert, areas, directory, found, indicator, loaded, route, rule_file

TREE = areas()
EVERY = {each.name for each in TREE}
NOW = datetime(2013, 11, 16, 12, 0, tzinfo=UTC)
ADA = Recipient("ada", "Ada", "ada@kent.example", "Ada")
WATCHED, FOLDING = "watched", "folding"
ALERTS = alert("areas: all", id=WATCHED) + alert("areas: all\nindicator: other", id=FOLDING)
DESK = route("to: {person: ada}")


def book(sections: str = "", routes: str = DESK) -> Rulebook:
    text = rule_file(indicator() + indicator(id="other"), ALERTS, routes) + sections
    outcome = loaded(text, people=directory())
    assert outcome.rulebook is not None, [str(each) for each in outcome.problems]
    return outcome.rulebook


def firing(rule: str, area: str) -> Alert:
    return Alert(rule, area, AlertState.FIRING, Level.CRITICAL, episode=1)


def held(
    rules: Rulebook, area: str, fires: tuple[Alert, ...] = (), silences: tuple[Silence, ...] = ()
) -> bool:
    """Whether news of the rule watched in an area is kept from people."""
    open_now: dict[AlertKey, Alert] = {(each.rule, each.area): each for each in fires}
    where = Circumstances(NOW, calendar_of(ZoneInfo("Europe/London")), rules, TREE, open_now, silences)
    after = firing(WATCHED, area)
    decision = Decision(
        WATCHED, area, 1, NoticeKind.BREACH, ADA, TellReason.ROUTE, None, None, None, level=after.level
    )
    return where.hold_of(Candidate(decision, Change(after, after, ()), (), NOW)) is not None


def routed(match: str) -> set[str]:
    """The areas whose alerts a route is for, beside one to somebody else for all."""
    desk = route(f"to: {{person: ben}}\nmatch: {match}", id="desk")
    rules = book(routes=DESK + desk)
    return {
        area.name
        for area in TREE
        for each in reached(
            rules.routes,
            rules.alerts[WATCHED],
            rules.indicators["open_assessments"],
            area,
            Level.CRITICAL,
            directory=directory(),
            areas=TREE,
            on=date(2013, 11, 16),
        )
        if each.route == "desk"
    }


def inhibition(source: str, target: str) -> Rulebook:
    return book(f"inhibitions:\n  one: {{while: {source}, hold: {target}, reference: r}}\n")


def inhibiting(match: str) -> set[str]:
    """The areas whose alerts hold others while they fire."""
    rules = inhibition(match.replace("{", f"{{alerts: {FOLDING}, "), f"{{alerts: {WATCHED}}}")
    return {area for area in EVERY if held(rules, "Ashford", (firing(FOLDING, area),))}


def inhibited(match: str) -> set[str]:
    """The areas whose alerts are held while another fires."""
    rules = inhibition(f"{{alerts: {FOLDING}}}", match.replace("{", f"{{alerts: {WATCHED}, "))
    return {area for area in EVERY if held(rules, area, (firing(FOLDING, "Ashford"),))}


def maintained(match: str) -> set[str]:
    """The areas of which nobody is told during a maintenance."""
    times = 'from: "2013-11-15 18:00", until: "2013-11-18 08:00"'
    rules = book(f"maintenance:\n  one: {{match: {match}, {times}, reference: r}}\n")
    return {area for area in EVERY if held(rules, area)}


EAST_KENT = {"East Kent", "Swale", "Thanet"}
DISTRICTS = {"Swale", "Thanet", "Ashford", "Folkestone and Hythe"}


@pytest.mark.parametrize("taken", [routed, inhibiting, inhibited, maintained])
@pytest.mark.parametrize(
    ("match", "names"),
    [
        ("{areas: Swale}", {"Swale"}),
        ("{areas: East Kent}", EAST_KENT),
        ("{areas: Kent}", EVERY),
        ("{areas: '886'}", EVERY),
        ("{areas: [East Kent, Shepway]}", EAST_KENT | {"Folkestone and Hythe"}),
        ("{areas: [East Kent, Swale]}", EAST_KENT),
        ("{areas: county}", {"Kent"}),
        ("{areas: area}", {"East Kent", "South Kent"}),
        ("{areas: [district, East Kent]}", DISTRICTS | {"East Kent"}),
        ("{areas: all}", EVERY),
        ("{levels: critical}", EVERY),
        ("{areas: East Kent, areas_themselves: true}", {"East Kent"}),
        ("{areas: East Kent, areas_themselves: false}", EAST_KENT),
        ("{areas: [Kent, area], areas_themselves: true}", {"Kent", "East Kent", "South Kent"}),
        ("{areas: all, areas_themselves: true}", EVERY),
    ],
)
def test_an_area_that_is_named_takes_in_all_within_it(
    taken: Callable[[str], set[str]], match: str, names: set[str]
) -> None:
    assert taken(match) == names


@pytest.mark.parametrize("name", ["Swale", "East Kent", "Kent"])
def test_a_silence_takes_in_the_same(name: str) -> None:
    match = RouteMatch(scope=scope_within(TREE, [name]))
    silence = Silence(1, NOW, match, "ada", "A test.", NOW, NOW + timedelta(hours=1))
    rules = book()
    assert {area for area in EVERY if held(rules, area, silences=(silence,))} == maintained(
        f"{{areas: {name}}}"
    )


def test_what_a_rule_is_for_and_what_is_different_in_an_area_stay_exact() -> None:
    rule = alert("areas: East Kent\noverrides: {Kent: {levels: {critical: value > 500}}}")
    text = rule_file(indicator("limits: [{from: 2012-04-01, areas: Kent, upper: 9, reference: r}]"), rule)
    outcome = loaded(text)
    assert outcome.rulebook is not None
    (known,) = outcome.rulebook.alerts.values()
    assert {area.name for area in TREE if known.covers(area)} == {"East Kent", "Kent"}
    (measured,) = outcome.rulebook.indicators.values()
    assert {area.name for area in TREE if measured.limits[0].scope.covers(area)} == {"Kent"}


def codes(text: str) -> list[str]:
    return [code for code, _ in found(text, people=directory())]


def test_a_route_for_an_area_is_for_the_districts_that_the_rules_watch() -> None:
    districts = "match: {areas: [East Kent, South Kent]}"
    assert codes(rule_file(routes=route(districts))) == []
    assert codes(rule_file(routes=route("match: {areas: Kent}"))) == []
    alone = "match: {areas: Kent, areas_themselves: true}"
    # One for the rule at each of its levels alike, and one for the route.
    assert codes(rule_file(routes=route(alone))) == ["LIM503", "LIM504"]


def test_an_area_itself_can_hold_what_lies_within_it() -> None:
    every = alert("areas: [district, area]")
    sections = """\
inhibitions:
  east-kent-folds-its-districts:
    while: {areas: East Kent%s}
    hold: {areas: East Kent}
    within: true
    reference: agreed
"""
    text = rule_file(alerts=every, routes=DESK)
    assert codes(text + sections % "") == ["LIM516"], "both sides fit East Kent and Swale alike"
    assert codes(text + sections % ", areas_themselves: true") == []


@pytest.mark.parametrize(
    ("scope", "words"),
    [
        (Scope(), "all areas"),
        (Scope(frozenset({"East Kent"})), "East Kent"),
        (Scope(frozenset({"East Kent"})).with_all_within(TREE), "East Kent and all within it"),
        (
            Scope(frozenset({"Kent", "Swale"})).with_all_within(TREE),
            "Kent and all within it",
        ),
        (
            Scope(frozenset({"East Kent", "Kent", "Thanet"})),
            "East Kent, Kent, Thanet",
        ),
        (Scope(frozenset({"Medway"})), "Medway"),
    ],
)
def test_areas_are_said_as_they_were_meant(scope: Scope, words: str) -> None:
    assert scope.in_words(TREE) == words
    place = "all alerts" if scope == Scope() else f"alerts in {words}"
    assert match_in_words(RouteMatch(scope=scope), TREE) == place
