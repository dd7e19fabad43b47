"""The life of an alert: pure steps from one state to the next.

A figure that is missing, or a rule that could not be judged, changes nothing but the health: it is neither a
breach nor a recovery. What is no longer in effect is closed, whatever its last figure said.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from monitor.core.alerts import Alert, AlertState, Transition, TransitionReason
from monitor.core.judgements import RuleEvaluation, RuleHealth
from monitor.core.rulebook import LEVELS, AlertRule
from monitor.core.statistics.flapping import FlappingRule, changed_percent, is_flapping


@dataclass(frozen=True, slots=True)
class Advance:
    """An alert after a step, and the transition that the step was, if it was one."""

    alert: Alert
    transition: Transition | None


def advance(
    alert: Alert, judgement: RuleEvaluation, *, periods: int, flapping: FlappingRule | None = None
) -> Advance:
    """Takes one more figure into account; figures must come in the order of their periods.

    ``periods`` is how many figures in a row must breach, at whatever level, before the alert fires; it fires
    at the level of the last one, and what worsens after that is told at once. ``flapping`` is how flapping is
    found, if it is to be; what fires again while it flaps is the same episode.

    Raises:
        ValueError: the figure is not later than the last one taken into account, or belongs to another alert.
    """
    if (judgement.rule, judgement.area) != (alert.rule, alert.area):
        raise ValueError(f"a figure of {judgement.rule} in {judgement.area} was given to {alert}")
    if alert.judged_to is not None and judgement.period_end <= alert.judged_to:
        raise ValueError(f"{judgement.period_end} does not come after {alert.judged_to}")
    if judgement.health is not RuleHealth.OK:
        return Advance(replace(alert, health=judgement.health, judged_to=judgement.period_end), None)
    after, reason = _step(alert, judgement, periods)
    if flapping is not None:
        after = _flapped(alert, after, flapping)
    return Advance(after, _transition(alert, after, judgement.period_end, reason))


def _step(alert: Alert, judgement: RuleEvaluation, periods: int) -> tuple[Alert, TransitionReason]:
    """Returns the alert after a figure that could be judged, and why it changed if it did."""
    seen = replace(
        alert,
        health=RuleHealth.OK,
        judged_to=judgement.period_end,
        streak=0 if judgement.level is None else alert.streak + 1,
    )
    if judgement.level is not None and seen.breach_since is None:
        seen = replace(seen, breach_since=judgement.period_end)
    if alert.state is AlertState.FIRING:
        return _while_firing(seen, judgement)
    return _while_quiet(seen, judgement, periods)


def _flapped(before: Alert, after: Alert, rule: FlappingRule) -> Alert:
    changed = (before.state is AlertState.FIRING) is not (after.state is AlertState.FIRING)
    changes = ((before.changes << 1) | changed) & ((1 << rule.places) - 1)
    oldest_first = [bool(changes >> place & 1) for place in range(rule.places - 1, -1, -1)]
    flaps = is_flapping(changed_percent(oldest_first, rule), rule, before=before.flapping)
    return replace(after, changes=changes, flapping=flaps)


def _while_quiet(alert: Alert, judgement: RuleEvaluation, periods: int) -> tuple[Alert, TransitionReason]:
    if judgement.level is not None and alert.streak >= periods:
        fired = replace(
            alert,
            state=AlertState.FIRING,
            level=judgement.level,
            episode=alert.episode + (not alert.flapping),
            fired_on=judgement.period_end,
        )
        return fired, TransitionReason.BREACH_LASTED if periods > 1 else TransitionReason.BREACH_BEGAN
    if judgement.level is not None:
        return (
            replace(alert, state=AlertState.PENDING, level=judgement.level),
            TransitionReason.BREACH_BEGAN,
        )
    was_pending = alert.state is AlertState.PENDING
    quiet = replace(alert, state=AlertState.INACTIVE, level=None, breach_since=None, fired_on=None)
    return quiet, TransitionReason.BREACH_ENDED if was_pending else TransitionReason.SETTLED


def _while_firing(alert: Alert, judgement: RuleEvaluation) -> tuple[Alert, TransitionReason]:
    if judgement.recovered:
        over = replace(
            alert, state=AlertState.RESOLVED, level=None, streak=0, breach_since=None, fired_on=None
        )
        return over, TransitionReason.RECOVERED
    held = alert.level or LEVELS[0]
    # Within limits again but not yet recovered: the alert goes on at its least severe level.
    level = judgement.level or judgement.lowest
    if level.rank > held.rank and judgement.level is not None:
        return replace(alert, level=level), TransitionReason.WORSENED
    if level.rank < held.rank and judgement.certain:
        return replace(alert, level=level), TransitionReason.EASED
    return alert, TransitionReason.BREACH_LASTED


def _transition(
    before: Alert, after: Alert, period_end: date | None, reason: TransitionReason
) -> Transition | None:
    if (before.state, before.level, before.episode) == (after.state, after.level, after.episode):
        return None
    return Transition(
        rule=after.rule,
        area=after.area,
        period_end=period_end,
        from_state=before.state,
        from_level=before.level,
        to_state=after.state,
        to_level=after.level,
        episode=after.episode,
        reason=reason,
    )


def close(alert: Alert, reason: TransitionReason) -> Advance:
    """Ends an alert that no figure can end any more: its rule was retired, superseded or withdrawn.

    A firing alert becomes resolved, a pending one inactive; any other stays as it is.
    """
    if alert.state is AlertState.FIRING:
        state = AlertState.RESOLVED
    elif alert.state is AlertState.PENDING:
        state = AlertState.INACTIVE
    else:
        return Advance(alert, None)
    after = replace(
        alert, state=state, level=None, streak=0, breach_since=None, fired_on=None, flapping=False
    )
    return Advance(after, _transition(alert, after, None, reason))


def closing_reason(rule: AlertRule | None, on: date) -> TransitionReason | None:
    """Says why an alert of ``rule`` must be closed on that day; None when the rule still holds.

    ``rule`` None: it is no longer in the rulebook.
    """
    if rule is None:
        return TransitionReason.WITHDRAWN
    if rule.retirement is None or on < rule.retirement.on:
        return None
    return TransitionReason.SUPERSEDED if rule.retirement.superseded_by else TransitionReason.RETIRED


@dataclass(frozen=True, slots=True)
class Course:
    """An alert after a run of figures, and every transition on the way."""

    alert: Alert
    transitions: tuple[Transition, ...]


def follow(alert: Alert, judgements: Iterable[RuleEvaluation], rule: AlertRule, *, periods: int) -> Course:
    """Takes a run of figures into account, in the order of their periods.

    Figures of periods that the rule does not judge (before it began, after it was retired) are left out.
    Figures that were taken into account before are left out too, so a run may overlap the last one.
    """
    transitions = []
    for judgement in judgements:
        if not rule.in_effect(judgement.period_end):
            continue
        if alert.judged_to is not None and judgement.period_end <= alert.judged_to:
            continue
        step = advance(alert, judgement, periods=periods, flapping=rule.flapping)
        alert = step.alert
        if step.transition is not None:
            transitions.append(step.transition)
    return Course(alert, tuple(transitions))


def refollow(
    alert: Alert,
    judgements: Iterable[RuleEvaluation],
    rule: AlertRule,
    *,
    periods: int,
    reason: TransitionReason,
    unheard: bool = False,
) -> Course:
    """Judges the whole series anew, after an earlier figure or the rule itself changed.

    ``judgements`` is the whole series. What then differs from ``alert`` is one transition with ``reason``;
    what the figures after the old ``judged_to`` bring follows as usual. The count of episodes never goes
    back. ``unheard``: nobody was told that the last breach is over, so that it goes on if it is back.
    """
    past: list[RuleEvaluation] = []
    fresh: list[RuleEvaluation] = []
    for judgement in judgements:
        is_past = alert.judged_to is not None and judgement.period_end <= alert.judged_to
        (past if is_past else fresh).append(judgement)
    blank = Alert(alert.rule, alert.area)
    again = follow(blank, past, rule, periods=periods).alert
    again = replace(
        again,
        episode=_continued_episode(alert, again, unheard=unheard),
        judged_to=again.judged_to or alert.judged_to,
    )
    correction = _transition(alert, again, again.judged_to, reason)
    onward = follow(again, fresh, rule, periods=periods)
    return Course(onward.alert, (*([correction] if correction else []), *onward.transitions))


def _continued_episode(stored: Alert, again: Alert, *, unheard: bool) -> int:
    """The breach that goes on keeps its number; one that only now appears gets the next."""
    if again.state is AlertState.FIRING and stored.state is not AlertState.FIRING and not unheard:
        return stored.episode + 1
    return stored.episode
