"""The life of an alert: tables for each way through it, and what holds whatever happens."""

import itertools
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.alerting import advance, close, closing_reason, follow, refollow
from monitor.core.alerts import Alert, AlertState, TransitionReason
from monitor.core.judgements import RuleEvaluation, RuleHealth
from monitor.core.rulebook import Level, Retirement
from monitor.core.statistics.flapping import FlappingRule
from tests.support.rules import HERE, rule

RULE = rule({"warning": "value > 85", "critical": "value > 100"})
START = date(2012, 4, 30)


def verdict(index: int, what: str, *, certain: bool = True) -> RuleEvaluation:
    """One figure: ``.`` recovered, ``~`` short of recovery, i w c at a level, ? no data, ! error."""
    levels = {"i": Level.INFO, "w": Level.WARNING, "c": Level.CRITICAL}
    health = {"?": RuleHealth.NO_DATA, "!": RuleHealth.ERROR}.get(what, RuleHealth.OK)
    return RuleEvaluation(
        rule="the-rule",
        area="Kent",
        period_end=START + timedelta(days=30 * index),
        observation_id=index,
        revision=1,
        health=health,
        problem="",
        level=levels.get(what),
        certain=certain and health is RuleHealth.OK,
        recovered=what == ".",
        limit=None,
        limit_text="value > 85",
        limit_position=HERE,
        lowest=Level.WARNING,
    )


def course(figures: str, periods: int = 1) -> list[Alert]:
    alert = Alert("the-rule", "Kent")
    found = []
    for index, what in enumerate(figures):
        alert = advance(alert, verdict(index, what), periods=periods).alert
        found.append(alert)
    return found


def states(figures: str, periods: int = 1) -> str:
    """One letter a figure: - inactive, p pending, i w c firing at that level, r resolved."""
    letters = {AlertState.INACTIVE: "-", AlertState.PENDING: "p", AlertState.RESOLVED: "r"}
    return "".join(
        letters[alert.state] if alert.state in letters else str(alert.level)[0]
        for alert in course(figures, periods)
    )


@pytest.mark.parametrize(
    ("figures", "periods", "expected"),
    [
        ("...", 1, "---"),
        ("w..", 1, "wr-"),
        ("wwc", 1, "wwc"),
        ("cw.", 1, "cwr"),
        ("w~~.", 1, "wwwr"),
        ("c~~.", 1, "cwwr"),
        ("c~c", 1, "cwc"),
        ("~~", 1, "--"),
        ("w?.", 1, "wwr"),
        ("w!!.", 1, "wwwr"),
        ("?w", 1, "-w"),
        ("w.w", 1, "wrw"),
        ("w..w", 1, "wr-w"),
        ("ww", 2, "pw"),
        ("w.w", 2, "p-p"),
        ("w?w", 2, "ppw"),
        ("wcc", 2, "pcc"),
        ("cwc", 2, "pwc"),
        ("cc.", 2, "pcr"),
        ("wc", 2, "pc"),
        ("iwc", 3, "ppc"),
        ("iwcwc", 3, "ppcwc"),
        ("ww.ww", 2, "pwrpw"),
        ("wwww", 3, "ppww"),
        ("w~w", 2, "p-p"),
    ],
)
def test_an_alert_lives_as_its_figures_say(figures: str, periods: int, expected: str) -> None:
    assert states(figures, periods) == expected


def test_a_breach_keeps_the_date_on_which_it_began() -> None:
    pending, firing, worse = course("wwc", periods=2)
    assert pending.breach_since == firing.breach_since == worse.breach_since == START
    assert pending.fired_on is None
    assert firing.fired_on == START + timedelta(days=30)


def test_every_firing_is_an_episode_of_its_own() -> None:
    assert [alert.episode for alert in course("w.w.")] == [1, 1, 2, 2]


def test_an_error_changes_nothing_but_the_health() -> None:
    firing, after = course("c!")
    assert after == replace(firing, health=RuleHealth.ERROR, judged_to=after.judged_to)


def test_a_higher_level_that_could_not_be_judged_does_not_ease_the_alert() -> None:
    (firing,) = course("c")
    assert advance(firing, verdict(1, "w", certain=False), periods=1).alert.level is Level.CRITICAL
    assert advance(firing, verdict(1, "w"), periods=1).alert.level is Level.WARNING


