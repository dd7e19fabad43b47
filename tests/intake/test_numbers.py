from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.exact import micro
from monitor.core.observations import MICRO, Missing
from monitor.intake.faults import Fault, FaultCode
from monitor.intake.numbers import ERROR_VALUES, read_amount


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("0", "0"),
        ("1282", "1282"),
        ("1,282", "1282"),
        ("1,234,567.5", "1234567.5"),
        (" 57.8 ", "57.8"),
        ("57.8\u00a0", "57.8"),
        ("57.", "57"),
        (".5", "0.5"),
        ("-5", "-5"),
        ("\u22125", "-5"),
        ("+5", "5"),
        ("(5)", "-5"),
        ("(1,282.5)", "-1282.5"),
        ("£1,282", "1282"),
        ("-£5", "-5"),
        ("(£5)", "-5"),
        ("39.4%", "39.4"),
        ("39.4 %", "39.4"),
        ("-0.5%", "-0.5"),
        ("1.2E3", "1200"),
        ("5e-1", "0.5"),
        ("8.0500000", "8.05"),
    ],
)
def test_a_number_is_read_as_it_is_meant(text: str, amount: str) -> None:
    assert read_amount(text, percent=True) == micro(amount)


@pytest.mark.parametrize(
    ("symbol", "missing"),
    [
        ("c", Missing.SUPPRESSED),
        ("C", Missing.SUPPRESSED),
        ("[c]", Missing.SUPPRESSED),
        ("*", Missing.SUPPRESSED),
        ("x", Missing.NOT_AVAILABLE),
        ("[x]", Missing.NOT_AVAILABLE),
        ("..", Missing.NOT_AVAILABLE),
        ("n/a", Missing.NOT_AVAILABLE),
        ("N/A", Missing.NOT_AVAILABLE),
        ("z", Missing.NOT_APPLICABLE),
        (".", Missing.NOT_APPLICABLE),
        ("u", Missing.LOW_RELIABILITY),
        ("low", Missing.ROUNDS_TO_ZERO),
        ("[low]", Missing.ROUNDS_TO_ZERO),
        ("k", Missing.ROUNDS_TO_ZERO),
        (":", Missing.NOT_COLLECTED),
        ("-", Missing.NOT_GIVEN),
        ("\u2013", Missing.NOT_GIVEN),
        (" - ", Missing.NOT_GIVEN),
    ],
)
def test_a_symbol_is_a_missing_figure_with_its_reason_and_never_zero(symbol: str, missing: Missing) -> None:
    assert read_amount(symbol, percent=False) is missing


@pytest.mark.parametrize("text", ["", " ", "\t", "\u00a0"])
def test_an_empty_cell_is_no_figure(text: str) -> None:
    assert read_amount(text, percent=False) is None


@pytest.mark.parametrize(
    ("text", "code", "why"),
    [
        ("abc", FaultCode.BAD_NUMBER, "is not a number"),
        ("nan", FaultCode.BAD_NUMBER, "is not a number"),
        ("inf", FaultCode.BAD_NUMBER, "is not a number"),
        ("-Infinity", FaultCode.BAD_NUMBER, "is not a number"),
        ("39,4", FaultCode.BAD_NUMBER, "use a point for decimals"),
        ("1.282,5", FaultCode.BAD_NUMBER, "use a point for decimals"),
        ("12,82", FaultCode.BAD_NUMBER, "use a point for decimals"),
        ("1 282", FaultCode.BAD_NUMBER, "is not a number"),
        ("8.0p", FaultCode.BAD_NUMBER, "is not a number"),
        ("1_000", FaultCode.BAD_NUMBER, "is not a number"),
        ("--5", FaultCode.BAD_NUMBER, "is not a number"),
        ("(-5)", FaultCode.BAD_NUMBER, "is not a number"),
        ("\u0665", FaultCode.BAD_NUMBER, "is not a number"),
        ("0x10", FaultCode.BAD_NUMBER, "is not a number"),
        ("#DIV/0!", FaultCode.BAD_NUMBER, "is an Excel error"),
        ("#N/A", FaultCode.BAD_NUMBER, "is an Excel error"),
        ("=A1+B1", FaultCode.BAD_NUMBER, "is a formula whose result was not saved"),
        ("1e400", FaultCode.NUMBER_TOO_LARGE, "4 million million"),
        ("1e99999999999999999999", FaultCode.NUMBER_TOO_LARGE, "4 million million"),
        ("9" * 5000, FaultCode.NUMBER_TOO_LARGE, "4 million million"),
        ("4611686018428", FaultCode.NUMBER_TOO_LARGE, "4 million million"),
        ("9223372036854.775808", FaultCode.NUMBER_TOO_LARGE, "4 million million"),
    ],
)
def test_what_is_no_number_is_refused_with_the_reason(text: str, code: FaultCode, why: str) -> None:
    fault = read_amount(text, percent=True)

    assert isinstance(fault, Fault)
    assert fault.code is code
    assert why in fault.reason
    assert len(fault.reason) < 250


@pytest.mark.parametrize("text", ERROR_VALUES)
def test_every_error_of_excel_is_named_as_one(text: str) -> None:
    fault = read_amount(text.upper(), percent=False)

    assert isinstance(fault, Fault)
    assert "Excel error" in fault.reason


def test_a_percentage_where_none_is_meant_is_refused() -> None:
    fault = read_amount("39.4%", percent=False)

    assert isinstance(fault, Fault)
    assert fault.code is FaultCode.WRONG_UNIT


def test_what_is_dropped_past_six_decimals_never_makes_a_half() -> None:
    assert read_amount("8.0499999999", percent=True) == 8_049_999
    assert read_amount("8.0500000001", percent=True) == 8_050_001


@given(st.integers(-(10**12), 10**12), st.integers(0, 6))
def test_a_figure_comes_back_from_every_way_of_writing_it(digits: int, decimals: int) -> None:
    figure = Decimal(digits).scaleb(-decimals)
    expected = int(figure * MICRO)

    for text in (f"{figure:f}", f"{figure:,f}", f"{figure:f}%", f"£{figure:f}".replace("£-", "-£")):
        assert read_amount(text, percent=True) == expected
    if figure > 0:
        assert read_amount(f"({figure:,f})", percent=True) == -expected


@given(st.text(max_size=40) | st.from_regex(r"[-+(£]{0,3}[0-9.,eE%]{0,30}[)%]{0,2}", fullmatch=True))
def test_no_text_at_all_raises(text: str) -> None:
    read = read_amount(text, percent=True)

    assert read is None or isinstance(read, int | Missing | Fault)
    assert not isinstance(read, int) or abs(read) <= 2**62
