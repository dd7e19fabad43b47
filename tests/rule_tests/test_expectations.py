"""Every kind of expectation: met by what is so, and a difference in plain words where it is not."""
# ruff: noqa: E501 - flow YAML on one line is the case

import pytest

from monitor.rule_tests.coverage import Part
from tests.support.rule_benches import CONTACTS, RULES, Bench, case

MET = """
- at: 2013-01-31
  ratings: [{indicator: open_cases, value: 10, rag: not rated, direction: unknown}]
  alerts: []
  told: []
- at: 2013-02-28
  ratings: [{value: 30, previous_value: 10, target: none, upper: none, direction: worsening}]
  alerts: [{state: pending, level: warning, since: 2013-02-28}]
  told: []
  not_told: [{because: the breach has not lasted long enough yet}]
- at: 2013-03-31
  alerts: [{level: critical, since: 2013-02-28, fired: 2013-03-31, health: ok, flapping: false}]
  told: [{who: district manager of Swale, kind: breach, because: route managers, on: 2013-03-31}]
  not_told: [{who: cleo}]
- at: 2013-05-31
  ratings: [{value: 18, period: 2013-04-30}, {value: 12, status: validated}]
  alerts: [{state: resolved}]
  told: [{who: [ada, ben], kind: recovered, because: they were told of the breach}]
"""


def test_what_is_so_is_no_difference(bench: Bench) -> None:
    assert bench.differences(case(MET)) == []


@pytest.mark.parametrize(
    ("expect", "said"),
    [
        ("ratings: [{value: 31}]", "the value of open_cases in Swale is 30, not 31"),
        ("ratings: [{value: c}]", "the value of open_cases in Swale is 30, not suppressed"),
        ("ratings: [{target: 5}]", "the target of open_cases in Swale is none, not 5"),
        ("ratings: [{rag: red}]", "the rating of open_cases in Swale is not rated, not red"),
        (
            "ratings: [{direction: steady}]",
            "the direction of travel of open_cases in Swale is worsening, not steady",
        ),
        (
            "ratings: [{status: provisional}]",
            "the status of open_cases in Swale is validated, not provisional",
        ),
        ("ratings: [{period: 2012-12-31, value: 1}]", "open_cases in Swale has no figure for 2012-12-31"),
        ("ratings: [{area: Thanet, value: 1}]", "open_cases in Thanet has no figure"),
        (
            "alerts: [{level: critical, state: pending}]",
            "the level of too-many-open in Swale is warning, not critical",
        ),
        ("alerts: [{}]", "the state of too-many-open in Swale is pending, not firing"),
        (
            "alerts: [{state: pending, since: 2013-01-31}]",
            "the first breach of too-many-open in Swale is 2013-02-28, not 2013-01-31",
        ),
        (
            "alerts: [{state: pending, fired: 2013-01-31}]",
            "the day of firing of too-many-open in Swale is none, not 2013-01-31",
        ),
        ("alerts: []", "too-many-open in Swale is pending (warning); no line of alerts says so"),
        (
            "not_told: [{because: it began and ended before limen saw it}]",
            "nobody was left untold because: it began and ended before limen saw it",
        ),
        ("told: [{who: ada}]", "ada is not told of too-many-open in Swale"),
    ],
)
def test_what_is_not_so_is_said(bench: Bench, expect: str, said: str) -> None:
    assert bench.differences(case(f"- at: 2013-02-28\n  {expect}")) == [said]


@pytest.mark.parametrize(
    ("expect", "said"),
    [
        (
            "told: [{who: ada}]",
            [
                "ben is told of too-many-open in Swale (breach) on 2013-03-31: route managers; no line of told says so",
            ],
        ),
        (
            "told: [{who: [ada, ben], kind: worsened}]",
            [
                "ada is told of too-many-open in Swale: breach, not worsened",
                "ben is told of too-many-open in Swale: breach, not worsened",
            ],
        ),
        (
            "told: [{who: [ada, ben], on: 2013-02-28}]",
            [
                "ada is told of too-many-open in Swale on 2013-03-31, not on 2013-02-28",
                "ben is told of too-many-open in Swale on 2013-03-31, not on 2013-02-28",
            ],
        ),
        (
            "told: [{who: district manager, because: route county}]",
            [
                "ada is told of too-many-open in Swale because: route managers, not: route county",
                "ben is told of too-many-open in Swale because: route managers, not: route county",
            ],
        ),
        (
            "told: [{who: [ada, ben, dora]}]",
            ["dora is not told of too-many-open in Swale"],
        ),
        (
            "not_told: [{who: ben}]",
            ["ben is told of too-many-open in Swale (breach) on 2013-03-31: route managers"],
        ),
    ],
)
def test_who_is_told_and_who_is_not_is_said(bench: Bench, expect: str, said: list[str]) -> None:
    assert bench.differences(case(f"- at: 2013-03-31\n  {expect}")) == said


