"""What when:, remind:, escalate:, inhibitions:, maintenance: and plausible: become."""

from datetime import date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.areas import AreaType
from monitor.core.dated import Scope
from monitor.core.positions import Position
from monitor.core.rulebook import (
    Escalation,
    Inhibition,
    Level,
    Maintenance,
    Plausibility,
    Route,
    RouteMatch,
    RouteTarget,
    Rulebook,
    Same,
)
from monitor.core.windows import AT_ONCE, OFFICE_HOURS, Days, Digest, Reminders, Timing, Window, week_days
from tests.support.rule_texts import (
    ALERT,
    INDICATOR,
    alert,
    areas,
    directory,
    indicator,
    loaded,
    route,
    rule_file,
)

MONDAYS = week_days(("Monday",))
SUNDAYS = week_days(("Sunday",))


def rulebook(text: str) -> Rulebook:
    outcome = loaded(text, people=directory())
    assert not outcome.problems, [str(problem) for problem in outcome.problems]
    assert outcome.rulebook is not None
    return outcome.rulebook


def the_route(changes: str) -> Route:
    (found,) = rulebook(
        rule_file(alerts=alert("levels: {warning: value > 85}"), routes=route(changes))
    ).routes
    return found


@pytest.mark.parametrize(
    ("written", "timing"),
    [
        ("at once", AT_ONCE),
        ("working hours", OFFICE_HOURS),
        (
            "{days: working days, from: '09:00', until: '17:00'}",
            Window(Days.WORKING_DAYS, time(9), time(17)),
        ),
        ("{from: 08:00, until: 18:00}", OFFICE_HOURS),
        ('{days: every day, from: "00:00", until: 24:00}', Window(Days.EVERY_DAY, time(0), None)),
        (
            "{days: [Saturday, Monday], from: 06:30, until: 23:59}",
            Window(week_days(("Monday", "Saturday")), time(6, 30), time(23, 59)),
        ),
        ("{days: Monday, from: 06:30, until: 07:00}", Window(MONDAYS, time(6, 30), time(7))),
        ("{digest: daily, at: 08:00}", Digest(Days.WORKING_DAYS, time(8))),
        ("{digest: daily, days: every day, at: 17:05}", Digest(Days.EVERY_DAY, time(17, 5))),
        ("{digest: daily, days: [Monday], at: 08:00}", Digest(MONDAYS, time(8))),
        ("{digest: weekly, on: Monday, at: 08:00}", Digest(MONDAYS, time(8), working_days_only=True)),
        ("{digest: weekly, on: Sunday, at: 08:00}", Digest(SUNDAYS, time(8))),
    ],
)
def test_when_news_is_told(written: str, timing: Timing) -> None:
    assert the_route(f"when: {written}").timing == timing


def test_a_route_that_says_nothing_tells_at_once_and_only_once() -> None:
    found = the_route("")
    assert (found.timing, found.reminders, found.escalations) == (AT_ONCE, None, ())


@given(st.times().map(lambda at: at.replace(second=0, microsecond=0)), st.booleans())
def test_any_minute_of_the_day_is_read_with_and_without_quotation_marks(at: time, quoted: bool) -> None:
    mark = '"' if quoted else ""
    found = the_route(f"when: {{digest: daily, at: {mark}{at:%H:%M}{mark}}}")
    assert found.timing == Digest(Days.WORKING_DAYS, at)


@pytest.mark.parametrize(
    ("written", "reminders"),
    [
        ("5 working days", Reminders(5)),
        ("1 working day", Reminders(1, factor=2, longest=20, at_most=None)),
        ("{after: 5 working days}", Reminders(5)),
        (
            "{after: 2 working days, factor: 1, longest: 10 working days, at_most: 3}",
            Reminders(2, factor=1, longest=10, at_most=3),
        ),
    ],
)
def test_how_often_people_are_told_again(written: str, reminders: Reminders) -> None:
    assert the_route(f"remind: {written}").reminders == reminders


