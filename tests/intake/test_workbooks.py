import zipfile
from datetime import date, datetime
from io import BytesIO
from zipfile import ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from monitor.intake.faults import FileFaultCode, UnreadableFileError
from monitor.intake.observation_files import observation_table, read_observation_file
from monitor.intake.workbooks import cell_text
from tests.support.observation_files import outcome, reading, saved, with_shared_strings, workbook

HEADER = ("indicator", "area", "period_end", "value")
ROW = ("cp_plan_rate", "Kent", date(2013, 11, 30), 39.4)


def _only_row(data: bytes) -> list[str]:
    [(_, cells)] = observation_table(data).rows()
    return list(cells)


def _repacked(data: bytes, part: str, change: dict[str, str]) -> bytes:
    """The workbook with some text of one part replaced."""
    stream = BytesIO()
    with ZipFile(BytesIO(data)) as old, ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        assert part in old.namelist()
        for name in old.namelist():
            content = old.read(name)
            if name == part:
                for before, after in change.items():
                    assert before.encode() in content
                    content = content.replace(before.encode(), after.encode())
            new.writestr(name, content)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (39.4, "39.4"),
        (1282, "1282"),
        (0.1 + 0.2, "0.3"),
        (81.5 - 73.45, "8.05"),
        (94 / 1172 * 100, "8.02047781569966"),
        (-5, "-5"),
        (1e-7, "0.0000001"),
        (1e300, "1e+300"),
        (True, "TRUE"),
        ("1,282", "1,282"),
        (date(2013, 11, 30), "2013-11-30"),
        (datetime(2013, 11, 30, 9, 5), "2013-11-30 09:05:00"),  # noqa: DTZ001 - as Excel has it
        (None, ""),
    ],
)
def test_a_cell_is_read_as_excel_shows_it_in_full(value: object, text: str) -> None:
    assert _only_row(workbook([HEADER, ("cp_plan_rate", "Kent", "x", value)]))[3] == text


@given(st.decimals(-(10**9), 10**9, places=6, allow_nan=False))
def test_a_typed_number_of_up_to_15_digits_comes_back_exactly(number: object) -> None:
    assert float(cell_text(float(str(number)))) == float(str(number))
    assert cell_text(float(str(number))).rstrip("0").rstrip(".") in f"{number:f}"


@pytest.mark.parametrize("form", ["0%", "0.0%", "0.00%", '0.0"of all"%', "[Red]0%;-0%"])
def test_a_percentage_is_read_as_it_is_shown_and_not_as_a_fraction(form: str) -> None:
    book = Workbook()
    sheet = book.active
    sheet.append(HEADER)
    sheet.append(("cp_plans_two_or_more_years", "Kent", date(2013, 3, 31), 0.08))
    sheet["D2"].number_format = form

    assert _only_row(saved(book))[3] == "8%"
    [observation] = read_observation_file(saved(book), "figures.xlsx", reading()).observations
    assert observation.value == 8_000_000


@pytest.mark.parametrize("form", ["0.0", '0.0"%"', "0.0\\%", "General", "#,##0"])
def test_a_number_that_only_bears_a_percent_sign_is_not_a_fraction(form: str) -> None:
    book = Workbook()
    sheet = book.active
    sheet.append(HEADER)
    sheet.append(("cp_plans_two_or_more_years", "Kent", date(2013, 3, 31), 8))
    sheet["D2"].number_format = form

    assert _only_row(saved(book))[3] == "8"


def test_real_dates_day_numbers_and_texts_are_all_dates() -> None:
    ends = [date(2013, 11, 30), 41578, "30/09/2013", "Aug-13"]
    data = workbook([HEADER, *(("cp_plan_rate", "Kent", end, 39.4) for end in ends)])

    observations = read_observation_file(data, "figures.xlsx", reading()).observations
    assert [observation.period_end for observation in observations] == [
        date(2013, 11, 30),
        date(2013, 10, 31),
        date(2013, 9, 30),
        date(2013, 8, 31),
    ]


def test_dates_of_the_1904_system_are_right_too() -> None:
    book = Workbook()
    book.epoch = CALENDAR_MAC_1904
    book.active.append(HEADER)
    book.active.append(ROW)

    assert _only_row(saved(book))[2] == "2013-11-30"