@pytest.mark.parametrize(
    ("expect", "pointed_at"),
    [
        ("told: [{who: [ada, ben], on: 2013-02-28}]", "2013-02-28}"),
        ("told: [{who: [ada, ben], kind: worsened}]", "worsened}"),
        ("told: [{who: [ada, ben], as: digest}]", "digest}"),
        ("told: [{who: [ada, ben, dora]}]", "dora]"),
    ],
)
def test_what_is_not_so_is_shown_where_it_is_written(bench: Bench, expect: str, pointed_at: str) -> None:
    text = case(f"- at: 2013-03-31\n  {expect}")
    (result,) = bench.run(text).results
    for difference in result.differences:
        at = difference.span.position
        assert text.splitlines()[at.line - 1][at.column - 1 :].startswith(pointed_at)
    assert result.differences


def test_part_of_the_truth_is_enough_where_the_author_says_so(bench: Bench) -> None:
    found = bench.differences(
        """\
        tests:
          - name: two districts
            about: {alert: too-many-open}
            figures: [{area: [Swale, Thanet], from: 2013-01-31, values: [50, 50]}]
            expect:
              - at: 2013-02-28
                partial: true
                alerts: [{area: Swale, level: critical}]
                told: [{who: ada, area: Swale}]
        """
    )

    assert found == []


def test_told_counts_from_the_last_expectation_that_says_who_is_told(bench: Bench) -> None:
    expect = """
    - {at: 2013-01-31, told: []}
    - {at: 2013-03-31, alerts: [{level: critical}]}
    - at: 2013-05-31
      told:
        - {who: district manager, kind: recovered, on: 2013-05-31}
        - {who: district manager, kind: breach, on: 2013-03-31}
    """
    assert bench.differences(case(expect)) == []


def test_a_role_is_held_as_the_directory_has_it_on_that_day(bench: Bench) -> None:
    """Thanet's manager leaves on 1 August 2013; then nobody is, and routes find nobody either."""
    figures = "[{area: Thanet, from: 2013-06-30, values: [30, 30, 10, 30, 30]}]"
    expect = """
    - at: 2013-07-31
      told: [{who: district manager of Thanet, area: Thanet, kind: breach}]
    - at: 2013-10-31
      told: [{who: cleo, area: Thanet, kind: recovered}, {who: operations, area: Thanet, kind: breach}]
    """
    assert bench.differences(case(expect, figures)) == []


def test_a_person_may_be_named_where_a_role_is_held_by_nobody(bench: Bench) -> None:
    figures = "[{area: Thanet, from: 2013-09-30, values: [30, 30]}]"
    expect = "- {at: 2013-10-31, told: [{who: district manager of Thanet, area: Thanet}], partial: true}"

    assert bench.differences(case(expect, figures)) == [
        "nobody holds “district manager of Thanet” on 2013-10-31"
    ]


def test_figures_are_known_when_the_author_says(bench: Bench) -> None:
    figures = "[{from: 2013-01-31, values: [30, 30], known: 10 working days after}]"
    expect = """
    - {at: 2013-02-13, alerts: []}
    - {at: 2013-02-14, alerts: [{state: pending}]}
    - {at: 2013-03-13, alerts: [{state: pending}]}
    - {at: 2013-03-14, alerts: [{level: warning}]}
    """
    assert bench.differences(case(expect, figures)) == []


@pytest.mark.parametrize("known", ["2013-03-05", "5 days after"])
def test_figures_may_come_together_or_late(bench: Bench, known: str) -> None:
    figures = f"[{{from: 2013-01-31, values: [30, 30], known: {known}}}]"
    expect = """
    - {at: 2013-03-04, partial: true, alerts: [], told: []}
    - {at: 2013-03-05, alerts: [{level: warning, since: 2013-01-31}], told: [{who: district manager}]}
    """
    assert bench.differences(case(expect, figures)) == []


def test_a_restated_figure_is_judged_again_on_its_day(bench: Bench) -> None:
    figures = (
        "[{from: 2013-01-31, values: [30, 30], status: provisional, "
        "revise: {period: 2013-01-31, value: 10, status: validated, on: 2013-03-20}}]"
    )
    expect = """
    - {at: 2013-02-28, ratings: [{period: 2013-01-31, value: 30, status: provisional}], alerts: [{level: warning}]}
    - at: 2013-03-20
      ratings: [{period: 2013-01-31, value: 10, status: validated}]
      alerts: [{state: pending, since: 2013-02-28}]
      told: [{who: district manager, kind: breach}, {who: district manager, kind: pending}]
    """
    assert bench.differences(case(expect, figures)) == []


