"""What an edit changed, in the words of the rule files."""

import pytest

from monitor.core.areas import AreaTree
from monitor.core.rulebook import Rulebook
from monitor.rulebook.differences import Edit, differences
from monitor.rulebook.loader import read_rulebook
from tests.support.rules import AREAS, EAST_KENT, KENT, SWALE, THANET

RULES = """\
indicators:
  plans:
    title: Children subject to a plan
    theme: plans
    unit: children
    decimals: 0
    basis: snapshot
    frequency: monthly
    polarity: lower is better
    source: ICS
    definition: Plans on the day.
    targets:
      - {from: 2012-04-01, value: 40, reference: a report}
      - {from: 2013-04-01, value: 37.5, reference: another report}
    rag:
      - {from: 2012-04-01, green: value <= target, amber: value <= target * 1.1, reference: a report}
    limits:
      - {from: 2012-04-01, lower: 20, upper: 60, reference: a report}
alerts:
  too-many:
    title: Too many plans
    indicator: plans
    areas: district
    effective: {from: 2012-04-01}
    levels:
      warning: value > 45
      critical: value > 50
    recover: value <= 42
    for: 2 periods
    overrides:
      Thanet: {levels: {critical: value > 70}}
    action: Look.
    reference: a report
routes:
  managers:
    match: {areas: district}
    to: [district manager]
"""


def book(text: str = RULES, areas: AreaTree = AREAS) -> Rulebook:
    loaded = read_rulebook({"rules.yaml": text.encode()}, areas=areas)
    assert loaded.rulebook is not None, loaded.problems
    return loaded.rulebook


def edited(before: str, after: str) -> list[tuple[str, str, str, str | None, str | None]]:
    assert RULES.count(before) == 1
    found = differences(book(), book(RULES.replace(before, after)), AREAS)
    assert all(each.edit is Edit.EDITED for each in found)
    return [(each.kind, each.id, part.part, part.old, part.new) for each in found for part in each.parts]


@pytest.mark.parametrize(
    ("before", "after", "parts"),
    [
        ("critical: value > 50", "critical: value > 48", [("critical", "value > 50", "value > 48")]),
        (
            "      warning: value > 45\n",
            "",
            [("warning", "value > 45", None), ("Thanet: warning", "value > 45", None)],
        ),
        (
            "warning: value > 45",
            "info: value > 43\n      warning: value > 45",
            [("info", None, "value > 43"), ("Thanet: info", None, "value > 43")],
        ),
        (
            "    recover: value <= 42\n",
            "",
            [("recover", "value <= 42", None), ("Thanet: recover", "value <= 42", None)],
        ),
        (
            "for: 2 periods",
            "for: 1 period",
            [("for", "2 periods", "1 period"), ("Thanet: for", "2 periods", "1 period")],
        ),
        (
            "areas: district\n    effective",
            "areas: [Swale, Canterbury]\n    effective",
            [("areas", "district", "Canterbury, Swale")],
        ),
        ("{from: 2012-04-01}", "{from: 2012-05-01}", [("from", "2012-04-01", "2012-05-01")]),
        (
            "{from: 2012-04-01}",
            "{from: 2012-04-01, until: 2014-01-01}",
            [("retired", None, "on 2014-01-01")],
        ),
        (
            "{critical: value > 70}",
            "{critical: value > 60}",
            [("Thanet: critical", "value > 70", "value > 60")],
        ),
        ("action: Look.", "action: Look twice.", [("action", "Look.", "Look twice.")]),
    ],
)
def test_an_alert_rules_edit_is_shown_part_by_part(
    before: str, after: str, parts: list[tuple[str, str | None, str | None]]
) -> None:
    assert [part[2:] for part in edited(before, after)] == parts


@pytest.mark.parametrize(
    ("before", "after", "parts"),
    [
        ("value: 37.5", "value: 36", [("targets from 2013-04-01", "37.5", "36")]),
        (
            "amber: value <= target * 1.1",
            "amber: value <= target * 1.2",
            [("rag from 2012-04-01, amber", "value <= target * 1.1", "value <= target * 1.2")],
        ),
        ("upper: 60", "upper: 65", [("limits from 2012-04-01, upper", "60", "65")]),
        ("polarity: lower is better", "polarity: none", [("polarity", "lower is better", "none")]),
        (
            "reference: another report",
            "reference: a third",
            [("targets from 2013-04-01, reference", "another report", "a third")],
        ),
    ],
)
def test_an_indicators_edit_is_shown_part_by_part(
    before: str, after: str, parts: list[tuple[str, str | None, str | None]]
) -> None:
    assert [part[2:] for part in edited(before, after)] == parts


def test_an_area_that_gets_limits_of_its_own_is_shown_with_those_it_had() -> None:
    own = "      Swale: {levels: {critical: value > 46}}\n      Thanet:"

    assert [part[2:] for part in edited("      Thanet:", own)] == [
        ("Swale: critical", "value > 50", "value > 46")
    ]


def test_a_route_is_shown_with_whom_it_tells() -> None:
    assert edited("to: [district manager]", "to: [district manager, director]") == [
        ("route", "managers", "to", "district manager", "district manager, director")
    ]


