"""When one alert keeps another from people in Alertmanager, and when in limen.

The cases are those of Alertmanager's inhibit/inhibit_test.go (TestInhibitRuleHasEqual,
TestInhibitRuleMatches, TestInhibitRuleMatchers, TestInhibit) and
test/with_api_v2/acceptance/inhibit_test.go (TestInhibiting, TestAlwaysInhibiting), told in limen's words. A
label that both alerts must share is here their area, their theme or their indicator; which filters an alert
passes is in its name: ``t1`` passes the first rule's target filter, ``s2t2`` source and target of the
second.
"""

from dataclasses import dataclass, replace

import pytest

from monitor.core.alerts import Alert, AlertState
from monitor.core.notifications import NoticeKind, TellReason
from monitor.core.rulebook import Level, RouteMatch, Same
from tests.support.holding_tables import (
    candidate,
    circumstances,
    firing,
    hold_of,
    inhibition,
    named,
    rulebook,
)

RESOLVED = replace(firing("source"), state=AlertState.RESOLVED, level=None)


@dataclass(frozen=True)
class HasEqual:
    """Sources there are, what both must share, and whether a target in Swale is held."""

    sources: tuple[Alert, ...]
    same: tuple[Same, ...]
    held: bool


@pytest.mark.parametrize(
    "case",
    [
        HasEqual((), (), held=False),
        HasEqual((firing("source", "Thanet"),), (), held=True),
        HasEqual((RESOLVED, replace(RESOLVED, rule="other")), (Same.AREA,), held=False),
        HasEqual((RESOLVED, firing("other")), (Same.AREA,), held=True),
        HasEqual((firing("source", "Thanet"), firing("other", "Thanet")), (Same.AREA,), held=False),
        HasEqual((firing("source"),), (Same.AREA, Same.INDICATOR), held=False),
    ],
    ids=[
        "no source at all",
        "nothing to share: any source will do",
        "it shares, but is over",
        "one is over, another goes on",
        "the shared label differs",
        "one label is shared, the other not",
    ],
)
def test_what_both_must_share_decides(case: HasEqual) -> None:
    rules = inhibition(named("source", "other"), named("target"), *case.same)
    where = circumstances(rulebook(["source", "other", "target"], rules), case.sources)
    assert (hold_of(where, "target") is not None) is case.held


@pytest.mark.parametrize(
    ("themes", "held"), [(("", ""), True), (("", "care"), False), (("care", "care"), True)]
)
def test_a_label_that_neither_has_is_shared_and_one_that_only_one_has_is_not(
    themes: tuple[str, str], held: bool
) -> None:
    rules = inhibition(named("source"), named("target"), Same.THEME)
    where = circumstances(rulebook(["source", "target"], rules, themes=themes), [firing("source")])
    assert (hold_of(where, "target") is not None) is held


PASSES_SOURCE_1, PASSES_TARGET_1 = named("s1", "s1t1"), named("t1", "t1t3", "t1t2", "s1t1")
PASSES_SOURCE_2, PASSES_TARGET_2 = named("s2t2", "s2t2 too"), named("t2", "t1t2", "s2t2", "s2t2 too")
NAMES = ("s1", "t1", "t2", "t1t3", "t1t2", "t0", "s1t1", "s2t2", "s2t2 too")


@pytest.mark.parametrize(
    ("name", "area", "held_by"),
    [
        ("t1", "Swale", "s1"),
        ("t2", "Swale", "s2t2"),
        ("t1t3", "Swale", "s1"),
        ("t1t2", "Swale", "s1"),
        ("t0", "Swale", None),
        ("s1t1", "Swale", "s1"),
        ("s2t2 too", "Swale", None),
        ("t1", "Thanet", None),
    ],
    ids=[
        "passes the first target filter",
        "passes the second target filter",
        "passes the first one, with noise",
        "passes both target filters",
        "passes none",
        "is source and target, and the one that fires is a source only",
        "is source and target, and so is the one that fires",
        "passes, but elsewhere",
    ],
)
def test_who_passes_the_filters_is_held(name: str, area: str, held_by: str | None) -> None:
    book = rulebook(
        NAMES,
        inhibition(PASSES_SOURCE_1, PASSES_TARGET_1, Same.AREA),
        inhibition(PASSES_SOURCE_2, PASSES_TARGET_2, Same.AREA, name="two"),
    )
    hold = hold_of(circumstances(book, [firing("s1"), firing("s2t2")]), name, area)
    if held_by is None:
        assert hold is None
        return
    assert hold is not None
    assert (hold.reason, hold.until) == (TellReason.INHIBITED, None)
    assert hold.note.startswith(f"{held_by} in Swale")


def test_an_alert_does_not_hold_itself() -> None:
    everything = RouteMatch()
    book = rulebook(["one", "other"], inhibition(everything, everything))
    assert hold_of(circumstances(book, [firing("one")]), "one") is None
    assert hold_of(circumstances(book, [firing("one"), firing("other")]), "one") is None


@pytest.mark.parametrize(
    ("fires", "target_held"),
    [([], False), ([firing("source")], True), ([RESOLVED], False)],
    ids=["has not fired", "fires", "is over"],
)
def test_the_target_is_held_while_the_source_fires_and_the_source_never(
    fires: list[Alert], target_held: bool
) -> None:
    where = circumstances(
        rulebook(["source", "target"], inhibition(named("source"), named("target"), Same.AREA)), fires
    )
    assert (hold_of(where, "target") is not None) is target_held
    assert hold_of(where, "source") is None


def test_when_both_end_together_nothing_keeps_the_news_that_they_are_over() -> None:
    """TestAlwaysInhibiting: the last notification has both."""
    book = rulebook(["source", "target"], inhibition(named("source"), named("target"), Same.AREA))
    over = replace(firing("target"), state=AlertState.RESOLVED, level=None)
    assert circumstances(book, [RESOLVED, over]).hold_of(candidate(over, NoticeKind.RECOVERED)) is None


@pytest.mark.parametrize(
    ("source", "target", "held"),
    [
        ("Kent", "Swale", True),
        ("East Kent", "Swale", True),
        ("Swale", "Kent", False),
        ("Swale", "Swale", False),
    ],
)
def test_a_county_holds_what_lies_within_it_and_not_the_other_way_round(
    source: str, target: str, held: bool
) -> None:
    """Alertmanager has no tree of areas: this is limen's own."""
    rules = inhibition(RouteMatch(), RouteMatch(), Same.THEME, within=True)
    rules = replace(rules, source=named("source"), target=named("target"))
    where = circumstances(rulebook(["source", "target"], rules), [firing("source", source)])
    assert (hold_of(where, "target", target) is not None) is held


def test_a_source_counts_at_the_level_that_it_has_now() -> None:
    red = RouteMatch(alerts=frozenset({"source"}), levels=frozenset({Level.CRITICAL}))
    book = rulebook(["source", "target"], inhibition(red, named("target")))
    assert hold_of(circumstances(book, [firing("source", level=Level.WARNING)]), "target") is None
    assert hold_of(circumstances(book, [firing("source", level=Level.CRITICAL)]), "target") is not None