def test_a_ratio_is_worked_out_from_its_parts_and_again_when_one_is_changed(bench: Bench) -> None:
    figures = (
        "[{indicator: cases_in_time, area: Kent, from: 2013-03-31, numerator: [79, 90x1], denominator: 100x2, "
        "revise: [{period: 2013-03-31, numerator: 80, on: 2013-04-10}]}]"
    )
    expect = """
    - at: 2013-03-31
      partial: true
      ratings: [{indicator: cases_in_time, area: Kent, value: 79.0, rag: red}]
      alerts: [{alert: late-cases, area: Kent, level: critical}]
      told: [{who: [area director of East Kent, ben], alert: late-cases, area: Kent}]
    - {at: 2013-04-10, ratings: [{indicator: cases_in_time, area: Kent, value: 80, rag: amber}]}
    - {at: 2013-09-30, ratings: [{indicator: cases_in_time, area: Kent, value: 90, rag: green, previous_rag: green}]}
    """
    found = bench.differences(case(expect, figures))

    assert found == ["dora (area director of East Kent) is not told of late-cases in Kent"]


def test_a_rule_ends_on_its_day_though_no_figure_comes(bench: Bench) -> None:
    figures = "[{indicator: cases_in_time, area: Kent, values: {2013-09-30: 70}}]"
    expect = """
    - {at: 2013-11-14, alerts: [{alert: late-cases, area: Kent}], told: [{who: ben, alert: late-cases, area: Kent}]}
    - at: 2013-11-20
      alerts: [{alert: late-cases, area: Kent, state: resolved}]
      told: [{who: ben, alert: late-cases, area: Kent, kind: closed, on: 2013-11-15}]
    """
    assert bench.differences(case(expect, figures)) == []


def test_one_test_does_not_see_what_another_did(bench: Bench) -> None:
    one = case("- {at: 2013-03-31, alerts: [{level: critical}]}", "[{from: 2013-02-28, values: [50, 50]}]")
    other = one.replace("tests:\n", "").replace("a case", "another")

    outcome = bench.run(one + other)

    assert [result.differences for result in outcome.results] == [(), ()]


def test_a_file_may_bring_its_own_people(bench: Bench) -> None:
    people = """\
people:
  zoe: {name: Zoe, address: zoe@kent.example}
roles:
  - {role: district manager, area: Swale, people: zoe}
operations: zoe
"""
    expect = "- {at: 2013-03-31, told: [{who: district manager of Swale}, {who: zoe}], partial: true}"

    found = bench.differences(people + case(expect))

    assert found == ["zoe is not told of too-many-open in Swale"]


LATE_RULES = RULES.replace(
    "    source: a test\n  cases", "    source: a test\n    expected_within: 5 working days\n  cases", 1
)


def test_a_figure_that_does_not_come_is_told_on_the_day_after_it_was_due(bench: Bench) -> None:
    assert LATE_RULES != RULES
    (bench.rules / "cases.yaml").write_text(LATE_RULES, encoding="utf-8")
    contacts = bench.config / "contacts.yaml"
    owner = "  - {role: data owner, area: Kent, people: dora}\noperations"
    contacts.write_text(CONTACTS.replace("operations", owner, 1), encoding="utf-8")
    figures = "[{values: {2013-01-31: 10}}, {values: {2013-02-28: 12}, known: 2013-03-20}]"
    expect = """
    - {at: 2013-03-07, alerts: [], told: []}
    - at: 2013-03-19
      alerts: [{alert: late:open_cases, since: 2013-02-28, fired: 2013-03-07}]
      told: [{who: data owner of Kent, alert: late:open_cases, kind: late, because: they own the data, on: 2013-03-08}]
    - at: 2013-03-20
      alerts: [{alert: late:open_cases, state: resolved}]
      told: [{who: dora, alert: late:open_cases, kind: arrived}]
    """
    outcome = bench.run(case(expect, figures))

    assert [each.message for result in outcome.results for each in result.differences] == []
    assert outcome.problems == ()
    assert outcome.coverages["rules"].of_part(Part.LATE).percent == 100


def test_a_late_figure_that_nobody_expects_is_said(bench: Bench) -> None:
    (bench.rules / "cases.yaml").write_text(LATE_RULES, encoding="utf-8")
    outcome = bench.run(case("- {at: 2013-03-30, alerts: []}", "[{values: {2013-01-31: 10}}]"))
    (difference,) = outcome.results[0].differences

    assert difference.message == "late:open_cases in Swale is firing; no line of alerts says so"
    assert difference.context == ("the figure of 2013-02-28 was due on 2013-03-07",)
