import numpy as np
import pytest

from monitor.core.conditions import Code, Condition, Frame, Kind, Number, Rating, parse
from monitor.core.exact import ExactArray

PERCENT, COUNT = Number.of("percent"), Number.of("count")
NAMES: dict[str, Kind] = {
    "value": PERCENT,
    "target": PERCENT,
    "numerator": COUNT,
    "denominator": COUNT,
    "rating": Rating(),
}


def condition(text: str) -> Condition:
    parsed = parse(text, NAMES)
    assert parsed.condition is not None, parsed.problems
    return parsed.condition


def whole(*numbers: int | None, decimals: int = 0) -> ExactArray:
    known = np.array([[number is not None for number in numbers]])
    return ExactArray.scaled(np.array([[number or 0 for number in numbers]]), decimals, known)


def ratios(*cases: tuple[int, int] | None, target: int = 100, scale: int | None = 100) -> Frame:
    """A frame of ratios at one decimal; the target in tenths."""
    tenths = [None if case is None else round(case[0] * 1000 / case[1]) for case in cases]
    return Frame(
        {
            "value": whole(*tenths, decimals=1),
            "numerator": whole(*(None if case is None else case[0] for case in cases)),
            "denominator": whole(*(None if case is None else case[1] for case in cases)),
            "target": ExactArray.scaled(np.array([target]), 1),
        },
        (1, len(cases)),
        1,
        scale,
    )


def outcome(text: str, frame: Frame) -> str:
    """T, F or ? for each place."""
    truth = condition(text).evaluate(frame)
    cells = zip(truth.true[0], truth.known[0], strict=True)
    return "".join("?" if not known else "T" if true else "F" for true, known in cells)


def test_a_percentage_of_many_differs_from_its_target_and_of_few_does_not() -> None:
    frame = ratios((150, 1000), (3, 20), (94, 1172), (1, 20))
    assert outcome("significantly_above(target)", frame) == "TFFF"
    assert outcome("significantly_below(target)", frame) == "FFTF"
    assert outcome("value > target", frame) == "TTFF"


def test_more_confidence_asks_for_a_larger_difference() -> None:
    frame = ratios((125, 1000), (150, 1000))
    assert outcome("significantly_above(target)", frame) == "TT"
    assert outcome("significantly_above(target, 95)", frame) == "TT"
    assert outcome("significantly_above(target, 99.8)", frame) == "FT"


def test_a_rate_takes_the_limits_of_a_count() -> None:
    kent, expected = (1282, 325_381), 349  # 39.4 against the neighbours' 34.9
    frame = ratios(kent, (13, 3254), target=expected, scale=10_000)
    assert outcome("significantly_above(target)", frame) == "TF"


def test_what_it_is_compared_with_is_rounded_as_shown() -> None:
    frame = ratios((111, 1000), target=81)
    lower = 0.093  # of Wilson's interval at 95%
    assert outcome("significantly_above(target * 1.1506)", frame) == "F"  # 9.32, compared as 9.3
    assert outcome("significantly_above(9.2)", frame) == "T"
    assert 0.0925 < lower < 0.0935


def test_without_its_parts_or_a_scale_a_figure_is_not_judged() -> None:
    frame = ratios((150, 1000), None)
    assert outcome("significantly_above(target)", frame) == "T?"
    assert outcome("significantly_above(target)", ratios((150, 1000), scale=None)) == "?"
    assert outcome("significant_rise()", ratios((10, 1000), (150, 1000), scale=None)) == "??"


def test_a_rise_of_a_few_cases_is_no_significant_rise() -> None:
    frame = ratios((100, 1000), (2, 20), (4, 20), (160, 1000), None, (160, 1000))
    assert outcome("significant_rise()", frame) == "?FFF??"
    assert outcome("significant_rise(3)", frame) == "???T?F"
    assert outcome("significant_fall(3)", frame) == "???F?F"
    assert outcome("significant_fall(9)", frame) == "??????"


def test_a_figure_far_outside_shows_as_special_cause_once_there_are_thirteen() -> None:
    steady = [50, 52, 49, 51, 50, 48, 51, 50, 52, 49, 50, 51, 50, 49]
    figures: list[int | None] = [*steady, 90, 20]
    frame = Frame({"value": whole(*figures)}, (1, len(figures)), 0)
    assert outcome("special_cause(24)", frame) == "?" * 12 + "FFTT"
    assert outcome("special_cause()", frame) == outcome("special_cause(24)", frame)
    assert outcome("special_cause_above(24)", frame) == "?" * 12 + "FFTF"
    assert outcome("special_cause_below(24)", frame) == "?" * 12 + "FFFT"


def test_a_missing_figure_is_not_special_cause_and_not_common_cause_either() -> None:
    figures: list[int | None] = [*[50, 52, 49, 51] * 4, None, 51]
    frame = Frame({"value": whole(*figures)}, (1, len(figures)), 0)
    assert outcome("special_cause(24)", frame)[-2:] == "?F"


def test_special_cause_looks_back_only_as_far_as_it_says() -> None:
    long = [20] * 30 + [50, 52, 49, 51, 50, 48, 51, 50, 52, 49, 50, 51, 50, 49]
    short = long[-13:]
    judged = [
        outcome("special_cause(13)", Frame({"value": whole(*figures)}, (1, len(figures)), 0))[-1]
        for figures in (long, short)
    ]
    assert judged[0] == judged[1] == "F"
    assert condition("special_cause(13)").lookback == 12
    assert condition("significant_rise(4)").lookback == 4


@pytest.mark.parametrize(
    ("text", "code", "message"),
    [
        ("significantly_above()", Code.WRONG_ARGUMENTS, "takes a figure"),
        ("significantly_above(target, 100)", Code.WRONG_ARGUMENTS, "to below 100"),
        ("significantly_above(target, 0.95)", Code.WRONG_ARGUMENTS, "from 50"),
        ("significantly_above(target, value)", Code.WRONG_ARGUMENTS, "written out"),
        ("significantly_above(target, 95, 95)", Code.WRONG_ARGUMENTS, "takes a figure"),
        ("significantly_above(numerator)", Code.UNIT_MISMATCH, "'numerator' is a figure in count"),
        ("significantly_above(rating)", Code.RATING_COMPARISON, "is a rating"),
        ("significantly_above(target) > 1", Code.WRONG_KIND, "compared with something"),
        ("special_cause(12)", Code.WRONG_ARGUMENTS, "from 13 to 400"),
        ("significantly_over(target)", Code.UNKNOWN_FUNCTION, "significantly_over"),
    ],
)
def test_what_is_written_wrongly_is_reported(text: str, code: Code, message: str) -> None:
    parsed = parse(text, NAMES)
    assert [problem.code for problem in parsed.problems] == [code]
    assert message in parsed.problems[0].message


def test_a_condition_with_them_is_written_back_as_it_reads() -> None:
    text = "value > target and significantly_above(target * 1.1, 99.8) and not special_cause(24)"
    assert str(condition(text)) == text
    assert condition(text).names == ("denominator", "numerator", "target", "value")
