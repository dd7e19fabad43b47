import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.judgements import DirectionOfTravel
from monitor.core.rulebook import DirectionMethod, DirectionRule, Polarity
from monitor.core.trends import direction_of_travel, movement

LAST = DirectionRule()
LONG = DirectionRule(DirectionMethod.REGRESSION, 5)
UP, DOWN, CLOSE, NONE = (
    Polarity.HIGHER_IS_BETTER,
    Polarity.LOWER_IS_BETTER,
    Polarity.CLOSE_TO_TARGET,
    Polarity.NONE,
)


@pytest.mark.parametrize(
    ("figures", "rule", "polarity", "expected"),
    [
        ([852, 833], LAST, UP, "worsening"),
        ([852, 833], LAST, DOWN, "improving"),
        ([833, 833], LAST, UP, "steady"),
        ([833], LAST, UP, "unknown"),
        ([], LAST, UP, "unknown"),
        ([1, 2], LAST, NONE, "unknown"),
        ([108, 97], LAST, CLOSE, "improving"),
        ([97, 82], LAST, CLOSE, "worsening"),
        ([103, 97], LAST, CLOSE, "steady"),
        ([10, 20, 30, 40, 39], LONG, UP, "improving"),
        ([10, 20, 30, 40, 39], LAST, UP, "worsening"),
        ([10, 0, 10], LONG, UP, "steady"),
        ([99, 1, 2, 3, 4, 5], LONG, UP, "improving"),
    ],
)
def test_direction_of_travel_is_the_movement_read_through_polarity(
    figures: list[int], rule: DirectionRule, polarity: Polarity, expected: str
) -> None:
    assert direction_of_travel(figures, [100] * len(figures), rule, polarity) == expected


def test_close_to_target_without_a_target_is_unknown() -> None:
    assert direction_of_travel([1, 2], [None, 100], LAST, CLOSE) is DirectionOfTravel.UNKNOWN


def test_each_figure_is_measured_against_the_target_of_its_own_period() -> None:
    assert direction_of_travel([101, 90], [100, 90], LAST, CLOSE) is DirectionOfTravel.IMPROVING


@given(st.lists(st.integers(-(10**9), 10**9), min_size=2, max_size=30))
def test_the_regressions_sign_is_that_of_the_textbook_slope(figures: list[int]) -> None:
    count = len(figures)
    middle_x, middle_y = (count - 1) / 2, sum(figures)
    exact = sum((2 * x - (count - 1)) * (y * count - middle_y) for x, y in enumerate(figures))
    assert movement(figures, DirectionMethod.REGRESSION) == (exact > 0) - (exact < 0)
    assert middle_x >= 0


@given(st.lists(st.integers(-100, 100), min_size=2, max_size=10))
def test_opposite_polarities_give_opposite_directions(figures: list[int]) -> None:
    opposite = {"improving": "worsening", "worsening": "improving", "steady": "steady"}
    targets: list[int | None] = [None] * len(figures)
    up, down = (direction_of_travel(figures, targets, LONG, each) for each in (UP, DOWN))
    assert opposite[up] == down
