"""Months in as many columns as there is room for."""

from datetime import date

import pytest

from monitor.cli.time_axis import TimeAxis, letter, worst
from monitor.core.alerts import AlertState
from monitor.core.replay import Stay
from monitor.core.rulebook import Level

START, UNTIL = date(2011, 4, 1), date(2014, 3, 31)


def firing(level: Level, began: date, ended: date | None) -> Stay:
    return Stay(AlertState.FIRING, level, began, ended)


@pytest.mark.parametrize(
    ("room", "unit", "columns"),
    [(36, "month", 36), (35, "quarter", 12), (11, "half-year", 6), (5, "year", 3), (1, "year", 3)],
)
def test_the_finest_unit_that_has_room_is_taken(room: int, unit: str, columns: int) -> None:
    axis = TimeAxis.of(START, UNTIL, room)

    assert (axis.unit, len(axis.columns)) == (unit, columns)


def test_columns_begin_where_financial_years_do() -> None:
    axis = TimeAxis.of(date(2012, 2, 10), date(2013, 5, 1), 3)

    assert [column.start for column in axis.columns] == [date(2011, 4, 1), date(2012, 4, 1), date(2013, 4, 1)]


def test_columns_follow_each_other_without_a_gap() -> None:
    for room in (36, 12, 6, 3):
        columns = TimeAxis.of(START, UNTIL, room).columns
        assert [each.end for each in columns[:-1]] == [each.start for each in columns[1:]]
        assert columns[0].start <= START
        assert columns[-1].end > UNTIL


def test_years_stand_above_the_column_they_begin_in() -> None:
    assert TimeAxis.of(START, UNTIL, 36).heading() == "2011     2012        2013        2014"
    assert TimeAxis.of(START, UNTIL, 12).heading() == "2011   2013"


def bar(axis: TimeAxis, *stays: Stay) -> str:
    return "".join(letter(state) for state in axis.states(stays))


def test_a_month_shows_how_it_ended() -> None:
    axis = TimeAxis.of(date(2013, 1, 1), date(2013, 6, 30), 6)
    stay = firing(Level.WARNING, date(2013, 2, 28), date(2013, 5, 31))

    assert bar(axis, stay) == "·WWW··"


def test_what_came_and_went_within_a_month_is_shown() -> None:
    axis = TimeAxis.of(date(2013, 1, 1), date(2013, 3, 31), 3)

    assert bar(axis, firing(Level.CRITICAL, date(2013, 2, 5), date(2013, 2, 20))) == "·C·"


def test_a_column_of_several_months_shows_the_worst_of_them() -> None:
    axis = TimeAxis.of(date(2013, 4, 1), date(2014, 3, 31), 4)
    stays = (
        Stay(AlertState.PENDING, Level.WARNING, date(2013, 4, 30), date(2013, 5, 31)),
        firing(Level.WARNING, date(2013, 5, 31), date(2013, 6, 30)),
        firing(Level.CRITICAL, date(2013, 6, 30), date(2013, 7, 31)),
        firing(Level.INFO, date(2013, 12, 31), None),
    )

    assert bar(axis, *stays) == "C·ii"
    assert bar(axis, *stays[:1]) == "p···"


def test_counts_add_up() -> None:
    months = {date(2013, 4, 1): 2, date(2013, 6, 1): 3, date(2014, 3, 1): 1}

    assert TimeAxis.of(date(2013, 4, 1), date(2014, 3, 31), 4).counts(months) == [5, 0, 0, 1]


def test_levels_are_worse_than_pending_and_pending_than_nothing() -> None:
    assert worst([None, AlertState.PENDING, Level.INFO, Level.CRITICAL, Level.WARNING]) is Level.CRITICAL
    assert worst([None, AlertState.PENDING]) is AlertState.PENDING
    assert worst([None]) is None
