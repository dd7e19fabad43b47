"""Who is told in which minute: windows, digests, clock changes, silences, acknowledgements, in an author's test."""
# ruff: noqa: E501 - flow YAML on one line is the case

from pathlib import Path
from textwrap import dedent, indent

import pytest

from monitor.rule_tests.reading import read_rule_tests
from monitor.rule_tests.running import run_test, throw_away_store
from monitor.rule_tests.settings import KnownSettings
from monitor.rule_tests.suite import run_suite
from monitor.rulebook.problems import ProblemLog
from tests.support.rule_benches import ZONE, Bench, bench

CHRISTMAS = Path(__file__).parent / "data" / "christmas"

RULES = """\
indicators:
  open_cases:
    title: Open cases
    theme: cases
    definition: Cases that are open at the end of the month.
    unit: cases
    decimals: 0
    basis: snapshot
    frequency: monthly
    polarity: lower is better
    source: a test
alerts:
  too-many:
    title: Too many open cases
    indicator: open_cases
    areas: [county, district]
    levels: {warning: value > 20, critical: value > 40}
    action: Close some.
    reference: a test
routes:
  county: {match: {areas: county}, to: {person: dora}}
  managers:
    match: {areas: district}
    to: district manager
"""
INHIBITION = """\
inhibitions:
  county-first:
    while: {areas: county, levels: critical}
    hold: {areas: district}
    same: indicator
    within: true
    reference: a test
"""
MAINTENANCE = """\
maintenance:
  move:
    match: {themes: cases}
    from: "2027-01-04 08:00"
    until: "2027-01-06 08:00"
    reference: a test
"""


def council(folder: Path, route: str = "", more: str = "") -> Bench:
    """A council whose managers are told as the lines of their route say."""
    return bench(folder, RULES + indent(route, "    ") + ("\n" if route else "") + more)


def a_test(figures: str, expect: str, events: str = "[]") -> str:
    return (
        "tests:\n  - name: a case\n    about: {alert: too-many, area: Swale}\n"
        f"    figures: {figures}\n    events:{_beneath(events)}    expect:{_beneath(expect)}"
    )


def _beneath(text: str) -> str:
    flat = dedent(text).strip("\n")
    return f" {flat}\n" if flat.startswith("[") else "\n" + indent(flat, "      ") + "\n"


def breach(known: str, value: int = 30, end: str = "2026-09-30") -> str:
    return f"[{{values: {{{end}: {value}}}, known: {known}}}]"


def test_the_example_of_the_guide_holds_and_reaches_everything() -> None:
    outcome = run_suite([CHRISTMAS / "rules/tests"], config=CHRISTMAS / "config", here=CHRISTMAS, zone=ZONE)

    assert outcome.readable
    assert [(each.name, each.differences) for each in outcome.results if not each.passed] == []
    assert len(outcome.results) == 6
    assert outcome.coverages["rules"].unreached == ()


HOURS = "when: working hours"
WEEKLY = 'when: {digest: weekly, on: Monday, at: "08:00"}'
NIGHTLY = 'when: {digest: daily, days: every day, at: "01:30"}'


@pytest.mark.parametrize(
    ("when", "known", "told"),
    [
        (HOURS, "2026-10-20 17:59", "2026-10-20 17:59"),
        (HOURS, "2026-10-20 18:00", "2026-10-21 08:00"),
        (HOURS, "2026-10-23 18:30", "2026-10-26 08:00"),  # clocks go back on the Sunday between
        (HOURS, "2027-03-25 18:30", "2027-03-30 08:00"),  # Easter, and clocks go forward
        (HOURS, "2026-12-24 18:00", "2026-12-29 08:00"),  # the 28th stands in for Boxing Day
        (HOURS, "2026-12-31 18:00", "2027-01-04 08:00"),
        (WEEKLY, "2026-10-26 08:00", "2026-10-26 08:00"),
        (WEEKLY, "2026-10-26 08:01", "2026-11-02 08:00"),
        (WEEKLY, "2027-03-24", "2027-03-30 08:00"),  # Easter Monday
        (NIGHTLY, "2026-10-24", "2026-10-25 01:30"),  # comes twice on that night
        (NIGHTLY, "2027-03-27", "2027-03-28 01:30"),  # is leapt over in that night: at the leap
        (NIGHTLY, "2027-03-27", "2027-03-28 02:00"),
    ],
)
def test_news_is_told_in_its_minute(tmp_path: Path, when: str, known: str, told: str) -> None:
    expect = f"- {{at: 2027-04-30, told: [{{who: [ada, ben], kind: breach, on: {told}}}]}}"

    assert council(tmp_path, when).differences(a_test(breach(known), expect)) == []


