"""A replay of history says what real cycles said, day by day, on a real store."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from monitor.core.notifications import TellReason
from monitor.core.observations import Observation
from monitor.core.rulebook import AlertRule, Retirement
from monitor.core.statistics.flapping import FlappingRule
from monitor.store.store import Store
from monitor.world import World
from tests.support.days import (
    DISTRICTS,
    live,
    lived_alerts,
    lived_decisions,
    lived_mails,
    lived_steps,
    replayed,
    world,
)
from tests.support.rules import month, monthly, rule, thresholds

LEVELS = (
    {"warning": "value > 30"},
    {"info": "value > 20", "warning": "value > 30", "critical": "value > 40"},
    {"warning": "value > previous(1)", "critical": "change(1) >= 15"},
    {"critical": "mean(3) > 30"},
)
VALUES = st.sampled_from(["10", "25", "35", "46", None, "absent"])


def assert_same(store: Store, of: World, figures: list[Observation]) -> None:
    live(store, of, figures)
    # Cycles run to the last figure of all, also of an area that no rule covers.
    found = replayed(of, figures, until=max(figure.period_end for figure in figures))

    assert sorted(((step.on, step.transition) for step in found.course), key=repr) == lived_steps(store)
    assert sorted(found.decisions, key=repr) == lived_decisions(store)
    mails = sorted((mail.on, mail.recipient.id, len(mail.decisions)) for mail in found.mails)
    assert mails == lived_mails(store)
    assert found.alerts == lived_alerts(store)


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


@contextmanager
def new_store(template: Path) -> Iterator[Store]:
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(template, Path(folder) / "limen.db")
        with Store.open(f"sqlite:///{folder}/limen.db") as store:
            yield store


# Shrinking runs a store for every attempt: minutes, for an example that can be read as it is.
@settings(max_examples=20, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(
    first=rules(),
    second=rules(),
    flapping=st.sampled_from([None, FlappingRule(places=4)]),
    figures=histories().filter(bool),
)
def test_a_replay_says_what_cycles_said_day_by_day(
    sqlite_template: Path,
    first: AlertRule,
    second: AlertRule,
    flapping: FlappingRule | None,
    figures: list[Observation],
) -> None:
    both = world(first, replace(second, id="the-other", flapping=flapping))
    with new_store(sqlite_template) as store:
        assert_same(store, both, figures)


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
