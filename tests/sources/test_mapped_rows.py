"""Rows of a published file to figures: parts, symbols, rounding, sums, areas, rows that are not asked for."""

import pytest

from monitor.core.observations import Missing, Status
from monitor.intake.faults import FaultCode
from tests.support.published_files import COLUMNS, ENGLAND, KENT, SHARE, SOUTH_EAST, figures, read, source

ROUNDED = "rounded: {level: [Regional, National]}"


def test_a_row_is_read_with_its_value_and_its_parts() -> None:
    parsed = read(source(), KENT)
    assert figures(parsed) == [("plans_two_years", "Kent", "2013-03-31", 8.0, 94, 1172, None)]
    assert parsed.observations[0].status is Status.VALIDATED
    assert parsed.notices == ("Read by the source published (Plans ending): 1 of 1 rows.",)


def test_a_rounded_row_keeps_what_was_published_and_not_its_counts() -> None:
    parsed = read(source(more=ROUNDED), KENT, SOUTH_EAST, ENGLAND)
    assert not parsed.rejections
    assert [figure[1:6] for figure in figures(parsed)] == [
        ("Kent", "2013-03-31", 8.0, 94, 1172),
        ("South East", "2013-03-31", 6.9, None, None),
        ("England", "2013-03-31", 5.2, None, None),
    ]


def test_without_a_word_of_rounding_a_share_that_its_counts_do_not_give_is_set_aside() -> None:
    (rejection,) = read(source(), KENT, SOUTH_EAST).rejections
    assert rejection.code is FaultCode.DISAGREEMENT
    assert rejection.line == 3
    assert rejection.reason == "plans_two_years: 6.9 is not 500 of 7,500, which is 6.7"


@pytest.mark.parametrize(
    ("cells", "missing", "denominator"),
    [
        ("c,1172,c", Missing.SUPPRESSED, 1172),
        ("c,c,c", Missing.SUPPRESSED, None),
        ("x,x,x", Missing.NOT_AVAILABLE, None),
        ("u,u,u", Missing.LOW_RELIABILITY, None),
        ("0,0,z", Missing.NOT_APPLICABLE, None),
        ("c,0,z", Missing.NOT_APPLICABLE, None),
        ("low,900,low", Missing.ROUNDS_TO_ZERO, 900),
        ("[k],900,", Missing.ROUNDS_TO_ZERO, 900),
        (":,:,:", Missing.NOT_COLLECTED, None),
    ],
)
def test_a_symbol_is_missing_with_its_reason_and_never_zero(
    cells: str, missing: Missing, denominator: int | None
) -> None:
    parsed = read(source(), KENT.replace("94,1172,8", cells))
    assert not parsed.rejections
    ((_, _, _, value, _, below, why),) = figures(parsed)
    assert (value, below, why) == (None, denominator, missing)


def test_none_of_none_is_not_applicable_where_nothing_is_published_in_its_place() -> None:
    mapped = source("plans_two_years: {numerator: two_years, denominator: ended}")
    ((_, _, _, value, _, _, missing),) = figures(read(mapped, KENT.replace("94,1172,8", "0,0,")))
    assert (value, missing) == (None, Missing.NOT_APPLICABLE)


def test_some_of_none_is_set_aside() -> None:
    (rejection,) = read(source(), KENT.replace("94,1172,8", "3,0,z")).rejections
    assert rejection.code is FaultCode.DISAGREEMENT


def test_a_share_is_left_to_be_computed_where_none_is_published() -> None:
    mapped = source("plans_two_years: {numerator: two_years, denominator: ended}")
    assert figures(read(mapped, KENT))[0][3:6] == (None, 94, 1172)


def test_blank_figures_are_counted_and_not_recorded() -> None:
    parsed = read(source(), KENT, KENT.replace("2013,94,1172,8", "2014,,,"))
    assert (len(parsed.observations), parsed.empty) == (1, 1)
    assert "Figures that are blank and changed nothing: 1." in parsed.notices


