"""The demo's districts add up to Kent, the same in every run, and tell the story they should."""

import csv
import hashlib
from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.demo.apportionment import apportion
from monitor.demo.county import COUNTY, Figure, county_figures, districts, settled_figures
from monitor.demo.districts import MEASURES, demo_observations
from monitor.demo.releases import (
    FAULTY_LINES,
    FAULTY_PERIOD,
    HEADING,
    RESTATED_INDICATOR,
    RESTATED_PERIOD,
    demo_releases,
    restated_figures,
)

KENTS_CHILDREN = 323_021  # ONS mid-2012 estimate, aged 0 to 17
DISTRICTS = frozenset(
    {
        "Ashford",
        "Canterbury",
        "Dartford",
        "Dover",
        "Folkestone and Hythe",
        "Gravesham",
        "Maidstone",
        "Sevenoaks",
        "Swale",
        "Thanet",
        "Tonbridge and Malling",
        "Tunbridge Wells",
    }
)
AREAS = frozenset({"East Kent", "North Kent", "South Kent", "West Kent"})
ABOVE_DISTRICTS = AREAS | {COUNTY}


@pytest.fixture(scope="module")
def figures() -> tuple[Figure, ...]:
    return demo_observations()


@pytest.fixture(scope="module")
def groups(figures: tuple[Figure, ...]) -> dict[tuple[str, date], tuple[Figure, list[Figure]]]:
    """For each indicator with districts and each period end: the county's figure and the districts'."""
    found: dict[tuple[str, date], list[Figure]] = defaultdict(list)
    for figure in figures:
        if figure.indicator in MEASURES:
            found[figure.indicator, figure.period_end].append(figure)
    return {
        key: (next(f for f in group if f.area == COUNTY), [f for f in group if f.area not in ABOVE_DISTRICTS])
        for key, group in found.items()
    }


Groups = dict[tuple[str, date], tuple[Figure, list[Figure]]]


def _published(numerator: int, denominator: int, scale: int) -> Decimal:
    return (Decimal(numerator) * scale / denominator).quantize(Decimal("0.1"), ROUND_HALF_UP)


def _sums(group: Sequence[Figure]) -> tuple[int, int]:
    pairs = [(f.numerator, f.denominator) for f in group]
    assert all(above is not None and below is not None for above, below in pairs)
    return sum(above or 0 for above, _ in pairs), sum(below or 0 for _, below in pairs)


def test_every_district_has_a_figure_wherever_the_county_has_one(groups: Groups) -> None:
    assert {indicator for indicator, _ in groups} == MEASURES.keys()
    assert {key: sorted(f.area for f in group) for key, (_, group) in groups.items()} == {
        key: sorted(DISTRICTS) for key in groups
    }


def test_every_count_adds_up_to_the_countys(groups: Groups) -> None:
    checked = 0
    for (indicator, _), (county, group) in groups.items():
        if MEASURES[indicator].scale is None and not county.is_missing:
            assert sum(int(f.value) for f in group) == int(county.value), county
            checked += 1

    assert checked == 2 * 30 + 3 + 2 * 11


def test_every_ratio_adds_up_to_the_countys_and_rounds_to_what_was_published(groups: Groups) -> None:
    checked = 0
    for (indicator, _), (county, group) in groups.items():
        scale = MEASURES[indicator].scale
        if scale is None:
            continue
        above, below = _sums(group)
        assert (above, below) == (county.numerator, county.denominator), county
        assert _published(above, below, scale) == Decimal(county.value), county
        checked += 1

    assert checked == 6 * 5 + 6 * 2 + 3 + 11 + 11


def test_the_areas_add_up_to_the_county_and_hold_their_districts(figures: tuple[Figure, ...]) -> None:
    within = {place.name: place.within for place in districts()}
    by_area = [f for f in figures if f.area in AREAS and not f.is_missing]
    by_name = {(f.indicator, f.period_end, f.area): f for f in figures}

    assert len(by_area) == len(AREAS) * (30 + 30 + 3)
    for f in by_area:
        parts = [by_name[f.indicator, f.period_end, name] for name, area in within.items() if area == f.area]
        assert len(parts) == 3
        assert sum(int(part.value) for part in parts) == int(f.value)
    for indicator, end in {(f.indicator, f.period_end) for f in by_area}:
        total = sum(int(by_name[indicator, end, area].value) for area in AREAS)
        assert total == int(by_name[indicator, end, COUNTY].value)