def test_a_minute_that_is_another_is_said(tmp_path: Path) -> None:
    expect = "- {at: 2026-11-30, told: [{who: ada, on: 2026-10-20 18:00}, {who: ben, on: 2026-10-21}]}"

    assert council(tmp_path, HOURS).differences(a_test(breach("2026-10-20 18:00"), expect)) == [
        "ada is told of too-many in Swale on 2026-10-21 08:00, not on 2026-10-20 18:00"
    ]


@pytest.mark.parametrize(
    ("known", "moment", "before"),
    [
        ("10 working days after", "2026-10-14", "2026-10-14 11:59"),
        ("10 working days after at 17:00", "2026-10-14 17:00", "2026-10-14 16:59"),
        ("2 days after at 08:30", "2026-10-02 08:30", "2026-10-02 08:29"),
        ('"2026-10-20 09:15"', "2026-10-20 09:15", "2026-10-20 09:14"),
    ],
)
def test_figures_are_known_at_the_time_that_is_given(
    tmp_path: Path, known: str, moment: str, before: str
) -> None:
    expect = f"""
    - {{at: {before}, alerts: []}}
    - {{at: {moment}, alerts: [{{}}], told: [{{who: [ada, ben]}}]}}
    """
    assert council(tmp_path).differences(a_test(breach(known), expect)) == []


def test_a_change_of_a_figure_is_told_in_its_minute(tmp_path: Path) -> None:
    figures = "[{values: {2026-09-30: 50}, known: 2026-10-01, revise: {period: 2026-09-30, value: 30, on: 2026-10-07 19:00}}]"
    expect = """
    - {at: 2026-10-01, told: [{who: [ada, ben], kind: breach}]}
    - {at: 2026-10-08 07:59, told: []}
    - at: 2026-10-08 08:00
      told: [{who: [ada, ben], kind: restated, because: they were told a figure that has changed since, on: 2026-10-08 08:00}]
    """
    assert council(tmp_path, HOURS).differences(a_test(figures, expect)) == []


def test_a_digest_is_known_as_one(tmp_path: Path) -> None:
    expect = """
    - at: 2026-10-20
      told: []
      not_told: [{who: ada, because: it is held for the digest, until: 2026-10-26 08:00}]
    - {at: 2026-10-27, told: [{who: ada, as: digest}, {who: ben, as: news}]}
    """
    assert council(tmp_path, WEEKLY).differences(a_test(breach("2026-10-20"), expect)) == [
        "ben is told of too-many in Swale in a mail of digest, not of news"
    ]


def test_what_is_held_for_another_reason_or_another_time_is_said(tmp_path: Path) -> None:
    expect = """
    - at: 2026-10-20 18:30
      not_told:
        - {who: ada, because: it is silenced}
        - {who: ada, until: 2026-10-22}
    """
    outcome = council(tmp_path, HOURS).run(a_test(breach("2026-10-20 18:00"), expect))
    first, second = outcome.results[0].differences
    held = "ada is not told of too-many in Swale (breach) on 2026-10-20 18:00: it is held until the window opens (route “managers”), until 2026-10-21 08:00"

    assert first.message == "nobody was left untold because: it is silenced"
    assert second.message == "nobody was left untold until 2026-10-22"
    assert first.context == second.context == (held,)


SILENCE = "- silence: {areas: Kent, from: 2026-10-01, until: 2026-11-02 08:00, by: ops, comment: a test}"