BANDS = "level,country,region,code,name,year,early,middle,late,ended"
SUM = "plans_two_years: {numerator: {sum: [early, middle]}, denominator: ended}"
WAYS = (
    "plans_two_years: {numerator: [{sum: [early, middle]}, {sum: ended, less: [late]}], denominator: ended}"
)


@pytest.mark.parametrize(
    ("mapping", "cells", "numerator", "missing"),
    [
        (SUM, "10,20,70,100", 30, None),
        (SUM, "c,20,70,100", None, Missing.SUPPRESSED),
        (SUM, ",20,70,100", None, Missing.NOT_GIVEN),
        (WAYS, "10,20,70,100", 30, None),
        (WAYS, "c,20,70,100", 30, None),
        (WAYS, "c,20,x,100", None, Missing.SUPPRESSED),
    ],
)
def test_a_sum_is_known_when_all_of_it_is_and_the_first_way_that_is_known_counts(
    mapping: str, cells: str, numerator: int | None, missing: Missing | None
) -> None:
    row = KENT.removesuffix("94,1172,8") + cells
    ((_, _, _, _, above, _, why),) = figures(read(source(mapping), row, columns=BANDS))
    assert (above, why) == (numerator, missing)


MONTHS = "April,May,June,July,August,September,October,November,December,January,February,March"


def test_months_are_those_of_the_row_s_financial_year() -> None:
    mapped = source(f"referrals: {{months: [{MONTHS}]}}")
    row = "Local authority,E92000001,E12000008,E10000016,Kent,2013," + ",".join(str(n) for n in range(1, 13))
    parsed = read(mapped, row, columns=f"level,country,region,code,name,year,{MONTHS}")
    found = [(figure[2], figure[3]) for figure in figures(parsed)]
    assert found[:2] == [("2012-04-30", 1.0), ("2012-05-31", 2.0)]
    assert found[8:] == [
        ("2012-12-31", 9.0),
        ("2013-01-31", 10.0),
        ("2013-02-28", 11.0),
        ("2013-03-31", 12.0),
    ]


def test_months_to_come_may_be_blank_and_not_more() -> None:
    mapped = source(f"referrals: {{months: [{MONTHS}]}}")
    row = "Local authority,E92000001,E12000008,E10000016,Kent,2025,5,6,7,8,9,10,11" + "," * 4 + ",99"
    parsed = read(mapped, row, columns=f"level,country,region,code,name,year,{MONTHS}")
    assert (len(parsed.observations), parsed.empty) == (7, 4)
    assert [rejection.code for rejection in parsed.rejections] == [FaultCode.FUTURE_PERIOD]


def test_quarters_are_those_of_the_row_s_calendar_year() -> None:
    mapped = source(
        "plans: {quarters: [q1, q2, q3, q4]}", period="calendar year"
    )  # a warning: plans is annual
    parsed = read(
        mapped,
        "Local authority,E92000001,,886,Kent,2013,1,2,3,4",
        columns="level,country,region,code,name,year,q1,q2,q3,q4",
    )
    assert [figure[2] for figure in figures(parsed)] == [
        "2013-03-31",
        "2013-06-30",
        "2013-09-30",
        "2013-12-31",
    ]


def test_one_bad_figure_does_not_keep_the_others_of_its_row_out() -> None:
    mapped = source(f"{SHARE}\n      plans: {{value: ended}}")
    parsed = read(mapped, KENT.replace("94,1172,8", "many,1172,8"))
    assert [figure[0] for figure in figures(parsed)] == ["plans"]
    (rejection,) = parsed.rejections
    assert rejection.code is FaultCode.BAD_NUMBER
    assert rejection.reason == "plans_two_years: two_years “many” is not a number"
    assert rejection.cells[4] == "Kent"


