"""What tests reach: only what an expectation that was met looked at."""

import pytest

from monitor.rule_tests.coverage import Part
from tests.support.rule_benches import RULES, Bench, case

ALL = """\
tests:
  - name: Swale and Thanet
    about: {alert: too-many-open}
    figures:
      - {area: Swale, from: 2013-01-31, values: [30, 30, 50, 15]}
      - {area: Thanet, from: 2013-01-31, values: [70, 70, 30, 15]}
    expect:
      - at: 2013-01-31
        alerts: [{area: [Swale, Thanet], state: pending}]
      - at: 2013-02-28
        alerts: [{area: Swale, level: warning}, {area: Thanet, level: critical}]
        told: [{area: [Swale, Thanet], who: district manager}]
      - {at: 2013-03-31, partial: true, alerts: [{area: Swale, level: critical}]}
      - {at: 2013-04-30, alerts: [{area: [Swale, Thanet], state: resolved}]}
  - name: Kent
    about: {alert: late-cases, area: Kent}
    people: {}
    figures: [{values: {2013-03-31: 90, 2013-06-30: 85, 2013-09-30: 70}}]
    expect:
      - {at: 2013-03-31, ratings: [{rag: green}]}
      - {at: 2013-06-30, ratings: [{rag: amber}]}
      - at: 2013-09-30
        ratings: [{rag: red}]
        alerts: [{level: critical}]
        told: [{who: [ben, dora]}]
      - {at: 2013-11-15, alerts: [{state: resolved}]}
""".replace("    people: {}\n", "")


def unreached(made: Bench, text: str) -> list[str]:
    outcome = made.run(text)
    assert outcome.readable, [str(each) for each in outcome.problems]
    assert outcome.failed == (), [each.differences for each in outcome.failed]
    return [f"{item.part} {item.of} {item.what}".strip() for item in outcome.coverages["rules"].unreached]


@pytest.fixture(name="whole")
def _whole(bench: Bench) -> Bench:
    """Dora directs all of Kent here."""
    contacts = bench.config / "contacts.yaml"
    text = contacts.read_text(encoding="utf-8").replace("area: East Kent", "area: Kent")
    contacts.write_text(text, encoding="utf-8")
    return bench


def test_everything_there_is_can_be_reached(whole: Bench) -> None:
    assert unreached(whole, ALL) == []


@pytest.mark.parametrize(
    ("taken_out", "put_in", "missed"),
    [
        ("{area: Swale, level: warning}", "{area: Swale}", ["level too-many-open warning"]),
        ("{area: Thanet, level: critical}", "{area: Thanet}", ["level too-many-open critical in Thanet"]),
        ("alerts: [{area: Swale, level: critical}]", "told: []", ["level too-many-open critical"]),
        ("alerts: [{area: [Swale, Thanet], state: pending}]", "told: []", ["for too-many-open 2 periods"]),
        (
            "{at: 2013-04-30, alerts: [{area: [Swale, Thanet], state: resolved}]}",
            "{at: 2013-04-30, alerts: []}",
            ["recover too-many-open value <= 15"],
        ),
        ("ratings: [{rag: green}]", "ratings: [{value: 90}]", ["band cases_in_time green"]),
        ("alerts: [{state: resolved}]", "alerts: []", ["until late-cases 2013-11-15"]),
        (
            "told: [{who: [ben, dora]}]",
            "alerts: [{}]",
            ["route county person ben", "route county area director"],
        ),
        ("who: [ben, dora]", "who: dora", ["route county person ben"]),
    ],
)
def test_what_no_expectation_looks_at_is_not_reached(
    whole: Bench, taken_out: str, put_in: str, missed: list[str]
) -> None:
    assert taken_out in ALL
    text = (
        ALL.replace("alerts: [{level: critical}]\n        told", "told") if "alerts: [{}]" in put_in else ALL
    )
    text = text.replace(taken_out, put_in)
    if put_in == "who: dora":
        text = text.replace("told: [{who: dora}]", "partial: true\n        told: [{who: dora}]")

    found = unreached(whole, text)

    assert set(missed) <= set(found)
    assert set(found) <= {*missed, "level late-cases critical"}


def test_an_expectation_that_is_not_met_reaches_nothing(bench: Bench) -> None:
    outcome = bench.run(case("- {at: 2013-05-31, alerts: [{level: critical}]}"))

    assert outcome.failed
    assert outcome.coverages["rules"].reached == frozenset()
    assert outcome.percent == 0


def test_an_overrides_own_recovery_and_duration_are_items_of_their_own(bench: Bench) -> None:
    rules = bench.rules / "cases.yaml"
    own = "levels: {critical: value > 60}\n        recover: value <= 5\n        for: 3 periods"
    rules.write_text(RULES.replace("levels: {critical: value > 60}", own), encoding="utf-8")
    items = bench.run(case("- {at: 2013-05-31, alerts: []}")).coverages["rules"].items

    named = {f"{item.part} {item.what}" for item in items if item.of == "too-many-open"}
    assert named == {
        *("level warning", "level critical", "level critical in Thanet"),
        *("recover value <= 15", "recover value <= 5 in Thanet", "for 2 periods", "for 3 periods in Thanet"),
    }


def test_flapping_is_reached_where_it_was_expected(bench: Bench) -> None:
    rules = bench.rules / "cases.yaml"
    text = RULES.replace("    for: 2 periods\n", "    flapping: {figures: 5, high: 40, low: 10}\n")
    rules.write_text(text, encoding="utf-8")
    figures = "[{from: 2013-01-31, values: [30, 10, 30, 10, 30, 10, 30]}]"
    expect = "- {at: 2013-07-31, alerts: [{flapping: true, level: warning}]}"

    coverage = bench.run(case(expect, figures)).coverages["rules"]

    assert coverage.of_part(Part.FLAPPING).percent == 100


def test_the_percentage_counts_every_item_alike(whole: Bench) -> None:
    outcome = whole.run(ALL)

    assert outcome.percent == 100
    assert sum(len(outcome.coverages["rules"].of_part(part).items) for part in Part) == len(
        outcome.coverages["rules"].items
    )
