"""A timeline answers as looking through all entries does."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from monitor.core.areas import Area, AreaType
from monitor.core.dated import EVERYWHERE, Dated, Scope, in_force
from monitor.rulebook.checks.timelines import Timeline
from tests.support.rules import AREAS, HERE

DAYS = st.integers(0, 30).map(lambda number: date(2013, 4, 1) + timedelta(number))
SCOPES = st.sampled_from(
    [
        EVERYWHERE,
        Scope(types=frozenset({AreaType.DISTRICT})),
        Scope(names=frozenset({"Swale"})),
        Scope(names=frozenset({"Kent"}), types=frozenset({AreaType.DISTRICT})),
    ]
)
ENTRIES = st.lists(
    st.tuples(DAYS, st.none() | DAYS, SCOPES), max_size=12, unique_by=lambda row: (row[0], row[2])
)


@given(ENTRIES, DAYS, st.sampled_from(list(AREAS)))
def test_the_entry_in_force_is_the_same(
    rows: list[tuple[date, date | None, Scope]], on: date, area: Area
) -> None:
    entries = [
        Dated(number, start, until, scope, "", HERE) for number, (start, until, scope) in enumerate(rows)
    ]
    assert Timeline(entries).at(on, area) is in_force(entries, on, area)


@given(ENTRIES, DAYS, st.none() | DAYS)
def test_between_two_days_lie_all_on_which_something_changes(
    rows: list[tuple[date, date | None, Scope]], start: date, until: date | None
) -> None:
    entries = [Dated(0, first, last, scope, "", HERE) for first, last, scope in rows]
    edges = {edge for first, last, _ in rows for edge in (first, last) if edge is not None}
    expected = sorted(edge for edge in edges if start < edge and (until is None or edge < until))
    assert Timeline(entries).between(start, until) == [start, *expected]
