"""One row a fault: when people are told, what holds news back, and when a figure is doubtful."""

from datetime import date

import pytest

from monitor.core.recipients import Directory, RoleHolding
from tests.rulebook.test_schema import faults
from tests.support.rule_texts import alert, directory, expected, found, indicator, loaded, route, rule_file

CALM = alert("levels: {warning: value > 85}")
COUNTY = alert("areas: county\nlevels: {critical: value > 300}", id="county")
DIRECTORS = route("match: {areas: county}\nto: director", id="directors")
TODAY = date(2013, 12, 2)


def with_route(changes: str) -> str:
    """A sound file whose only route has these keys; no alert is critical."""
    return rule_file(alerts=CALM, routes=route(changes))


def inhibition(keys: str, *, id: str = "first") -> str:  # noqa: A002 - it is the id
    """An inhibition, to stand below ``inhibitions:``."""
    return f"  {id}: {{{keys}, reference: r}}\n"


def with_inhibitions(*written: str) -> str:
    """A sound file with rules for districts and the county, and these inhibitions."""
    book = rule_file(alerts=alert() + COUNTY, routes=route("match: {areas: district}") + DIRECTORS)
    return book + "inhibitions:\n" + "".join(written)


def with_maintenance(*written: str) -> str:
    """A sound file with these times of maintenance."""
    return rule_file() + "maintenance:\n" + "".join(f"  {each}\n" for each in written)


def maintenance(start: str, until: str, match: str = "", *, id: str = "first") -> str:  # noqa: A002 - it is the id
    """A time of maintenance."""
    return f"{id}: {{{match}from: {start}, until: {until}, reference: r}}"


