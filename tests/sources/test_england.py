"""The England example: its folder is sound, and every figure comes out of the files as published."""

import csv
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest

from monitor.core.areas import Area, AreaTree, AreaType
from monitor.core.observations import MICRO, Missing
from monitor.core.rulebook import Rulebook
from monitor.directory.folders import load_folders
from monitor.intake.figure_files import read_figures
from monitor.intake.observation_files import ParsedFile, Reading
from monitor.rulebook.problems import render_problems
from monitor.store.observations import NewObservation
from tests.support.command import limen
from tests.support.repository import ROOT

EXAMPLE = ROOT / "config" / "examples" / "england"
FILES = sorted(path.name for path in (EXAMPLE / "data").glob("*.csv"))
NOW = datetime(2024, 11, 1, 9, 0, tzinfo=UTC)
MOST_BYTES = 1_500_000

SYMBOLS = {"c": Missing.SUPPRESSED, "x": Missing.NOT_AVAILABLE, "z": Missing.NOT_APPLICABLE,
           "u": Missing.LOW_RELIABILITY}  # fmt: skip
"""The symbols that these files hold."""


@cache
def world() -> tuple[AreaTree, Rulebook]:
    loaded = load_folders(EXAMPLE / "rules", EXAMPLE)
    assert loaded.rulebook is not None, render_problems(loaded.problems, loaded.sources)
    assert loaded.areas is not None
    return loaded.areas, loaded.rulebook


@cache
def parsed(name: str) -> ParsedFile:
    areas, book = world()
    reading = Reading(book.indicators, areas, NOW, None, book.sources)
    return read_figures((EXAMPLE / "data" / name).read_bytes(), name, reading)


@cache
def observed() -> Mapping[tuple[str, str, date], NewObservation]:
    return {
        (each.indicator, each.area, each.period_end): each
        for name in FILES
        for each in parsed(name).observations
    }


def rows(start: str) -> list[dict[str, str]]:
    """The rows of the data file that begins like this, read by nothing of limen's."""
    (path,) = (EXAMPLE / "data").glob(f"{start}_*.csv")
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def area_of(row: Mapping[str, str]) -> Area:
    return world()[0][row["new_la_code"] or row["region_code"] or row["country_code"]]


def test_the_example_is_small_enough_to_travel_with_the_rules() -> None:
    assert sum(path.stat().st_size for path in EXAMPLE.rglob("*") if path.is_file()) < MOST_BYTES


def test_the_example_says_where_its_data_come_from() -> None:
    text = (EXAMPLE / "data" / "README.md").read_text(encoding="utf-8")
    for words in (
        "Department for Education",
        "Office for National Statistics",
        "Open Government Licence v3.0",
    ):
        assert words in " ".join(text.split())
    assert all(name.split("_", 1)[0] in text for name in FILES)


def test_every_authority_lies_in_a_region_of_england() -> None:
    areas, _ = world()
    authorities = [area for area in areas if area.type is AreaType.AUTHORITY]
    assert len(authorities) == 158
    for authority in authorities:
        around = [area.type for area in areas.ancestors(authority.name)]
        assert around in ([AreaType.REGION, AreaType.COUNTRY], [AreaType.REGION] * 2 + [AreaType.COUNTRY])
    assert len([area for area in areas if area.type is AreaType.REGION]) == 11


def test_an_authority_is_found_by_its_old_and_new_codes() -> None:
    areas, _ = world()
    assert areas["886"].name == areas["E10000016"].name == "Kent"
    for old, new in (("E10000002", "E06000060"), ("E10000023", "E06000065"), ("E08000020", "E08000037")):
        assert areas[old] == areas[new]
    assert areas["E10000009"].name == "Dorset (until 2019)"
    assert areas["E06000059"].name == "Dorset"


def test_each_authority_of_2021_has_ten_neighbours_that_are_in_the_list() -> None:
    areas, _ = world()
    with (EXAMPLE / "rules" / "neighbours-2021.csv").open(encoding="utf-8", newline="") as stream:
        found = [(row["area"], row["neighbour"], int(row["rank"])) for row in csv.DictReader(stream)]
    assert Counter(area for area, _, _ in found) == {area: 10 for area, _, rank in found if rank == 1}
    assert all(areas[name].type is AreaType.AUTHORITY for area, other, _ in found for name in (area, other))
    assert all(area != other for area, other, _ in found)
    kent = [other for area, other, _ in found if area == "Kent"]
    assert kent[:3] == ["Essex", "East Sussex", "Swindon"]
    assert kent[5] == "West Northamptonshire"


@pytest.mark.parametrize("name", FILES)
def test_every_row_of_a_file_is_taken_and_none_is_set_aside(name: str) -> None:
    found = parsed(name)
    count = len(rows(name.split("_", 1)[0]))
    (notice,) = found.notices
    assert (found.rejections, found.empty, found.repeated) == ((), 0, 0)
    assert notice.endswith(f": {count:,} of {count:,} rows.")