def test_the_table_may_stand_anywhere_and_lines_are_excels_rows() -> None:
    book = Workbook()
    sheet = book.active
    sheet["B2"] = "Quarterly figures"
    for column, name in enumerate(HEADER, 3):
        sheet.cell(5, column, name)
        sheet.cell(9, column, ROW[column - 3])
    sheet["F9"].number_format = "0.0%"
    table = observation_table(saved(book))

    assert table.header.line == 5
    assert [(line, list(cells)) for line, cells in table.rows()] == [
        (9, ["", "cp_plan_rate", "Kent", "2013-11-30", "3940%"])
    ]


def test_the_first_visible_sheet_with_a_header_is_read_and_others_are_named() -> None:
    book = Workbook()
    book.active.title = "About"
    book.active["A1"] = "Read me"
    for title, value in (("Old", 1), ("Figures", 2), ("Copy", 3)):
        sheet = book.create_sheet(title)
        sheet.append(HEADER)
        sheet.append((*ROW[:3], value))
    book["Old"].sheet_state = "hidden"
    table = observation_table(saved(book))

    assert [list(cells)[3] for _, cells in table.rows()] == ["2"]
    assert table.notices == ("Only the sheet “Figures” was read, not: Copy.",)


def test_errors_and_formulas_never_calculated_are_set_aside_and_not_taken_for_empty() -> None:
    data = workbook([HEADER, (*ROW[:3], "#DIV/0!"), (*ROW[:3], "=1/0"), (*ROW[:3], None)])
    parsed = read_observation_file(data, "figures.xlsx", reading())

    assert [(rejection.line, rejection.code.value) for rejection in parsed.rejections] == [
        (2, "bad-number"),
        (3, "bad-number"),
    ]
    assert "“#DIV/0!” is an Excel error" in parsed.rejections[0].reason
    assert "a formula whose result was not saved" in parsed.rejections[1].reason
    assert parsed.empty == 1


def test_one_stray_cell_in_the_last_corner_does_not_bring_limen_down() -> None:
    book = Workbook()
    book.active.append(HEADER)
    book.active["XFD1048576"] = "x"

    with pytest.raises(UnreadableFileError) as refused:
        observation_table(saved(book))
    assert refused.value.code is FileFaultCode.TOO_LARGE
    assert "stray cells" in refused.value.reason