STRUCTURE: list[tuple[str, str, str]] = [
    ("LIM108", "a list for a timing", with_route("when: «[»at once]")),
    ("LIM108", "escalations without a dash", with_route("escalate: {«after»: 5 working days, to: director}")),
    ("LIM110", "a key that no timing has", with_route("when: {from: 08:00, until: 18:00, «zone»: UTC}")),
    ("LIM110", "a key that no escalation has", with_route(
        "escalate: [{after: 5 working days, to: director, «when»: at once}]"
    )),
    ("LIM110", "an inhibition with a target", with_inhibitions(
        inhibition("while: {areas: Swale}, hold: {areas: Thanet}, «target»: x")
    )),
    ("LIM112", "a window that never closes", with_route("«when»: {from: 08:00}")),
    ("LIM112", "a digest without a time", with_route("«when»: {digest: daily}")),
    ("LIM112", "a weekly digest without a day", with_route("«when»: {digest: weekly, at: 08:00}")),
    ("LIM112", "reminders without a beginning", with_route("«remind»: {factor: 2}")),
    ("LIM112", "an escalation to nobody", with_route("escalate: [{«after»: 5 working days}]")),
    ("LIM112", "an inhibition that holds nothing", rule_file() + (
        "inhibitions: {«first»: {while: {levels: critical}, reference: r}}\n"
    )),
    ("LIM112", "a maintenance without an end", with_maintenance(
        "«first»: {from: 2013-11-15 18:00, reference: r}"
    )),
    ("LIM112", "areas themselves, and no areas", with_route("«match»: {areas_themselves: true}")),
    ("LIM116", "areas of which nobody knows how they are meant", with_maintenance(maintenance(
        "2013-11-15 18:00", "2013-11-18 08:00", "match: {areas: Kent, areas_themselves: «district»}, "
    ))),
    ("LIM113", "an empty list of days", with_route("when: {days: «[»], from: 08:00, until: 18:00}")),
    ("LIM113", "an empty list of escalations", with_route("escalate: «[»]")),
    ("LIM113", "an empty list of what is the same", with_inhibitions(
        inhibition("while: {areas: Swale}, hold: {areas: Thanet}, same: «[»]")
    )),
    ("LIM117", "a timing that there is not", with_route("when: «office hours»")),
    ("LIM117", "a digest that there is not", with_route("when: {digest: «monthly», at: 08:00}")),
    ("LIM117", "a day in small letters", with_route("when: {digest: weekly, on: «monday», at: 08:00}")),
    ("LIM117", "an abbreviated day", with_route("when: {days: [Monday, «Tue»], from: 08:00, until: 18:00}")),
    ("LIM117", "the same of what there is not", with_inhibitions(
        inhibition("while: {areas: Swale}, hold: {areas: Thanet}, same: «rule»")
    )),
    ("LIM118", "an inhibition with an underscore", with_inhibitions(
        inhibition("while: {levels: critical}, hold: {levels: warning}, same: indicator", id="«one_first»")
    )),
    ("LIM119", "a factor of 0", with_route("remind: {after: 5 working days, factor: «0»}")),
    ("LIM119", "at most no reminder", with_route("remind: {after: 5 working days, at_most: «0»}")),
    ("LIM119", "a jump of 0", rule_file(indicator("plausible: {«jump»: 0}"))),
    ("LIM119", "a wait of two months", rule_file(indicator("plausible: {jump: 9, «wait»: 40 working days}"))),
    ("LIM123", "a day named twice", with_route(
        "when: {days: [Monday, «Monday»], from: 08:00, until: 18:00}"
    )),
    ("LIM123", "the same said twice", with_inhibitions(
        inhibition("while: {levels: critical}, hold: {levels: warning}, same: [area, «area»]")
    )),
    ("LIM124", "reminders by weeks", with_route("remind: «1 week»")),
    ("LIM124", "an escalation after days", with_route("escalate: [{after: «5 days», to: director}]")),
    ("LIM125", "an hour alone", with_route("when: {digest: daily, at: «8»}")),
    ("LIM125", "one digit for the hour", with_route("when: {from: «8:00», until: 18:00}")),
    ("LIM125", "half past eight in the evening", with_route("when: {digest: daily, at: «8.30pm»}")),
    ("LIM125", "a digest at the end of the day", with_route("when: {digest: daily, at: «24:00»}")),
    ("LIM125", "a window from the end of the day", with_route("when: {from: «24:00», until: 18:00}")),
    ("LIM125", "an hour that no day has", with_route("when: {from: 08:00, until: «25:00»}")),
    ("LIM126", "a day alone", with_maintenance(maintenance("«2013-11-15»", "2013-11-18 08:00"))),
    ("LIM126", "a time with a zone", with_maintenance(
        maintenance("2013-11-15 18:00", "«2013-11-18 08:00Z»")
    )),
    ("LIM126", "a day that no month has", with_maintenance(
        maintenance("«2013-11-31 18:00»", "2013-12-18 08:00")
    )),
    ("LIM507", "neither window nor digest", with_route("«when»: {days: every day}")),
    ("LIM507", "a window with a digest's time", with_route("when: {from: 08:00, until: 18:00, «at»: 08:00}")),
    ("LIM507", "a digest that ends", with_route("when: {digest: daily, at: 08:00, «until»: 18:00}")),
    ("LIM507", "a daily digest on a day", with_route("when: {digest: daily, «on»: Monday, at: 08:00}")),
    ("LIM507", "a weekly digest on several days", with_route(
        "when: {digest: weekly, on: Monday, «days»: [Monday], at: 08:00}"
    )),
]  # fmt: skip

BEYOND_A_SCHEMA = {
    "a day that no month has", "a daily digest on a day",
    "a weekly digest on several days", "a weekly digest without a day", "a jump of 0", "a wait of two months",
    "a window with a digest's time", "a digest that ends",
}  # fmt: skip