@pytest.mark.parametrize(
    ("figures", "reasons"),
    [
        ("w", [TransitionReason.BREACH_BEGAN]),
        ("wc", [TransitionReason.BREACH_BEGAN, TransitionReason.WORSENED]),
        ("cw", [TransitionReason.BREACH_BEGAN, TransitionReason.EASED]),
        ("w..", [TransitionReason.BREACH_BEGAN, TransitionReason.RECOVERED, TransitionReason.SETTLED]),
        ("...", []),
    ],
)
def test_every_step_carries_its_reason(figures: str, reasons: list[TransitionReason]) -> None:
    judgements = [verdict(index, what) for index, what in enumerate(figures)]
    found = follow(Alert("the-rule", "Kent"), judgements, RULE, periods=1)
    assert [step.reason for step in found.transitions] == reasons


def test_a_breach_that_does_not_last_is_pending_and_then_over() -> None:
    judgements = [verdict(index, what) for index, what in enumerate("w.")]
    found = follow(Alert("the-rule", "Kent"), judgements, RULE, periods=2)
    assert [step.reason for step in found.transitions] == [
        TransitionReason.BREACH_BEGAN,
        TransitionReason.BREACH_ENDED,
    ]


def test_figures_must_come_in_order() -> None:
    (alert,) = course("w")
    with pytest.raises(ValueError, match="does not come after"):
        advance(alert, verdict(0, "w"), periods=1)


def test_an_alert_takes_only_its_own_figures() -> None:
    with pytest.raises(ValueError, match="was given to"):
        advance(Alert("another", "Kent"), verdict(0, "w"), periods=1)


@pytest.mark.parametrize(
    ("figures", "periods", "state", "told"),
    [
        ("c", 1, AlertState.RESOLVED, True),
        ("w", 2, AlertState.INACTIVE, True),
        (".", 1, AlertState.INACTIVE, False),
    ],
)
def test_closing_ends_what_no_figure_can_end(
    figures: str, periods: int, state: AlertState, told: bool
) -> None:
    found = close(course(figures, periods)[-1], TransitionReason.SUPERSEDED)
    assert found.alert.state is state
    assert (found.transition is not None) is told
    assert close(found.alert, TransitionReason.SUPERSEDED).transition is None


@pytest.mark.parametrize(
    ("retirement", "on", "expected"),
    [
        (None, date(2030, 1, 1), None),
        (Retirement(date(2013, 11, 15), "single"), date(2013, 11, 14), None),
        (Retirement(date(2013, 11, 15), "single"), date(2013, 11, 15), TransitionReason.SUPERSEDED),
        (Retirement(date(2013, 11, 15), None), date(2013, 11, 15), TransitionReason.RETIRED),
    ],
)
def test_a_rule_is_closed_from_the_day_it_is_retired(
    retirement: Retirement | None, on: date, expected: TransitionReason | None
) -> None:
    assert closing_reason(rule({"warning": "value > 1"}, retirement=retirement), on) is expected
    assert closing_reason(None, on) is TransitionReason.WITHDRAWN


def test_figures_outside_the_rules_effective_dates_are_not_judged() -> None:
    dated = rule({"warning": "value > 1"}, start=START + timedelta(days=30))
    dated = replace(dated, retirement=Retirement(START + timedelta(days=60), None))
    found = follow(
        Alert("the-rule", "Kent"),
        [verdict(index, what) for index, what in enumerate("w.w")],
        dated,
        periods=1,
    )
    assert found.alert.state is AlertState.INACTIVE
    assert found.transitions == ()


def test_a_restated_figure_takes_back_what_it_had_caused() -> None:
    firing = course("..c")[-1]
    found = refollow(
        firing,
        [verdict(index, what) for index, what in enumerate("...")],
        RULE,
        periods=1,
        reason=TransitionReason.RESTATED,
    )
    assert found.alert.state is AlertState.INACTIVE
    assert [step.reason for step in found.transitions] == [TransitionReason.RESTATED]
    assert found.alert.episode == 1


def test_a_restated_figure_that_breaches_after_all_begins_an_episode() -> None:
    quiet = course("c...")[-1]
    found = refollow(
        quiet,
        [verdict(index, what) for index, what in enumerate("c..c")],
        RULE,
        periods=1,
        reason=TransitionReason.RESTATED,
    )
    assert (found.alert.state, found.alert.episode) == (AlertState.FIRING, 2)


