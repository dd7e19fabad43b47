"""Whole published files: headers, columns that are not there, which source, what loading again changes."""

from dataclasses import replace
from pathlib import Path

import pytest

from monitor.core.sources import Source
from monitor.intake.faults import FileFaultCode, UnreadableFileError
from monitor.intake.figure_files import read_figures, source_of
from monitor.intake.inbox import Inbox
from monitor.intake.observation_files import ParsedFile
from monitor.intake.recording import Refused, TakenIn, ingest_file
from monitor.store.store import Store
from tests.support.observation_files import workbook
from tests.support.published_files import (
    COLUMNS,
    ENGLAND,
    KENT,
    SHARE,
    figures,
    read,
    reading,
    source,
)

FILE = f"{COLUMNS}\n{KENT}\n{ENGLAND}\n".encode()


def refusal(by: Source, data: bytes) -> UnreadableFileError:
    with pytest.raises(UnreadableFileError) as caught:
        read_figures(data, "plans_2013.csv", reading(by))
    return caught.value


def test_a_column_that_is_not_there_is_told_with_its_place_and_what_was_meant() -> None:
    by = source("plans_two_years: {numerator: two_yaers, denominator: ended, value: percnt}")
    refused = refusal(by, FILE)
    assert refused.code is FileFaultCode.NO_COLUMN
    assert refused.reason.splitlines() == [
        "The file does not have every column that the source published names.",
        "sources.yaml:18:36: the file has no column “two_yaers” — did you mean two_years?",
        "sources.yaml:18:74: the file has no column “percnt” — did you mean percent?",
    ]


def test_a_column_is_found_whatever_its_capitals_and_spaces() -> None:
    by = source("plans_two_years: {numerator: Two_Years, denominator: ENDED, value: percent}")
    assert figures(read(by, KENT))[0][3:6] == (8.0, 94, 1172)


def test_a_column_that_stands_there_twice_is_refused_if_it_is_wanted() -> None:
    twice = refusal(source(), FILE.replace(b"two_years,ended", b"ended,ended"))
    assert twice.code is FileFaultCode.NO_COLUMN
    columns = f"{COLUMNS},ended"
    refused = refusal(source(), f"{columns}\n{KENT},7\n".encode())
    assert refused.code is FileFaultCode.TWO_COLUMNS
    assert "“ended”" in refused.reason
    assert len(read(source(), f"{KENT},7", columns=f"{COLUMNS},other").observations) == 1


def test_a_file_of_another_kind_is_refused_by_its_header() -> None:
    refused = refusal(source(), b"indicator,area,period_end,value\nx,Kent,2013-03-31,1\n")
    assert refused.code is FileFaultCode.NO_HEADER
    assert "“level”" in refused.reason


def test_a_file_of_which_nothing_is_wanted_is_refused() -> None:
    strange = KENT.replace("E10000016,Kent", "S12000036,Edinburgh")
    refused = refusal(source(), f"{COLUMNS}\n{strange}\n".encode())
    assert refused.code is FileFaultCode.NO_ROWS
    assert "S12000036 Edinburgh" in refused.reason
    refused = refusal(source(), f"{COLUMNS}\n{KENT.replace('Local authority', 'LA')}\n".encode())
    assert refused.code is FileFaultCode.NO_ROWS
    assert "keep and area" in refused.reason
    assert "sources.yaml:7:3" in refused.reason


def test_a_file_without_rows_holds_nothing() -> None:
    assert read(source()).total == 0


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_titles_delimiters_and_encodings_are_as_in_any_other_file(delimiter: str) -> None:
    text = "Children in need\n\n" + FILE.decode().replace(",", delimiter)
    found = read_figures(text.encode("utf-16"), "plans_x.csv", reading(source()))
    assert [figure[1] for figure in figures(found)] == ["Kent", "England"]


def test_a_workbook_is_read_likewise() -> None:
    numbers: list[list[object]] = [[*COLUMNS.split(",")], [*KENT.split(",")[:5], 2013, 94, 1172, 8]]
    found = read_figures(workbook(numbers), "plans_x.xlsx", reading(source(), by_hand="published"))
    assert figures(found) == [("plans_two_years", "Kent", "2013-03-31", 8.0, 94, 1172, None)]


@pytest.mark.parametrize(
    ("name", "fits"),
    [
        ("plans_2013.csv", True),
        ("PLANS_2013.CSV", True),
        ("plans_2013.csv.rejected.csv", True),
        ("20240301T101500Z-plans_2013.csv.rejected.csv", True),
        ("20240301T101500Z-plans_2013.csv", True),
        ("my_plans_2013.csv", False),
        ("plans_2013.xlsx", False),
        ("kent.csv", False),
    ],
)
def test_a_file_s_name_says_of_which_source_it_is(name: str, *, fits: bool) -> None:
    by = source()
    assert source_of(name, reading(by)) == (by if fits else None)


