from collections.abc import Sequence
from statistics import mean, median

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from monitor.core.exact import BoolArray
from monitor.core.peer_statistic import PeerStatistic
from monitor.core.rulebook import Polarity
from monitor.core.statistics.ranking import NO_PEER, peer_figures, quartiles, ranks

LOW, HIGH = Polarity.LOWER_IS_BETTER, Polarity.HIGHER_IS_BETTER
Column = Sequence[int | None]


def column(figures: Column) -> tuple[NDArray[np.int64], BoolArray]:
    """One period of so many areas."""
    known = np.array([[figure is not None] for figure in figures], dtype=np.bool_).reshape(-1, 1)
    return np.array([[figure or 0] for figure in figures], dtype=np.int64).reshape(-1, 1), known


@pytest.mark.parametrize(
    ("figures", "polarity", "expected"),
    [  # the tests of calculate_rank in the Local Authority Interactive Tool
        ([10, 20, 30, 40, 50], LOW, [1, 2, 3, 4, 5]),
        ([10, 20, 20, 30, 40], HIGH, [5, 3, 3, 2, 1]),
        ([10, None, 30, 20, None], LOW, [1, 0, 3, 2, 0]),
        ([None, None, None], LOW, [0, 0, 0]),
        ([], HIGH, []),
        ([10, 20], Polarity.NONE, [0, 0]),
        ([10, 20], Polarity.CLOSE_TO_TARGET, [0, 0]),
    ],
)
def test_areas_are_ranked_with_the_best_first_and_ties_sharing_the_best(
    figures: Column, polarity: Polarity, expected: list[int]
) -> None:
    assert ranks(*column(figures), polarity)[:, 0].tolist() == expected


@pytest.mark.parametrize(
    ("figure", "low", "high"),
    [  # the tests of calculate_quartile_band: quartiles of 0, 25, 50, 75, 100
        (10, 1, 4),
        (30, 2, 3),
        (60, 3, 2),
        (80, 4, 1),
        (0, 1, 4),
        (25, 1, 4),
        (50, 2, 3),
        (75, 3, 2),
        (100, 4, 1),
    ],
)
def test_a_figure_upon_a_quartile_belongs_to_the_lower_quarter(figure: int, low: int, high: int) -> None:
    around = [0, 25, 25, 50, 50, 75, 75, 100]
    position = next((place for place, each in enumerate(around) if each == figure), None)
    if position is None:
        # An even number on either side of it keeps the quartiles where they are.
        around = sorted([*around, figure, 100 - figure])
        position = around.index(figure)
    bands = [quartiles(*column(around), polarity)[position, 0] for polarity in (LOW, HIGH)]
    assert bands == [low, high]


def test_no_quartile_without_a_figure_or_a_better_side() -> None:
    assert quartiles(*column([5, None, 7]), LOW)[:, 0].tolist() == [1, 0, 4]
    assert quartiles(*column([5, None, 7]), Polarity.NONE).tolist() == [[0], [0], [0]]
    assert quartiles(*column([None]), LOW).tolist() == [[0]]


@given(st.lists(st.integers(0, 30), min_size=1, max_size=60))
def test_quartiles_are_those_of_an_independent_implementation(figures: list[int]) -> None:
    limits = np.quantile(np.array(figures) * 4, [0.25, 0.5, 0.75])
    expected = [1 + sum(figure * 4 > round(float(limit)) for limit in limits) for figure in figures]
    assert quartiles(*column(figures), LOW)[:, 0].tolist() == expected


@given(st.lists(st.one_of(st.none(), st.integers(0, 30)), max_size=40), st.sampled_from([LOW, HIGH]))
def test_a_rank_is_one_more_than_the_number_of_better_areas(figures: Column, polarity: Polarity) -> None:
    found = ranks(*column(figures), polarity)[:, 0].tolist()
    for figure, rank in zip(figures, found, strict=True):
        if figure is None:
            assert rank == 0
        else:
            others = [each for each in figures if each is not None]
            better = [each < figure if polarity is LOW else each > figure for each in others]
            assert rank == 1 + sum(better)


def test_peers_without_a_figure_are_left_out_and_counted() -> None:
    figures, known = column([80, 81, None, 90, 99])
    peers = np.array([[1, 2, 3], [0, 2, NO_PEER]])
    found = peer_figures(figures, known, peers, PeerStatistic.MEAN, fewest=2, decimals=1)
    assert found.present.tolist() == [[2], [1]]
    assert found.figures.known.tolist() == [[True], [False]]
    assert found.figures.rounded(1).numerator[0, 0] == 86  # 8.55, half away from zero


@given(
    st.lists(
        st.lists(st.one_of(st.none(), st.integers(-50, 50)), min_size=6, max_size=6), min_size=1, max_size=4
    ),
    st.lists(st.integers(-1, 5), min_size=1, max_size=5),
)
def test_mean_and_median_of_peers_are_those_of_the_textbook(periods: list[Column], chosen: list[int]) -> None:
    figures = np.hstack([column(period)[0] for period in periods])
    known = np.hstack([column(period)[1] for period in periods])
    for statistic, textbook in ((PeerStatistic.MEAN, mean), (PeerStatistic.MEDIAN, median)):
        found = peer_figures(figures, known, np.array([chosen]), statistic)
        denominator = np.broadcast_to(found.figures.denominator, found.figures.shape)
        for place, period in enumerate(periods):
            theirs = [period[peer] for peer in chosen if peer != NO_PEER]
            present = [figure for figure in theirs if figure is not None]
            assert found.present[0, place] == len(present)
            assert found.figures.known[0, place] == bool(present)
            if present:
                ratio = found.figures.numerator[0, place] / denominator[0, place]
                assert ratio == pytest.approx(textbook(present))