MEANING: list[tuple[str, str, str]] = [
    ("LIM201", "a maintenance that ends before it begins", with_maintenance(
        maintenance("2013-11-15 18:00", "2013-11-15 18:00").replace("until", "«until»")
    )),
    ("LIM226", "a doubt about nothing", rule_file(indicator("«plausible»: {wait: 2 working days}"))),
    ("LIM226", "no doubt at all", rule_file(indicator("«plausible»: {missing_areas: false}"))),
    ("LIM227", "a jump beyond all percentages", rule_file(
        indicator("unit: percent\nplausible: {«jump»: 100}"), alert("levels: {warning: value > 85}")
    )),
    ("LIM227", "a jump as a share of one", rule_file(indicator("plausible: {«jump»: 0.3}"))),
    ("LIM228", "a zero after a small count", rule_file(indicator("plausible: {«falls_to_zero_from»: 5}"))),
    ("LIM402", "an inhibition by an indicator that is not there", with_inhibitions(
        inhibition("while: {indicators: «other»}, hold: {areas: district}")
    )),
    ("LIM403", "a maintenance of an area that is not there", with_maintenance(
        maintenance("2013-11-15 18:00", "2013-11-18 08:00", "match: {areas: «Swael»}, ")
    )),
    ("LIM408", "an inhibition of a rule that is not there", with_inhibitions(
        inhibition("while: {areas: Swale}, hold: {alerts: «other»}")
    )),
    ("LIM409", "a maintenance of a theme that is not there", with_maintenance(
        maintenance("2013-11-15 18:00", "2013-11-18 08:00", "match: {themes: «other»}, ")
    )),
    ("LIM501", "an escalation to a role that nobody ever holds", with_route(
        "escalate: [{after: 5 working days, to: «directer»}]"
    )),
    ("LIM502", "an escalation to a person who is not there", with_route(
        "escalate: [{after: 5 working days, to: {person: «adah»}}]"
    )),
    ("LIM505", "an escalation to a role that is held elsewhere", with_route(
        "escalate: [{after: 5 working days, to: «Thanet lead»}]"
    )),
    ("LIM506", "a window over midnight", with_route("when: {from: 22:00, «until»: 06:00}")),
    ("LIM506", "a window of no length", with_route("when: {from: 08:00, «until»: 08:00}")),
    ("LIM508", "working days and one more", with_route(
        "when: {days: [Saturday, «working days»], from: 08:00, until: 18:00}"
    )),
    ("LIM509", "two escalations on one day", with_route(
        "escalate:\n- {after: 5 working days, to: director}\n- {«after»: 5 working days, to: {person: ben}}"
    )),
    ("LIM509", "the later escalation first", with_route(
        "escalate:\n- {after: 10 working days, to: director}\n- {«after»: 5 working days, to: {person: ben}}"
    )),
    ("LIM510", "an escalation to whom the route tells", with_route(
        "escalate: [{after: 5 working days, to: [director, «district manager»]}]"
    )),
    ("LIM510", "two escalations to the same", with_route(
        "escalate:\n- {after: 5 working days, to: director}\n- {after: 9 working days, to: «director»}"
    )),
    ("LIM511", "critical alerts once a week", rule_file(
        routes=route("«when»: {digest: weekly, on: Monday, at: 08:00}")
    )),
    ("LIM511", "critical alerts once a week by two routes", rule_file(
        routes=route("«when»: {digest: weekly, on: Monday, at: 08:00}")
        + route("«when»: {digest: weekly, on: Friday, at: 08:00}", id="fridays")
    )),
    ("LIM512", "a longest wait that is shorter", with_route(
        "remind: {after: 10 working days, «longest»: 5 working days}"
    )),
    ("LIM514", "an inhibition by what never is", with_inhibitions(
        inhibition("«while»: {areas: county, levels: warning}, hold: {areas: district}")
    )),
    ("LIM514", "an inhibition of what never is", with_inhibitions(
        inhibition("while: {areas: district}, «hold»: {levels: info}")
    )),
    ("LIM514", "a maintenance of what never is", with_maintenance(
        maintenance("2013-11-15 18:00", "2013-11-18 08:00", "«match»: {areas: county}, ")
    )),
    ("LIM515", "an inhibition of everything", with_inhibitions(
        inhibition("while: {areas: Swale, levels: critical}, «hold»: {}, same: indicator")
    )),
    ("LIM515", "an inhibition of the county's critical news", with_inhibitions(
        inhibition("while: {areas: Swale}, «hold»: {levels: critical}, same: theme")
    )),
    ("LIM516", "districts that would hold the county around them", with_inhibitions(
        inhibition("while: {areas: district}, hold: {areas: county}, within: true", id="«upwards»")
    )),
    ("LIM516", "an alert that would hold itself", with_inhibitions(
        inhibition("while: {areas: Swale}, hold: {areas: Swale}, same: area", id="«itself»")
    )),
    ("LIM516", "districts of which each could hold the others", with_inhibitions(
        inhibition("while: {areas: district}, hold: {areas: district}, same: indicator", id="«each-other»")
    )),
    ("LIM517", "two inhibitions that hold each other's", with_inhibitions(
        inhibition("while: {areas: county}, hold: {areas: district}, within: true"),
        inhibition("while: {areas: district, levels: critical}, hold: {areas: county}", id="«back»"),
    ).replace("hold: {areas: county}", "hold: {areas: county, levels: critical}")),
    ("LIM518", "a maintenance of a year", with_maintenance(
        maintenance("2013-11-15 18:00", "2014-11-18 08:00").replace("until", "«until»")
    )),
    ("LIM520", "two at the same time", with_maintenance(
        maintenance("2013-11-15 18:00", "2013-11-18 08:00"),
        maintenance("2013-11-18 07:59", "2013-11-19 08:00", "match: {areas: Swale}, ", id="«second»"),
    )),
    ("LIM825", "doubt about what is derived", rule_file(
        indicator(id="one")
        + indicator(id="two")
        + indicator("derived: {sum: [one, two]}\n«plausible»: {jump: 9}")
    )),
]  # fmt: skip