@pytest.mark.parametrize(
    ("row", "code", "words"),
    [
        (KENT.replace("2013", "2013/15"), FaultCode.BAD_DATE, "is no financial year"),
        (KENT.replace("2013", "2025"), FaultCode.FUTURE_PERIOD, "2025-03-31"),
        (KENT.replace("E10000016,Kent", ","), FaultCode.UNKNOWN_AREA, "no area in code or name"),
        (KENT + ",1", FaultCode.TOO_MANY_CELLS, "10 cells under 9 headings"),
        (KENT.replace("94,1172,8", "1172,94,8"), FaultCode.OUT_OF_RANGE, "swapped"),
    ],
)
def test_a_bad_row_is_set_aside_with_its_reason(row: str, code: FaultCode, words: str) -> None:
    parsed = read(source(), KENT.replace("Kent,2013", "Kent,2014"), row)
    (rejection,) = parsed.rejections
    assert (rejection.code, rejection.line) == (code, 3)
    assert words in rejection.reason
    assert len(parsed.observations) == 1


def test_areas_outside_the_list_are_left_out_with_one_notice() -> None:
    surrey = KENT.replace("E10000016,Kent", "E10000030,Surrey")
    nowhere = KENT.replace("E10000016,Kent", "X,Y")
    parsed = read(source(), KENT, surrey, surrey.replace("2013", "2012"), nowhere)
    assert not parsed.rejections
    assert [figure[1] for figure in figures(parsed)] == ["Kent"]
    assert parsed.notices[1] == (
        "3 rows were left out, as the list of areas does not have their areas: E10000030 Surrey, X Y."
    )


def test_an_area_is_found_by_an_old_code_and_else_by_its_name() -> None:
    old = KENT.replace("E10000016,Kent", "E10000002,Buckinghamshire")
    renamed = KENT.replace("E10000016,Kent,2013", "E99999999,Kent,2014")
    assert [figure[1] for figure in figures(read(source(), old, renamed))] == ["Buckinghamshire", "Kent"]


def test_rows_that_are_not_asked_for_are_left_out_quietly() -> None:
    mapped = source(more="keep: {name: kent}")
    bucks = KENT.replace("E10000016,Kent", "E06000060,Buckinghamshire")
    parsed = read(mapped, KENT, bucks, ENGLAND, KENT.replace("Local authority", "School"))
    assert [figure[1] for figure in figures(parsed)] == ["Kent"]
    assert not parsed.rejections
    assert "3 rows were left out: the source does not ask for them." in parsed.notices


def test_an_indicator_may_have_rows_of_its_own() -> None:
    mapped = source("plans: {value: ended, keep: {topic: [Total]}}")
    columns = f"{COLUMNS},topic"
    parsed = read(mapped, f"{KENT},Girls", f"{KENT},total", columns=columns)
    assert [figure[:4] for figure in figures(parsed)] == [("plans", "Kent", "2013-03-31", 1172.0)]


def test_a_column_may_say_which_rows_are_provisional() -> None:
    mapped = source(more="status: {column: state}")
    parsed = read(
        mapped, f"{KENT},final", f"{KENT.replace('2013', '2014')},provisional", columns=f"{COLUMNS},state"
    )
    assert [each.status for each in parsed.observations] == [Status.VALIDATED, Status.PROVISIONAL]


def test_two_rows_that_say_the_same_count_once() -> None:
    parsed = read(source(), KENT, KENT)
    assert (len(parsed.observations), parsed.repeated) == (1, 1)
    assert "Figures that stand there twice, the same, and counted once: 1." in parsed.notices


def test_two_rows_that_contradict_each_other_are_both_set_aside() -> None:
    parsed = read(source(), KENT, KENT.replace("94,1172,8", "c,1172,c"))
    assert not parsed.observations
    assert [rejection.line for rejection in parsed.rejections] == [2, 3]
    assert {rejection.code for rejection in parsed.rejections} == {FaultCode.CONTRADICTION}
