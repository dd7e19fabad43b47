"""Which figures are doubtful, and which areas lack one that others of their kind have."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.areas import Area, AreaTree, AreaType
from monitor.core.exact import micro
from monitor.core.observations import Missing
from monitor.core.periods import Basis
from monitor.core.plausibility import (
    FaultKind,
    Opinion,
    Trust,
    doubt_about,
    fault_of,
    faulty_indicator,
    gaps,
    looks_for_gaps,
    opinions,
    published_figures,
)
from monitor.core.rulebook import Indicator, Plausibility
from tests.support.rules import AREAS, CANTERBURY, KENT, SWALE, THANET, dated, figure, indicator, monthly

LIMITS = Plausibility(jump=micro("30"), falls_to_zero=micro("10"))
MEASURE = replace(indicator(), plausibility=LIMITS)
JUNE, JULY, AUGUST, SEPTEMBER = (
    date(2013, month, day) for month, day in ((6, 30), (7, 31), (8, 31), (9, 30))
)

D, P, A, C = Trust.DOUBTFUL, Trust.PLAUSIBLE, Trust.AGREED, Trust.CONFIRMED


def judged(
    *values: str | None, measure: Indicator = MEASURE, confirmed: int | None = None
) -> tuple[Opinion, ...]:
    """What is thought of monthly figures; that of place ``confirmed`` has been confirmed."""
    rows = monthly(*values, area="Swale")
    sure = frozenset() if confirmed is None else frozenset({(rows[confirmed].period_end, 1)})
    return opinions(measure, published_figures(measure, {SWALE: rows})["Swale"], sure)


def trusts(*values: str | None, measure: Indicator = MEASURE, confirmed: int | None = None) -> list[Trust]:
    return [each.trust for each in judged(*values, measure=measure, confirmed=confirmed)]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (("19",), [P]),
        (("19", "49"), [P, P]),
        (("19", "49.1"), [P, D]),
        (("19", "49.04"), [P, P]),  # published as 49.0
        (("19", "49.05"), [P, D]),  # published as 49.1
        (("60", "29.9"), [P, D]),
        (("19", "100", "20"), [P, D, P]),
        (("19", "100", "99"), [P, D, D]),
        (("19", "100", "99", "98"), [P, D, D, A]),
        (("19", "100", "99", "98", "97"), [P, D, D, A, P]),
        (("19", "100", "99", "98", "20"), [P, D, D, A, D]),
        (("19", "100", "60", "99", "98"), [P, D, D, D, D]),  # 60 and 99 do not agree
        (("19", "100", "60", "59", "58"), [P, D, D, D, A]),
        (("10", "0"), [P, D]),
        (("9.9", "0"), [P, P]),
        (("10", "0", "0", "0", "0"), [P, D, D, A, P]),
        (("10", "0.04"), [P, D]),  # published as 0.0
        (("0", "0", "10"), [P, P, P]),
        (("19", None, "100", None), [P, D]),
        ((None, "100"), [P]),
        ((), []),
    ],
)
def test_a_figure_is_held_against_the_last_one_that_is_trusted(
    values: Sequence[str | None], expected: list[Trust]
) -> None:
    assert trusts(*values) == expected


def test_a_confirmed_figure_is_the_new_yardstick() -> None:
    assert trusts("19", "100", "99", "20", confirmed=1) == [P, C, P, D]
    assert trusts("19", "100", "60", "61", confirmed=2) == [P, D, C, P]


def test_a_figure_that_was_restated_after_it_was_confirmed_is_not_confirmed() -> None:
    first, second = monthly("19", "100", area="Swale")
    again = replace(second, revision=2, value=micro("98"))
    found = published_figures(MEASURE, {SWALE: [first, again]})["Swale"]
    (_, opinion) = opinions(MEASURE, found, frozenset({(second.period_end, 1)}))
    assert opinion.trust is Trust.DOUBTFUL


def test_what_speaks_against_a_figure_names_it_and_what_it_was_held_against() -> None:
    last = judged("19", "100", "90")[-1]
    assert last.doubt is not None
    assert (last.doubt.kind, last.doubt.figure.scaled, last.doubt.yardstick.scaled) == (
        FaultKind.JUMP,
        900,
        190,
    )
    zero = judged("50", "0")[-1]
    assert zero.doubt is not None
    assert zero.doubt.kind is FaultKind.FELL_TO_ZERO


def test_without_limits_nothing_is_doubtful() -> None:
    assert trusts("19", "100", "0", measure=indicator()) == [P, P, P]


def test_a_rebase_lies_between_figures_that_are_not_to_be_compared() -> None:
    rebased = replace(MEASURE, rebases=(dated(value=True, start=AUGUST),))
    before, after = figure(JULY, "19", area="Swale"), figure(AUGUST, "100", area="Swale")
    found = published_figures(rebased, {SWALE: [before, after]})["Swale"]
    assert [each.trust for each in opinions(rebased, found)] == [P, P]


@pytest.mark.parametrize(("scale", "expected"), [(None, [P, P, D]), (100, [P, D, D])])
def test_a_sum_of_the_year_to_date_begins_anew_in_april_and_a_ratio_does_not(
    scale: int | None, expected: list[Trust]
) -> None:
    measure = replace(MEASURE, basis=Basis.YEAR_TO_DATE, scale=scale)
    rows = [
        figure(date(2013, 3, 31), "90", area="Swale"),
        figure(date(2013, 4, 30), "8", area="Swale"),
        figure(date(2013, 5, 31), "50", area="Swale"),
    ]
    found = published_figures(measure, {SWALE: rows})["Swale"]
    assert [each.trust for each in opinions(measure, found)] == expected


FIGURES = st.lists(st.integers(0, 1000), max_size=30)


@given(FIGURES)
def test_doubt_never_outlasts_three_figures_that_agree(tenths: list[int]) -> None:
    found = judged(*(f"{each / 10:.1f}" for each in tenths))
    for one, two, three in zip(found, found[1:], found[2:], strict=False):
        pairs = ((one, two), (two, three))
        if all(doubt_about(MEASURE, later.figure, earlier.figure) is None for earlier, later in pairs):
            assert three.trust is not Trust.DOUBTFUL


@given(FIGURES)
def test_a_trusted_figure_is_plausible_beside_the_trusted_one_before_or_settled(tenths: list[int]) -> None:
    trusted: list[Opinion] = []
    for opinion in judged(*(f"{each / 10:.1f}" for each in tenths)):
        if opinion.trust is Trust.PLAUSIBLE and trusted:
            assert doubt_about(MEASURE, opinion.figure, trusted[-1].figure) is None
        if opinion.trust is Trust.DOUBTFUL:
            assert opinion.doubt is not None
            assert opinion.doubt.yardstick == trusted[-1].figure
        else:
            trusted.append(opinion)


WHITSTABLE = Area("Whitstable", AreaType.DISTRICT, "East Kent")
DOVER = Area("Dover", AreaType.DISTRICT, "East Kent")
SUSSEX = Area("Sussex", AreaType.COUNTY)
LEWES = Area("Lewes", AreaType.DISTRICT, "Sussex")
MORE = AreaTree.of([*AREAS, WHITSTABLE, DOVER, SUSSEX, LEWES])


@pytest.mark.parametrize(
    ("periods", "expected"),
    [
        ({SWALE: [JUNE, JULY], THANET: [JUNE, JULY], CANTERBURY: [JUNE]}, {"Canterbury": JULY}),
        ({SWALE: [JUNE, JULY], THANET: [JUNE]}, {"Thanet": JULY}),
        ({SWALE: [JUNE, JULY], THANET: [JUNE], CANTERBURY: [JUNE]}, {}),  # one of three
        ({SWALE: [JUNE, JULY], THANET: [JUNE, JULY], CANTERBURY: []}, {}),  # never sent one
        ({SWALE: [JUNE, JULY], KENT: [JUNE]}, {}),  # of another kind
        ({SWALE: [JUNE, JULY], THANET: [JUNE, JULY], LEWES: [JUNE]}, {}),  # in another county
        (
            {SWALE: [JUNE, JULY, AUGUST], THANET: [JUNE, JULY, AUGUST], CANTERBURY: [JUNE]},
            {"Canterbury": JULY},
        ),
        (
            {SWALE: [JULY, AUGUST, SEPTEMBER], THANET: [JULY, AUGUST, SEPTEMBER], CANTERBURY: [JUNE]},
            {},  # it ended long ago: there was none for the period before
        ),
        ({SWALE: [JULY], THANET: [JUNE]}, {}),  # nobody else had one for June
        ({SWALE: [JUNE]}, {}),
        ({}, {}),
    ],
)
def test_an_area_lacks_what_half_of_its_kind_have(
    periods: dict[Area, list[date]], expected: dict[str, date]
) -> None:
    assert gaps(periods, MORE) == expected


@pytest.mark.parametrize(
    ("measure", "expected"),
    [
        (replace(indicator(), plausibility=Plausibility(missing_areas=True)), True),
        (replace(indicator(), plausibility=Plausibility(jump=1)), False),
        (replace(indicator(), plausibility=Plausibility(missing_areas=True), expected_within=15), False),
        (indicator(), False),
    ],
    ids=["asked for", "not asked for", "lateness tells of it", "nothing said"],
)
def test_lateness_and_a_gap_are_never_both_told(measure: Indicator, expected: bool) -> None:
    assert looks_for_gaps(measure) is expected


def test_a_fault_has_an_identity_that_no_rule_can_have() -> None:
    assert faulty_indicator(fault_of("contacts_received")) == "contacts_received"
    assert faulty_indicator("contacts-received") is None
    assert faulty_indicator("late:contacts_received") is None


def test_a_figure_without_a_value_is_no_figure_to_judge() -> None:
    row = figure(JUNE, None, area="Swale", missing=Missing.SUPPRESSED)
    assert published_figures(MEASURE, {SWALE: [row]}) == {"Swale": ()}
