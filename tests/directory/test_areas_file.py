"""areas.csv: what it becomes, and one row a fault."""

from pathlib import Path

import pytest

from monitor.core.areas import Area, AreaTree, AreaType
from monitor.directory import ConfigurationProblems, load_areas
from monitor.shipped_files import shipped_config_dir
from tests.support.rule_texts import Place, place_of, unmarked

HEADING = "code,name,type,parent,aliases,note\n"
KENT = "E10000016,Kent,county,,886,\n"


def write(folder: Path, content: str | bytes) -> Path:
    path = folder / "areas.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def refused(folder: Path, content: str | bytes) -> list[tuple[str, Place]]:
    with pytest.raises(ConfigurationProblems) as caught:
        load_areas(write(folder, content))
    assert str(caught.value)
    return [(problem.code, place_of(problem)) for problem in caught.value.problems]


def test_rows_become_areas(tmp_path: Path) -> None:
    text = (
        HEADING
        + KENT
        + '\r\n ,East Kent , area,Kent,,"a note, with a comma"\n'
        + "\nE07000113,Swale,district,East Kent,Isle of Sheppey; Sittingbourne,\n"
    )
    assert list(load_areas(write(tmp_path, b"\xef\xbb\xbf" + text.encode()))) == [
        Area("Kent", AreaType.COUNTY, None, "E10000016", ("886",)),
        Area("East Kent", AreaType.AREA, "Kent"),
        Area("Swale", AreaType.DISTRICT, "East Kent", "E07000113", ("Isle of Sheppey", "Sittingbourne")),
    ]


def test_columns_may_stand_in_any_order_and_aliases_and_notes_be_missing(tmp_path: Path) -> None:
    tree = load_areas(write(tmp_path, "Name,Type,Parent,Code\nKent,county,,E10000016\nSwale,district,Kent\n"))
    assert tree["e10000016"].name == "Kent"
    assert tree["Swale"].code is None


ROWS = [
    ("LIM103", "an invisible character", HEADING + "E10000016,Ke«\u200b»nt,county,,,\n"),
    ("LIM117", "a type that there is not", HEADING + KENT + ",Swale,«distrikt»,Kent,,\n"),
    ("LIM601", "a column without a meaning", "«code,name,type,parent,colour»\n,Kent,county,,\n"),
    ("LIM601", "a column that is missing", "«code,name,parent»\n,Kent,\n"),
    (
        "LIM601",
        "semicolons between the cells",
        "«code;name;type;parent»\n;Kent;county;\n",
    ),
    ("LIM602", "a row without a name", HEADING + KENT + "«,,district,Kent,,»\n"),
    ("LIM602", "a row without a type", HEADING + KENT + "«,Swale,,Kent,,»\n"),
    ("LIM602", "a row with a comma too many", HEADING + KENT + "«,Swale,district,Kent,,one,two»\n"),
    (
        "LIM603",
        "a name that stands there twice",
        HEADING + KENT + ",Swale,district,Kent,,\n,«swale»,district,Kent,,\n",
    ),
    ("LIM603", "an alias that is another's name", HEADING + KENT + ",Swale,district,Kent,«KENT»,\n"),
    ("LIM603", "a code that stands there twice", HEADING + KENT + "«E10000016»,Swale,district,Kent,,\n"),
    ("LIM603", "an area called by a kind of area", HEADING + KENT + ",«District»,district,Kent,,\n"),
    ("LIM604", "a parent that is not there", HEADING + KENT + ",Swale,district,«East Kent»,,\n"),
    ("LIM604", "an area within itself", HEADING + KENT + ",«Swale»,district,Swale,,\n"),
    ("LIM607", "a quotation mark that is never closed", HEADING + KENT + '«,"»Swale,district,Kent,,\n'),
]


@pytest.mark.parametrize(("code", "fault", "text"), ROWS, ids=[f"{code} {fault}" for code, fault, _ in ROWS])
def test_a_fault_in_a_row_is_reported_where_it_stands(
    code: str, fault: str, text: str, tmp_path: Path
) -> None:
    clean, places = unmarked("areas.csv", text)
    found = refused(tmp_path, clean)
    assert {each for each, _ in found} == {code}, fault
    assert found[0][1].line == places[0].line
    if code not in {"LIM601", "LIM607"}:
        assert [place for _, place in found] == places


def test_a_ring_of_areas_is_reported_once(tmp_path: Path) -> None:
    text = HEADING + ",A,area,B,,\n,B,area,C,,\n,C,area,A,,\n,D,district,A,,\n"
    assert [(code, place.line) for code, place in refused(tmp_path, text)] == [("LIM604", 2)]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "LIM601"),
        (b"\n\n", "LIM601"),
        (b"\xff\xfe", "LIM101"),
        (b"code,name\xff", "LIM101"),
        (HEADING.encode(), None),
    ],
)
def test_a_file_that_is_no_table_is_refused(content: bytes, code: str | None, tmp_path: Path) -> None:
    if code is None:
        assert not len(load_areas(write(tmp_path, content)))
    else:
        assert [each for each, _ in refused(tmp_path, content)] == [code]


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationProblems, match=r"areas\.csv cannot be read: no such file") as caught:
        load_areas(tmp_path / "areas.csv")
    assert [problem.code for problem in caught.value.problems] == ["LIM120"]


@pytest.fixture(scope="module")
def kent() -> AreaTree:
    return load_areas(shipped_config_dir() / "areas.csv")


def test_kent_is_shipped_with_its_areas_and_twelve_districts(kent: AreaTree) -> None:
    kinds = [area.type for area in kent]
    assert (kinds.count(AreaType.COUNTY), kinds.count(AreaType.AREA), kinds.count(AreaType.DISTRICT)) == (
        1,
        4,
        12,
    )
    assert kent["886"] == kent["E10000016"] == kent["Kent"]
    assert kent["Shepway"].name == "Folkestone and Hythe"
    for area in kent:
        assert area.type is AreaType.COUNTY or kent.ancestors(area.name)[-1].name == "Kent"
        assert (area.code is None) == (area.type is AreaType.AREA)
