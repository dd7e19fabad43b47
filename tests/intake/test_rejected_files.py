import csv
from io import StringIO

from hypothesis import given
from hypothesis import strategies as st

from monitor.intake.faults import FaultCode, Rejection
from monitor.intake.observation_files import read_observation_file
from monitor.intake.rejected_files import rejected_csv
from tests.support.observation_files import reading

FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")


def _rejection(*cells: str, reason: str = "why") -> Rejection:
    return Rejection(7, FaultCode.BAD_NUMBER, reason, cells)


def _table(data: bytes) -> list[list[str]]:
    return list(csv.reader(StringIO(data.decode("utf-8-sig"), newline="")))


def test_a_rejected_file_holds_all_columns_and_the_line_code_and_reason() -> None:
    data = rejected_csv(["indicator", "note"], [_rejection("a", "x, “y”\nz"), _rejection("b")])

    assert data.startswith(b"\xef\xbb\xbf")
    assert _table(data) == [
        ["indicator", "note", "line", "code", "reason"],
        ["a", "x, “y”\nz", "7", "bad-number", "why"],
        ["b", "", "7", "bad-number", "why"],
    ]


def test_a_row_with_more_cells_than_headings_keeps_them() -> None:
    assert _table(rejected_csv(["a"], [_rejection("1", "2", "3")])) == [
        ["a", "", "", "line", "code", "reason"],
        ["1", "2", "3", "7", "bad-number", "why"],
    ]


def test_what_a_spreadsheet_would_run_is_made_harmless_and_numbers_are_left_alone() -> None:
    cells = ("=cmd()", "+1+1", "@SUM(A1)", "-2+3", "\tx", "-5.2", "+3", "-", "-1,282%", "plain")
    [_, row] = _table(rejected_csv(["a"] * len(cells), [_rejection(*cells, reason="=why")]))

    assert row[:10] == [
        "'=cmd()",
        "'+1+1",
        "'@SUM(A1)",
        "'-2+3",
        "'\tx",
        "-5.2",
        "+3",
        "-",
        "-1,282%",
        "plain",
    ]
    assert row[-1] == "'=why"


@given(
    st.lists(st.lists(st.text(st.characters(exclude_categories=["Cs"])), max_size=4), min_size=1, max_size=5)
)
def test_no_cell_of_a_rejected_file_is_a_formula(rows: list[list[str]]) -> None:
    table = _table(rejected_csv(["a", "b"], [_rejection(*cells) for cells in rows]))

    assert len(table) == len(rows) + 1
    for row in table[1:]:
        for cell in row:
            assert not cell.startswith(FORMULA_SIGNS) or not cell.strip("+-0123456789.,%")


def test_a_rejected_file_that_was_mended_is_loaded_like_any_other() -> None:
    bad = (
        b"indicator,area,period_end,value,note\n"
        b"cp_plan_rate,Swail,2013-11-30,39.4,=1+1\n"
        b"cp_plan_rate,Swale,2013-10-31,=2,\n"
    )
    parsed = read_observation_file(bad, "figures.csv", reading())
    again = rejected_csv(parsed.header, parsed.rejections)
    reparsed = read_observation_file(again, "figures.csv.rejected.csv", reading())

    assert reparsed.notices == ("These columns mean nothing to limen and were left out: note.",)
    assert [rejection.reason for rejection in reparsed.rejections] == [
        rejection.reason for rejection in parsed.rejections
    ]
    assert _table(rejected_csv(reparsed.header, reparsed.rejections))[0] == _table(again)[0]
    mended = read_observation_file(
        again.replace(b"Swail", b"Swale").replace(b"'=2", b"39.1"), "figures.csv.rejected.csv", reading()
    )
    assert [observation.value for observation in mended.observations] == [39_400_000, 39_100_000]
    assert mended.rejections == ()