@pytest.mark.parametrize(
    ("keys", "part", "said"),
    [
        ("when: at once", None, None),
        ("when: working hours", "when", "working hours"),
        ('when: {from: "09:00", until: "24:00"}', "when", "working days, 09:00 until 24:00"),
        (
            'when: {days: [Friday, Monday], from: "09:00", until: "17:30"}',
            "when",
            "Monday, Friday, 09:00 until 17:30",
        ),
        ('when: {digest: daily, at: "08:00"}', "when", "daily digest on working days at 08:00"),
        ('when: {digest: weekly, on: Friday, at: "08:00"}', "when", "weekly digest on Friday at 08:00"),
        ("remind: 1 working day", "remind", "after 1 working day, factor 2, longest 20 working days"),
        (
            "remind: {after: 5 working days, factor: 1, at_most: 3}",
            "remind",
            "after 5 working days, factor 1, longest 20 working days, at most 3",
        ),
        (
            "escalate: [{after: 1 working day, to: director}, {after: 9 working days, to: [x, {person: y}]}]",
            "escalate",
            "after 1 working day: director; after 9 working days: x, person y",
        ),
    ],
)
def test_a_route_is_shown_with_when_it_tells(keys: str, part: str | None, said: str | None) -> None:
    written = edited("to: [district manager]", f"to: [district manager]\n    {keys}")
    assert written == ([] if part is None else [("route", "managers", part, None, said)])


def test_what_makes_a_figure_doubtful_is_shown() -> None:
    plausible = "plausible: {jump: 12.5, falls_to_zero_from: 20, missing_areas: true}"
    assert edited(
        "    definition: Plans on the day.\n", f"    definition: Plans on the day.\n    {plausible}\n"
    ) == [
        (
            "indicator",
            "plans",
            "plausible",
            None,
            "jump 12.5, falls to zero from 20, missing areas, wait 2 working days",
        )
    ]


HOLDING = (
    RULES
    + """\
inhibitions:
  critical-first:
    while: {levels: critical}
    hold: {levels: warning, areas: district}
    same: [indicator, area]
    reference: agreed
maintenance:
  change-of-system: {from: "2013-11-15 18:00", until: "2013-11-18 08:00", reference: the plan}
"""
)


@pytest.mark.parametrize(
    ("match", "words"),
    [
        ("{areas: Kent}", "Kent and all within it"),
        ("{areas: [district, Kent], areas_themselves: true}", "district, Kent"),
        ("{areas: [Swale, Thanet, Canterbury]}", "Canterbury, Swale, Thanet"),
    ],
)
def test_the_areas_of_a_route_are_said_as_they_are_meant(match: str, words: str) -> None:
    assert edited("match: {areas: district}", f"match: {match}") == [
        ("route", "managers", "areas", "district", words)
    ]


def test_what_holds_news_back_is_shown_when_it_is_added() -> None:
    inhibition, maintenance = differences(book(), book(HOLDING), AREAS)

    assert (inhibition.kind, inhibition.id, inhibition.edit) == ("inhibition", "critical-first", Edit.ADDED)
    assert {part.part: part.new for part in inhibition.parts} == {
        "while": "levels critical",
        "hold": "levels warning; areas district",
        "same": "area, indicator",
        "reference": "agreed",
    }
    assert (maintenance.kind, maintenance.id, maintenance.edit) == (
        "maintenance",
        "change-of-system",
        Edit.ADDED,
    )
    assert {part.part: part.new for part in maintenance.parts} == {
        "match": "every alert",
        "from": "2013-11-15 18:00",
        "until": "2013-11-18 08:00",
        "reference": "the plan",
    }


def test_what_holds_news_back_is_shown_part_by_part_when_it_is_edited() -> None:
    longer = HOLDING.replace("2013-11-18 08:00", "2013-11-19 12:00").replace(
        "same: [indicator, area]", "within: true"
    )
    found = differences(book(HOLDING), book(longer), AREAS)

    assert [(each.id, part.part, part.old, part.new) for each in found for part in each.parts] == [
        ("critical-first", "same", "area, indicator", None),
        ("critical-first", "within", None, "yes"),
        ("change-of-system", "until", "2013-11-18 08:00", "2013-11-19 12:00"),
    ]


def test_comments_order_and_spelling_are_no_difference() -> None:
    respelt = "# a comment\n" + RULES.replace("value > 50", "value  >  50.0 # spaced")

    assert differences(book(), book(respelt), AREAS) == ()


def test_what_was_added_and_what_was_removed() -> None:
    another = RULES + "  seconds:\n    match: {alerts: too-many, levels: critical}\n    to: [director]\n"
    (removed,) = differences(book(another), book(), AREAS)
    (added,) = differences(book(), book(another), AREAS)

    assert (removed.kind, removed.id, removed.edit) == ("route", "seconds", Edit.REMOVED)
    assert (added.kind, added.id, added.edit) == ("route", "seconds", Edit.ADDED)
    assert [(part.part, part.old, part.new) for part in added.parts] == [
        ("alerts", None, "too-many"),
        ("levels", None, "critical"),
        ("to", None, "director"),
    ]


def test_the_same_rules_have_no_differences() -> None:
    again = AreaTree.of([KENT, EAST_KENT, SWALE, THANET])
    assert differences(book(), book(), again) == ()
