"""Acknowledgements, silences and "whom does this reach?" by the command, on rules and people of a council."""

import csv
import io
import json
import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from monitor.core.alerts import Alert, AlertState
from monitor.core.notifications import TellReason
from monitor.core.rulebook import Level
from monitor.store.acknowledgements import acknowledgements_of
from monitor.store.alerts import save_alerts
from monitor.store.follow_ups import FollowUp, FollowUpKind, all_follow_ups, save_follow_ups
from monitor.store.silences import silences
from monitor.store.store import Store
from tests.support.command import Command

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
    expected_within: 10 working days
    plausible: {jump: 50}
    polarity: lower is better
    source: a test
alerts:
  too-many-cases:
    title: Too many open cases
    indicator: open_cases
    areas: [district, county]
    levels: {warning: value > 30, critical: value > 40}
    action: Close some.
    reference: a test
"""
ROUTES = """\
routes:
  managers:
    match: {areas: district}
    to: district manager
    when: working hours
    remind: {after: 5 working days, at_most: 3}
    escalate:
      - {after: 5 working days, to: area director}
  desk:
    match: {areas: district, levels: critical}
    to: {person: kim}
  leaders:
    match: {areas: county}
    to: director
maintenance:
  new-year:
    match: {areas: district}
    from: "2026-12-31 18:00"
    until: "2027-01-01 12:00"
    reference: a test
  east-kent-moves:
    match: {areas: East Kent}
    from: "2027-02-01 08:00"
    until: "2027-02-05 12:00"
    reference: a test
"""
CONTACTS = """\
people:
  joy:
    name: Joy Swale
    address: joy@kent.example
    salutation: Joy
    deputies:
      - {person: kit, from: 2026-12-24, until: 2026-12-27}
      - {person: wyn, from: 2026-12-28, until: 2027-01-04}
  kit: {name: Kit Swale, address: kit@kent.example, salutation: Kit}
  wyn: {name: Wyn Thanet, address: wyn@kent.example, language: cy}
  kim: {name: Kim Desk, address: kim@kent.example, salutation: Kim}
  dot: {name: Dot East, address: dot@kent.example, salutation: Dot}
  ops: {name: Operations, address: ops@kent.example, salutation: all}
roles:
  - {role: district manager, area: Swale, people: joy}
  - {role: district manager, area: Thanet, people: wyn}
  - {role: district manager, area: Dover, people: wyn}
  - {role: director, area: Kent, people: dot, until: 2026-12-01}
  - {role: area director, area: East Kent, people: dot}
  - {role: data owner, area: Kent, people: kim}
operations: ops
"""
AREAS = """\
name,code,type,parent,aliases
Kent,,county,,
East Kent,,area,Kent,
Dover,,district,East Kent,
Swale,,district,East Kent,
Thanet,,district,East Kent,
"""
SWALE = ("too-many-cases", "Swale")


@pytest.fixture
def council(limen: Command, state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """The command with these rules and people."""
    files = {"rules/rules.yaml": RULES + ROUTES, "config/contacts.yaml": CONTACTS, "config/areas.csv": AREAS}
    for name, text in files.items():
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8")
    monkeypatch.setenv("LIMEN_RULES_DIR", str(tmp_path / "rules"))
    monkeypatch.setenv("LIMEN_CONFIG_DIR", str(tmp_path / "config"))
    monkeypatch.setenv("SUDO_USER", "joy@kent.example")
    checked = limen("check")
    assert checked.code == 0, checked.out + checked.err
    assert limen("db", "upgrade").code == 0
    assert state.exists()
    return limen


@pytest.fixture
def store(council: Command, state: Path) -> Store:
    """The command's store, with a breach in Swale that fires."""
    del council
    store = Store.open(f"sqlite:///{state / 'limen.db'}")
    end = date(2026, 10, 31)
    with store.writing() as connection:
        save_alerts(
            connection,
            [
                Alert(*SWALE, AlertState.FIRING, Level.WARNING, 1, 2, end, end, end),
                Alert("fault:open_cases", "Dover", AlertState.FIRING, None, 1, 1, end, end, end),
            ],
        )
    return store


def held_row(**changes: object) -> FollowUp:
    now = datetime.now(UTC)
    fields = {
        "rule": SWALE[0],
        "area": SWALE[1],
        "episode": 2,
        "kind": FollowUpKind.NEWS,
        "subject": "joy",
        "step": 0,
        "since": now,
        "due_at": now + timedelta(days=9),
        "reason": TellReason.SILENCED,
    }
    return FollowUp(**(fields | changes))  # type: ignore[arg-type]  # names of its fields