def test_where_the_county_has_a_symbol_so_have_the_districts(groups: Groups) -> None:
    missing = {key: {f.value for f in group} for key, (county, group) in groups.items() if county.is_missing}

    assert missing == {
        ("core_assessments_out_of_timescale", date(2013, 10, 31)): {"x"},
        ("initial_assessments_out_of_timescale", date(2013, 10, 31)): {"x"},
    }


def test_every_districts_ratio_is_its_own_numerator_over_denominator(groups: Groups) -> None:
    for (indicator, _), (_, group) in groups.items():
        scale = MEASURES[indicator].scale
        for f in group if scale else []:
            assert f.denominator, f
            assert f.numerator is not None, f
            assert Decimal(f.value) == _published(f.numerator, f.denominator, scale or 0), f


def test_numbers_are_plausible(figures: tuple[Figure, ...]) -> None:
    for f in figures:
        if f.is_missing:
            continue
        assert Decimal(f.value) >= 0, f
        if f.numerator is not None and f.denominator is not None:
            assert 0 <= f.numerator <= f.denominator, f
        if f.indicator in MEASURES and MEASURES[f.indicator].scale == 100:
            assert Decimal(f.value) <= 100, f


def test_what_counts_up_through_the_year_never_falls_in_a_district(groups: Groups) -> None:
    ends = [date(2013, 6, 30), date(2013, 9, 30), date(2013, 11, 30)]
    indicators = [name for name, m in MEASURES.items() if m.cumulative and (name, ends[0]) in groups]

    assert len(indicators) == 4
    for indicator in indicators:
        for district in DISTRICTS:
            series = [next(f for f in groups[indicator, end][1] if f.area == district) for end in ends]
            assert [f.numerator for f in series] == sorted(f.numerator or 0 for f in series)
            assert [f.denominator for f in series] == sorted(f.denominator or 0 for f in series)


def test_the_districts_children_are_kents() -> None:
    assert {place.name for place in districts()} == DISTRICTS
    assert sum(place.population for place in districts()) == KENTS_CHILDREN


def test_no_figure_comes_twice(figures: tuple[Figure, ...]) -> None:
    keys = [(f.indicator, f.area, f.period_end) for f in figures]

    assert len(keys) == len(set(keys))


def test_two_runs_give_the_same_figures_down_to_the_byte() -> None:
    assert demo_releases() == demo_releases()


def test_the_figures_are_those_of_every_other_machine() -> None:
    text = "".join(release.file_name + release.csv_text for release in demo_releases())

    assert hashlib.sha256(text.encode()).hexdigest() == (
        "ca22ff162ce5996ea31a6b1d22ab63c726a155ce640e7e8f57cac6387567980c"
    )


def test_swales_core_assessments_breach_as_in_the_report(groups: Groups) -> None:
    county, group = groups["core_assessments_out_of_timescale", date(2013, 9, 30)]
    by_area = {f.area: int(f.value) for f in group}

    assert int(county.value) > 100
    assert by_area["Swale"] == 46
    assert sum(by_area[name] for name in ("Swale", "Thanet", "Canterbury")) > int(county.value) / 2
    assert max(count for name, count in by_area.items() if name != "Swale") <= 20


def test_what_is_told_of_a_district_is_what_it_gets(groups: Groups) -> None:
    for key, told in settled_figures().items():
        scale = MEASURES[key[0]].scale
        got = {f.area: int(f.value) if scale is None else f.numerator for f in groups[key][1]}
        assert {name: got[name] for name in told} == told


def test_county_figures_are_never_given_twice() -> None:
    keys = [(f.indicator, f.period_end) for f in county_figures()]

    assert len(keys) == len(set(keys))


# Releases