def test_a_workbook_that_would_unpack_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("monitor.intake.workbooks.LARGEST_UNPACKED", 2_000_000)
    stream = BytesIO(workbook([HEADER, ROW]))
    with ZipFile(stream, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/image1.bin", b"\0" * 3_000_000)

    with pytest.raises(UnreadableFileError) as refused:
        observation_table(stream.getvalue())
    assert refused.value.code is FileFaultCode.TOO_LARGE


def test_a_part_that_lies_about_its_size_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("monitor.intake.workbooks.LARGEST_UNPACKED", 2_000_000)
    stream = BytesIO(workbook([HEADER, ROW]))
    with ZipFile(stream, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/image1.bin", b"\0" * 3_000_000)
    lie = stream.getvalue().replace((3_000_000).to_bytes(4, "little"), (100).to_bytes(4, "little"))

    with pytest.raises(UnreadableFileError) as refused:
        observation_table(lie)
    assert refused.value.code is FileFaultCode.TOO_LARGE


def test_entities_that_multiply_are_refused() -> None:
    data = _repacked(
        workbook([HEADER, ROW]),
        "xl/worksheets/sheet1.xml",
        {"<worksheet": '<!DOCTYPE w [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><worksheet'},
    )

    with pytest.raises(UnreadableFileError) as refused:
        observation_table(data)
    assert refused.value.code is FileFaultCode.DAMAGED_WORKBOOK


@pytest.mark.parametrize("form", ["General", "0.0%"])
def test_a_workbook_is_read_as_excel_itself_saves_it(form: str) -> None:
    book = Workbook()
    book.active.append(HEADER)
    book.active.append(ROW)
    book.active.append(("cp_plan_rate", "Swale", "30/11/2013", "c"))
    book.active["D2"].number_format = form
    inline = saved(book)
    shared = with_shared_strings(inline)

    assert list(observation_table(shared).rows()) == list(observation_table(inline).rows())


@pytest.mark.parametrize(
    "change",
    [
        {"<si>": "<si", "</sst>": "</ss"},
        {"</sst>": ""},
        {"<si><t>Kent</t></si>": ""},
        {"<t>Kent</t>": "<t>Kent"},
    ],
)
def test_a_workbook_whose_texts_are_damaged_is_refused_and_not_read_without_them(
    change: dict[str, str],
) -> None:
    data = _repacked(with_shared_strings(workbook([HEADER, ROW])), "xl/sharedStrings.xml", change)

    with pytest.raises(UnreadableFileError) as refused:
        observation_table(data)
    assert refused.value.code is FileFaultCode.DAMAGED_WORKBOOK


@pytest.mark.parametrize("number", [-1e300, 1e300, 1e10])
def test_a_time_that_no_calendar_has_does_not_bring_limen_down(number: float) -> None:
    book = Workbook()
    book.active.append(HEADER)
    book.active.append((*ROW[:2], number, 1))
    book.active["C2"].number_format = "[h]:mm"

    found = outcome(saved(book))
    assert isinstance(found, UnreadableFileError)
    assert found.reason == (
        "Row 2 of the sheet “Sheet” holds a date or time that no calendar has: mend it or clear the cell."
    )


def _zip_of(name: str) -> bytes:
    stream = BytesIO()
    with ZipFile(stream, "w") as archive:
        archive.writestr(name, "x")
    return stream.getvalue()


COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504


@pytest.mark.parametrize(
    ("data", "code", "why"),
    [
        (COMPOUND, FileFaultCode.OLD_WORKBOOK, "old Excel workbook"),
        (
            COMPOUND + "EncryptedPackage".encode("utf-16-le"),
            FileFaultCode.PASSWORD,
            "protected by a password",
        ),
        (_zip_of("figures.csv"), FileFaultCode.NOT_A_WORKBOOK, "no Excel workbook"),
        (_zip_of("xl/workbook.xml"), FileFaultCode.DAMAGED_WORKBOOK, "damaged"),
        (workbook([HEADER, ROW])[:-200], FileFaultCode.DAMAGED_WORKBOOK, "damaged or was not written whole"),
        (workbook([("a", "b")]), FileFaultCode.NO_HEADER, "any visible sheet of the workbook"),
        (workbook([]), FileFaultCode.NO_HEADER, "any visible sheet of the workbook"),
    ],
    # The contents hold times, and would give the tests other names in every process that collects them.
    ids=["old", "password", "not a workbook", "damaged", "cut short", "no header", "empty"],
)
def test_a_workbook_that_cannot_be_read_says_why(data: bytes, code: FileFaultCode, why: str) -> None:
    with pytest.raises(UnreadableFileError) as refused:
        observation_table(data)

    assert refused.value.code is code
    assert why in refused.value.reason


WHOLE = workbook([HEADER, ROW, ROW])


@given(st.lists(st.tuples(st.integers(0, len(WHOLE) - 1), st.integers(0, 255)), min_size=1, max_size=30))
def test_a_workbook_with_flipped_bytes_never_raises_anything_but_the_reason(
    flips: list[tuple[int, int]],
) -> None:
    data = bytearray(WHOLE)
    for place, byte in flips:
        data[place] = byte
    found = outcome(bytes(data))

    assert found.reason if isinstance(found, UnreadableFileError) else found.total


XML = st.sampled_from(
    [
        *(
            "<c>",
            "</c>",
            "<v>",
            "</v>",
            "<f>",
            "<row r='0'>",
            "<row r='-1'>",
            "<row>",
            "</row>",
            "<c r='A0'>",
        ),
        *("<c r='?'>", "<c r='ZZZ1'>", "<c t='s'>", "<c t='e'>", "<c s='99'>", "<v>1</v>", "<v>9999999</v>"),
        *("<v>x</v>", "<is><t>", "&lt;"),
    ]
)


@given(st.lists(XML, max_size=12).map("".join))
def test_a_sheet_of_garbage_never_raises_anything_but_the_reason(garbage: str) -> None:
    data = _repacked(WHOLE, "xl/worksheets/sheet1.xml", {"</sheetData>": f"{garbage}</sheetData>"})
    found = outcome(data)

    assert found.reason if isinstance(found, UnreadableFileError) else found.total
