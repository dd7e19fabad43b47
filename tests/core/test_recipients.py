"""Whom the directory names on a day: who holds a role, and who stands in for whom."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.areas import Area, AreaTree, AreaType
from monitor.core.recipients import Deputy, Directory, Recipient, RoleHolding
from monitor.core.routing import reached
from monitor.core.rulebook import Level, Route, RouteMatch, RouteTarget
from tests.support.rules import HERE, indicator, rule

AREAS = AreaTree.of([Area("Kent", AreaType.COUNTY), Area("Swale", AreaType.DISTRICT, "Kent")])
IDS = ("ada", "ben", "cleo", "dai")
PEOPLE = {key: Recipient(key, f"{key.title()} Example", f"{key}@kent.example", key.title()) for key in IDS}
DAY = date(2013, 12, 24)
HELD = (RoleHolding("district manager", "Swale", ("ada", "ben")), RoleHolding("director", "Kent", ("dai",)))


def book(*deputies: Deputy) -> Directory:
    return Directory(PEOPLE, HELD, deputies)


def away(person: str, deputy: str, *, also: bool = False) -> Deputy:
    return Deputy(person, deputy, DAY, DAY + timedelta(days=1), also)


def told(people: tuple[Recipient, ...]) -> list[tuple[str, str]]:
    return [(each.id, each.stands_in_for) for each in people]


@pytest.mark.parametrize(
    ("deputies", "expected"),
    [
        ((), [("ada", "")]),
        ((away("ada", "cleo"),), [("cleo", "Ada Example")]),
        ((away("ada", "cleo", also=True),), [("ada", ""), ("cleo", "Ada Example")]),
        ((away("ada", "cleo"), away("ada", "dai")), [("cleo", "Ada Example"), ("dai", "Ada Example")]),
        ((away("ada", "cleo"), away("cleo", "dai")), [("dai", "Ada Example")]),
        (
            (away("ada", "cleo"), away("cleo", "dai", also=True)),
            [("cleo", "Ada Example"), ("dai", "Ada Example")],
        ),
        ((away("ada", "cleo"), away("ada", "dai"), away("cleo", "dai")), [("dai", "Ada Example")]),
        ((away("ada", "cleo"), away("cleo", "ada")), [("ada", "")]),
        ((away("ada", "cleo"), away("cleo", "ada"), away("ada", "ben")), [("ben", "Ada Example")]),
        ((away("ada", "ada"),), [("ada", "")]),
        ((away("ada", "nobody"),), [("ada", "")]),
        ((away("ben", "cleo"),), [("ada", "")]),
    ],
)
def test_who_is_told_in_a_persons_place(
    deputies: tuple[Deputy, ...], expected: list[tuple[str, str]]
) -> None:
    assert told(book(*deputies).person("ada", DAY)) == expected


def test_nobody_is_told_for_an_id_that_there_is_not() -> None:
    assert book().person("eve", DAY) == ()


@pytest.mark.parametrize(
    ("day", "person"),
    [(DAY - timedelta(days=1), "ada"), (DAY, "cleo"), (DAY + timedelta(days=1), "ada")],
)
def test_the_first_day_counts_and_the_last_one_named_does_not(day: date, person: str) -> None:
    assert [each.id for each in book(away("ada", "cleo")).person("ada", day)] == [person]


def test_a_deputy_without_an_end_stands_in_until_further_notice() -> None:
    assert [each.id for each in book(Deputy("ada", "cleo", DAY)).person("ada", date(2030, 1, 1))] == ["cleo"]


@pytest.mark.parametrize(
    ("deputies", "expected"),
    [
        ((), [("ada", ""), ("ben", "")]),
        ((away("ada", "ben"),), [("ben", "")]),
        ((away("ben", "ada"),), [("ada", "")]),
        ((away("ada", "cleo"), away("ben", "cleo")), [("cleo", "Ada Example")]),
        ((away("ada", "dai"),), [("dai", "Ada Example"), ("ben", "")]),
    ],
)
def test_a_role_is_told_by_way_of_deputies_and_nobody_twice(
    deputies: tuple[Deputy, ...], expected: list[tuple[str, str]]
) -> None:
    found, area = book(*deputies).holders("district manager", "Swale", DAY, AREAS)
    assert (told(found), area) == (expected, "Swale")


def test_a_deputy_takes_the_place_of_one_person_and_not_of_the_area_around() -> None:
    found, area = book(away("dai", "cleo")).holders("director", "Swale", DAY, AREAS)
    assert (told(found), area) == ([("cleo", "Dai Example")], "Kent")


DEPUTIES = st.lists(
    st.builds(
        away, st.sampled_from(IDS), st.sampled_from((*IDS, "nobody")), also=st.booleans()
    ),
    max_size=12,
)  # fmt: skip


@given(DEPUTIES, st.sampled_from(IDS))
def test_whatever_deputies_there_are_somebody_is_told_and_nobody_twice(
    deputies: list[Deputy], person: str
) -> None:
    found = [each.id for each in book(*deputies).person(person, DAY)]
    assert found
    assert len(set(found)) == len(found)
    assert set(found) <= set(IDS)


@given(DEPUTIES)
def test_whoever_is_told_in_their_own_right_stands_in_for_nobody(deputies: list[Deputy]) -> None:
    directory = book(*deputies)
    found, _ = directory.holders("district manager", "Swale", DAY, AREAS)
    own = {each for each in ("ada", "ben") if each in directory.stand_ins(each, DAY)}
    assert own <= {each.id for each in found}
    assert all(not each.stands_in_for for each in found if each.id in own)


def reached_by(*targets: RouteTarget, deputies: tuple[Deputy, ...]) -> list[tuple[str, str, str | None]]:
    found = reached(
        [Route("managers", RouteMatch(), targets, HERE)],
        rule({"critical": "value > 40"}),
        indicator(),
        AREAS.by_name["Swale"],
        Level.CRITICAL,
        directory=book(*deputies),
        areas=AREAS,
        on=DAY,
    )
    return [(each.recipient.id, each.recipient.stands_in_for, each.role) for each in found]


def test_a_route_to_a_person_reaches_their_deputy() -> None:
    to = RouteTarget(None, "ada", HERE)
    assert reached_by(to, deputies=()) == [("ada", "", None)]
    assert reached_by(to, deputies=(away("ada", "cleo"),)) == [("cleo", "Ada Example", None)]


def test_whoever_a_route_reaches_twice_is_reached_once() -> None:
    to = (RouteTarget("district manager", None, HERE), RouteTarget(None, "cleo", HERE))
    assert reached_by(*to, deputies=(away("ada", "cleo"),)) == [
        ("cleo", "Ada Example", "district manager"),
        ("ben", "", "district manager"),
    ]