def test_a_file_arrives_ten_weekdays_after_its_period_from_april_2011_to_march_2014() -> None:
    releases = demo_releases()
    by_name = {release.file_name: release.on for release in releases}

    assert len(by_name) == len(releases) == 37
    assert by_name["kent-2011-03.csv"] == releases[0].on == date(2011, 4, 14)
    assert by_name["kent-2013-09.csv"] == date(2013, 10, 14)
    assert by_name["kent-2013-11.csv"] == date(2013, 12, 13)  # 30 November was a Saturday
    assert by_name["kent-2014-02.csv"] == releases[-1].on == date(2014, 3, 14)
    assert [release.on for release in releases] == sorted(release.on for release in releases)


def test_every_figure_arrives_once_in_the_file_of_its_period(figures: tuple[Figure, ...]) -> None:
    arrived = []
    for release in demo_releases():
        lines = list(csv.reader(release.csv_text.splitlines()))
        assert tuple(lines[0]) == HEADING
        if not release.file_name.endswith("validated.csv"):
            period = release.file_name.removeprefix("kent-").removesuffix(".csv")
            arrived += [line for line in lines[1:] if line[2].startswith(period)]

    sent = {(f.indicator, f.area, f.period_end.isoformat(), f.value) for f in figures}
    assert sent <= {tuple(line[:4]) for line in arrived}
    # Beside them: the survey's symbols, and two of the faulty lines.
    assert len(arrived) == len(figures) + len(DISTRICTS) + 2


def test_one_file_brings_symbols_and_rows_that_are_wrong() -> None:
    release = next(r for r in demo_releases() if r.file_name == f"kent-{FAULTY_PERIOD:%Y-%m}.csv")
    lines = [tuple(line) for line in csv.reader(release.csv_text.splitlines())]

    assert set(FAULTY_LINES) <= set(lines)
    assert {line[3] for line in lines[1:] if not line[3][:1].isdigit()} == {"c", ":", "about 700"}


def test_the_restatement_changes_thanet_and_canterbury_and_not_kent(groups: Groups) -> None:
    _, before = groups[RESTATED_INDICATOR, RESTATED_PERIOD]
    after = restated_figures(before)
    changed = {old.area for old, new in zip(before, after, strict=True) if old.value != new.value}

    assert changed == {"Thanet", "Canterbury"}
    assert _sums(after) == _sums(before)
    assert {f.status for f in before} == {"provisional"}
    assert {f.status for f in after} == {"validated"}


# Apportionment


@pytest.mark.parametrize(
    ("total", "weights", "parts"),
    [
        (100, [53, 24, 23], [53, 24, 23]),
        (10, [53, 24, 23], [5, 3, 2]),  # 5.3, 2.4, 2.3: the one left goes to the largest remainder
        (1, [1, 1], [1, 0]),
        (0, [0, 0], [0, 0]),
    ],
)
def test_a_whole_number_is_shared_by_the_largest_remainder(
    total: int, weights: list[int], parts: list[int]
) -> None:
    assert apportion(total, weights) == parts


@given(st.lists(st.tuples(st.integers(1, 10**9), st.integers(0, 1000)), min_size=1, max_size=20), st.data())
def test_the_parts_add_up_and_keep_within_their_room(
    pairs: list[tuple[int, int]], data: st.DataObject
) -> None:
    weights, room = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    total = data.draw(st.integers(0, sum(room)))

    parts = apportion(total, weights, room)

    assert sum(parts) == total
    assert all(0 <= part <= most for part, most in zip(parts, room, strict=True))


@given(st.lists(st.integers(1, 10**9), min_size=1, max_size=20), st.integers(0, 10**6))
def test_no_part_is_a_whole_one_away_from_its_exact_share(weights: list[int], total: int) -> None:
    for weight, part in zip(weights, apportion(total, weights), strict=True):
        assert abs(part * sum(weights) - total * weight) < sum(weights)


@pytest.mark.parametrize(
    ("total", "weights", "room", "words"),
    [
        (3, [1, 1], [1, 1], "there is room for 2"),
        (-1, [1], None, "negative"),
        (1, [0], None, "every weight is zero"),
    ],
)
def test_what_cannot_be_shared_out_is_refused(
    total: int, weights: list[int], room: list[int] | None, words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        apportion(total, weights, room)
