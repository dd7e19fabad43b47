import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.intake.faults import FileFaultCode, UnreadableFileError
from monitor.intake.observation_files import observation_table, read_observation_file
from monitor.intake.tables import Table
from monitor.intake.text_tables import text_encoding
from tests.support.observation_files import outcome, reading

PLAIN = "indicator,area,period_end,value\ncp_plan_rate,Kent,2013-11-30,39.4\n"


def _rows(table: Table) -> list[tuple[int, list[str]]]:
    return [(line, list(cells)) for line, cells in table.rows()]


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("cp1252", "cp1252"),
    ],
)
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_every_encoding_and_delimiter_gives_the_same_rows(
    encoding: str, name: str, delimiter: str, newline: str
) -> None:
    text = PLAIN.replace("39.4", "£39.4 – Größe").replace(",", delimiter).replace("\n", newline)
    data = text.encode(encoding)

    assert text_encoding(data) == name
    assert _rows(observation_table(data)) == [(2, ["cp_plan_rate", "Kent", "2013-11-30", "£39.4 – Größe"])]


def test_titles_stand_above_the_header_and_lines_are_counted_from_the_top() -> None:
    text = (
        '"Kent" report, Q3\n\n"Printed\non 5 Dec",,\nIndicator , AREA,Period End,Actual,\n\n'
        "cp_plan_rate,Kent,2013-11-30,39.4,\n"
    )
    table = observation_table(text.encode())

    assert table.header.line == 5
    assert table.header.cells == ("Indicator ", " AREA", "Period End", "Actual")
    assert table.header.columns == {"indicator": 0, "area": 1, "period_end": 2, "value": 3}
    assert _rows(table) == [(7, ["cp_plan_rate", "Kent", "2013-11-30", "39.4", ""])]


def test_a_header_may_go_over_two_lines() -> None:
    text = 'indicator,area,"period\nend",value\ncp_plan_rate,Kent,"2013-11-30",39.4\n'

    assert _rows(observation_table(text.encode())) == [(3, ["cp_plan_rate", "Kent", "2013-11-30", "39.4"])]


def test_a_quoted_cell_over_two_lines_does_not_shift_the_line_numbers() -> None:
    text = PLAIN + 'cp_plan_rate,Kent,2013-10-31,"39\n.1"\ncp_plan_rate,Kent,2013-09-30,39.0\n'

    assert [line for line, _ in observation_table(text.encode()).rows()] == [2, 3, 5]


def test_a_first_line_that_names_the_delimiter_is_believed() -> None:
    text = "sep=;\r\nindicator;area;period_end;value,really\r\ncp_plan_rate;Kent;2013-11-30;39.4\r\n"
    table = observation_table(text.replace("value,really", "value").encode())

    assert _rows(table) == [(3, ["cp_plan_rate", "Kent", "2013-11-30", "39.4"])]
    with pytest.raises(UnreadableFileError) as refused:
        observation_table(text.replace("sep=;", "sep=,").encode())
    assert refused.value.code is FileFaultCode.NO_HEADER


def test_blank_lines_and_repeated_headers_are_no_rows() -> None:
    text = PLAIN + "\n,,,\n  ,\t,,\n" + PLAIN

    assert [line for line, _ in observation_table(text.encode()).rows()] == [2, 7]


@pytest.mark.parametrize(
    ("header", "column", "place"),
    [
        ("indicator,la,date,value", "area", 1),
        ("indicator,district,date,value", "area", 1),
        ("indicator,GSS code,date,value", "area", 1),
        ("indicator,area,Date,value", "period_end", 2),
        ("indicator,area,PERIOD,value", "period_end", 2),
        ("indicator,area,period-ending,value", "period_end", 2),
        ("indicator,area,date,period_end,value", "period_end", 3),
        ("indicator,area,period,ACTUAL", "value", 3),
        ("measure,area,period,figure", "indicator", 0),
        ("indicator,area,period,value,denom", "denominator", 4),
    ],
)
def test_a_column_is_known_by_its_synonyms_and_its_own_name_goes_first(
    header: str, column: str, place: int
) -> None:
    assert observation_table(f"{header}\n".encode()).header.columns[column] == place