AUTHORITIES = dict.fromkeys(range(2013, 2025), 152) | {2020: 151, 2021: 151, 2024: 153}
"""Published for each year to 31 March. 2020: three of Dorset's became two; 2022: one of Northamptonshire
became two; 2024: one of Cumbria."""

COUNTED = {
    "assessments_within_45_days": AUTHORITIES.keys() - {2013},
    "section_47_enquiries": AUTHORITIES.keys(),
    "initial_conferences_within_15_days": AUTHORITIES.keys(),
    "cp_plans": AUTHORITIES.keys(),
    "cp_plans_started": AUTHORITIES.keys(),
    "cp_plans_second_or_subsequent_ever": AUTHORITIES.keys(),
    "cp_plans_reviewed_in_time": AUTHORITIES.keys(),
    "cp_plans_two_or_more_years": AUTHORITIES.keys(),
}


def authorities_by_end(indicator: str) -> Counter[date]:
    areas, _ = world()
    return Counter(
        end
        for measured, area, end in observed()
        if measured == indicator and areas[area].type is AreaType.AUTHORITY
    )


@pytest.mark.parametrize("indicator", COUNTED)
def test_there_is_a_figure_for_every_authority_and_year(indicator: str) -> None:
    wanted = {date(year, 3, 31): AUTHORITIES[year] for year in COUNTED[indicator]}
    assert authorities_by_end(indicator) == wanted


def test_there_is_a_population_for_every_authority_at_the_middle_of_the_year_before() -> None:
    wanted = {date(year - 1, 6, 30): count for year, count in AUTHORITIES.items()}
    assert authorities_by_end("population_0_17") == wanted


def test_there_are_144_months_of_referrals() -> None:
    found = authorities_by_end("referrals_in_month")
    assert len(found) == 144
    assert (min(found), max(found)) == (date(2012, 4, 30), date(2024, 3, 31))
    assert all(found[end] == AUTHORITIES[end.year + (end.month > 3)] for end in found)
    kent = [end for indicator, area, end in observed() if (indicator, area) == ("referrals_in_month", "Kent")]
    assert len(kent) == 144


ByHand = tuple[str, str, str, str | None, int | None, int | None]

BY_HAND: list[ByHand] = [
    # Kent's two-year plans are the 8.0 per cent of its own quarterly report, Q3 2013/14.
    ("cp_plans_two_or_more_years", "Kent", "2013-03-31", "8.0", 94, 1172),
    ("cp_plans_two_or_more_years", "Kent", "2024-03-31", "5.0", 73, 1471),
    ("cp_plans_two_or_more_years", "England", "2024-03-31", "3.8", None, None),
    ("cp_plans_two_or_more_years", "Waltham Forest", "2013-03-31", "6.6", 14, 212),
    ("cp_plans_second_or_subsequent_ever", "Kent", "2013-03-31", "19.7", 241, 1226),
    ("cp_plans_second_or_subsequent_ever", "Sutton", "2013-03-31", "16.9", 35, 207),
    ("cp_plans_second_or_subsequent_ever", "North East", "2024-03-31", "25.7", None, None),
    ("cp_plans_reviewed_in_time", "Kent", "2013-03-31", "98.4", 673, 684),
    ("cp_plans_reviewed_in_time", "England", "2024-03-31", "89.8", None, None),
    ("cp_plans", "Kent", "2013-03-31", "999", None, None),
    ("cp_plans", "Kent", "2024-03-31", "1211", None, None),
    ("cp_plans", "England", "2024-03-31", "49900", None, None),
    ("cp_plans_started", "Kent", "2014-03-31", "1474", None, None),
    ("section_47_enquiries", "Kent", "2013-03-31", "3903", None, None),
    ("initial_conferences_within_15_days", "Kent", "2013-03-31", None, 343 + 499, 1369),
    ("initial_conferences_within_15_days", "Waltham Forest", "2013-03-31", None, 9 + 62, 228),
    ("assessments_within_45_days", "Kent", "2024-03-31", None, 416 + 2503 + 1949 + 3767 + 4320 + 5439, 21680),
    ("assessments_within_45_days", "Waltham Forest", "2014-03-31", None, 1344 - 40 - 62 - 115, 1344),
    ("referrals_in_month", "Kent", "2012-04-30", "867", None, None),
    ("referrals_in_month", "Kent", "2012-12-31", "1321", None, None),
    ("referrals_in_month", "Kent", "2013-01-31", "1512", None, None),
    ("referrals_in_month", "Kent", "2024-03-31", "2184", None, None),
    ("population_0_17", "Kent", "2012-06-30", "323021", None, None),
    ("population_0_17", "England", "2023-06-30", "11998646", None, None),
]
"""Looked up by eye in the published files."""