def test_what_is_said_by_hand_counts_and_not_the_name() -> None:
    one = source()
    other = replace(one, id="other", files=("other_*.csv",))
    said = reading(one, other, by_hand="other")
    assert source_of("plans_2013.csv", said) == other


def test_a_name_that_fits_two_sources_is_refused() -> None:
    one = source()
    other = replace(one, id="other", files=("*_2013.csv",))
    with pytest.raises(UnreadableFileError) as caught:
        source_of("plans_2013.csv", reading(one, other))
    assert caught.value.code is FileFaultCode.TWO_SOURCES
    assert "--source" in caught.value.reason


def test_a_file_of_figures_is_read_as_ever_beside_sources() -> None:
    found = read_figures(
        b"indicator,area,period_end,value\nplans,Kent,2013-03-31,999\n", "kent.csv", reading(source())
    )
    assert figures(found) == [("plans", "Kent", "2013-03-31", 999.0, None, None, None)]


def digest(by: Source, data: bytes = FILE) -> str:
    return read_figures(data, "plans_2013.csv", reading(by)).digest


def test_the_mapping_is_part_of_what_a_file_is_known_by_and_its_place_is_not() -> None:
    by = source(more="rounded: {level: National}")
    assert digest(by) == digest(source(more="# moved by a line\n    rounded: {level: National}"))
    assert digest(by) == digest(replace(by, title="Another title"))
    more = source(f"{SHARE}\n      plans: {{value: ended}}", more="rounded: {level: National}")
    assert len({digest(by), digest(more), digest(by, FILE + KENT.replace("2013", "2014").encode())}) == 3


def test_the_same_file_twice_changes_nothing_and_a_wider_mapping_brings_more(
    store: Store, tmp_path: Path
) -> None:
    path = tmp_path / "plans_2013.csv"
    path.write_bytes(FILE)
    narrow = reading(source(more="rounded: {level: National}"))
    wide = reading(source(f"{SHARE}\n      plans: {{value: ended}}", more="rounded: {level: National}"))

    first, again, more, last = (ingest_file(path, store, each) for each in (narrow, narrow, wide, wide))

    assert [taken(event) for event in (first, again, more, last)] == [
        (2, 0, False),
        (0, 2, True),
        (2, 2, False),
        (0, 4, True),
    ]


def taken(event: object) -> tuple[int, int, bool]:
    assert isinstance(event, TakenIn), event
    return event.accepted, event.unchanged, event.already_known


def test_the_inbox_takes_a_published_file_and_its_mended_rows(store: Store, tmp_path: Path) -> None:
    inbox = Inbox(tmp_path / "inbox", tmp_path / "archive", tmp_path / "failed")
    inbox.folder.mkdir()
    by = reading(source())
    (inbox.folder / "plans_2013.csv").write_bytes(FILE.replace(b"94,1172,8", b"94,1172,9"))

    event = inbox.take_in(inbox.folder / "plans_2013.csv", store, by)

    assert isinstance(event, TakenIn)
    assert (event.accepted, event.rejected) == (1, 1)
    assert event.rejected_file is not None
    mended = event.rejected_file.read_text(encoding="utf-8-sig").replace("94,1172,9", "94,1172,8")
    back = inbox.folder / event.rejected_file.name
    back.write_text(mended, encoding="utf-8-sig")
    event = inbox.take_in(back, store, by)
    assert isinstance(event, TakenIn)
    assert (event.accepted, event.rejected) == (1, 0)


def test_the_inbox_sets_a_file_aside_whose_columns_are_not_those_of_its_source(
    store: Store, tmp_path: Path
) -> None:
    inbox = Inbox(tmp_path / "inbox", tmp_path / "archive", tmp_path / "failed")
    inbox.folder.mkdir()
    path = inbox.folder / "plans_2013.csv"
    path.write_bytes(FILE.replace(b"percent", b"share"))

    event = inbox.take_in(path, store, reading(source()))

    assert isinstance(event, Refused)
    assert event.code is FileFaultCode.NO_COLUMN
    assert event.kept is not None
    reason = event.kept.with_name(f"{event.kept.name}.reason.txt").read_text(encoding="utf-8")
    assert "sources.yaml:18:" in reason


def test_progress_is_told_to_the_end() -> None:
    told: list[tuple[int, int]] = []
    rows = [KENT.replace("2013", str(2000 + n % 24)) for n in range(6_000)]
    data = "\n".join([COLUMNS, *rows]).encode()
    parsed: ParsedFile = read_figures(
        data, "plans_x.csv", reading(source()), progress=lambda done, total: told.append((done, total))
    )
    assert (len(parsed.observations), parsed.repeated) == (24, 5_976)
    assert told[-1] == (6_000, 6_000)
