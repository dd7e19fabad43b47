"""Whatever happens, in whatever order: nothing is lost, nothing invented, nobody told at the wrong time.

Figures come, are restated and withdrawn; silences, acknowledgements, edits and changes of people come
between, and time goes on over weekends, bank holidays and both changes of the clocks. After every cycle
what limen wrote is held against a simple account of the same story. That account knows the alerts as limen
keeps them, and nothing of what it holds back or comes back to.
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from monitor.core.dated import Scope
from monitor.core.observations import Missing
from monitor.core.rulebook import RouteMatch
from tests.support import telling_days as days
from tests.support.days import take_in
from tests.support.rules import figure, month
from tests.support.telling_account import TellingAccount
from tests.support.telling_model import (
    AREAS,
    LIMITS,
    RULE,
    STARTS,
    Acknowledged,
    Silenced,
)


class Telling(TellingAccount):
    """What can happen to a limen, in any order."""

    @initialize(start=st.sampled_from(STARTS))
    def begin(self, start: datetime) -> None:
        self.now = start
        first = (start.year * 12 + start.month) - (2012 * 12 + 4) - 2
        self.next_month = dict.fromkeys(AREAS, first)
        self.arrive("Swale", "10")
        self.arrive("Thanet", "10")

    def arrive(self, area: str, value: str | None) -> None:
        index = self.next_month[area]
        self.next_month[area] = index + 1
        self.set_figure(area, index, value)

    def set_figure(self, area: str, index: int, value: str | None) -> None:
        self.values[area, index] = value
        missing = Missing.NOT_AVAILABLE if value is None else None
        take_in(self.store, [figure(month(index), value, area=area, missing=missing)], now=self.now)
        self.cycle()

    @rule(area=st.sampled_from(AREAS), value=st.sampled_from(["10", "25", "35", "45", "46", None]))
    def a_figure_arrives(self, area: str, value: str | None) -> None:
        self.arrive(area, value)

    @rule(
        area=st.sampled_from(AREAS), back=st.integers(1, 3), value=st.sampled_from(["10", "35", "45", None])
    )
    def a_figure_is_restated_or_withdrawn(self, area: str, back: int, value: str | None) -> None:
        index = self.next_month[area] - back
        if (area, index) in self.values and self.values[area, index] != value:
            self.set_figure(area, index, value)

    @rule(hours=st.sampled_from([1, 3, 7, 14, 24, 38, 62, 100, 170]), minutes=st.sampled_from([0, 17, 40]))
    def time_passes(self, hours: int, minutes: int) -> None:
        until = self.now + timedelta(hours=hours, minutes=minutes)
        while (due := days.next_due(self.store)) is not None and due <= until:
            self.now = max(due, self.now)
            self.cycle()
        self.now = max(until, self.now)
        self.cycle()

    @rule(area=st.sampled_from(AREAS), hours=st.sampled_from([2, 30, 80, 200]))
    def a_silence_is_made(self, area: str, hours: int) -> None:
        match = RouteMatch(scope=Scope(names=frozenset({area})))
        made = days.silence(self.store, self.now, timedelta(hours=hours), match)
        self.silences.append(Silenced(made.id, area, made.starts_at, made.ends_at))
        self.cycle()

    @precondition(lambda self: any(each.end > self.now for each in self.silences))
    @rule(data=st.data())
    def a_silence_is_ended(self, data: st.DataObject) -> None:
        lasting = [each for each in self.silences if each.end > self.now]
        chosen = data.draw(st.sampled_from(lasting))
        days.end_silence(self.store, self.now, chosen.number)
        chosen.end = self.now
        self.cycle()

    @precondition(lambda self: any(key[0] == RULE for key in self.firing))
    @rule(data=st.data(), hours=st.sampled_from([None, 20, 90]))
    def a_breach_is_acknowledged(self, data: st.DataObject, hours: int | None) -> None:
        area = data.draw(st.sampled_from(sorted(key[1] for key in self.firing if key[0] == RULE)))
        alert = self.firing[RULE, area]
        assert alert.level is not None
        until = None if hours is None else self.now + timedelta(hours=hours)
        days.acknowledge(self.store, self.now, RULE, area, until)
        self.acks[area] = Acknowledged(alert.episode, alert.level, until)
        self.cycle()

    @precondition(lambda self: any(self.is_acknowledged(area) for area in AREAS))
    @rule()
    def an_acknowledgement_is_taken_back(self) -> None:
        area = next(each for each in AREAS if self.is_acknowledged(each))
        days.withdraw(self.store, self.now, RULE, area)
        self.answer_ended(area, self.now)
        self.cycle()

    @rule(step=st.sampled_from([1, 2]))
    def the_rule_is_edited(self, step: int) -> None:
        self.limits = (self.limits + step) % len(LIMITS)
        self.cycle()

    @rule()
    def the_manager_of_swale_changes(self) -> None:
        self.manager = "pat" if self.manager == "sam" else "sam"
        if (RULE, "Swale") in self.firing:
            self.breach("Swale", self.firing[RULE, "Swale"].episode).handed_on = True
        self.cycle()


@contextmanager
def _folder() -> Iterator[Path]:
    memory = Path("/dev/shm")  # noqa: S108 - only a folder of its own is made there
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        yield Path(folder)


@pytest.mark.no_cover
def test_nothing_is_lost_or_invented_or_told_at_the_wrong_time(sqlite_template: Path) -> None:
    with _folder() as folder:
        run_state_machine_as_test(
            type("TellingHere", (Telling,), {"template": sqlite_template, "folder": folder}),
            settings=settings(
                max_examples=25,
                stateful_step_count=22,
                deadline=None,
                suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
            ),
        )
