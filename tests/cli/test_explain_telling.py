"""``limen explain`` on news that is held, reminded of, passed on, acknowledged, silenced and restated.

After a change that is meant, write the golden texts anew with UPDATE_GOLDEN=1 and read the difference.
"""

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from monitor.calendar_england import calendar_of
from monitor.cli.choices import UnknownNameError
from monitor.cli.explain import record
from monitor.cli.explain_facts import Explanation
from monitor.cli.explain_pages import Pages
from monitor.cli.explain_telling import Inquiry
from monitor.cli.explanation import explanation
from monitor.cli.told import plain_note, spelt
from monitor.core.dated import Scope
from monitor.core.notifications import NoticeKind, TellReason
from monitor.core.recipients import Deputy, Directory, Recipient, RoleHolding
from monitor.core.rulebook import Escalation, Level, Route, RouteMatch, RouteTarget
from monitor.core.windows import OFFICE_HOURS, Reminders
from monitor.cycle import run_cycle
from monitor.store.decisions import decisions_since
from monitor.store.store import Store
from monitor.suppressing import acknowledge, silence
from monitor.world import World
from tests.support.days import DISTRICTS, LONDON, OPS, take_in, world
from tests.support.rules import HERE, monthly, revised, rule

GOLDEN = Path(__file__).parent / "explained" / "golden"
WRITES_GOLDEN = bool(os.environ.get("UPDATE_GOLDEN"))

FRIDAY_EVENING = datetime(2013, 12, 20, 18, 40, tzinfo=UTC)
MONDAY_AT_8 = datetime(2013, 12, 23, 8, 0, tzinfo=UTC)
MONDAY_AT_11 = datetime(2013, 12, 23, 11, 0, tzinfo=UTC)
JANUARY = datetime(2014, 1, 8, 9, 0, tzinfo=UTC)

SAM = Recipient("sam", "Sam Swale", "sam@kent.example", "Sam")
ANA = Recipient("ana", "Ana Area", "ana@kent.example", "Ana")
KIM = Recipient("kim", "Kim Thanet", "kim@kent.example", "Kim")
DEE = Recipient("dee", "Dee Puty", "dee@kent.example", "Dee")
THEO = Recipient("theo", "Theo Theme", "theo@kent.example", "Theo")
PEOPLE = Directory(
    {each.id: each for each in (SAM, ANA, KIM, DEE, THEO, OPS)},
    (
        RoleHolding("district manager", "Swale", ("sam",)),
        RoleHolding("district manager", "Thanet", ("kim",)),
        RoleHolding("area director", "Kent", ("ana",)),
    ),
    (Deputy("sam", "dee", datetime(2014, 2, 1, tzinfo=UTC).date()),),
)
MANAGERS = Route(
    "managers",
    RouteMatch(scope=DISTRICTS),
    (RouteTarget("district manager", None, HERE),),
    HERE,
    timing=OFFICE_HOURS,
    reminders=Reminders(after=2),
    escalations=(Escalation(5, (RouteTarget("area director", None, HERE),), HERE),),
)
OTHERS = Route(
    "adoption", RouteMatch(themes=frozenset({"adoption"})), (RouteTarget(None, "theo", HERE),), HERE
)
RULE = rule({"warning": "value > 30", "critical": "value > 40"}, scope=DISTRICTS)
WORLD: World = replace(world(RULE, routes=(MANAGERS, OTHERS)), directory=PEOPLE)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(f"sqlite:///{tmp_path / 'limen.db'}", migrate=True) as opened:
        yield opened


def cycle(store: Store, now: datetime) -> None:
    run_cycle(store, WORLD, now=now, zone=LONDON, domain="limen.example")


def breached(store: Store) -> None:
    """A breach that is known on Friday evening, two days and a bit before the window opens."""
    take_in(store, list(monthly("20", "35", area="Swale")), now=FRIDAY_EVENING)
    cycle(store, FRIDAY_EVENING)


