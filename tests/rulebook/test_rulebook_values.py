"""What sound rule files become."""

from dataclasses import replace
from datetime import date

import pytest

from monitor.core.areas import AreaType
from monitor.core.dated import EVERYWHERE, Scope
from monitor.core.periods import Basis, Frequency
from monitor.core.positions import Position
from monitor.core.rulebook import (
    DirectionMethod,
    DirectionRule,
    Indicator,
    Level,
    Limits,
    Polarity,
    Retirement,
    RouteMatch,
    Rulebook,
)
from tests.support.rule_texts import ALERT, INDICATOR, alert, areas, indicator, loaded, route, rule_file


def rulebook(text: str) -> Rulebook:
    outcome = loaded(text)
    assert not outcome.problems, [str(problem) for problem in outcome.problems]
    assert outcome.rulebook is not None
    return outcome.rulebook


def the_indicator(changes: str) -> Indicator:
    return rulebook(rule_file(indicator(changes))).indicators[INDICATOR]


def test_an_indicator_with_nothing_but_what_is_needed_has_the_defaults() -> None:
    found = the_indicator("")
    assert (found.title, found.theme, found.unit) == (
        "Assessments open too long",
        "assessments",
        "assessments",
    )
    assert (found.scale, found.decimals, found.counts_people) == (None, 0, True)
    assert (found.basis, found.frequency) == (Basis.SNAPSHOT, Frequency.MONTHLY)
    assert found.polarity is Polarity.LOWER_IS_BETTER
    assert found.direction == DirectionRule(DirectionMethod.LAST_PERIOD, 2)
    assert (found.targets, found.limits, found.rag, found.retirement) == ((), (), (), None)
    assert found.position == Position("rules.yaml", 2, 3)


@pytest.mark.parametrize(
    ("changes", "scale"),
    [
        ("unit: percent", 100),
        ("unit: per 10,000 aged 0-17", 10_000),
        ("unit: children", None),
        ("unit: per 1,000 aged 0-17\nscale: 1000", 1000),
    ],
)
def test_the_scale_follows_the_unit_unless_it_is_given(changes: str, scale: int | None) -> None:
    text = rule_file(indicator(changes), alerts=alert("levels: {warning: value > 85}"))
    assert rulebook(text).indicators[INDICATOR].scale == scale


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("no", "no"),
        ("off", "off"),
        ("012", "012"),
        ("1:30", "1:30"),
        ("'null'", "null"),
        ("2012-04-01", "2012-04-01"),
    ],
)
def test_words_that_yaml_reads_as_something_else_stay_the_words_they_are(word: str, said: str) -> None:
    assert the_indicator(f"title: {word}").title == said


def test_a_folded_text_is_one_line() -> None:
    assert the_indicator("title: >\n  Assessments\n  open   too long\n").title == "Assessments open too long"


@pytest.mark.parametrize("written", ["2013-04-01", "'2013-04-01'", '"2013-04-01"'])
def test_quoted_and_unquoted_dates_are_the_same(written: str) -> None:
    found = the_indicator(f"targets: [{{from: {written}, value: 90, reference: r}}]")
    assert found.targets[0].start == date(2013, 4, 1)


@pytest.mark.parametrize(
    ("written", "millionths"),
    [("8.1", 8_100_000), ("-0.5", -500_000), ("0", 0), ("34.9", 34_900_000), ("'90'", 90_000_000)],
)
def test_numbers_are_exact(written: str, millionths: int) -> None:
    found = the_indicator(f"decimals: 1\ntargets: [{{from: 2013-04-01, value: {written}, reference: r}}]")
    assert found.targets[0].value == millionths


