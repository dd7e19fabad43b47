"""One row a fault: what one file says of another, and what routes say of people."""

import pytest

from tests.support.rule_texts import alert, directory, expected, found, indicator, loaded, route, rule_file

OTHER = "close_to_home"


def retired(id: str, successor: str) -> str:  # noqa: A002 - it is the id
    return indicator(f"retired:\n  on: 2013-11-15\n  superseded_by: {successor}", id=id).replace(
        "    retired", "    «retired»"
    )


Files = dict[str, str]

ROWS: list[tuple[str, str, Files]] = [
    (
        "LIM410",
        "an indicator of which nothing is made",
        {"a.yaml": rule_file(indicator() + indicator(id="«unused»"))},
    ),
    (
        "LIM401",
        "an indicator in two files",
        {"a.yaml": rule_file(), "b.yaml": rule_file(indicator(id="«open_assessments»"), "", "")},
    ),
    (
        "LIM401",
        "an alert rule in two files",
        {"a.yaml": rule_file(), "b.yaml": rule_file("", alert(id="«assessments-open-too-long»"), "")},
    ),
    (
        "LIM401",
        "a route in two files",
        {"a.yaml": rule_file(), "b.yaml": rule_file("", "", route(id="«managers»"))},
    ),
    (
        "LIM401",
        "an indicator and an alert rule",
        {"a.yaml": rule_file(indicator(id="open"), alert("indicator: open", id="«open»"))},
    ),
    (
        "LIM402",
        "an alert rule that watches nothing",
        {"a.yaml": rule_file(alerts=alert("indicator: «open_assesments»"))},
    ),
    (
        "LIM402",
        "a route for an indicator that is not there",
        {
            "a.yaml": rule_file(
                routes=route() + route("match: {indicators: [«other», open_assessments]}", id="more")
            )
        },
    ),
    (
        "LIM403",
        "an alert rule for an area that is not there",
        {"a.yaml": rule_file(alerts=alert("areas: [Swale, «Thanat»]"))},
    ),
    ("LIM403", "a kind of area in the plural", {"a.yaml": rule_file(alerts=alert("areas: «districts»"))}),
    (
        "LIM403",
        "an override for an area that is not there",
        {"a.yaml": rule_file(alerts=alert("overrides: {«Thanat»: {for: 2 periods}}"))},
    ),
    (
        "LIM404",
        "an indicator with no such successor",
        {
            "a.yaml": rule_file(
                retired("open_assessments", "nothing"), alert("effective: {until: 2013-11-15}")
            )
        },
    ),
    (
        "LIM404",
        "an alert rule with no such successor",
        {"a.yaml": rule_file(alerts=alert("«effective»: {until: 2013-11-15, superseded_by: nothing}"))},
    ),
    (
        "LIM405",
        "two indicators that succeed each other",
        {
            "a.yaml": rule_file(retired("open_assessments", OTHER), alert("effective: {until: 2013-11-15}")),
            "b.yaml": rule_file(retired(OTHER, "open_assessments"), "", ""),
        },
    ),
    (
        "LIM405",
        "an alert rule that succeeds itself",
        {
            "a.yaml": rule_file(
                alerts=alert("«effective»: {until: 2013-11-15, superseded_by: assessments-open-too-long}")
            )
        },
    ),
    (
        "LIM406",
        "an alert rule for teams where there are none",
        {"a.yaml": rule_file(alerts=alert("areas: [district, «team»]"))},
    ),
    (
        "LIM407",
        "an alert rule that goes on after its indicator",
        {
            "a.yaml": rule_file(
                indicator("retired: {on: 2013-11-15}"), alert(id="«assessments-open-too-long»")
            )
        },
    ),
    (
        "LIM407",
        "an alert rule that ends after its indicator",
        {
            "a.yaml": rule_file(
                indicator("retired: {on: 2013-11-15}"), alert("«effective»: {until: 2013-12-01}")
            )
        },
    ),
    (
        "LIM408",
        "a route for an alert rule that is not there",
        {"a.yaml": rule_file(routes=route("match: {alerts: [«none-such», assessments-open-too-long]}"))},
    ),
    (
        "LIM409",
        "a route for a theme that is not there",
        {"a.yaml": rule_file(routes=route("match: {themes: [«assesment», assessments]}"))},
    ),
    (
        "LIM501",
        "a route to a role that nobody ever holds",
        {"a.yaml": rule_file(routes=route("to: [district manager, «district manger»]"))},
    ),
    (
        "LIM502",
        "a route to a person who is not there",
        {"a.yaml": rule_file(routes=route("to: {person: «adah»}"))},
    ),
    (
        "LIM503",
        "an alert in an area for which there is no route",
        {
            "a.yaml": rule_file(
                alerts=alert(id="«assessments-open-too-long»"),
                routes=route("match: {areas: [Swale, Thanet]}"),
            )
        },
    ),
    (
        "LIM503",
        "a level for which there is no route",
        {
            "a.yaml": rule_file(
                alerts=alert(id="«assessments-open-too-long»"), routes=route("match: {levels: critical}")
            )
        },
    ),
    (
        "LIM503",
        "no routes at all",
        {
            "a.yaml": rule_file(
                alerts=alert("levels: {warning: value > 5}", id="«assessments-open-too-long»"), routes=""
            )
        },
    ),
    (
        "LIM504",
        "a route for areas that no rule covers",
        {
            "a.yaml": rule_file(
                routes=route() + route("match: {areas: county}\nto: director", id="«directors»")
            )
        },
    ),
    (
        "LIM504",
        "a route for a level that no rule has",
        {"a.yaml": rule_file(routes=route() + route("match: {levels: info}", id="«quiet»"))},
    ),
    (
        "LIM505",
        "a role held for another district only",
        {"a.yaml": rule_file(routes=route("to: [district manager, «Thanet lead»]"))},
    ),
]