def explained(store: Store, now: datetime, person: str | None = None) -> Explanation:
    with store.reading() as connection:
        inquiry = Inquiry(connection, WORLD, now, calendar_of(LONDON))
        return explanation(inquiry, RULE, WORLD.areas["Swale"], None, person=person)


def page(store: Store, now: datetime) -> str:
    """The part of the page that is about telling."""
    out = StringIO()
    found = explained(store, now)
    Pages(Console(file=out, width=110), LONDON, Path("rules"), now).show(found)
    return out.getvalue().partition("  Who was told, or not")[2]


def answer(store: Store, now: datetime, person: str) -> str:
    out = StringIO()
    found = explained(store, now, person)
    Pages(Console(file=out, width=110), LONDON, Path("rules"), now).show_person(found, RULE.id)
    return out.getvalue()


def compare(name: str, text: str) -> None:
    text = "".join(f"{line.rstrip()}\n" for line in text.splitlines())
    golden = GOLDEN / f"{name}.txt"
    if WRITES_GOLDEN:
        golden.write_text(text, encoding="utf-8")
    assert text == golden.read_text(encoding="utf-8")


def test_news_that_is_held_is_explained_by_what_holds_it_and_until_when(store: Store) -> None:
    breached(store)
    compare("telling-held", page(store, FRIDAY_EVENING + timedelta(hours=1)))


def test_what_follows_a_telling_is_explained_with_acknowledgement_silence_and_restatement(
    store: Store,
) -> None:
    breached(store)
    cycle(store, MONDAY_AT_8)
    told = page(store, MONDAY_AT_8)
    with store.writing() as connection:
        given = acknowledge(
            connection,
            MONDAY_AT_11,
            alert=(RULE.id, "Swale"),
            author="sam",
            comment="two vacancies, filled from January",
            until=JANUARY + timedelta(days=30),
            via="mail",
        )
        assert given.done
        silence(
            connection,
            MONDAY_AT_11,
            match=RouteMatch(scope=Scope(names=frozenset({"Swale"}))),
            author="ops",
            comment="the case system moves",
            starts_at=MONDAY_AT_11,
            ends_at=JANUARY + timedelta(days=2),
        )
    cycle(store, MONDAY_AT_11)
    acknowledged = page(store, MONDAY_AT_11)
    again = revised(monthly("20", "35", area="Swale")[-1], "45")
    take_in(store, [again], now=JANUARY)
    cycle(store, JANUARY)
    compare("telling-after", f"TOLD\n{told}\nACKNOWLEDGED\n{acknowledged}\nWORSE\n{page(store, JANUARY)}")


def test_anybody_learns_why_they_were_told_or_were_not(store: Store) -> None:
    breached(store)
    cycle(store, MONDAY_AT_8)
    february = datetime(2014, 2, 3, 12, 0, tzinfo=UTC)
    asked = [(MONDAY_AT_8, each) for each in ("sam", "Ana Area", "kim@kent.example", "theo", "dee")]
    asked += [(february, "sam"), (february, "dee")]
    compare("telling-for-people", "\n".join(answer(store, when, person) for when, person in asked))


def test_who_acknowledged_it_is_told_so_and_nobody_else(store: Store) -> None:
    breached(store)
    cycle(store, MONDAY_AT_8)
    with store.writing() as connection:
        given = acknowledge(
            connection,
            MONDAY_AT_11,
            alert=(RULE.id, "Swale"),
            author="sam",
            comment="two vacancies",
            until=None,
            via="mail",
        )
    assert given.done
    said = {person: " ".join(answer(store, MONDAY_AT_11, person).split()) for person in ("sam", "dee")}
    assert "Acknowledged 23 Dec 2013 11:00, by Sam Swale at warning, until it is over" in said["sam"]
    assert "“two vacancies”; it counts." in said["sam"]
    assert "two vacancies" not in said["dee"]


def test_before_any_news_a_person_learns_whether_it_would_reach_them(store: Store) -> None:
    take_in(store, list(monthly("20", area="Swale")), now=MONDAY_AT_8)
    cycle(store, MONDAY_AT_8)
    said = answer(store, FRIDAY_EVENING, "sam")
    assert "There was nothing to tell Sam Swale" in said
    assert (
        "would reach Sam Swale by route “managers” as district manager for Swale: 23 Dec 2013 08:00" in said
    )