def test_a_restatement_that_changes_no_state_is_no_transition() -> None:
    firing = course("w.c")[-1]
    judgements = [verdict(index, what) for index, what in enumerate("..c")]
    found = refollow(firing, judgements, RULE, periods=1, reason=TransitionReason.RESTATED)
    assert found.transitions == ()
    assert found.alert.episode == firing.episode


def flapped(figures: str) -> list[Alert]:
    flaps = replace(RULE, flapping=FlappingRule())
    alert, found = Alert("the-rule", "Kent"), []
    for index, what in enumerate(figures):
        alert = follow(alert, [verdict(index, what)], flaps, periods=1).alert
        found.append(alert)
    return found


def test_an_alert_that_comes_and_goes_flaps_until_it_calms() -> None:
    found = flapped("w." * 6 + "." * 20)
    began = [alert.flapping for alert in found].index(True)
    assert began == 5
    assert found[11].flapping
    assert not found[-1].flapping
    assert found[began].episode == found[11].episode == 3


def test_a_steady_alert_does_not_flap_and_without_the_option_none_does() -> None:
    assert not any(alert.flapping for alert in flapped("wwwwwwww......wwwww"))
    assert not any(alert.flapping for alert in course("w." * 20))


def test_a_missing_figure_is_no_change_of_state() -> None:
    assert flapped("w?w?w?")[-1].changes == 0b100


FIGURES = st.text("....~iwc?!", max_size=14)


@given(FIGURES, st.integers(1, 4))
def test_missing_figures_and_errors_never_change_the_state(figures: str, periods: int) -> None:
    without = [
        alert for what, alert in zip(figures, course(figures, periods), strict=True) if what not in "?!"
    ]
    kept = "".join(what for what in figures if what not in "?!")
    assert [(a.state, a.level, a.episode, a.streak) for a in without] == [
        (a.state, a.level, a.episode, a.streak) for a in course(kept, periods)
    ]


@given(FIGURES, st.integers(1, 4))
def test_an_alert_is_firing_exactly_when_it_has_a_fired_date(figures: str, periods: int) -> None:
    for alert in course(figures, periods):
        firing = alert.state is AlertState.FIRING
        assert (alert.fired_on is not None) is firing
        assert (alert.level is not None) is (alert.state in (AlertState.FIRING, AlertState.PENDING))
        assert (alert.breach_since is not None) is (alert.level is not None)


@given(FIGURES, st.integers(1, 4), st.data())
def test_following_in_pieces_is_following_at_once(figures: str, periods: int, data: st.DataObject) -> None:
    judgements = [verdict(index, what) for index, what in enumerate(figures)]
    cut = data.draw(st.integers(0, len(judgements)))
    overlap = data.draw(st.integers(0, cut))
    blank = Alert("the-rule", "Kent")
    at_once = follow(blank, judgements, RULE, periods=periods)
    first = follow(blank, judgements[:cut], RULE, periods=periods)
    second = follow(first.alert, judgements[cut - overlap :], RULE, periods=periods)
    assert second.alert == at_once.alert
    assert (*first.transitions, *second.transitions) == at_once.transitions


@given(FIGURES, FIGURES, st.integers(1, 4))
def test_judging_anew_ends_where_judging_the_new_figures_from_the_start_ends(
    before: str, after: str, periods: int
) -> None:
    stored = follow(
        Alert("the-rule", "Kent"), [verdict(i, what) for i, what in enumerate(before)], RULE, periods=periods
    ).alert
    judgements = [verdict(index, what) for index, what in enumerate(after)]
    found = refollow(stored, judgements, RULE, periods=periods, reason=TransitionReason.RESTATED).alert
    fresh = follow(Alert("the-rule", "Kent"), judgements, RULE, periods=periods).alert
    assert (found.state, found.level, found.streak, found.breach_since) == (
        fresh.state,
        fresh.level,
        fresh.streak,
        fresh.breach_since,
    )
    assert found.episode >= stored.episode


@given(FIGURES, st.integers(1, 4))
def test_transitions_join_up(figures: str, periods: int) -> None:
    judgements = [verdict(index, what) for index, what in enumerate(figures)]
    steps = follow(Alert("the-rule", "Kent"), judgements, RULE, periods=periods).transitions
    for earlier, later in itertools.pairwise(steps):
        assert (earlier.to_state, earlier.to_level) == (later.from_state, later.from_level)