def test_an_alert_is_acknowledged_listed_and_taken_back(council: Command, store: Store) -> None:
    with store.writing() as connection:
        save_follow_ups(connection, [held_row(reason=TellReason.WINDOW)])
    said = council("ack", SWALE[0], "-a", "swale", "--until", "2 weeks", "--comment", "On it.")
    assert said.code == 0, said.err
    assert "too-many-cases in Swale is acknowledged by Joy Swale, until" in said.out
    assert "No reminders, no escalation" in said.out
    with store.reading() as connection:
        (given,) = acknowledgements_of(connection, *SWALE)
        (row,) = all_follow_ups(connection)
    assert (given.author, given.comment, given.episode, given.level, given.via) == (
        "joy", "On it.", 2, Level.WARNING, "command line",
    )  # fmt: skip
    assert row.due_at is not None
    assert row.due_at <= given.at, "what is held is looked at again"

    (listed,) = json.loads(council("ack", "--list", "--format", "json").out)
    assert (listed["rule"], listed["author"], listed["counts"]) == (SWALE[0], "joy", True)
    table = council("ack", "--list").out
    assert "On it." in table
    assert "Joy Swale" in table, "people are named as elsewhere; data keep ids"
    assert council("ack", "--list", "--format", "csv").out.startswith("rule,area,level,author,at,until")
    assert "acknowledged by Joy Swale until" in council("alerts").out
    (fires,) = (each for each in json.loads(council("alerts", "--format", "json").out) if each["level"])
    assert fires["acknowledged"]["comment"] == "On it."

    back = council("ack", SWALE[0], "-a", "Swale", "--withdraw", "-c", "Not mine.", "--author", "Kit Swale")
    assert (back.code, "Reminders go on." in back.out) == (0, True)
    assert "Nothing that fires is acknowledged" in council("ack", "--list").out
    again = council("ack", SWALE[0], "-a", "Swale", "--withdraw", "-c", "Twice.")
    assert (again.code, "Nobody has acknowledged" in again.err) == (1, True)
    store.close()


def test_confirming_a_figure_says_what_it_means(council: Command, store: Store) -> None:
    store.close()
    said = council("ack", "fault:open_cases", "-a", "Dover", "-c", "Counted again.")
    assert (said.code, "This confirms the figure" in said.out) == (0, True)


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (
            ("too-many-cases", "-a", "Dover", "-c", "x"),
            1,
            "What fires: fault:open_cases in Dover, too-many-cases in Swale",
        ),
        (("late:open_cases", "-a", "Thanet", "-c", "x"), 1, "`limen alerts` shows what fires"),
        (("too-many-case", "-a", "Dover", "-c", "x"), 2, "did you mean “too-many-cases”"),
        (("fault:open_case", "-a", "Dover", "-c", "x"), 2, "did you mean “open_cases”"),
        (("too-many-cases", "-a", "Swale", "-c", "x", "--until", "soon"), 2, "is no end. Write a day"),
        (("too-many-cases", "-a", "Swale", "-c", "x", "--until", "2013-01-01"), 2, "has passed"),
        (("too-many-cases", "-a", "Swale", "-c", " "), 2, "give a --comment"),
        (("too-many-cases",), 2, "name the RULE and its"),
        (("too-many-cases", "--list"), 2, "stands alone"),
    ],
)
def test_what_cannot_be_acknowledged_is_refused_with_help(
    council: Command, store: Store, arguments: tuple[str, ...], code: int, told: str
) -> None:
    store.close()
    said = council("ack", *arguments)
    assert said.code == code
    assert told in re.sub(r"[\s│]+", " ", said.err)


