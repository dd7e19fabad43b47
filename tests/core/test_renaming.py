"""Which of the names that history is kept under stand for an area by another name now."""

from collections.abc import Mapping

import pytest

from monitor.core.areas import Area, AreaTree, AreaType
from monitor.core.renaming import Renaming, renamings


def tree(**areas: tuple[str | None, tuple[str, ...]]) -> AreaTree:
    """Districts: name -> (code, aliases)."""
    return AreaTree.of(Area(name, AreaType.DISTRICT, None, *rest) for name, rest in areas.items())


@pytest.mark.parametrize(
    ("known", "areas", "expected"),
    [
        pytest.param({"A": "E1"}, tree(A=("E1", ())), [], id="nothing was renamed"),
        pytest.param({"A": "E1"}, tree(A=("E9", ("E1",))), [], id="only the code is another"),
        pytest.param({"A": None}, tree(B=(None, ("A",))), ["A B"], id="the old name is an alias"),
        pytest.param({"A": "E1"}, tree(B=("E1", ())), ["A B"], id="the code is the same"),
        pytest.param({"A": "E1"}, tree(B=("E9", ("E1",))), ["A B"], id="the old code is an alias"),
        pytest.param({"Aa": "E1"}, tree(AA=("E1", ())), ["Aa AA"], id="the name is written otherwise"),
        pytest.param({"A": "E1"}, tree(C=("E2", ())), [], id="the area is gone"),
        pytest.param({"A": None}, tree(C=(None, ())), [], id="gone, and neither had a code"),
        pytest.param(
            {"A": "E1", "B": "E1"}, tree(B=("E1", ("A",))), ["A B"], id="history under both names is merged"
        ),
        pytest.param(
            {"A": "E1", "B": "E2"}, tree(B=("E1", ())), [], id="no merging by the code alone: it may be wrong"
        ),
        pytest.param(
            {"A": "E1", "B": "E2"},
            tree(B=("E1", ("A",)), C=("E2", ())),
            ["B C", "A B"],
            id="a name goes on to another area: who had it leaves first",
        ),
        pytest.param(
            {"A": "E1", "B": "E2", "C": "E3"},
            tree(B=("E1", ()), C=("E2", ()), D=("E3", ())),
            ["C D", "B C", "A B"],
            id="three in a row",
        ),
        pytest.param(
            {"A": "E2", "B": "E1"},
            tree(A=("E1", ()), B=("E2", ())),
            [],
            id="two codes that were exchanged are put right: names stay",
        ),
        pytest.param(
            {"A": "E1", "B": None},
            tree(C=("E1", ("B",))),
            ["A C", "B C"],
            id="two become one: the second joins the first",
        ),
        pytest.param(
            {"A0": None, "X": "E1", "B": "E2"},
            tree(B=("E1", ("A0",)), C=("E2", ())),
            ["B C", "X B", "A0 B"],
            id="who joins a name comes after the history that leaves it",
        ),
    ],
)
def test_history_goes_where_alias_or_code_says(
    known: Mapping[str, str | None], areas: AreaTree, expected: list[str]
) -> None:
    assert list(renamings(known, areas)) == [Renaming(*each.split()) for each in expected]
