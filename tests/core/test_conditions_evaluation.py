from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import numpy as np
import pytest

from monitor.core.conditions import (
    FUNCTIONS,
    RATING_CODES,
    Condition,
    Frame,
    Function,
    Kind,
    Limit,
    Number,
    Rating,
    Truth,
    parse,
)
from monitor.core.conditions.functions import Figures, Invocation, Periods, truth_value
from monitor.core.exact import ExactArray, micro

PERCENT = Number.of("percent")
COUNT = Number.of("count")
NAMES: dict[str, Kind] = {
    **dict.fromkeys(("value", "target", "lower", "upper"), PERCENT),
    "numerator": COUNT,
    "denominator": COUNT,
    "rating": Rating(),
}


def condition(text: str) -> Condition:
    parsed = parse(text, NAMES)
    assert parsed.condition is not None, parsed.problems
    return parsed.condition


def row(*figures: str | None, decimals: int = 1) -> ExactArray:
    scaled = [[0 if each is None else int(Decimal(each).scaleb(decimals)) for each in figures]]
    return ExactArray.scaled(np.array(scaled), decimals, np.array([[each is not None for each in figures]]))


def frame(decimals: int = 1, **values: Sequence[str | None]) -> Frame:
    """One series; figures of the indicator's unit at its decimals, counts at none."""
    arrays = {
        name: row(*figures, decimals=0 if name in {"numerator", "denominator"} else decimals)
        for name, figures in values.items()
    }
    return Frame(arrays, (1, len(values["value"])), decimals)


def outcome(text: str, on: Frame) -> list[bool | None]:
    truth = condition(text).evaluate(on)
    assert truth.true.shape == truth.known.shape == on.shape
    assert not (truth.true & truth.unknown).any()
    cells = zip(truth.true[0], truth.known[0], strict=True)
    return [bool(true) if known else None for true, known in cells]


@pytest.mark.parametrize(
    ("text", "value", "target", "expected"),
    [
        # the published ratings of plans of two or more years, target 6
        ("value <= target * 1.10", "6.6", "6.0", True),
        ("value <= target * 1.10", "6.7", "6.0", False),
        ("target < value <= 8", "8.0", "6.0", True),
        ("target < value <= 8", "8.1", "6.0", False),
        # close to target is not symmetric
        ("8 <= value <= target", "9.7", "10.0", True),
        ("8 <= value <= target", "8.2", "10.0", True),
        ("8 <= value <= target", "10.8", "10.0", False),
        # calculated limits are rounded, half away from zero, to the published precision
        ("value >= target * 1.05", "8.5", "8.1", True),  # 8.505
        ("value >= target * 1.05", "9.0", "8.6", True),  # 9.03
        ("value > target * 1.1", "0.1", "0.1", False),  # 0.11 is shown as 0.1
        ("value > target / 4", "0.1", "0.2", False),  # 0.05 is shown as 0.1
        ("value < target / 4", "-0.1", "-0.2", False),
        ("value > 7 / 3", "2.3", "0.0", False),
        # what is written is compared as written
        ("value > 8.25", "8.2", "0.0", False),
        ("value >= 8.25", "8.3", "0.0", True),
        ("value < -8.25", "-8.3", "0.0", True),
        # ratios are compared exactly
        ("value / target > 1.1", "6.7", "6.0", True),
        ("value / target > 1.1", "6.6", "6.0", False),
        ("value / target >= 1.1", "6.6", "6.0", True),
        # no binary fraction slips in
        ("value == 0.1 + 0.2", "0.3", "0.0", True),
        ("value - target == 0.3", "0.4", "0.1", True),
    ],
)
def test_what_is_compared_is_what_is_shown(text: str, value: str, target: str, expected: object) -> None:
    assert outcome(text, frame(value=[value], target=[target])) == [expected]


def test_counts_are_compared_exactly_in_an_indicator_of_another_unit() -> None:
    on = frame(value=["8.0"], numerator=["94"], denominator=["1172"])
    assert outcome("numerator * 1.01 > 94.9", on) == [True]  # 94.94, which one decimal would make 94.9
    assert outcome("numerator / denominator > 0.08", on) == [True]
    assert outcome("denominator >= 30 and value <= 8", on) == [True]


T, F, U = "2.0", "0.0", None