def test_nobody_of_an_unknown_name_is_explained_away(store: Store) -> None:
    breached(store)
    with pytest.raises(UnknownNameError, match="nobody is known as “sammy”"):
        explained(store, MONDAY_AT_8, "sammy")


@pytest.mark.parametrize("part", ["swale", "SAM", "sam swael"])
def test_a_part_of_a_name_is_answered_with_who_was_probably_meant(store: Store, part: str) -> None:
    breached(store)
    with pytest.raises(UnknownNameError, match=r"Did you mean sam \(Sam Swale\)\?"):
        explained(store, MONDAY_AT_8, f"{part} x" if part == "SAM" else part)


def test_after_a_hand_over_it_is_explained_whom_telling_will_turn_to(store: Store) -> None:
    breached(store)
    cycle(store, MONDAY_AT_8)
    holdings = (RoleHolding("district manager", "Swale", ("kim",)), *PEOPLE.holdings[2:])
    handed_over = replace(WORLD, directory=Directory(PEOPLE.people, holdings))
    said = {}
    for person in ("sam", "kim"):
        with store.reading() as connection:
            inquiry = Inquiry(connection, handed_over, MONDAY_AT_11, calendar_of(LONDON))
            (told,) = explanation(inquiry, RULE, WORLD.areas["Swale"], None, person=person).rules
        assert told.person is not None
        said[person] = [each for each in told.person.answers if "27 Dec" in each]
    to_come = "First news to Kim Thanet, in place of Sam Swale: 27 Dec 2013 08:00, by route “managers”"
    assert [each.partition(", unless")[0] for each in said["sam"]] == [to_come]
    assert said["kim"] == said["sam"]

    run_cycle(
        store, handed_over, now=datetime(2013, 12, 27, 8, 0, tzinfo=UTC), zone=LONDON, domain="x.example"
    )
    with store.reading() as connection:
        (did,) = decisions_since(connection, 2)
    assert did.decision.recipient == KIM
    assert (did.decision.kind, did.decision.reason) == (NoticeKind.BREACH, TellReason.ROUTE)


def test_an_inhibition_and_an_erased_person_are_told_in_plain_words() -> None:
    assert plain_note("late:a in Kent (inhibition “feed”)") == "late:a in Kent, by inhibition “feed”"
    assert plain_note("silence 3") == "silence 3"
    assert spelt("erased") == "a person who was erased"
    assert spelt("Sam Swale") == "Sam Swale"


def test_whoever_has_left_the_contacts_is_known_by_what_they_were_told(store: Store) -> None:
    breached(store)
    cycle(store, MONDAY_AT_8)
    left = Directory({each.id: each for each in (ANA, OPS)}, PEOPLE.holdings[2:])
    with store.reading() as connection:
        inquiry = Inquiry(connection, replace(WORLD, directory=left), MONDAY_AT_11, calendar_of(LONDON))
        indicator = WORLD.rulebook.indicators[RULE.indicator]
        found = explanation(inquiry, indicator, WORLD.areas["Swale"], None, person="Sam Swale")
    (told,) = (each.person for each in found.rules)
    assert told is not None
    assert told.told
    assert "The contacts do not know Sam Swale any more." in told.answers
    assert told.answers[-1] == "It would reach Operations."


def test_another_program_reads_the_same(store: Store) -> None:
    breached(store)
    found = json.loads(record(explained(store, FRIDAY_EVENING, "sam")))
    (told,) = found["rules"]
    (coming,) = told["telling"]["coming"]
    assert (coming["what"], coming["person"], coming["held"]) == ("news", "sam", True)
    assert coming["held_by"] == "route “managers”"
    assert datetime.fromisoformat(coming["due_at"]) == MONDAY_AT_8
    assert told["tellings"][0]["until"] is not None
    assert told["person"]["told"] is False
    assert told["telling"]["prospects"][0]["person"] == "sam"
    assert Level.WARNING.value == told["level"]
