"""A replay of history says what real cycles said, day by day, on a real store."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from monitor.core.notifications import TellReason
from monitor.core.observations import Observation
from monitor.core.rulebook import (
    AlertRule,
    Escalation,
    Inhibition,
    Retirement,
    Route,
    RouteMatch,
    RouteTarget,
    Same,
)
from monitor.core.statistics.flapping import FlappingRule
from monitor.core.wall_calendar import Days
from monitor.core.windows import AT_ONCE, OFFICE_HOURS, Digest, Reminders, Timing
from monitor.retelling import RetoldMail, retell
from monitor.store.store import Store
from monitor.world import World
from tests.support.days import (
    CALENDAR,
    DISTRICTS,
    ROUTES,
    live,
    lived_alerts,
    lived_decisions,
    lived_mails,
    lived_steps,
    replayed,
    world,
)
from tests.support.rules import HERE, month, monthly, rule, thresholds

LEVELS = (
    {"warning": "value > 30"},
    {"info": "value > 20", "warning": "value > 30", "critical": "value > 40"},
    {"warning": "value > previous(1)", "critical": "change(1) >= 15"},
    {"critical": "mean(3) > 30"},
)
TIMINGS: tuple[Timing, ...] = (AT_ONCE, OFFICE_HOURS, Digest(frozenset({0}), time(8)))
DIRECTORS: tuple[Timing, ...] = (AT_ONCE, Digest(Days.WORKING_DAYS, time(16, 30)))
INHIBITION = Inhibition(
    "one-is-enough",
    source=RouteMatch(alerts=frozenset({"the-rule"})),
    target=RouteMatch(alerts=frozenset({"the-other"})),
    same=frozenset({Same.AREA}),
    within=False,
    reference="a test",
    position=HERE,
)
VALUES = st.sampled_from(["10", "25", "35", "46", None, "absent"])


def assert_same(
    store: Store, of: World, figures: list[Observation], acknowledged_after: int | None = None
) -> None:
    # Cycles run to the last figure of all, also of an area that no rule covers, and then on for reminders.
    last = max(figure.period_end for figure in figures)
    until = last + timedelta(40)
    live(store, of, figures, until=until, acknowledged_after=acknowledged_after)
    found = replayed(of, figures, until=last)
    told = retell(of, found.days, until=until, calendar=CALENDAR, acknowledged_after=acknowledged_after)

    assert sorted(((step.on, step.transition) for step in found.course), key=repr) == lived_steps(store)
    assert found.alerts == lived_alerts(store)
    sent = [(mail.at, made) for mail in told.mails for made in mail.mail.decisions]
    assert sorted([*told.untold, *sent], key=repr) == lived_decisions(store)
    assert sorted(map(counted, told.mails)) == lived_mails(store)


def counted(each: RetoldMail) -> tuple[datetime, str, str, int]:
    """As :func:`lived_mails` has it."""
    alerts = {(made.rule, made.area) for made in each.mail.decisions}
    return each.at, each.mail.recipient.id, each.mail.occasion.value, len(alerts)


@st.composite
def rules(draw: st.DrawFn) -> AlertRule:
    levels = draw(st.sampled_from(LEVELS))
    days = st.integers(0, 330).map(lambda days: month(0) + timedelta(days))
    return rule(
        levels,
        recover=draw(st.sampled_from([None, "value <= 15"])),
        periods=draw(st.integers(1, 3)),
        scope=DISTRICTS,
        start=draw(st.none() | days),
        retirement=draw(st.none() | days.map(lambda on: Retirement(on, None))),
        overrides=draw(st.sampled_from([{}, {"Thanet": thresholds({"critical": "value > 20"}, periods=2)}])),
    )


@st.composite
def histories(draw: st.DrawFn) -> list[Observation]:
    figures: list[Observation] = []
    for area in ("Swale", "Thanet", "Kent"):
        drawn = draw(st.lists(VALUES, max_size=10))
        run = monthly(*(None if value == "absent" else value for value in drawn), area=area)
        figures += [each for each, value in zip(run, drawn, strict=True) if value != "absent"]
    return figures


@st.composite
def routes(draw: st.DrawFn) -> tuple[Route, ...]:
    """The managers', with hours, reminders and an escalation or without, and the director's."""
    managers, worst = ROUTES
    escalation = Escalation(draw(st.integers(0, 12)), (RouteTarget("director", None, HERE),), HERE)
    return (
        replace(
            managers,
            timing=draw(st.sampled_from(TIMINGS)),
            reminders=draw(st.sampled_from([None, Reminders(3), Reminders(2, factor=1, at_most=4)])),
            escalations=draw(st.sampled_from([(), (escalation,)])),
        ),
        replace(worst, timing=draw(st.sampled_from(DIRECTORS))),
    )


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Two rules, one of which may flap and may inhibit the other."""
    flapping = draw(st.sampled_from([None, FlappingRule(places=4)]))
    other = replace(draw(rules()), id="the-other", flapping=flapping)
    found = world(draw(rules()), other, routes=draw(routes()))
    inhibitions = draw(st.sampled_from([(), (INHIBITION,)]))
    return replace(found, rulebook=replace(found.rulebook, inhibitions=inhibitions))


@contextmanager
def new_store(template: Path) -> Iterator[Store]:
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(template, Path(folder) / "limen.db")
        with Store.open(f"sqlite:///{folder}/limen.db") as store:
            yield store


# Shrinking runs a store for every attempt: minutes, for an example that can be read as it is.
@settings(max_examples=20, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(
    of=worlds(),
    figures=histories().filter(bool),
    acknowledged_after=st.sampled_from([None, 0, 2, 6]),
)
def test_a_replay_says_what_cycles_said_from_one_instant_to_the_next(
    sqlite_template: Path, of: World, figures: list[Observation], acknowledged_after: int | None
) -> None:
    with new_store(sqlite_template) as store:
        assert_same(store, of, figures, acknowledged_after)


def test_a_year_with_everything_in_it_is_the_same_on_both_kinds_of_store(store: Store) -> None:
    """A handover, a worsening, a recovery, a retirement, a breach that nobody has a route for."""
    retired = replace(
        rule(
            {"warning": "value > 30", "critical": "value > 40"},
            retirement=Retirement(date(2012, 12, 15), None),
        ),
        id="retired",
    )
    lasting = rule({"warning": "value > 30"}, recover="value <= 15", periods=2, scope=DISTRICTS)
    figures = [
        *monthly("35", "46", "20", "46", "25", "46", None, "35", "46", "46", "10", area="Swale"),
        *monthly("35", "35", "35", "35", "20", "10", "10", "35", "46", area="Thanet"),
        *monthly("35", "10", area="Kent"),
    ]

    assert_same(store, world(retired, lasting), figures)

    reasons = {decision.reason for _, decision in lived_decisions(store)}
    assert {
        TellReason.ROUTE,
        TellReason.NOBODY_ELSE,
        TellReason.WAS_TOLD_OF_BREACH,
        TellReason.EASED,
    } <= reasons
