import pytest

from monitor.core.areas import Area, AreaTree, AreaType, UnknownAreaError
from tests.support.rules import AREAS, KENT, SWALE


@pytest.mark.parametrize("text", ["Swale", "swale", " SWALE ", "E07000113", "e07000113"])
def test_an_area_is_found_by_name_and_code_whatever_the_case(text: str) -> None:
    assert AREAS[text] == SWALE


def test_an_alias_finds_the_area_by_its_present_name() -> None:
    tree = AreaTree.of([KENT, Area("Folkestone and Hythe", AreaType.DISTRICT, "Kent", aliases=("Shepway",))])
    assert tree["shepway"].name == "Folkestone and Hythe"


def test_an_unknown_area_is_an_error_of_its_own() -> None:
    assert AREAS.find("Medway") is None
    with pytest.raises(UnknownAreaError):
        AREAS["Medway"]


def test_ancestors_come_nearest_first() -> None:
    assert [area.name for area in AREAS.ancestors("Swale")] == ["East Kent", "Kent"]
    assert AREAS.ancestors("Kent") == ()


def test_children_come_in_the_order_given() -> None:
    assert [area.name for area in AREAS.children("East Kent")] == ["Swale", "Thanet", "Canterbury"]


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (["Swale"], {"Swale"}),
        (["East Kent"], {"East Kent", "Swale", "Thanet", "Canterbury"}),
        (["kent", "Swale"], {"Kent", "East Kent", "Swale", "Thanet", "Canterbury"}),
        ([], set()),
    ],
)
def test_an_area_comes_with_all_that_lies_within_it(names: list[str], found: set[str]) -> None:
    assert AREAS.with_all_within(names) == found


def test_what_lies_within_an_unknown_area_is_not_known() -> None:
    with pytest.raises(UnknownAreaError):
        AREAS.with_all_within(["Medway"])


@pytest.mark.parametrize(
    ("areas", "message"),
    [
        ([KENT, Area("KENT", AreaType.COUNTY)], "names both"),
        ([KENT, KENT], "names both"),
        ([KENT, Area("Swale", AreaType.DISTRICT, "Kent", "E10000016")], "names both"),
        ([Area("Swale", AreaType.DISTRICT, "Kent")], "not in the list"),
        ([Area("A", AreaType.AREA, "B"), Area("B", AreaType.AREA, "A")], "within itself"),
        ([Area("A", AreaType.AREA, "A")], "within itself"),
    ],
)
def test_what_is_not_a_tree_is_refused(areas: list[Area], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        AreaTree.of(areas)