@pytest.mark.parametrize(
    ("text", "left", "right", "expected"),
    [
        *[("value > 1 and target > 1", *case) for case in [
            (T, T, True), (T, F, False), (T, U, None), (F, F, False), (F, U, False), (U, U, None),
            (U, F, False),
        ]],
        *[("value > 1 or target > 1", *case) for case in [
            (T, T, True), (T, F, True), (T, U, True), (F, F, False), (F, U, None), (U, U, None), (U, T, True),
        ]],
        *[("not value > 1", *case) for case in [(T, T, False), (F, T, True), (U, T, None)]],
        *[("1 < value < target", *case) for case in [(F, U, False), (T, U, None), (U, F, None)]],
        *[("value != target", *case) for case in [(U, U, None), (T, U, None), (T, F, True)]],
        *[("min(value, target) > 1", *case) for case in [(F, U, None), (T, T, True)]],
        *[("value / target > 1", *case) for case in [(T, F, None), (F, F, None), (T, "1.0", True)]],
    ],
)  # fmt: skip
def test_missing_figures_follow_three_valued_logic(
    text: str, left: str | None, right: str | None, expected: object
) -> None:
    assert outcome(text, frame(value=[left], target=[right])) == [expected]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("previous(1) == 10", [None, True, False, None, False, False]),
        ("previous() == 10", [None, True, False, None, False, False]),
        ("previous(9) == 10", [None] * 6),
        ("change(1) >= 2", [None, True, None, None, True, True]),
        ("change(2) > 0", [None, None, None, True, None, True]),
        ("mean(2) == 11", [None, True, None, None, False, False]),
        ("mean(3) > 0", [None, None, None, None, None, True]),
        ("mean(7) > 0", [None] * 6),
        ("value > previous(1) * 1.15", [None, True, None, None, True, False]),
        ("abs(change(1)) > 1.9 and value < 20", [None, True, None, None, True, False]),
    ],
)
def test_functions_over_periods_are_missing_where_any_period_is(
    text: str, expected: list[bool | None]
) -> None:
    on = frame(value=["10.0", "12.0", None, "16.0", "19.0", "21.0"])
    assert outcome(text, on) == expected


def test_ratings_are_compared_and_an_absent_rating_is_unknown() -> None:
    codes = np.array([[RATING_CODES["red"], RATING_CODES["amber"], 0]])
    ratings = ExactArray.scaled(codes, 0, codes > 0)
    on = Frame({"rating": ratings, "value": row("1.0", "2.0", "3.0")}, (1, 3), 1)
    assert outcome("rating == red", on) == [True, False, None]
    assert outcome("rating != red", on) == [False, True, None]
    assert outcome("green != rating or value > 2", on) == [True, True, True]


def test_all_series_are_judged_at_once_and_a_limit_may_be_one_for_each_series() -> None:
    values = ExactArray.scaled(np.arange(6).reshape(2, 3) * 10, 1)
    limits = ExactArray.scaled(np.array([[10], [40]]), 1)
    truth = condition("value > target").evaluate(Frame({"value": values, "target": limits}, (2, 3), 1))
    assert truth.true.tolist() == [[False, False, True], [False, False, True]]
    whole = condition("not target < 2").evaluate(Frame({"value": values, "target": limits}, (2, 3), 1))
    assert whole.true.tolist() == [[False] * 3, [True] * 3]


def test_figures_too_large_for_64_bits_are_judged_exactly() -> None:
    huge = 10**17 + 1
    on = Frame({"value": ExactArray.scaled(np.array([[huge, huge]]), 1),
                "target": ExactArray.scaled(np.array([[huge, huge - 1]]), 1)}, (1, 2), 1)  # fmt: skip
    assert outcome("value * value / target > target", on) == [False, True]


def test_a_frame_says_what_does_not_fit() -> None:
    with pytest.raises(ValueError, match="target has shape"):
        Frame({"value": row("1.0", "2.0"), "target": row("1.0", "2.0", "3.0")}, (1, 2), 1)
    with pytest.raises(ValueError, match="value has shape"):
        Frame({"value": row("1.0")}, (1, 2), 1)
    with pytest.raises(ValueError, match="the frame lacks target"):
        condition("value > target").evaluate(frame(value=["1.0"]))


def test_a_condition_knows_its_names_and_how_far_it_looks_back() -> None:
    found = condition(
        "value > previous(2) and mean(3) < target or not change() > numerator / denominator * lower"
    )
    assert found.names == ("denominator", "lower", "numerator", "target", "value")
    assert found.lookback == 2
    assert condition("mean(12) > 3").lookback == 11
    assert condition("change(4) > 3").names == ("value",)
    assert condition("8 <= target").lookback == 0


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("value>  85", "value > 85"),
        ("((value) > (085.50))", "value > 85.5"),
        ("value - (lower - 3) > (2 * value) / 4", "value - (lower - 3) > 2 * value / 4"),
        ("(value > 3 and target > 1) and lower > 2", "value > 3 and target > 1 and lower > 2"),
        ("not (value > 3) or (target > 1 and lower > 2)", "not value > 3 or target > 1 and lower > 2"),
        ("(value > 3 or value < 1) and not (lower > 2 or lower < 1)",
         "(value > 3 or value < 1) and not (lower > 2 or lower < 1)"),
        ("-(value + 1) * 2 > --3", "-(value + 1) * 2 > --3"),
        ("min( value,target ,3)>1", "min(value, target, 3) > 1"),
        ("value\n  > 3", "value > 3"),
    ],
)  # fmt: skip
def test_a_condition_has_one_spelling(text: str, canonical: str) -> None:
    found = condition(text)
    assert str(found) == canonical
    assert found.text == text
    assert found == condition(canonical)
    assert {found: 1}[condition(canonical)] == 1