ROWS = STRUCTURE + MEANING


@pytest.mark.parametrize(("code", "fault", "text"), ROWS, ids=[f"{code} {fault}" for code, fault, _ in ROWS])
def test_a_fault_is_reported_where_it_stands(code: str, fault: str, text: str) -> None:
    files, problems = expected(code, text)
    assert problems, fault
    beside = {"two inhibitions that hold each other's": {"LIM515"}}.get(fault, set())
    assert [each for each in found(files, people=directory()) if each[0] not in beside] == problems


@pytest.mark.parametrize(
    ("fault", "text"),
    [(fault, text) for _, fault, text in STRUCTURE if fault not in BEYOND_A_SCHEMA],
    ids=[fault for _, fault, _ in STRUCTURE if fault not in BEYOND_A_SCHEMA],
)
def test_a_fault_of_structure_is_underlined_in_an_editor(fault: str, text: str) -> None:
    assert faults(expected("", text)[0]["rules.yaml"]), fault


SOUND = [
    with_inhibitions(inhibition("while: {areas: Swale}, hold: {areas: district}, same: indicator")),
    with_route("when: {digest: weekly, on: Monday, at: 08:00}"),
    rule_file(routes=route("when: {digest: daily, at: 08:00}")),
    rule_file(
        routes=route("match: {levels: critical}") + route(
            "when: {digest: weekly, on: Monday, at: 08:00}", id="weekly"
        )
    ),
    with_route("remind: {after: 5 working days, longest: 5 working days}"),
    with_inhibitions(inhibition("while: {areas: county}, hold: {areas: district}, within: true")),
    with_inhibitions(inhibition("while: {levels: critical}, hold: {levels: warning}, same: indicator")),
    with_inhibitions(
        inhibition("while: {areas: Swale}, hold: {areas: Thanet}"),
        inhibition("while: {areas: Thanet}, hold: {areas: Ashford}", id="second"),
    ),
    with_maintenance(
        maintenance("2013-11-15 18:00", "2013-11-18 08:00"),
        maintenance("2013-11-18 08:00", "2013-11-19 08:00", id="second"),
        maintenance("2014-11-15 18:00", "2014-11-18 08:00", "match: {areas: Swale}, ", id="third"),
        maintenance("2014-11-15 18:00", "2014-11-18 08:00", "match: {areas: Thanet}, ", id="fourth"),
    ),
    rule_file(indicator("plausible: {jump: 1, falls_to_zero_from: 6, missing_areas: true}")),
    rule_file(indicator("unit: percent\nplausible: {falls_to_zero_from: 5, jump: 99.9}"), CALM),
]  # fmt: skip