@pytest.mark.parametrize("published", BY_HAND, ids=lambda published: " ".join(published[:3]))
def test_a_figure_comes_out_as_it_was_published(published: ByHand) -> None:
    indicator, area, end, value, numerator, denominator = published
    found = observed()[indicator, area, date.fromisoformat(end)]
    assert found.value == (None if value is None else Decimal(value) * MICRO)
    assert found.numerator == (None if numerator is None else numerator * MICRO)
    assert found.denominator == (None if denominator is None else denominator * MICRO)
    assert found.missing is None


VALUES = [
    ("d1", "CPP_At31", "cp_plans"),
    ("d1", "CPP_start", "cp_plans_started"),
    ("c4", "Section47", "section_47_enquiries"),
    ("d3", "CPP_subsequent_percent", "cp_plans_second_or_subsequent_ever"),
    ("d6", "Reviewed_within_timescales_percent", "cp_plans_reviewed_in_time"),
    ("d7", "2_years_or_more_percent", "cp_plans_two_or_more_years"),
]


@pytest.mark.parametrize(("file", "column", "indicator"), VALUES)
def test_every_cell_is_the_figure_or_missing_for_its_reason(file: str, column: str, indicator: str) -> None:
    symbols = 0
    for row in rows(file):
        found = observed()[indicator, area_of(row).name, date(int(row["time_period"]), 3, 31)]
        if row[column] in SYMBOLS:
            symbols += 1
            assert (found.value, found.missing) == (None, SYMBOLS[row[column]])
        else:
            assert found.value == Decimal(row[column]) * MICRO
            assert found.missing is None
    assert symbols


def test_assessments_in_time_are_added_up_and_else_what_is_not_late() -> None:
    early = ("Same_day", "1-10_days", "11-20_days", "21-30_days", "31-40_days", "41-45_days")
    late = ("46-50_days", "51-60_days", "61+_days")
    ways: Counter[str] = Counter()
    for row in rows("c2"):
        key = ("assessments_within_45_days", area_of(row).name, date(int(row["time_period"]), 3, 31))
        found = observed()[key]
        total = row["Assessments_completed"]
        if all(row[band].isdigit() for band in early) and total != "0":
            ways["added"] += 1
            assert found.numerator == sum(int(row[band]) for band in early) * MICRO
        elif all(row[band].isdigit() for band in (*late, "Assessments_completed")) and total != "0":
            ways["taken away"] += 1
            assert found.numerator == (int(total) - sum(int(row[band]) for band in late)) * MICRO
        else:
            ways["missing"] += 1
            assert found.value is None
            assert found.numerator is None
            assert found.missing in {*SYMBOLS.values()}
    assert ways == {"added": 1_577, "taken away": 62, "missing": 164}


def test_an_area_that_is_not_in_the_list_is_left_out_with_one_notice() -> None:
    areas, book = world()
    kent = AreaTree.of(
        replace(area, parent=None if area.name == "South East" else area.parent)
        for area in areas
        if area.name in {"South East", "Kent", "Medway"}
    )
    name = next(name for name in FILES if name.startswith("d7_"))
    data = (EXAMPLE / "data" / name).read_bytes()
    found = read_figures(data, name, Reading(book.indicators, kent, NOW, None, book.sources))
    assert len(found.observations) == 3 * 12
    assert not found.rejections
    assert "1,931 rows were left out" in found.notices[1]


def test_the_example_is_tried_as_its_guide_says(tmp_path: Path) -> None:
    settings = {
        "LIMEN_CONFIG_DIR": str(EXAMPLE),
        "LIMEN_RULES_DIR": str(EXAMPLE / "rules"),
        "LIMEN_STATE_DIR": str(tmp_path),
    }
    checked = limen("check", settings=settings)
    assert checked.returncode == 0, checked.stdout
    (plans,) = (EXAMPLE / "data").glob("d7_*.csv")
    copy = tmp_path / "table.csv"
    copy.write_bytes(plans.read_bytes())

    loaded = limen("ingest", "--source", "dfe_d7_durations", str(copy), settings=settings)
    assert loaded.returncode == 0, loaded.stdout + loaded.stderr
    asked = ("ratings", "--area", "Kent", "--as-of", "2013-03-31", "--format", "csv")
    rated = limen(*asked, settings=settings)
    (kent,) = list(csv.DictReader(rated.stdout.splitlines()))
    assert (kent["value"], kent["target"], kent["rag"]) == ("8.0", "6.0", "amber")

    wrong = limen("ingest", "--source", "dfe_d7_duration", str(copy), settings=settings)
    assert wrong.returncode == 2
    assert "did you mean “dfe_d7_durations”?" in wrong.stderr