def test_conditions_that_mean_something_else_are_not_equal() -> None:
    assert condition("value > 3") != condition("value >= 3")
    assert parse("value > 3", {"value": COUNT}).condition != condition("value > 3")


@pytest.mark.parametrize(
    ("text", "limits"),
    [
        ("value > 40", [(">", "40", "40")]),
        ("40 >= value", [("<=", "40", "40")]),
        ("8 <= value <= 10", [(">=", "8", "8"), ("<=", "10", "10")]),
        ("value > target * 1.10", [(">", "target * 1.1", None)]),
        ("value < -5.25 or lower > 3", [("<", "-5.25", "-5.25")]),
        ("not (value <= 40 and value < upper)", [(">", "40", "40"), (">=", "upper", None)]),
        ("value / target > 1.1 and rating == red", []),
    ],
)
def test_limits_are_the_comparisons_of_value(text: str, limits: list[tuple[str, str, str | None]]) -> None:
    expected = tuple(
        Limit(sign, side, None if number is None else Decimal(number)) for sign, side, number in limits
    )
    assert condition(text).limits() == expected


def test_limits_have_values_for_every_series_and_period_as_compared() -> None:
    on = frame(value=["6.5", "7.0", None], target=["6.0", None, "6.1"])
    computed, fixed, precise = condition("value > target * 1.10 or value > 40 or 8.25 < value").limit_values(
        on
    )
    assert [computed.shown.text(0, period) for period in range(3)] == ["6.6", None, "6.7"]
    assert [fixed.shown.text(0, period) for period in range(3)] == ["40.0"] * 3
    assert precise.shown.text(0, 2) == "8.25"
    assert precise.limit == Limit(">", "8.25", Decimal("8.25"))
    assert computed.shown.scaled.shape == computed.shown.known.shape == (1, 3)


def test_both_sides_of_a_comparison_are_shown_as_compared() -> None:
    on = Frame({"value": row("46", "39", decimals=0), "target": row("40", "40", decimals=0)}, (1, 2), 0)
    (single,) = condition("value > 40").operand_values(on)
    assert (single.left.text(0, 0), single.operator, single.right.text(0, 0)) == ("46", ">", "40")
    (ratio,) = condition("value / target > 1.1").operand_values(on)
    assert (ratio.left_text, ratio.left.text(0, 0), ratio.right.text(0, 0)) == (
        "value / target",
        "1.15",
        "1.1",
    )
    first, second = condition("8 <= value <= change(1) and rating == red").operand_values(
        Frame({**on.values, "rating": row("1", "1", decimals=0)}, (1, 2), 0)
    )
    assert (first.left_text, first.right_text) == ("8", "value")
    assert [second.right.text(0, period) for period in range(2)] == [None, "-7"]


def test_a_count_is_shown_with_the_decimals_it_has() -> None:
    counts = ExactArray.scaled(np.array([[micro("94"), micro("7.5")]]), 6)
    on = Frame({"value": row("8.0", "9.0"), "numerator": counts}, (1, 2), 1)
    (found,) = condition("numerator >= 5").operand_values(on)
    assert [found.left.text(0, period) for period in range(2)] == ["94.0", "7.5"]


def test_a_new_function_is_one_entry() -> None:
    def rose(call: Invocation) -> Truth:
        before = call.value.earlier(call.periods)
        return Truth((call.value.numerator > before.numerator) & before.known, before.known)

    special = Function(
        "rising",
        "rising(n)",
        "value rose",
        Periods(default=3),
        rose,
        truth_value,
        ("value",),
        lambda periods: periods,
    )
    double = Function(
        "double", "double(x)", "twice x", Figures(1, 1), lambda call: call.figures[0] + call.figures[0]
    )
    functions = {**FUNCTIONS, "rising": special, "double": double}
    found = parse("rising(1) and double(value) > 4 or rising() and rating == red", NAMES, functions).condition
    assert found is not None
    assert (found.lookback, found.names) == (3, ("rating", "value"))
    on = Frame({"value": row("1.0", "2.1", "2.0"), "rating": row("0", "0", "0", decimals=0)}, (1, 3), 1)
    truth = found.evaluate(on)
    assert truth.true.tolist() == [[False, True, False]]
    assert parse("rising()", NAMES, functions).condition is not None
    (problem,) = parse("rising() > 3", NAMES, functions).problems
    assert "comparison" in problem.message