def test_an_open_entry_ends_where_the_next_of_the_same_areas_begins() -> None:
    found = the_indicator(
        """
        targets:
          - {from: 2014-04-01, areas: county, value: 3, reference: third}
          - {from: 2012-04-01, areas: county, value: 1, reference: first}
          - {from: 2013-04-01, areas: [Swale, area], value: 2, reference: second}
        """
    )
    assert [(entry.value, entry.start, entry.until) for entry in found.targets] == [
        (1_000_000, date(2012, 4, 1), date(2014, 4, 1)),
        (2_000_000, date(2013, 4, 1), None),
        (3_000_000, date(2014, 4, 1), None),
    ]
    assert [entry.reference for entry in found.targets] == ["first", "second", "third"]
    assert found.targets[1].scope == Scope(frozenset({"Swale"}), frozenset({AreaType.AREA}))
    assert found.targets[0].position == Position("rules.yaml", 14, 10)


def test_limits_may_have_one_side_only() -> None:
    found = the_indicator(
        "decimals: 1\n"
        "limits:\n"
        "- {from: 2012-04-01, lower: 20.5, reference: r}\n"
        "- {from: 2013-04-01, lower: 1, upper: 2, reference: r}\n"
    )
    assert [entry.value for entry in found.limits] == [Limits(20_500_000, None), Limits(1_000_000, 2_000_000)]
    assert found.limits[0].scope == EVERYWHERE


def test_rebases_are_days_for_areas() -> None:
    found = the_indicator(
        "rebases:\n"
        "  - {from: 2013-12-09, areas: district, reference: Liberi}\n"
        "  - {from: 2012-04-01, reference: new}"
    )
    assert [(each.start, each.until, each.scope) for each in found.rebases] == [
        (date(2012, 4, 1), None, EVERYWHERE),
        (date(2013, 12, 9), None, Scope(types=frozenset({AreaType.DISTRICT}))),
    ]


def test_bands_direction_and_retirement_are_read() -> None:
    text = rule_file(
        indicator(
            """
            polarity: close to target
            counts_people: false
            targets: [{from: 2012-04-01, value: 10, reference: r}]
            rag:
              - from: 2012-04-01
                green: 8 <= value <= target
                amber: 6 <= value <= 12
                reference: "Quarterly report: Q3"
            direction: {method: regression, figures: 6}
            retired: {on: 2013-11-15, superseded_by: others}
            """
        )
        + indicator("rag: [{from: 2013-11-15, green: value <= 5, reference: r}]", id="others"),
        alerts=alert("effective: {until: 2013-11-15}"),
    )
    found = rulebook(text).indicators[INDICATOR]
    bands = found.rag[0].value
    assert (str(bands.green), str(bands.amber), bands.red) == (
        "8 <= value <= target",
        "6 <= value <= 12",
        None,
    )
    assert found.rag[0].reference == "Quarterly report: Q3"
    assert found.direction == DirectionRule(DirectionMethod.REGRESSION, 6)
    assert found.retirement == Retirement(date(2013, 11, 15), "others")
    assert not found.counts_people


def test_an_alert_rule_is_read_with_its_overrides_merged_over_it() -> None:
    text = rule_file(
        alerts=alert(
            """
            effective: {from: 2012-04-01, until: 2013-11-15, superseded_by: single-assessments}
            levels:
              critical: value > 100
              warning: value > 85
            recover: value <= 80
            for: 2 periods
            overrides:
              swale:
                levels: {critical: value > 90, info: value > 81}
              Shepway: {for: 1 period, recover: value <= 70}
            """
        )
        + alert(id="single-assessments")
    )
    rule = rulebook(text).alerts[ALERT]
    assert (rule.start, rule.retirement) == (
        date(2012, 4, 1),
        Retirement(date(2013, 11, 15), "single-assessments"),
    )
    assert rule.scope == Scope(types=frozenset({AreaType.DISTRICT}))
    assert [level.level for level in rule.thresholds.levels] == [Level.WARNING, Level.CRITICAL]
    assert rule.thresholds.levels[1].position == Position("rules.yaml", 18, 17)
    assert (str(rule.thresholds.recover), rule.thresholds.periods) == ("value <= 80", 2)
    swale = rule.thresholds_for(areas()["Swale"])
    assert [(level.level, str(level.condition)) for level in swale.levels] == [
        (Level.INFO, "value > 81"),
        (Level.WARNING, "value > 85"),
        (Level.CRITICAL, "value > 90"),
    ]
    assert (str(swale.recover), swale.periods) == ("value <= 80", 2)
    shepway = rule.overrides["Folkestone and Hythe"]
    assert (shepway.periods, str(shepway.recover)) == (1, "value <= 70")
    assert shepway.levels == rule.thresholds.levels


