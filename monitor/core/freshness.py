"""Which figure is expected next and by when, and the life of the alert that says it has not come.

A period's figure is due so many working days after the period's end; it is late from the day after. An alert
of lateness has an identity of its own beside those of the alert rules, (``late:<indicator>``, area), and goes
from firing to resolved by whether the figure came, never by what it says.
"""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import date

from monitor.core.alerts import Alert, AlertState, Transition, TransitionReason
from monitor.core.periods import next_period_end
from monitor.core.routing import Change
from monitor.core.rulebook import Indicator
from monitor.core.workingdays import add_working_days

_PREFIX = "late:"

SeriesKey = tuple[str, str]
AlertKey = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Expected:
    """The figure that comes next: for the period that ends on ``period_end``, there by the end of ``due``."""

    period_end: date
    due: date


def lateness_of(indicator: str) -> str:
    """Returns what stands in place of a rule in the identity of an indicator's alerts of lateness."""
    return f"{_PREFIX}{indicator}"


def late_indicator(rule: str) -> str | None:
    """Returns the indicator whose lateness ``rule`` stands for; None when it is an alert rule.

    An alert rule's id has no colon, so the two are never taken for each other.
    """
    return rule.removeprefix(_PREFIX) if rule.startswith(_PREFIX) else None


def is_expected(indicator: Indicator, period_end: date) -> bool:
    """Says whether a figure of ``indicator`` for that period should come by itself within a set time.

    Nothing is expected of an indicator that is derived, for its inputs are, nor for a period that ends on the
    day of its retirement or later.
    """
    return (
        indicator.expected_within is not None
        and indicator.derivation is None
        and (indicator.retirement is None or period_end < indicator.retirement.on)
    )


def is_retired(indicator: Indicator, today: date) -> bool:
    """Says whether an indicator is no longer used: nobody is asked any more for a figure of it."""
    return indicator.retirement is not None and indicator.retirement.on <= today


def expected_after(latest: date, indicator: Indicator, holidays: AbstractSet[date]) -> Expected | None:
    """Returns what is expected of a series whose last figure is that to ``latest``; None: nothing is.

    ``holidays`` must cover the days from ``latest`` until the figure is due.
    """
    period_end = next_period_end(latest, indicator.frequency)
    if indicator.expected_within is None or not is_expected(indicator, period_end):
        return None
    return Expected(period_end, add_working_days(period_end, indicator.expected_within, holidays))


def late_figures(
    indicators: Mapping[str, Indicator],
    latest: Mapping[SeriesKey, date],
    today: date,
    holidays: AbstractSet[date],
) -> dict[AlertKey, Expected]:
    """Returns the figures that should have come by the day before ``today``, by the alert of their lateness.

    Args:
        indicators: the rulebook's, by id.
        latest: (indicator, area) to the end of the last period that a figure came for. An area that never
            sent one is not waited for.
        today: the day on which this is asked.
        holidays: bank holidays from the earliest of ``latest`` until ``today``.
    """
    known: dict[tuple[str, date], Expected | None] = {}
    found: dict[AlertKey, Expected] = {}
    for (name, area), last in latest.items():
        indicator = indicators.get(name)
        if indicator is None or last >= today or is_retired(indicator, today):
            continue
        if (name, last) not in known:
            known[name, last] = expected_after(last, indicator, holidays)
        expected = known[name, last]
        if expected is not None and today > expected.due:
            found[lateness_of(name), area] = expected
    return found


def fallen_late(alert: Alert, missing: Expected) -> Change:
    """Begins an alert of lateness, or moves one that goes on to the figure that is missing now.

    ``breach_since`` is the end of the period whose figure is missing, ``fired_on`` the day on which it was
    due.
    Only the beginning is a transition: who was told of it is not told again for each further period.
    """
    if alert.state is AlertState.FIRING:
        moved = replace(alert, breach_since=missing.period_end, fired_on=missing.due)
        return Change(alert, moved, ())
    after = replace(
        alert,
        state=AlertState.FIRING,
        episode=alert.episode + 1,
        breach_since=missing.period_end,
        fired_on=missing.due,
    )
    return _changed(alert, after, missing.period_end, TransitionReason.LATE)


def no_longer_late(alert: Alert, reason: TransitionReason) -> Change:
    """Ends an alert of lateness, because the figure came or because it is not expected any more."""
    came = alert.breach_since if reason is TransitionReason.ARRIVED else None
    after = replace(alert, state=AlertState.RESOLVED, breach_since=None, fired_on=None)
    return _changed(alert, after, came, reason)


def _changed(before: Alert, after: Alert, period_end: date | None, reason: TransitionReason) -> Change:
    step = Transition(
        rule=after.rule,
        area=after.area,
        period_end=period_end,
        from_state=before.state,
        from_level=None,
        to_state=after.state,
        to_level=None,
        episode=after.episode,
        reason=reason,
    )
    return Change(before, after, (step,))


def why_not_late(
    indicator: Indicator | None, missing: date | None, latest: date | None, today: date
) -> TransitionReason:
    """Says why an alert of lateness is over.

    Args:
        indicator: the one it is of; None: it has left the rulebook.
        missing: the end of the period whose figure was missing.
        latest: the end of the last period that a figure is there for now.
        today: the day on which this is asked.
    """
    if indicator is None or indicator.expected_within is None or indicator.derivation is not None:
        return TransitionReason.WITHDRAWN
    if missing is not None and latest is not None and latest >= missing:
        return TransitionReason.ARRIVED
    if is_retired(indicator, today) or (missing is not None and not is_expected(indicator, missing)):
        superseded = indicator.retirement is not None and indicator.retirement.superseded_by
        return TransitionReason.SUPERSEDED if superseded else TransitionReason.RETIRED
    return TransitionReason.RULE_CHANGED