def test_who_is_told_as_well_when_nobody_acknowledges() -> None:
    found = the_route(
        """
        escalate:
          - {after: 5 working days, to: director}
          - after: 10 working days
            to: [{person: dai}, {person: ada}]
        """
    )
    assert found.escalations == (
        Escalation(
            5,
            (RouteTarget("director", None, Position("rules.yaml", 24, 37)),),
            Position("rules.yaml", 24, 10),
        ),
        Escalation(
            10,
            (
                RouteTarget(None, "dai", Position("rules.yaml", 26, 23)),
                RouteTarget(None, "ada", Position("rules.yaml", 26, 38)),
            ),
            Position("rules.yaml", 25, 9),
        ),
    )


def test_an_inhibition() -> None:
    text = """\
inhibitions:
  critical-first:
    while: {levels: critical, themes: assessments}
    hold: {levels: warning, areas: [district, Kent]}
    same: [theme, indicator]
    within: true
    reference: agreed
"""
    rules = alert() + alert("areas: county", id="county-too")
    (found,) = rulebook(rule_file(alerts=rules, routes=route("to: director")) + text).inhibitions
    assert found == Inhibition(
        id="critical-first",
        source=RouteMatch(levels=frozenset({Level.CRITICAL}), themes=frozenset({"assessments"})),
        target=RouteMatch(
            levels=frozenset({Level.WARNING}),
            scope=Scope(frozenset(areas().by_name), frozenset({AreaType.DISTRICT})),
        ),
        same=frozenset({Same.INDICATOR, Same.THEME}),
        within=True,
        reference="agreed",
        position=found.position,
    )
    assert found.position.column == 3


def test_an_inhibition_needs_nothing_in_common_unless_it_says_so() -> None:
    text = "inhibitions: {x: {while: {levels: critical}, hold: {levels: warning}, reference: r}}\n"
    (found,) = rulebook(rule_file() + text).inhibitions
    assert (found.same, found.within) == (frozenset(), False)


def test_a_time_of_maintenance_is_on_the_wall_clock() -> None:
    text = (
        "maintenance:\n  change-of-system:\n    match: {indicators: open_assessments}\n"
        "    from: 2013-11-15 18:00\n    until: '2013-11-18 08:00'\n    reference: the plan\n"
    )
    (found,) = rulebook(rule_file() + text).maintenance
    assert found == Maintenance(
        "change-of-system",
        RouteMatch(indicators=frozenset({INDICATOR})),
        datetime(2013, 11, 15, 18),  # noqa: DTZ001 - the clock on the wall
        datetime(2013, 11, 18, 8),  # noqa: DTZ001 - the clock on the wall
        "the plan",
        found.position,
    )


@pytest.mark.parametrize(
    ("written", "plausibility"),
    [
        ("{jump: 30}", Plausibility(jump=30_000_000)),
        ("{falls_to_zero_from: 20}", Plausibility(falls_to_zero=20_000_000)),
        ("{missing_areas: true}", Plausibility(missing_areas=True)),
        (
            "{jump: 12.5, falls_to_zero_from: 20, missing_areas: true, wait: 3 working days}",
            Plausibility(12_500_000, 20_000_000, missing_areas=True, wait=3),
        ),
    ],
)
def test_when_a_figure_is_doubtful(written: str, plausibility: Plausibility) -> None:
    book = rulebook(rule_file(indicator(f"plausible: {written}")))
    assert book.indicators[INDICATOR].plausibility == plausibility


def test_no_alert_is_judged_anew_because_of_what_concerns_the_telling_alone() -> None:
    plain = rulebook(rule_file(alerts=alert("levels: {warning: value > 85}")))
    more = rulebook(
        rule_file(
            indicator("plausible: {jump: 30}"),
            alert("levels: {warning: value > 85}"),
            route("when: working hours\nremind: 5 working days"),
        )
        + "maintenance: {x: {from: 2013-11-15 18:00, until: 2013-11-18 08:00, reference: r}}\n"
    )
    assert more.fingerprints == plain.fingerprints
    assert set(more.fingerprints) == {INDICATOR, ALERT}
    assert more.version != plain.version


def test_what_is_over_and_who_will_be_missing_is_not_looked_at_without_a_day() -> None:
    over = "maintenance: {x: {from: 2013-11-15 18:00, until: 2013-11-18 08:00, reference: r}}\n"
    assert rulebook(rule_file() + over).maintenance
    assert [each.code for each in loaded(rule_file() + over, today=date(2014, 1, 1)).problems] == ["LIM519"]
