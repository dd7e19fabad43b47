from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from monitor.core.dated import EVERYWHERE, Dated
from monitor.core.derivation import Denominator, Derivation, DerivationMethod
from monitor.core.observations import Missing, Status
from monitor.intake.faults import FaultCode
from monitor.intake.observation_files import ParsedFile, read_observation_file
from monitor.store.observations import NewObservation
from tests.support.observation_files import NOW, indicator, reading
from tests.support.rules import HERE

HEADER = "indicator,area,period_end,value,numerator,denominator,status"
REPEAT = "cp_plans_two_or_more_years"


def _parsed(*rows: str, header: str = HEADER, now: datetime = NOW) -> ParsedFile:
    return read_observation_file("\n".join((header, *rows)).encode(), "figures.csv", reading(now=now))


def _observation(row: str) -> NewObservation:
    parsed = _parsed(row)
    assert parsed.rejections == ()
    [observation] = parsed.observations
    return observation


def test_a_row_is_read_whole() -> None:
    assert _observation(f' {REPEAT} , swale ,31/03/2013,8.0%,94,"1,172",Unvalidated') == NewObservation(
        REPEAT, "Swale", date(2013, 3, 31), 8_000_000, 94_000_000, 1_172_000_000, Status.PROVISIONAL, None
    )


@pytest.mark.parametrize("name", ["CP_Plan_Rate", "cp plan rate", " cp-plan-rate "])
def test_an_indicator_is_known_whatever_the_case_and_the_dashes(name: str) -> None:
    assert _observation(f"{name},Kent,2013-11-30,39.4").indicator == "cp_plan_rate"


@pytest.mark.parametrize("name", ["Folkestone and Hythe", "FOLKESTONE  AND HYTHE", "Shepway", "E07000112"])
def test_an_area_is_known_by_name_former_name_and_code(name: str) -> None:
    assert _observation(f"cp_plan_rate,{name},2013-11-30,39.4").area == "Folkestone and Hythe"


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("", Status.VALIDATED),
        ("validated", Status.VALIDATED),
        ("Final", Status.VALIDATED),
        ("provisional", Status.PROVISIONAL),
        ("UNVALIDATED", Status.PROVISIONAL),
        ("not  validated", Status.PROVISIONAL),
        ("p", Status.PROVISIONAL),
    ],
)
def test_a_status_is_known_by_its_synonyms(text: str, status: Status) -> None:
    assert _observation(f"cp_plan_rate,Kent,2013-11-30,39.4,,,{text}").status is status


@pytest.mark.parametrize(
    ("figures", "value", "numerator", "denominator", "missing"),
    [
        (",94,1172", None, 94, 1172, None),
        ("8.02,94,1172", 8.02, 94, 1172, None),
        ("8,94,1172", 8, 94, 1172, None),
        ("8.0,94,", 8, 94, None, None),
        ("8.0,,1172", 8, None, 1172, None),
        ("8.0,c,1172", 8, None, 1172, None),
        ("c,c,1172", None, None, 1172, Missing.SUPPRESSED),
        (",c,1172", None, None, 1172, Missing.SUPPRESSED),
        (",94,x", None, 94, None, Missing.NOT_AVAILABLE),
        ("z,,", None, None, None, Missing.NOT_APPLICABLE),
        ("-,,", None, None, None, Missing.NOT_GIVEN),
        ("z,0,", None, 0, None, Missing.NOT_APPLICABLE),
        ("0,0,12", 0, 0, 12, None),
    ],
)
def test_what_is_missing_is_missing_with_its_reason_and_what_can_be_computed_is_left_for_later(
    figures: str, value: float | None, numerator: int | None, denominator: int | None, missing: Missing | None
) -> None:
    found = _observation(f"{REPEAT},Kent,2013-03-31,{figures}")

    def millionths(amount: float | None) -> int | None:
        return None if amount is None else round(amount * 1_000_000)

    assert (found.value, found.numerator, found.denominator) == (
        millionths(value),
        millionths(numerator),
        millionths(denominator),
    )
    assert found.missing is missing