AT_ONCE: list[tuple[str, str, str]] = [
    (
        "a role that nobody holds, beside a kind of area that is not there",
        rule_file(routes=route("match: {areas: districts}\nto: district manger")),
        "LIM403 LIM501",
    ),
    (
        "a person who is not there, beside a target that is none",
        rule_file(routes=route("to: [[district manager], {person: adah}]")),
        "LIM108 LIM502",
    ),
    (
        "a role held elsewhere, beside a rule without an action",
        rule_file(alerts=alert(without="action"), routes=route("to: Thanet lead")),
        "LIM112 LIM505",
    ),
    (
        "a recovery within the breach, beside a level that cannot be read",
        rule_file(alerts=alert("levels: {warning: value > 85, critical: value >}\nrecover: value <= 90")),
        "LIM211 LIM301",
    ),
    (
        "a recovery within the breach, beside a level that looks back",
        rule_file(
            alerts=alert("levels: {warning: value > 85, critical: change(1) > 9}\nrecover: value <= 90")
        ),
        "LIM211",
    ),
    (
        "a recovery within the breach, beside limits that cannot be read",
        rule_file(
            indicator("limits: [{from: x, upper: 9, reference: r}]"),
            alert("levels: {warning: value > 85}\nrecover: value <= 90"),
        ),
        "LIM115 LIM211",
    ),
    (
        "a recovery within the breach, of an indicator that is not there",
        rule_file(alerts=alert("indicator: open_assesments\nrecover: value <= 90")),
        "LIM211 LIM402",
    ),
    (
        "a recovery within the breach, of an indicator without decimals",
        rule_file(indicator("decimals: x"), alert("recover: value <= 90")),
        "LIM114 LIM211",
    ),
]


@pytest.mark.parametrize(("fault", "text", "codes"), AT_ONCE, ids=[fault for fault, _, _ in AT_ONCE])
def test_a_fault_shows_at_once_beside_others(fault: str, text: str, codes: str) -> None:
    assert sorted(code for code, _ in found(text, people=directory())) == codes.split(), fault


@pytest.mark.parametrize(
    ("text", "code"),
    [
        # With decimals that cannot be read, 85.5 may be no figure.
        (rule_file(indicator("decimals: x"), alert("recover: value < 86")), "LIM114"),
        # The level that is meant for Swale cannot be read; the rule's own is not what is meant.
        (
            rule_file(
                alerts=alert(
                    "levels: {warning: value > 20}\nrecover: value <= 18\n"
                    "overrides: {Swale: {levels: {warning: value >}, recover: value <= 33}}"
                )
            ),
            "LIM301",
        ),
        # A route whose areas cannot be read may be meant for other areas.
        (rule_file(routes=route("match: {areas: distrct}\nto: Thanet lead")), "LIM403"),
        # The rule's areas cannot be read.
        (rule_file(alerts=alert("areas: Thanat"), routes=route("to: Thanet lead")), "LIM403"),
    ],
)
def test_what_hangs_on_a_faulty_part_is_not_accused(text: str, code: str) -> None:
    assert [code for code, _ in found(text, people=directory())] == [code]


@pytest.mark.parametrize(("code", "fault", "files"), ROWS, ids=[f"{code} {fault}" for code, fault, _ in ROWS])
def test_a_fault_across_files_is_reported_where_it_stands(code: str, fault: str, files: Files) -> None:
    clean, problems = expected(code, files)
    assert problems, fault
    assert found(clean, people=directory()) == problems


def test_an_id_given_twice_says_where_the_other_stands() -> None:
    outcome = loaded({"a.yaml": rule_file(), "sub/b.yaml": rule_file("", alert(), "")})
    assert "is defined in a.yaml:13:3 already" in outcome.problems[0].message


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        (rule_file(alerts=alert("indicator: open_assesments")), "did you mean open_assessments?"),
        (rule_file(alerts=alert("areas: Thanat")), "did you mean Thanet?"),
        (rule_file(alerts=alert("areas: districts")), "did you mean district?"),
        (rule_file(alerts=alert("refrence: x")), "did you mean reference?"),
        (rule_file(indicator("polarity: low is better")), "did you mean lower is better?"),
        (rule_file(indicator("decimals: 1,000")), "write 1000"),
        (rule_file(alerts=alert("for: 2")), "write 2 periods"),
        (rule_file(alerts=alert("effective: {from: 15/11/2013}")), "write 2013-11-15"),
        (rule_file(indicator("counts_people: no")), "write false, without quotation marks"),
        (rule_file(indicator(id="Open Assessments"), "", ""), "write open_assessments"),
        (rule_file(routes=route("to: {person: adah}")), "did you mean ada?"),
    ],
)
def test_a_hint_names_what_was_probably_meant(text: str, hint: str) -> None:
    assert [problem.hint for problem in loaded(text, people=directory()).problems] == [hint]


def test_without_a_directory_roles_and_people_are_taken_on_trust() -> None:
    assert not found(rule_file(routes=route("to: [nobody we know, {person: stranger}]")))


def test_a_role_held_for_the_area_around_is_held() -> None:
    assert not found(rule_file(routes=route("to: director")), people=directory())


def test_a_faulty_definition_is_not_reported_again_as_a_missing_one() -> None:
    text = rule_file(indicator("decimals: none"), routes=route("match: {themes: assessments}"))
    assert [code for code, _ in found(text)] == ["LIM114"]