@pytest.mark.parametrize(
    ("data", "code", "why"),
    [
        (b"", FileFaultCode.EMPTY, "The file is empty."),
        (b" \r\n\r\n", FileFaultCode.EMPTY, "The file is empty."),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", FileFaultCode.NOT_TEXT, "neither an Excel workbook nor"),
        (b"indicator,\x81\x8d", FileFaultCode.NOT_TEXT, "neither an Excel workbook nor"),
        (b"\xef\xbb\xbfindicator,\xff", FileFaultCode.NOT_TEXT, "neither an Excel workbook nor"),
        (b"%PDF-1.4 of a report", FileFaultCode.NO_HEADER, "No header was found in the first 20 rows"),
        (b"\n" * 20 + PLAIN.encode(), FileFaultCode.NO_HEADER, "No header was found in the first 20 rows"),
        (b"indicator,area,period_end\n", FileFaultCode.NO_COLUMN, "has no column “value”"),
        (b"indicator,area,period_end,numerator\n", FileFaultCode.NO_COLUMN, "has no column “value”"),
        (b"indicator,period_end,value\n", FileFaultCode.NO_AREA, "limen ingest --area NAME"),
        (
            b"indicator,area,date,period,value\n",
            FileFaultCode.TWO_COLUMNS,
            "more than one column for the period end: “date” and “period”",
        ),
        (b"indicator,area,period_end,value,Value\n", FileFaultCode.TWO_COLUMNS, "more than one column"),
        (
            PLAIN.encode() + b'"cp_plan_rate,Kent,2013-10-31,39.1\ncp_plan_rate,Kent,2013-09-30,39.0\n',
            FileFaultCode.QUOTATION,
            "From line 3 on the rows cannot be told apart",
        ),
        (PLAIN.encode() + b'"a"b,c\n', FileFaultCode.QUOTATION, "From line 3 on"),
        (PLAIN.encode() + b"x" * 100_001, FileFaultCode.QUOTATION, "From line 3 on"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(data: bytes, code: FileFaultCode, why: str) -> None:
    with pytest.raises(UnreadableFileError) as refused:
        read_observation_file(data, "figures.csv", reading())

    assert refused.value.code is code
    assert why in refused.value.reason


def test_a_file_too_large_is_not_looked_into(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("monitor.intake.observation_files.LARGEST_FILE", 10)

    with pytest.raises(UnreadableFileError) as refused:
        read_observation_file(PLAIN.encode(), "figures.csv", reading())
    assert refused.value.code is FileFaultCode.TOO_LARGE


FRAGMENTS = st.sampled_from(
    [
        *(
            b"indicator",
            b"area",
            b"period_end",
            b"value",
            b",",
            b";",
            b"\t",
            b"\n",
            b"\r",
            b'"',
            b"'",
            b"sep=;",
        ),
        *(b"cp_plan_rate", b"Kent", b"2013-11-30", b"39.4", b"\xff\xfe", b"\xef\xbb\xbf", b"\x00", b"\xe9"),
        *(b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"nan", b"1e999", b"c"),
    ]
)


@given(st.lists(FRAGMENTS | st.binary(max_size=20), max_size=60).map(b"".join))
def test_no_bytes_at_all_raise_anything_but_the_reason(data: bytes) -> None:
    found = outcome(data)

    assert found.reason if isinstance(found, UnreadableFileError) else found.total >= len(found.rejections)


@given(st.lists(FRAGMENTS | st.binary(max_size=20), max_size=60).map(b"".join))
def test_no_bytes_at_all_below_a_header_raise(data: bytes) -> None:
    found = outcome(PLAIN.encode() + data)

    assert found.reason if isinstance(found, UnreadableFileError) else found.total