def test_a_breach_that_ends_within_a_silence_is_not_told_and_not_forgotten(tmp_path: Path) -> None:
    figures = "[{values: {2026-08-31: 30}, known: 2026-10-05}, {values: {2026-09-30: 10}, known: 2026-10-20}]"
    expect = """
    - {at: 2026-10-05, told: [], not_told: [{who: ada, because: it is silenced, until: 2026-11-02}]}
    - {at: 2026-10-20, alerts: [{state: resolved}], told: [], not_told: [{because: it was over before it could be told}]}
    - {at: 2026-11-30, told: []}
    """
    assert council(tmp_path).differences(a_test(figures, expect, SILENCE)) == []


@pytest.mark.parametrize(
    "matched",
    ["areas: East Kent", "alerts: too-many", "indicators: [open_cases]", "themes: cases", "levels: warning"],
)
def test_a_silence_holds_what_it_matches_until_it_ends(tmp_path: Path, matched: str) -> None:
    silence = f"- silence: {{{matched}, from: 2026-10-01, until: 2026-11-02 08:00, by: ops}}"
    expect = "- {at: 2026-11-30, told: [{who: [ada, ben], kind: breach, on: 2026-11-02 08:00}]}"

    assert council(tmp_path).differences(a_test(breach("2026-10-05"), expect, silence)) == []


@pytest.mark.parametrize("matched", ["areas: Thanet", "alerts: late:nothing", "levels: critical"])
def test_a_silence_of_something_else_holds_nothing(tmp_path: Path, matched: str) -> None:
    silence = f"- silence: {{{matched}, from: 2026-10-01, until: 2026-11-02 08:00, by: ops}}"
    expect = "- {at: 2026-11-30, told: [{who: [ada, ben], on: 2026-10-05}]}"
    outcome = council(tmp_path).run(a_test(breach("2026-10-05"), expect, silence))

    if "late:" in matched:
        assert [each.code for each in outcome.problems] == ["LIM408"]
    else:
        assert outcome.failed == ()


def test_a_silence_that_is_ended_early_tells_what_it_held(tmp_path: Path) -> None:
    events = f"""
    {SILENCE.replace("{areas", "{name: moving, areas")}
    - {{at: 2026-10-12 09:00, end_silence: {{name: moving, by: ops, comment: It went well.}}}}
    """
    expect = """
    - {at: 2026-10-12 08:59, told: []}
    - {at: 2026-10-12 09:00, told: [{who: [ada, ben], kind: breach, on: 2026-10-12 09:00}]}
    """
    assert council(tmp_path).differences(a_test(breach("2026-10-05"), expect, events)) == []


def test_an_inhibited_breach_is_told_when_the_other_is_over(tmp_path: Path) -> None:
    figures = """
      - {area: Kent, values: {2026-08-31: 50}, known: 2026-10-05 09:00}
      - {area: Kent, values: {2026-09-30: 10}, known: 2026-10-20 09:00}
      - {values: {2026-08-31: 30}, known: 2026-10-05 10:00}"""
    expect = """
    - at: 2026-10-05
      told: [{who: dora, area: Kent}]
      not_told: [{area: Swale, because: another alert says it already}]
    - at: 2026-10-20
      told: [{who: dora, area: Kent, kind: recovered}, {who: [ada, ben], kind: breach, on: 2026-10-20 09:00}]
    """
    made = council(tmp_path, more=INHIBITION)

    assert made.differences(a_test(figures, expect)) == []
    assert [str(each.part) for each in made.run().coverages["rules"].unreached].count("inhibition") == 0


def test_what_is_in_maintenance_is_told_afterwards(tmp_path: Path) -> None:
    expect = """
    - {at: 2027-01-05, told: [], not_told: [{who: ada, because: it is in a maintenance window, until: 2027-01-06 08:00}]}
    - {at: 2027-01-31, told: [{who: [ada, ben], on: 2027-01-06 08:00}]}
    """
    assert council(tmp_path, more=MAINTENANCE).differences(a_test(breach("2027-01-05"), expect)) == []