@pytest.mark.parametrize(
    ("row", "code", "reason"),
    [
        (
            "cp_plan_rates,Kent,2013-11-30,39.4",
            FaultCode.UNKNOWN_INDICATOR,
            "the rules have no indicator “cp_plan_rates”: did you mean “cp_plan_rate”?",
        ),
        (
            "Cp plans two or more years!,Kent,2013-11-30,8",
            FaultCode.UNKNOWN_INDICATOR,
            "did you mean “cp_plans_two_or_more_years”?",
        ),
        ("horses,Kent,2013-11-30,8", FaultCode.UNKNOWN_INDICATOR, "the rules have no indicator “horses”"),
        (",Kent,2013-11-30,8", FaultCode.UNKNOWN_INDICATOR, "there is no indicator"),
        (
            "cp_plan_rate,Swail,2013-11-30,39.4",
            FaultCode.UNKNOWN_AREA,
            "the list of areas has no “Swail”: did you mean “Swale”?",
        ),
        (
            "cp_plan_rate,Shepwey,2013-11-30,39.4",
            FaultCode.UNKNOWN_AREA,
            "did you mean “Folkestone and Hythe”?",
        ),
        ("cp_plan_rate,,2013-11-30,39.4", FaultCode.UNKNOWN_AREA, "there is no area"),
        (
            "cp_plan_rate,Kent,03/31/2013,39.4",
            FaultCode.BAD_DATE,
            "would have the month 31 (dates are read day first, not month first): write it as 2013-03-31",
        ),
        ("cp_plan_rate,Kent,,39.4", FaultCode.BAD_DATE, "there is no period end"),
        (
            "cp_plan_rate,Kent,2014-01-16,39.4",
            FaultCode.FUTURE_PERIOD,
            "the period ends on 2014-01-16, which is still to come",
        ),
        ("cp_plan_rate,Kent,2013-11-30,abc", FaultCode.BAD_NUMBER, "value “abc” is not a number"),
        (f"{REPEAT},Kent,2013-11-30,8,many", FaultCode.BAD_NUMBER, "numerator “many” is not a number"),
        (f"{REPEAT},Kent,2013-11-30,,94,8%", FaultCode.WRONG_UNIT, "denominator “8%” is a percentage"),
        ("cp_plan_rate,Kent,2013-11-30,39.4%", FaultCode.WRONG_UNIT, "value “39.4%” is a percentage"),
        ("cp_plan_rate,Kent,2013-11-30,1e400", FaultCode.NUMBER_TOO_LARGE, "value “1e400” is beyond"),
        (f"{REPEAT},Kent,2013-11-30,,94", FaultCode.NO_VALUE, "it takes numerator and denominator"),
        ("referrals_received,Kent,2013-11-30,,94,1172", FaultCode.NOT_A_RATIO, "give its value"),
        (f"{REPEAT},Kent,2013-11-30,,0,0", FaultCode.BAD_DENOMINATOR, "0 of 0 is no figure: write z"),
        (f"{REPEAT},Kent,2013-11-30,8.0,94,0", FaultCode.BAD_DENOMINATOR, "94 of 0 is no figure"),
        (
            f'{REPEAT},Kent,2013-11-30,8.5,94,"1,172"',
            FaultCode.DISAGREEMENT,
            "8.5 is not 94 of 1,172, which is 8.0",
        ),
        (
            f"{REPEAT},Kent,2013-11-30,0.08,94,1172",
            FaultCode.DISAGREEMENT,
            "0.08 is not 94 of 1,172, which is 8.0",
        ),
        (f"{REPEAT},Kent,2013-11-30,c,94,1172", FaultCode.DISAGREEMENT, "the value is said to be suppressed"),
        (f"{REPEAT},Kent,2013-11-30,,1172,94", FaultCode.OUT_OF_RANGE, "swapped?"),
        (f"{REPEAT},Kent,2013-11-30,100.1", FaultCode.OUT_OF_RANGE, "100.1 per cent is more than all"),
        (f"{REPEAT},Kent,2013-11-30,(0.5)", FaultCode.OUT_OF_RANGE, "-0.5 is less than none"),
        ("referrals_received,Kent,2013-11-30,-5", FaultCode.OUT_OF_RANGE, "-5 is less than none"),
        (f"{REPEAT},Kent,2013-11-30,,-94,1172", FaultCode.OUT_OF_RANGE, "cannot be less than zero"),
        (
            "cp_plan_rate,Kent,2013-11-30,39.4,,,maybe",
            FaultCode.UNKNOWN_STATUS,
            "the status “maybe” is neither",
        ),
        (
            "cp_plan_rate,Kent,2013-11-30,1,282,,,validated",
            FaultCode.TOO_MANY_CELLS,
            "the row has 8 cells under 7 headings",
        ),
    ],
)
def test_a_bad_row_is_set_aside_with_its_code_and_reason(row: str, code: FaultCode, reason: str) -> None:
    parsed = _parsed(row, "cp_plan_rate,Swale,2013-11-30,39.4")

    [rejection] = parsed.rejections
    assert rejection.line == 2
    assert rejection.code is code
    assert reason in rejection.reason
    assert [observation.area for observation in parsed.observations] == ["Swale"]
    assert parsed.total == 2


def test_all_that_is_wrong_with_a_row_is_said_at_once() -> None:
    [rejection] = _parsed("horses,Atlantis,31/31/2013,x1,,,?").rejections

    assert rejection.code is FaultCode.UNKNOWN_INDICATOR
    for part in ("“horses”", "“Atlantis”", "“31/31/2013”", "“x1”", "“?”"):
        assert part in rejection.reason


DERIVED = [
    (("cp_plans",), ("population", "rebased", "population"), "cp_plans, population and rebased: send those"),
    (("contacts", "referrals"), (), "contacts and referrals: send those"),
    (("referrals",), (), "referrals: send that"),
]


