from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.disclosure import count_of, protected_areas, protected_figures, protected_on
from monitor.core.evaluation import evaluate
from monitor.core.observations import MICRO
from monitor.core.panel import Panel
from tests.support.rules import AREAS, KENT, SWALE, THANET, figure, indicator, month

LEAVES = ("Swale", "Thanet", "Canterbury")


def counts(**named: int | None) -> dict[str, int | None]:
    return {name.replace("_", " "): None if count is None else count * MICRO for name, count in named.items()}


@pytest.mark.parametrize(
    ("given_counts", "hidden"),
    [
        (counts(Swale=0, Thanet=6), set()),
        (counts(Swale=1, Thanet=5), {"Swale", "Thanet"}),
        (counts(Swale=3, Thanet=9, Canterbury=20), {"Swale"}),
        (counts(East_Kent=32, Swale=3, Thanet=9, Canterbury=20), {"Swale", "Thanet"}),
        (counts(East_Kent=31, Swale=3, Thanet=4, Canterbury=24), {"Swale", "Thanet"}),
        (counts(Kent=32, Swale=3, Thanet=9, Canterbury=20), {"Swale", "Thanet"}),
        (counts(East_Kent=12, Swale=3, Thanet=9, Canterbury=0), {"Swale", "Thanet"}),
        (counts(East_Kent=3, Swale=3, Thanet=0, Canterbury=0), {"East Kent", "Swale"}),
        (counts(East_Kent=32, Swale=None, Thanet=3, Canterbury=20), {"Thanet", "Canterbury"}),
        (counts(Kent=3), {"Kent"}),
        (counts(Kent=None), set()),
    ],
)
def test_small_counts_and_what_gives_them_away_are_protected(
    given_counts: dict[str, int | None], hidden: set[str]
) -> None:
    assert protected_areas(given_counts, AREAS) == hidden


@given(st.fixed_dictionaries({leaf: st.integers(0, 30) for leaf in LEAVES}))
def test_no_small_count_can_be_had_by_subtraction(leaves: dict[str, int]) -> None:
    total = sum(leaves.values())
    every = {**leaves, "East Kent": total, "Kent": total}
    hidden = protected_areas({name: count * MICRO for name, count in every.items()}, AREAS)
    assert all(name in hidden for name, count in every.items() if 0 < count < 6)
    hidden_leaves = [leaf for leaf in LEAVES if leaf in hidden]
    if "East Kent" not in hidden or "Kent" not in hidden:
        assert len(hidden_leaves) != 1


def test_a_ratio_is_protected_by_its_numerator() -> None:
    end = date(2013, 3, 31)
    (found,) = evaluate(indicator(), [], {KENT: [figure(end, numerator=3, denominator=400)]}).evaluations
    assert count_of(indicator(), found) == 3 * MICRO


def test_figures_are_protected_period_by_period() -> None:
    measure = indicator(scale=None, decimals=0)
    march, april = date(2013, 3, 31), date(2013, 4, 30)
    found = evaluate(
        measure,
        [],
        {
            SWALE: [figure(march, "3", area="Swale"), figure(april, "30", area="Swale")],
            THANET: [figure(march, "40", area="Thanet"), figure(april, "2", area="Thanet")],
        },
    ).evaluations
    assert protected_figures(measure, found, AREAS) == {("Swale", march), ("Thanet", april)}


@given(
    rows=st.lists(
        st.tuples(*[st.none() | st.integers(0, 12) for _ in ("Kent", "Swale", "Thanet", "Canterbury")]),
        min_size=1,
        max_size=4,
    ),
    ratio=st.booleans(),
)
def test_what_is_protected_can_be_told_before_figures_are_built(
    rows: list[tuple[int | None, ...]], ratio: bool
) -> None:
    measure = indicator(scale=100 if ratio else None, decimals=0)
    series = {
        AREAS[name]: [
            figure(
                month(place),
                None if ratio or row[column] is None else str(row[column]),
                area=name,
                numerator=row[column] if ratio else None,
                denominator=100 if ratio else None,
            )
            for place, row in enumerate(rows)
        ]
        for column, name in enumerate(("Kent", "Swale", "Thanet", "Canterbury"))
    }
    judged = evaluate(measure, (), series)
    days = {month(place) for place in range(len(rows))}

    assert protected_on(Panel.of(measure, series), days, AREAS) == protected_figures(
        measure, judged.evaluations, AREAS
    )