def test_a_silence_is_made_shown_and_ended_and_its_end_will_be_told(
    council: Command, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = council(
        "silence", "add", "-a", "East Kent", "-a", "Swale", "--level", "warning", "--level", "info",
        "--until", "3 days", "-c", "Moving house.",
    )  # fmt: skip
    assert said.code == 0, said.err
    assert "Silence 1: info, warning alerts in East Kent and all within it" in said.out
    assert "fires now: too-many-cases in Swale" in said.out
    with store.writing() as connection:
        (made,) = silences(connection)
        save_follow_ups(connection, [held_row(), held_row(area="Dover", subject="dot")])
        (end,) = (each for each in all_follow_ups(connection) if each.kind is FollowUpKind.SILENCE)
    assert {"East Kent", "Swale"} < made.match.scope.names
    assert "Kent" not in made.match.scope.names
    assert (made.author, made.comment, made.ends_at - made.starts_at) == (
        "joy",
        "Moving house.",
        timedelta(3),
    )
    assert (end.subject, end.rule, end.area, end.episode, end.due_at) == ("1", "", "", 0, made.ends_at)

    shown = council("silence", "show", "1").out
    assert "Silence 1, active" in shown
    assert "too-many-cases in Swale from Joy Swale" in shown
    (waiting,) = json.loads(council("silence", "show", "1", "--format", "json").out)["waiting"]
    assert waiting["person"] == "joy"
    monkeypatch.setenv("COLUMNS", "80")
    assert "…" not in council("silence", "list").out, "nothing is cut, it is folded"
    (listed,) = json.loads(council("silence", "list", "--format", "json").out)
    assert (listed["state"], listed["levels"]) == ("active", ["info", "warning"])
    assert "Moving house." in council("silence", "list").out
    assert "silenced until" in council("alerts").out

    assert council("silence", "end", "1", "-c", "Done.").code == 0
    with store.reading() as connection:
        rows = {(each.kind, each.area): each for each in all_follow_ups(connection)}
        (made,) = silences(connection)
    ended = rows[FollowUpKind.SILENCE, ""]
    assert ended.due_at == made.ends_at, "its end is told now"
    assert rows[FollowUpKind.NEWS, "Swale"].due_at == made.ends_at
    assert council("silence", "list").out == "No silence is active; --all shows those that have ended.\n"
    (row,) = csv.DictReader(io.StringIO(council("silence", "list", "--all", "--format", "csv").out))
    assert row["state"] == "ended"
    assert council("silence", "end", "1", "-c", "Again.").code == 1
    assert council("silence", "show", "9").code == 2
    store.close()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--until", "3 days"), "Say what is to be silent"),
        (("-a", "Swale", "--until", "93 days"), "at most 92 days ahead"),
        (("-a", "Swale", "--until", "2013-01-01"), "later than now"),
        (("-a", "Swale", "--from", "2099-01-02", "--until", "2099-01-01"), "ends after it begins"),
        (("-a", "Atlantis", "--until", "3 days"), "There is no area"),
        (("--theme", "case", "--until", "3 days"), "did you mean “cases”"),
        (("-r", "late:open_case", "--until", "3 days"), "did you mean “open_cases”"),
    ],
)
def test_a_silence_that_nobody_should_make_is_refused(
    council: Command, arguments: tuple[str, ...], told: str
) -> None:
    said = council("silence", "add", *arguments, "-c", "Why.")
    assert said.code == 2
    assert told in said.err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("who", "nonsense", "-a", "Swale"), "there are too-many-cases, open_cases."),
        (("who", "cases-in-all", "-a", "Swale"), "did you mean too-many-cases or open_cases?"),
        (("alerts", "--area", "Atlantis"), "there are Kent, East Kent, Dover, Swale, Thanet."),
        (("alerts", "--area", "East"), "did you mean East Kent?"),
    ],
)
def test_an_unknown_name_is_answered_with_those_that_there_are(
    council: Command, store: Store, arguments: tuple[str, ...], told: str
) -> None:
    store.close()
    said = council(*arguments)
    assert said.code == 2
    assert told in " ".join(said.err.split())


def answer(said: str) -> dict[str, dict[str, object]]:
    (found,) = json.loads(said)
    return {each["person"]: each for each in found["people"]}


def test_whom_does_this_reach_on_christmas_eve_at_five(council: Command) -> None:
    said = council("who", "too-many-cases", "-a", "Swale", "--at", "2026-12-24 17:00", "--level", "warning")
    assert said.code == 0, said.err
    assert " ".join(said.out.split()) == (
        "too-many-cases in Swale (warning), known Thu 24 Dec 2026 17:00: "
        "Kit Swale, as deputy of Joy Swale, district manager for Swale, by route “managers”, by email: "
        "told at once "
        # Christmas Day, Monday 28 (for Boxing Day) and New Year's Day are no working days; Joy is back.
        "Joy Swale, district manager for Swale, by route “managers”, by email: told, then reminded, as it is "
        "theirs by then: Tue 5 Jan 2027 17:00, Tue 12 Jan 2027 17:00, Tue 26 Jan 2027 17:00 "
        "Unless somebody acknowledges, Tue 5 Jan 2027 17:00 it goes to area director: Dot East "
        "Dot East reminded, while nobody acknowledges: Tue 12 Jan 2027 17:00, Tue 26 Jan 2027 17:00, "
        "Tue 23 Feb 2027 17:00"
    )