@pytest.mark.parametrize(
    ("written", "scope"),
    [
        ("all", EVERYWHERE),
        ("[all]", EVERYWHERE),
        ("county", Scope(types=frozenset({AreaType.COUNTY}))),
        ("[county, Swale, 'E07000114']", Scope(frozenset({"Swale", "Thanet"}), frozenset({AreaType.COUNTY}))),
        ("shepway", Scope(frozenset({"Folkestone and Hythe"}))),
    ],
)
def test_areas_are_kinds_names_codes_and_aliases(written: str, scope: Scope) -> None:
    assert rulebook(rule_file(alerts=alert(f"areas: {written}"))).alerts[ALERT].scope == scope


def test_a_route_matches_by_single_words_and_lists_and_tells_roles_and_people() -> None:
    text = rule_file(
        routes=route()
        + route(
            """
            match:
              areas: [district, East Kent]
              indicators: open_assessments
              themes: assessments
              levels: [warning, critical]
            to: [district manager, {person: ada}]
            """,
            id="more",
        )
    )
    first, second = rulebook(text).routes
    assert first.match == RouteMatch()
    assert second.match == RouteMatch(
        indicators=frozenset({"open_assessments"}),
        themes=frozenset({"assessments"}),
        levels=frozenset({Level.WARNING, Level.CRITICAL}),
        scope=Scope(frozenset({"East Kent", "Swale", "Thanet"}), frozenset({AreaType.DISTRICT})),
    )
    assert [(target.role, target.person) for target in second.to] == [
        ("district manager", None),
        (None, "ada"),
    ]


def test_warnings_alone_do_not_withhold_the_rulebook() -> None:
    outcome = loaded({"a.yaml": rule_file(), "b.yaml": "# nothing yet\n"})
    assert [problem.code for problem in outcome.problems] == ["LIM109"]
    assert outcome.rulebook is not None


def test_a_fingerprint_changes_with_what_a_judgement_depends_on_and_with_nothing_else() -> None:
    original = rulebook(rule_file())

    def changed(text: str) -> set[str]:
        other = rulebook(text).fingerprints
        return {key for key, value in original.fingerprints.items() if other.get(key) != value}

    assert changed("# moved down\n" + rule_file(indicator("title: Other\nsource: Mosaic"))) == set()
    assert (
        changed(
            rule_file(alerts=alert("levels: {warning: (value>85), critical: value >  100}\naction: Other."))
        )
        == set()
    )
    assert changed(rule_file(alerts=alert("levels: {warning: value > 86, critical: value > 100}"))) == {ALERT}
    assert changed(rule_file(alerts=alert("for: 2 periods"))) == {ALERT}
    assert changed(rule_file(alerts=alert("overrides: {Swale: {for: 2 periods}}"))) == {ALERT}
    assert changed(rule_file(indicator("basis: month"))) == {INDICATOR, ALERT}
    assert changed(rule_file(indicator("targets: [{from: 2013-04-01, value: 9, reference: r}]"))) == {
        INDICATOR,
        ALERT,
    }
    assert changed(rule_file(routes=route("to: director"))) == set()


def test_the_version_is_that_of_the_contents_wherever_they_are() -> None:
    one = rulebook(rule_file())
    assert one.version == rulebook(rule_file()).version
    assert one.version != rulebook(rule_file() + "\n").version
    assert len(one.version) == 64
    moved = loaded({"other.yaml": rule_file()}).rulebook
    assert moved is not None
    assert moved.version != one.version
    assert moved.fingerprints == one.fingerprints


def test_positions_are_all_that_tells_two_readings_of_moved_lines_apart() -> None:
    one, other = (
        rulebook(rule_file()).indicators[INDICATOR],
        rulebook("\n\n" + rule_file()).indicators[INDICATOR],
    )
    assert one != other
    assert replace(other, position=one.position) == one
