"""Which figure is expected, by when, and when it is late."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.calendar_england import bank_holidays
from monitor.core.alerts import Alert, AlertState, TransitionReason
from monitor.core.derivation import Derivation, DerivationMethod
from monitor.core.freshness import (
    Expected,
    expected_after,
    fallen_late,
    late_figures,
    late_indicator,
    lateness_of,
    no_longer_late,
    why_not_late,
)
from monitor.core.periods import Frequency, month_end, next_period_end
from monitor.core.rulebook import Indicator, Retirement
from monitor.core.workingdays import is_working_day, working_days_between
from tests.support.rules import HERE, indicator

HOLIDAYS = bank_holidays(2012, 2031)
DAYS = st.dates(date(2012, 1, 1), date(2030, 12, 31))
FREQUENCIES = st.sampled_from(Frequency)


def expecting(
    within: int | None = 15, frequency: Frequency = Frequency.MONTHLY, retirement: Retirement | None = None
) -> Indicator:
    return replace(indicator(retirement=retirement), expected_within=within, frequency=frequency)


@pytest.mark.parametrize(
    ("latest", "frequency", "following"),
    [
        (date(2013, 8, 31), Frequency.MONTHLY, date(2013, 9, 30)),
        (date(2013, 12, 31), Frequency.MONTHLY, date(2014, 1, 31)),
        (date(2012, 1, 31), Frequency.MONTHLY, date(2012, 2, 29)),
        (date(2013, 11, 15), Frequency.MONTHLY, date(2013, 11, 30)),
        (date(2013, 9, 30), Frequency.QUARTERLY, date(2013, 12, 31)),
        (date(2013, 11, 30), Frequency.QUARTERLY, date(2013, 12, 31)),
        (date(2013, 11, 15), Frequency.QUARTERLY, date(2013, 12, 31)),
        (date(2013, 12, 31), Frequency.QUARTERLY, date(2014, 3, 31)),
        (date(2013, 3, 30), Frequency.QUARTERLY, date(2013, 3, 31)),
        (date(2013, 3, 31), Frequency.ANNUAL, date(2014, 3, 31)),
        (date(2015, 2, 28), Frequency.ANNUAL, date(2016, 2, 29)),
        (date(2016, 2, 29), Frequency.ANNUAL, date(2017, 2, 28)),
        (date(2013, 11, 15), Frequency.ANNUAL, date(2014, 11, 15)),
    ],
)
def test_the_next_period_follows_from_the_last_and_the_frequency(
    latest: date, frequency: Frequency, following: date
) -> None:
    assert next_period_end(latest, frequency) == following


@given(DAYS, FREQUENCIES)
def test_the_next_period_ends_later_and_on_a_day_of_its_kind(latest: date, frequency: Frequency) -> None:
    following = next_period_end(latest, frequency)

    assert latest < following <= latest + timedelta(days=366)
    if frequency is not Frequency.ANNUAL or latest == month_end(latest):
        assert following == month_end(following)
    if frequency is Frequency.QUARTERLY:
        assert following.month % 3 == 0
        assert not any(
            day == month_end(day) and day.month % 3 == 0
            for day in (latest + timedelta(days=n) for n in range(1, (following - latest).days))
        )


@given(DAYS, FREQUENCIES, st.integers(1, 60))
def test_a_figure_is_due_after_so_many_working_days_and_on_one(
    latest: date, frequency: Frequency, within: int
) -> None:
    expected = expected_after(latest, expecting(within, frequency), HOLIDAYS)

    assert expected is not None
    assert is_working_day(expected.due, HOLIDAYS)
    days = working_days_between(expected.period_end, expected.due, HOLIDAYS, count_start=False)
    assert days == within


@pytest.mark.parametrize(
    ("period_end", "within", "due"),
    [
        (date(2013, 9, 30), 15, date(2013, 10, 21)),
        (date(2013, 11, 30), 20, date(2013, 12, 31)),  # Christmas Day and Boxing Day in between
        (date(2013, 3, 31), 1, date(2013, 4, 2)),  # 31 March was Easter Sunday, 1 April Easter Monday
        (date(2012, 5, 31), 3, date(2012, 6, 7)),  # the Spring holiday and the Diamond Jubilee, 4 and 5 June
        (date(2022, 8, 31), 13, date(2022, 9, 20)),  # the State Funeral on 19 September
    ],
)
def test_bank_holidays_put_the_due_day_off(period_end: date, within: int, due: date) -> None:
    before = period_end.replace(day=1) - timedelta(days=1)

    assert expected_after(before, expecting(within), HOLIDAYS) == Expected(period_end, due)


@given(DAYS, FREQUENCIES, st.integers(1, 60), st.integers(-3, 400))
def test_it_is_late_from_the_day_after_it_was_due_and_not_before(
    latest: date, frequency: Frequency, within: int, offset: int
) -> None:
    measure = expecting(within, frequency)
    expected = expected_after(latest, measure, HOLIDAYS)
    assert expected is not None
    today = min(expected.due + timedelta(days=offset), date(2031, 12, 31))
    known = bank_holidays(latest.year, max(latest.year, today.year))

    found = late_figures({"measure": measure}, {("measure", "Swale"): latest}, today, known)

    assert found == ({("late:measure", "Swale"): expected} if today > expected.due else {})


def test_only_areas_that_ever_sent_a_figure_are_waited_for_each_by_its_own_last() -> None:
    latest = {("measure", "Swale"): date(2013, 8, 31), ("measure", "Thanet"): date(2013, 9, 30)}

    found = late_figures({"measure": expecting()}, latest, date(2013, 10, 22), HOLIDAYS)

    assert found == {("late:measure", "Swale"): Expected(date(2013, 9, 30), date(2013, 10, 21))}


@pytest.mark.parametrize(
    "measure",
    [
        expecting(within=None),
        replace(expecting(), derivation=Derivation(DerivationMethod.SUM, ("a", "b"), (), 0, HERE)),
        expecting(retirement=Retirement(date(2013, 9, 30), None)),
    ],
    ids=["no time set", "derived", "retired on the day on which the period ends"],
)
def test_nothing_is_expected_of_what_has_no_time_is_derived_or_retired(measure: Indicator) -> None:
    latest = {("measure", "Swale"): date(2013, 8, 31), ("gone", "Swale"): date(2010, 1, 31)}

    assert late_figures({"measure": measure}, latest, date(2030, 1, 1), HOLIDAYS) == {}


def test_the_figure_of_a_period_before_the_retirement_is_still_waited_for() -> None:
    retired = expecting(retirement=Retirement(date(2013, 11, 15), "single_assessments"))

    assert expected_after(date(2013, 9, 30), retired, HOLIDAYS) is not None
    assert expected_after(date(2013, 10, 31), retired, HOLIDAYS) is None


@given(st.dates(date(2013, 11, 15), date(2030, 12, 31)), st.dates(date(2012, 4, 1), date(2013, 11, 14)))
def test_no_stale_alarm_for_initial_assessments_after_15_november_2013(today: date, last: date) -> None:
    retired = expecting(retirement=Retirement(date(2013, 11, 15), "single_assessments"))
    latest = {("measure", "Kent"): last}

    assert late_figures({"measure": retired}, latest, today, HOLIDAYS) == {}


def test_lateness_has_an_identity_that_no_rule_can_have() -> None:
    assert late_indicator(lateness_of("contacts_received")) == "contacts_received"
    assert late_indicator("contacts-received") is None


MISSING = Expected(date(2013, 9, 30), date(2013, 10, 21))


def test_an_alert_of_lateness_fires_goes_on_and_ends() -> None:
    began = fallen_late(Alert("late:measure", "Swale"), MISSING)
    further = fallen_late(began.after, Expected(date(2013, 10, 31), date(2013, 11, 21)))
    over = no_longer_late(further.after, TransitionReason.ARRIVED)
    again = fallen_late(over.after, MISSING)

    assert [
        (step.after.state, step.after.episode, [each.reason for each in step.transitions])
        for step in (began, further, over, again)
    ] == [
        (AlertState.FIRING, 1, [TransitionReason.LATE]),
        (AlertState.FIRING, 1, []),
        (AlertState.RESOLVED, 1, [TransitionReason.ARRIVED]),
        (AlertState.FIRING, 2, [TransitionReason.LATE]),
    ]
    assert (began.after.breach_since, began.after.fired_on) == (MISSING.period_end, MISSING.due)
    assert (further.after.breach_since, further.after.fired_on) == (date(2013, 10, 31), date(2013, 11, 21))
    assert (over.after.breach_since, over.after.fired_on) == (None, None)


RETIRED = Retirement(date(2013, 9, 15), None)


@pytest.mark.parametrize(
    ("measure", "latest", "reason"),
    [
        (expecting(), date(2013, 9, 30), TransitionReason.ARRIVED),
        (expecting(retirement=RETIRED), date(2013, 9, 30), TransitionReason.ARRIVED),
        (None, date(2013, 9, 30), TransitionReason.WITHDRAWN),
        (expecting(within=None), date(2013, 8, 31), TransitionReason.WITHDRAWN),
        (expecting(retirement=RETIRED), date(2013, 8, 31), TransitionReason.RETIRED),
        (
            expecting(retirement=replace(RETIRED, superseded_by="new")),
            date(2013, 8, 31),
            TransitionReason.SUPERSEDED,
        ),
        (expecting(within=60), date(2013, 8, 31), TransitionReason.RULE_CHANGED),
    ],
)
def test_lateness_ends_for_a_named_reason(
    measure: Indicator | None, latest: date, reason: TransitionReason
) -> None:
    assert why_not_late(measure, MISSING.period_end, latest, date(2013, 11, 1)) is reason