def test_reminders_of_who_stays_are_theirs(council: Command) -> None:
    said = council("who", "too-many-cases", "-a", "Thanet", "--at", "2026-12-24 17:00", "--level", "warning")
    lines = [line.strip() for line in said.out.splitlines()]
    assert lines[1].startswith("Wyn Thanet, district manager for Thanet")
    assert lines[2].startswith("reminded, while nobody acknowledges: Tue 5 Jan 2027 17:00, Tue 19 Jan 2027")


def test_what_is_held_over_christmas_goes_to_who_stands_in_when_it_is_told(council: Command) -> None:
    said = council(
        "who",
        "open_cases",
        "-a",
        "Swale",
        "--at",
        "2026-12-24 18:30",
        "--level",
        "critical",
        "--format",
        "json",
    )
    people = answer(said.out)
    assert people["kit"]["told_at"] is None
    assert people["kit"]["reaches_no_more"] is True
    assert people["wyn"]["stands_in_for"] == "Joy Swale"
    assert people["wyn"]["told_at"] == "2026-12-29T08:00:00+00:00"
    assert (people["wyn"]["salutation"], people["wyn"]["language"]) == ("Annwyl Wyn Thanet", "cy")
    assert (people["kit"]["salutation"], people["kit"]["language"]) == ("Kit", None)
    assert people["kim"]["told_at"] == "2026-12-24T18:30:00+00:00", "the desk is told at once"


def test_maintenance_and_windows_follow_each_other(council: Command) -> None:
    at = ("who", "too-many-cases", "-a", "Swale", "--at", "2026-12-31 18:30", "--level", "warning")
    said = " ".join(council(*at).out.split())
    assert "Wyn Thanet, as deputy of Joy Swale" in said
    assert "not told (held by maintenance “new-year”; then outside the hours of route “managers”)" in said
    assert (
        "Joy Swale, district manager for Swale, by route “managers”, by email: told Mon 4 Jan 2027 08:00"
        in said
    )
    assert council(*at, "--format", "csv").out.count("\n") == 3


@pytest.mark.parametrize(
    ("area", "answer"),
    [
        ("Swale", "told Fri 5 Feb 2027 12:00 (held by maintenance “east-kent-moves”)"),
        ("Thanet", "told Fri 5 Feb 2027 12:00 (held by maintenance “east-kent-moves”)"),
    ],
)
def test_maintenance_of_an_area_holds_news_of_its_districts(council: Command, area: str, answer: str) -> None:
    said = council("who", "too-many-cases", "-a", area, "--at", "2027-02-03 10:00", "--level", "warning")
    assert answer in " ".join(said.out.split())
    assert "told at once" not in said.out


def test_silences_that_are_made_already_are_foreseen(council: Command, store: Store) -> None:
    store.close()
    council("silence", "add", "-a", "Swale", "--until", "2 days", "-c", "Why.", "--author", "ops")
    said = council("who", "too-many-cases", "-a", "Swale", "--level", "critical", "--format", "json")
    assert answer(said.out)["kim"]["held_by"] == "silence 1"


def test_nobody_to_reach_is_a_failure_and_names_who_is_told_instead(council: Command) -> None:
    said = council("who", "too-many-cases", "-a", "Kent", "--at", "2026-12-24")
    assert said.code == 1
    assert "(critical or warning)" in said.out
    vacant = "for nobody holds the role “director” for Kent"
    assert f"It reaches nobody, {vacant}; operations would be told instead: Operations" in said.out
    assert council("who", "too-many-cases", "-a", "Kent", "--at", "2026-11-30 23:59").code == 0


def test_data_owners_are_reached_too(council: Command) -> None:
    said = council("who", "late:open_cases", "-a", "Swale", "--at", "2026-12-24 03:00")
    assert "Kim Desk, data owner for Kent, by email: told at once" in said.out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (
            ("too-many-cases", "-a", "East Kent"),
            "It is watched in other areas: too-many-cases: county, district",
        ),
        (("too-many-cases", "-a", "Swale", "--level", "info"), "has no level “info”"),
        (("too-many-cases", "-a", "Swale", "--at", "Christmas"), "is no time. Write 2026-12-24"),
        (("to-many-cases", "-a", "Swale"), "did you mean"),
    ],
)
def test_what_cannot_be_answered_is_said_why(council: Command, arguments: tuple[str, ...], told: str) -> None:
    said = council("who", *arguments)
    assert said.code == 2
    assert told in said.err
