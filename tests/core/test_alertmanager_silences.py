"""What a silence mutes in Alertmanager, and in limen.

The cases are those of Alertmanager's notify/mute_test.go (TestMuteStage, TestMuteStageWithSilences,
TestMuteStageAccumulatesMutedAlertDetails) and test/with_api_v2/acceptance/silence_test.go (TestSilencing,
TestSilenceDelete), told in limen's words. Time intervals are in test_windows_alertmanager.py. Where a silence
is edited, Alertmanager ends the old one and makes another; so does limen, and its silences never change.

limen differs in one thing: what was silenced is not notified again by the next repetition, but kept, and told
when the silence ends (tests/scenarios).
"""

from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.core.dated import Scope
from monitor.core.notifications import TellReason
from monitor.core.rulebook import Level, RouteMatch
from tests.support.holding_tables import (
    NOW,
    circumstances,
    hold_of,
    inhibition,
    named,
    rulebook,
    silence,
    within,
)
from tests.support.holding_tables import firing as fires

HOUR = timedelta(hours=1)
BOOK = rulebook(["one", "other"])
LASTING = silence(1, named("one"), NOW - HOUR, NOW + HOUR)


@pytest.mark.parametrize(
    ("match", "muted"),
    [
        (named("one"), [("one", "Swale"), ("one", "Thanet")]),
        (within("Swale"), [("one", "Swale"), ("other", "Swale")]),
        (replace(named("one"), scope=Scope(names=frozenset({"Thanet"}))), [("one", "Thanet")]),
        (RouteMatch(indicators=frozenset({"other-measure"})), [("other", "Swale"), ("other", "Thanet")]),
        (named("none of these"), []),
        (RouteMatch(levels=frozenset({Level.CRITICAL})), []),
    ],
    ids=["an alert", "an area", "both", "an indicator", "something else", "another level"],
)
def test_what_matches_is_muted_and_nothing_else(match: RouteMatch, muted: list[tuple[str, str]]) -> None:
    where = circumstances(BOOK, silences=[replace(LASTING, match=match)])
    every = [(name, area) for name in ("one", "other") for area in ("Swale", "Thanet")]
    assert [each for each in every if hold_of(where, *each) is not None] == muted


@pytest.mark.parametrize(
    ("start", "end", "active"),
    [
        (-1, 1, True),
        (0, 1, True),
        (-1, 0, False),
        (-2, -1, False),
        (1, 2, False),
    ],
    ids=["lasts", "begins this instant", "ends this instant", "is over", "is still to come"],
)
def test_a_silence_counts_from_its_start_until_its_end_excluded(start: int, end: int, active: bool) -> None:
    made = silence(1, named("one"), NOW + start * HOUR, NOW + end * HOUR)
    hold = hold_of(circumstances(BOOK, silences=[made]), "one")
    assert (hold is not None) is active
    if hold is not None:
        assert (hold.reason, hold.until, hold.note) == (TellReason.SILENCED, made.ends_at, "silence 1")


def test_asking_twice_gives_the_same_and_once_it_is_ended_nothing_is_muted() -> None:
    for _ in range(2):
        assert hold_of(circumstances(BOOK, silences=[LASTING]), "one") is not None
    ended = replace(LASTING, ends_at=NOW)
    assert hold_of(circumstances(BOOK, silences=[ended]), "one") is None


def test_of_several_silences_the_one_that_ends_last_is_named() -> None:
    longer = silence(2, within("Swale"), NOW - 2 * HOUR, NOW + 3 * HOUR)
    over = silence(3, named("one"), NOW - 3 * HOUR, NOW - 2 * HOUR)
    hold = hold_of(circumstances(BOOK, silences=[LASTING, longer, over]), "one")
    assert hold is not None
    assert (hold.note, hold.until) == ("silence 2", longer.ends_at)


def test_one_that_was_edited_is_the_old_one_ended_and_a_new_one() -> None:
    old = replace(LASTING, ends_at=NOW)
    narrower = silence(2, replace(named("one"), scope=Scope(names=frozenset({"Thanet"}))), NOW, NOW + HOUR)
    where = circumstances(BOOK, silences=[old, narrower])
    assert hold_of(where, "one", "Swale") is None
    hold = hold_of(where, "one", "Thanet")
    assert hold is not None
    assert hold.note == "silence 2"


def test_each_of_two_reasons_holds_what_is_its_own() -> None:
    """TestMuteStageAccumulatesMutedAlertDetails: every alert that is not told has its reason."""
    book = rulebook(["first", "second", "active", "source"], inhibition(named("source"), named("second")))
    where = circumstances(book, [fires("source")], [replace(LASTING, match=named("first"))])
    found = {name: hold_of(where, name) for name in ("first", "second", "active")}
    assert {name: hold and hold.reason for name, hold in found.items()} == {
        "first": TellReason.SILENCED,
        "second": TellReason.INHIBITED,
        "active": None,
    }


def test_where_both_hold_the_other_alert_is_named_and_the_silence_counts_once_that_is_over() -> None:
    book = rulebook(["one", "source"], inhibition(named("source"), named("one")))
    both = hold_of(circumstances(book, [fires("source")], [LASTING]), "one")
    alone = hold_of(circumstances(book, (), [LASTING]), "one")
    assert both is not None
    assert alone is not None
    assert (both.reason, alone.reason) == (TellReason.INHIBITED, TellReason.SILENCED)