REMINDED = (
    "remind: {after: 5 working days, at_most: 2}\nescalate: [{after: 10 working days, to: area director}]"
)
ACKNOWLEDGED = "- {at: 2026-10-06 09:00, acknowledge: {by: ada, comment: We are on it.%s}}"
"""The breach is told on Monday 5 October 2026 at noon."""


@pytest.mark.parametrize(
    ("events", "told"),
    [
        (
            "[]",
            """
            - {who: [ada, ben], kind: reminder, on: 2026-10-12 12:00}
            - {who: dora, kind: escalated, on: 2026-10-19 12:00}
            - {who: [dora, ada, ben], kind: reminder, on: 2026-10-26 12:00}
            - {who: dora, kind: reminder, on: 2026-11-09 12:00}
            """,
        ),
        (ACKNOWLEDGED % "", "[]"),
        (
            ACKNOWLEDGED % ", until: 2026-10-14",
            """
            - {who: [ada, ben], kind: reminder, on: 2026-10-21 00:00}
            - {who: dora, kind: escalated, on: 2026-10-28 00:00}
            - {who: [dora, ada, ben], kind: reminder, on: 2026-11-04 00:00}
            - {who: dora, kind: reminder, on: 2026-11-18 00:00}
            """,
        ),
        (
            ACKNOWLEDGED % "" + "\n- {at: 2026-10-20 15:00, withdraw: {by: ben, comment: We are not.}}",
            """
            - {who: [ada, ben], kind: reminder, on: 2026-10-27 15:00}
            - {who: dora, kind: escalated, on: 2026-11-03 15:00}
            - {who: [dora, ada, ben], kind: reminder, on: 2026-11-10 15:00}
            - {who: dora, kind: reminder, on: 2026-11-24 15:00}
            """,
        ),
    ],
)
def test_reminders_and_escalation_go_on_unless_somebody_acknowledges(
    tmp_path: Path, events: str, told: str
) -> None:
    expect = (
        "- {at: 2026-10-05, told: [{who: [ada, ben], kind: breach}]}\n"
        f"- at: 2027-01-29\n  told:{_beneath(told)}"
    )
    assert council(tmp_path, REMINDED).differences(a_test(breach("2026-10-05"), expect, events)) == []


@pytest.mark.parametrize(
    ("events", "said"),
    [
        (
            "- {at: 2026-10-04, acknowledge: {by: ada}}",
            "ada can't say that of too-many in Swale: the alert does not fire",
        ),
        (
            "- {at: 2026-10-07, withdraw: {by: ada}}",
            "ada can't say that of too-many in Swale: nobody has acknowledged it",
        ),
        (
            "- {at: 2026-10-07, silence: {areas: Kent, until: 2027-10-07, by: ada}}",
            "A silence ends at most 92 days ahead, so that nothing is forgotten. Make it shorter and renew it; what is to be quiet for good belongs into the rules.",
        ),
        (
            f"{SILENCE.replace('2026-11-02 08:00', '2026-10-02')}\n- {{at: 2026-10-07, end_silence: {{by: ada}}}}",
            "“silence 1” is not there to be ended: it was not made, or is over",
        ),
    ],
)
def test_what_people_could_not_do_is_said(tmp_path: Path, events: str, said: str) -> None:
    expect = "- {at: 2026-10-31, alerts: [{}]}"

    assert council(tmp_path).differences(a_test(breach("2026-10-05"), expect, events)) == [said]