@pytest.mark.parametrize("text", SOUND, ids=range(len(SOUND)))
def test_what_is_sound_is_not_accused(text: str) -> None:
    assert not found(text, people=directory())
    assert not faults(text)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        (with_route("when: {digest: daily, at: 8}"), 'write "08:00"'),
        (with_route("when: {digest: daily, at: 8.30pm}"), 'write "20:30"'),
        (with_route("when: {digest: daily, at: 12am}"), 'write "00:00"'),
        (with_route("when: {digest: daily, at: 08:00:00}"), 'write "08:00"'),
        (with_route("when: working hour"), "did you mean working hours?"),
        (with_route("when: {digest: weekly, on: monday, at: 08:00}"), "did you mean Monday?"),
        (with_route("remind: 5 days"), "write 5 working days"),
        (with_maintenance(maintenance("2013-11-15", "2013-11-18 08:00")), 'write "2013-11-15 00:00"'),
    ],
)
def test_a_hint_says_what_was_probably_meant(text: str, hint: str) -> None:
    assert [problem.hint for problem in loaded(text, people=directory()).problems] == [hint]


def holding(start: date | None, until: date | None, area: str = "Swale") -> RoleHolding:
    return RoleHolding("district manager", area, ("ada",), start, until)


@pytest.mark.parametrize(
    ("held", "messages"),
    [
        ([holding(None, None)], []),
        ([holding(None, date(2014, 1, 6)), holding(date(2014, 1, 6), None)], []),
        (
            [holding(None, date(2014, 1, 6)), holding(date(2014, 1, 20), None)],
            ["nobody is district manager for Swale from 2014-01-06 until 2014-01-20"],
        ),
        (
            [holding(None, date(2014, 1, 6))],
            ["nobody is district manager for Swale from 2014-01-06 on, and no end of it is known"],
        ),
        (
            [holding(date(2013, 12, 9), None)],
            ["nobody is district manager for Swale from 2013-12-02 until 2013-12-09"],
        ),
        ([holding(None, date(2014, 1, 6)), holding(date(2014, 1, 6), None, "Kent")], []),
        # What was, and what is beyond the coming weeks, is not told.
        ([holding(None, date(2013, 9, 1)), holding(date(2013, 10, 1), None)], []),
        ([holding(None, date(2014, 9, 1)), holding(date(2014, 10, 1), None)], []),
    ],
)
def test_a_role_that_nobody_holds_for_some_weeks_is_told_with_the_days(
    held: list[RoleHolding], messages: list[str]
) -> None:
    people = Directory(directory().people, tuple(held))
    text = rule_file(alerts=alert("areas: Swale"))
    problems = loaded(text, people=people, today=TODAY).problems
    assert {problem.code for problem in problems} <= {"LIM513"}
    assert [problem.message for problem in problems] == messages
    assert not loaded(text, people=people).problems


def test_an_escalation_to_a_role_that_is_vacant_is_told_where_it_stands() -> None:
    held = RoleHolding("deputy", "Kent", ("ben",), None, date(2013, 12, 9))
    people = Directory(directory().people, (*directory().holdings, held))
    files, problems = expected("LIM513", with_route("escalate: [{after: 5 working days, to: «deputy»}]"))
    assert found(files, people=people, today=TODAY) == problems


@pytest.mark.parametrize(("today", "told"), [(date(2013, 11, 18), False), (date(2013, 11, 19), True)])
def test_a_maintenance_that_is_over_is_told_from_the_day_after(today: date, *, told: bool) -> None:
    text = with_maintenance(maintenance("2013-11-15 18:00", "2013-11-18 08:00", id="«over»"))
    files, problems = expected("LIM519", text)
    assert found(files, people=directory(), today=today) == (problems if told else [])


def test_nothing_is_said_of_inhibitions_while_a_rule_cannot_be_read() -> None:
    text = with_inhibitions(inhibition("while: {levels: info}, hold: {areas: district}"))
    assert [code for code, _ in found(text.replace("value > 300", "value >"))] == ["LIM301"]
