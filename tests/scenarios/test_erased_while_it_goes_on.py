"""Somebody is erased who was told of a breach that goes on: nobody who has to know of it is left out."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor.core.notifications import NoticeKind, TellReason
from monitor.core.recipients import Directory, Recipient, RoleHolding
from monitor.core.rulebook import Escalation, RouteTarget
from monitor.core.windows import OFFICE_HOURS, Reminders
from monitor.store.audit import verify
from monitor.store.erasure import Erased, erase, find_person
from monitor.store.store import Store
from monitor.world import World
from tests.scenarios.test_told_in_time import (
    PEOPLE,
    at_once,
    by,
    let_pass,
    reasons,
    run,
    swale,
    told,
    waiting,
)
from tests.support.rules import HERE

START = datetime(2014, 1, 6, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
TIA = Recipient("tia", "Tia Thanet", "tia@kent.example", "Tia")


def _erased(store: Store, who: str, at: datetime) -> Erased:
    with store.writing() as connection:
        return erase(connection, find_person(connection, who), at=at, reason="left", author="carol")


def _held_by(of: World, *holdings: RoleHolding, gone: Sequence[str] = ()) -> World:
    people = {name: each for name, each in PEOPLE.people.items() if name not in gone}
    return replace(of, directory=Directory(people | {TIA.id: TIA}, holdings))


@pytest.mark.parametrize("reminders", [None, Reminders(after=2, factor=1)])
def test_the_successor_is_told_by_the_next_cycle_and_hears_how_it_ends(
    store: Store, reminders: Reminders | None
) -> None:
    of = by(reminders=reminders)
    at_once(store, of, swale("20", "46"), START)
    assert _erased(store, "sam", START + HOUR).handed_on == 1

    now = _held_by(of, RoleHolding("district manager", "Swale", ("tia",)), gone=("sam",))
    let_pass(store, now, START + 2 * HOUR, START + 3 * DAY, every=1)

    first = START + 2 * HOUR
    reminded = [] if reminders is None else [("tia", NoticeKind.REMINDER, first + 2 * DAY)]
    assert told(store)[1:] == [("tia", NoticeKind.BREACH, first), *reminded]
    at_once(store, now, swale("20", "46", "5"), START + 3 * DAY + HOUR)
    assert told(store)[-1] == ("tia", NoticeKind.RECOVERED, START + 3 * DAY + HOUR)
    assert waiting(store) == ()
    with store.reading() as connection:
        assert verify(connection).holds


def test_the_successor_is_told_in_the_hours_of_the_route_and_not_that_it_was_held(store: Store) -> None:
    of = by(timing=OFFICE_HOURS)
    at_once(store, of, swale("20", "46"), START)
    evening = START + 12 * HOUR
    _erased(store, "sam", evening)
    now = _held_by(of, RoleHolding("district manager", "Swale", ("tia",)), gone=("sam",))
    let_pass(store, now, evening, START + DAY)
    assert told(store)[1:] == [("tia", NoticeKind.BREACH, START + 23 * HOUR)]


def test_where_nobody_stands_in_their_place_operations_are_told(store: Store) -> None:
    of = by()
    at_once(store, of, swale("20", "46"), START)
    _erased(store, "sam", START + HOUR)
    run(store, _held_by(of, gone=("sam",)), START + 2 * HOUR)
    assert told(store)[1:] == [("ops", NoticeKind.BREACH, START + 2 * HOUR)]
    assert reasons(store)[-1] is TellReason.NOBODY_ELSE


def test_who_took_over_from_somebody_told_by_an_escalation_is_told(store: Store) -> None:
    of = by(escalations=(Escalation(1, (RouteTarget("area director", None, HERE),), HERE),))
    at_once(store, of, swale("20", "46"), START)
    run(store, of, START + DAY)
    assert told(store)[1:] == [("ana", NoticeKind.ESCALATED, START + DAY)]
    _erased(store, "ana", START + DAY + HOUR)
    manager = RoleHolding("district manager", "Swale", ("sam",))
    run(
        store,
        _held_by(of, manager, RoleHolding("area director", "Kent", ("tia",)), gone=("ana",)),
        START + DAY + 2 * HOUR,
    )
    assert told(store)[2:] == [("tia", NoticeKind.BREACH, START + DAY + 2 * HOUR)]


def test_what_is_over_is_handed_on_to_nobody(store: Store) -> None:
    of = by(reminders=Reminders(after=2, factor=1))
    at_once(store, of, swale("20", "46"), START)
    at_once(store, of, swale("20", "46", "5"), START + HOUR)
    assert _erased(store, "sam", START + 2 * HOUR).handed_on == 0
    now = _held_by(of, RoleHolding("district manager", "Swale", ("tia",)), gone=("sam",))
    let_pass(store, now, START + 3 * HOUR, START + 3 * DAY, every=12)
    assert [kind for _, kind, _ in told(store)] == [NoticeKind.BREACH, NoticeKind.RECOVERED]
    assert waiting(store) == ()