def test_a_reminder_that_waits_for_somebody_away_goes_to_their_deputy(tmp_path: Path) -> None:
    """Judith is away until 4 January, and everything is silenced when her reminder is due."""
    contacts = (CHRISTMAS / "config" / "contacts.yaml").read_text(encoding="utf-8")
    made = bench(tmp_path, RULES + indent(f"{HOURS}\nremind: 5 working days\n", "    "), contacts)
    silence = "- silence: {areas: Kent, from: 2026-12-28, until: 2027-01-02, by: ops}"
    expect = """
    - {at: 2026-12-18 17:00, told: [{who: judith, kind: breach}]}
    - {at: 2026-12-29 17:00, told: [], not_told: [{who: kiran, kind: reminder, because: it is silenced}]}
    - {at: 2027-01-03, told: [], not_told: [{who: kiran, because: it is held until the window opens}]}
    - {at: 2027-01-05, told: [{who: kiran, kind: reminder, on: 2027-01-04 08:00}]}
    - {at: 2027-01-31, told: [{who: judith, kind: reminder, on: 2027-01-18 08:00}]}
    """
    figures = breach("2026-12-18 17:00", end="2026-11-30")

    assert made.differences(a_test(figures, expect, silence)) == []


def test_a_test_that_comes_back_too_often_ends_and_says_so(tmp_path: Path) -> None:
    made = council(tmp_path, "remind: {after: 1 working day, factor: 1}")
    path = made.write(a_test(breach("2026-10-05"), "- {at: 2026-11-30, alerts: [{}]}"))
    file = read_rule_tests(path, "cases.yaml", KnownSettings(made.config, tmp_path), ProblemLog(), {})
    assert file is not None

    with throw_away_store() as store:
        result = run_test(store, file, file.tests[0], ZONE, most_returns=5)
        whole = run_test(store, file, file.tests[0], ZONE)

    assert [each.message for each in result.differences] == [
        "limen has come back to something 5 times before 2026-11-30, and the test ends here: expect something earlier, or let reminders end (at_most)"
    ]
    assert whole.passed


def test_the_times_that_no_test_looks_at_are_named(tmp_path: Path) -> None:
    rules = f"{HOURS}\n{REMINDED}"
    made = council(tmp_path, rules, INHIBITION + MAINTENANCE)
    expect = "- {at: 2026-10-05, told: [{who: [ada, ben]}], alerts: [{level: warning}]}"
    coverage = made.run(a_test(breach("2026-10-05"), expect)).coverages["rules"]

    assert {f"{each.part} {each.of} {each.what}".strip() for each in coverage.unreached} >= {
        "when managers window",
        "remind managers",
        "escalate managers area director after 10 working days",
        "inhibition county-first",
        "maintenance move",
    }


@pytest.mark.parametrize(
    ("line", "reached"),
    [
        ("told: [{who: [ada, ben], on: 2026-10-05 08:00}]", "when"),
        ("told: [{who: [ada, ben], on: 2026-10-05}]", None),
        ("not_told: [{because: it is held until the window opens}]\n  told: []", "when"),
    ],
)
def test_hours_are_reached_by_who_looks_at_the_clock(tmp_path: Path, line: str, reached: str | None) -> None:
    at = "2026-10-03" if "not_told" in line else "2026-10-05"
    outcome = council(tmp_path, HOURS).run(a_test(breach("2026-10-03"), f"- at: {at}\n  {line}"))

    assert outcome.failed == ()
    assert ("when" in {each.part for each in outcome.coverages["rules"].reached}) is (reached is not None)


@pytest.mark.parametrize(
    ("looked_at", "closed"),
    [
        ("2026-10-15 11:59", "2026-10-15 11:59"),
        ("2026-10-15 00:00", "2026-10-15 00:00"),
        ("2026-10-16", "2026-10-15 12:00"),
    ],
)
def test_a_rule_ends_at_noon_or_when_the_test_looks_before(
    tmp_path: Path, looked_at: str, closed: str
) -> None:
    expect = f"""
    - {{at: 2026-10-14 23:59, alerts: [{{level: warning}}], told: [{{who: [ada, ben], kind: breach}}]}}
    - {{at: {looked_at}, alerts: [{{state: resolved}}], told: [{{who: [ada, ben], kind: closed, on: {closed}}}]}}
    """
    ending = RULES.replace(
        "    action: Close some.\n", "    effective: {until: 2026-10-15}\n    action: Close some.\n"
    )

    assert bench(tmp_path, ending).differences(a_test(breach("2026-10-05"), expect)) == []