@pytest.mark.parametrize(("of", "below", "words"), DERIVED)
def test_a_figure_that_limen_works_out_is_not_taken_in(
    of: tuple[str, ...], below: tuple[str, ...], words: str
) -> None:
    dated = tuple(
        Dated(Denominator(name, latest=True), date(2000 + year, 4, 1), None, EVERYWHERE, "", HERE)
        for year, name in enumerate(below)
    )
    method = DerivationMethod.RATIO if below else DerivationMethod.SUM
    derived = replace(indicator("cp_rate"), derivation=Derivation(method, of, dated, 0, HERE))
    read = reading()
    data = f"{HEADER}\ncp_rate,Kent,2013-11-30,39.4\nCP Rate,Swale,2013-11-30,39.4\n".encode()
    parsed = read_observation_file(
        data, "figures.csv", replace(read, indicators={**read.indicators, "cp_rate": derived})
    )

    assert not parsed.observations
    assert [rejection.code for rejection in parsed.rejections] == [FaultCode.DERIVED_INDICATOR] * 2
    assert parsed.rejections[0].reason == f"limen works cp_rate out from {words}"


def test_a_ratio_of_other_things_than_people_may_exceed_100_per_cent() -> None:
    parsed = _parsed(
        "agency_to_permanent_posts,Kent,2013-11-30,120%",
        "agency_to_permanent_posts,Kent,2013-10-31,,120,100",
    )

    assert len(parsed.observations) == 2


def test_today_is_the_day_in_england() -> None:
    row = "cp_plan_rate,Kent,2013-07-01,39.4"

    assert _parsed(row, now=datetime(2013, 6, 30, 22, 59, tzinfo=UTC)).rejections
    assert _parsed(row, now=datetime(2013, 6, 30, 23, 0, tzinfo=UTC)).observations


def test_a_row_without_any_figure_is_counted_and_brings_nothing() -> None:
    parsed = _parsed(
        "cp_plan_rate,Kent,2014-03-31,,,,", "horses,Kent,2014-03-31", "cp_plan_rate,Kent,2013-11-30,39.4"
    )

    assert (len(parsed.observations), parsed.rejections, parsed.empty) == (1, (), 2)
    assert parsed.notices == ("2 rows hold no figure and changed nothing.",)


def test_a_row_that_is_there_twice_counts_once() -> None:
    parsed = _parsed(*["cp_plan_rate,Kent,2013-11-30,39.4"] * 3, "cp_plan_rate,kent,30/11/2013,39.40")

    assert (len(parsed.observations), parsed.rejections, parsed.repeated) == (1, (), 3)
    assert parsed.notices == ("3 rows repeat an earlier row word for word and counted once.",)
    assert parsed.total == 4


def test_rows_that_contradict_each_other_are_all_set_aside() -> None:
    parsed = _parsed(
        "cp_plan_rate,Kent,2013-11-30,39.4",
        "cp_plan_rate,Kent,2013-10-31,39.4",
        "cp_plan_rate,Kent,30/11/2013,39.5",
        "horses,Kent,2013-11-30,1",
        "cp_plan_rate,Kent,Nov 13,39.4",
    )

    assert [observation.period_end for observation in parsed.observations] == [date(2013, 10, 31)]
    assert [(rejection.line, rejection.code.value) for rejection in parsed.rejections] == [
        (2, "contradiction"),
        (4, "contradiction"),
        (5, "unknown-indicator"),
        (6, "contradiction"),
    ]
    assert parsed.rejections[1].reason == (
        "lines 2, 4 and 6 give this figure, and not the same: keep the right one"
    )
    assert parsed.rejections[1].cells == ("cp_plan_rate", "Kent", "30/11/2013", "39.5")


def test_unknown_columns_are_left_out_and_named() -> None:
    parsed = _parsed(
        "cp_plan_rate,39.4,Kent,30/11/2013,34.9,x", header="indicator,actual,la,date,target,Note"
    )

    assert len(parsed.observations) == 1
    assert parsed.notices == ("These columns mean nothing to limen and were left out: target, Note.",)


def test_a_file_without_areas_is_for_the_area_given_by_hand() -> None:
    data = b"indicator,period_end,value\ncp_plan_rate,2013-11-30,39.4\n"
    kent, swale = (
        read_observation_file(data, "figures.csv", reading(default_area=area)) for area in ("Kent", "Swale")
    )

    assert [observation.area for observation in (*kent.observations, *swale.observations)] == [
        "Kent",
        "Swale",
    ]
    assert kent.digest != swale.digest


def test_an_area_given_by_hand_does_not_fill_gaps_in_a_column_of_areas() -> None:
    data = f"{HEADER}\ncp_plan_rate,,2013-11-30,39.4\n".encode()

    [rejection] = read_observation_file(data, "figures.csv", reading(default_area="Kent")).rejections
    assert rejection.code is FaultCode.UNKNOWN_AREA


def test_progress_is_told_from_the_first_rows_to_the_last() -> None:
    rows = [f"cp_plan_rate,Kent,2013-11-30,{n}" for n in range(12_000)]
    told: list[tuple[int, int]] = []
    read_observation_file(
        "\n".join((HEADER, *rows)).encode(),
        "figures.csv",
        reading(),
        progress=lambda done, total: told.append((done, total)),
    )

    assert told == [(5000, 12_000), (10_000, 12_000), (12_000, 12_000)]
