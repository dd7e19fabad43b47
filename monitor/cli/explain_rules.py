"""What alert rules say of a figure, how alerts fared, who was told; and whether figures are late or wrong."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction

from sqlalchemy import Connection

from monitor.calendar_england import bank_holidays
from monitor.cli.explain_conditions import compared, truth_of
from monitor.cli.explain_facts import (
    FaultTold,
    FlappingTold,
    LatenessTold,
    LevelTold,
    RecoveryTold,
    RuleTold,
    StepTold,
    VerdictTold,
)
from monitor.cli.explain_person import Who, person_told
from monitor.cli.explain_telling import Inquiry, telling_told
from monitor.cli.explain_view import View
from monitor.cli.telling_facts import PersonTold, TellingTold
from monitor.cli.told import Telling, tellings
from monitor.core.alerts import Alert, AlertState
from monitor.core.fault_notices import doubt_in_words, limits_in_words
from monitor.core.freshness import Expected, expected_after, lateness_of
from monitor.core.judgements import RuleEvaluation, RuleHealth
from monitor.core.plausibility import fault_of, says_anything
from monitor.core.rulebook import AlertRule, Level, LevelCondition
from monitor.core.sight import scaled_decimal
from monitor.core.statistics.flapping import changed_percent
from monitor.fault_views import fault_views
from monitor.store.alerts import RecordedTransition, alerts, transitions_of
from monitor.store.evaluations import rule_evaluations_of
from monitor.store.figures import latest_periods
from monitor.wording import WITHHELD

_YEARS_AHEAD = 2
"""A figure that follows is at most a year off, and due some weeks after."""


def rule_told(inquiry: Inquiry, rule: AlertRule, view: View, who: Who | None) -> RuleTold:
    """What one rule says of the figure, and everything that became of its alert."""
    connection, key = inquiry.connection, (rule.id, view.area.name)
    alert = alerts(connection, [key]).get(key, Alert(*key))
    decided = tellings(connection, *key)
    standing, answered = _standing_of(
        inquiry, alert, _levels(rule, alert, view), view, decided=decided, who=who
    )
    thresholds = rule.thresholds_for(view.area)
    applies = _why_not(rule, view)
    verdict = _verdict(rule, view)
    health = verdict.health if verdict else RuleHealth.NO_DATA
    judge = not applies and health is not RuleHealth.ERROR
    steps = transitions_of(connection, *key)
    return RuleTold(
        rule=rule.id,
        title=rule.title,
        position=str(rule.position),
        reference=rule.reference,
        action=rule.action,
        start=rule.start,
        retired_on=rule.retirement.on if rule.retirement else None,
        superseded_by=rule.retirement.superseded_by if rule.retirement else None,
        applies=applies,
        levels=tuple(_level(each, view, judge=judge) for each in reversed(thresholds.levels)),
        recover=thresholds.recover.text if thresholds.recover else None,
        recovery=_recovery(rule, view, alert, verdict if judge else None),
        periods=thresholds.periods,
        health=health.value,
        state=alert.state.value,
        level=alert.level.value if alert.level else None,
        since=alert.breach_since,
        judged_to=alert.judged_to,
        then=_then(steps, alert, view),
        flapping=_flapping(rule, alert),
        verdicts=_verdicts(connection, rule, view),
        steps=tuple(_step(each) for each in steps),
        tellings=decided,
        telling=standing,
        person=answered,
    )


def _levels(rule: AlertRule, alert: Alert, view: View) -> Sequence[Level]:
    """The levels at which news of it would come: that of an alert that fires, else all, the worst first."""
    if alert.level is not None:
        return [alert.level]
    return [each.level for each in reversed(rule.thresholds_for(view.area).levels)]


def _standing_of(
    inquiry: Inquiry,
    alert: Alert,
    levels: Sequence[Level],
    view: View,
    *,
    decided: Sequence[Telling],
    who: Who | None,
) -> tuple[TellingTold, PersonTold | None]:
    """What is to come of an alert's news, and the answer for whoever was asked about."""
    standing = telling_told(inquiry, alert, levels[0] if levels else None, view, decided)
    if who is None:
        return standing, None
    subject = (view.indicator, view.area)
    answered = person_told(inquiry, who, alert, levels, subject=subject, tellings=decided, telling=standing)
    return standing, answered


def lateness_told(inquiry: Inquiry, view: View, who: Who | None) -> LatenessTold | None:
    """Whether the series' figures come in time; None where nobody waits for them and nobody ever did."""
    connection = inquiry.connection
    indicator, area = view.indicator, view.area
    key = (lateness_of(indicator.id), area.name)
    alert = alerts(connection, [key]).get(key)
    waits = indicator.expected_within is not None and indicator.derivation is None
    if alert is None and not waits:
        return None
    late = alert is not None and alert.state is AlertState.FIRING
    expected = _expected(connection, view)
    if alert is not None and late and alert.breach_since is not None and alert.fired_on is not None:
        expected = Expected(alert.breach_since, alert.fired_on)
    decided = tellings(connection, *key)
    standing, answered = _standing_of(inquiry, alert or Alert(*key), (), view, decided=decided, who=who)
    return LatenessTold(
        rule=key[0],
        expected_within=indicator.expected_within if waits else None,
        late=late,
        period_end=expected.period_end if expected else None,
        due=expected.due if expected else None,
        steps=tuple(_step(each) for each in transitions_of(connection, *key)),
        tellings=decided,
        telling=standing,
        person=answered,
    )


def fault_told(inquiry: Inquiry, view: View, who: Who | None) -> FaultTold | None:
    """Whether the series' last figure is doubtful or missing; None where the rules never asked that."""
    connection, world = inquiry.connection, inquiry.world
    indicator, area = view.indicator, view.area
    key = (fault_of(indicator.id), area.name)
    alert = alerts(connection, [key]).get(key)
    if alert is None and not says_anything(indicator.plausibility):
        return None
    in_doubt = alert is not None and alert.state is AlertState.FIRING
    doubt = ""
    if in_doubt:
        series = (indicator.id, area.name)
        doubt = doubt_in_words(indicator, fault_views(connection, world, [series])[series])
    decided = tellings(connection, *key)
    standing, answered = _standing_of(inquiry, alert or Alert(*key), (), view, decided=decided, who=who)
    return FaultTold(
        rule=key[0],
        limits=limits_in_words(indicator),
        in_doubt=in_doubt,
        doubt=doubt,
        steps=tuple(_step(each) for each in transitions_of(connection, *key)),
        tellings=decided,
        telling=standing,
        person=answered,
    )


def _expected(connection: Connection, view: View) -> Expected | None:
    """The figure that comes next; None: none does, or the area never sent one."""
    last = latest_periods(connection, [view.indicator.id]).get((view.indicator.id, view.area.name))
    if last is None or view.indicator.expected_within is None:
        return None
    expected = expected_after(last, view.indicator, bank_holidays(last.year, last.year + _YEARS_AHEAD))
    retirement = view.indicator.retirement
    # From its retirement on nobody is asked for a figure any more.
    return None if expected and retirement and expected.due >= retirement.on else expected


def _verdict(rule: AlertRule, view: View) -> RuleEvaluation | None:
    found = view.judged.rule_evaluations.get((rule.id, view.area.name), ())
    return found[-1] if view.figure is not None and found else None


def _why_not(rule: AlertRule, view: View) -> str:
    """Why the rule doesn't judge the figure; "" where it does."""
    if not rule.covers(view.area):
        return f"It is for {rule.scope}; {view.area.name} is not among them."
    if view.figure is None:
        return "There is no figure to judge."
    if rule.start is not None and view.period_end < rule.start:
        return f"It judges periods that end on {rule.start} or later."
    if rule.retirement is not None and view.period_end >= rule.retirement.on:
        successor = rule.retirement.superseded_by
        instead = f"; “{successor}” has taken its place" if successor else ""
        return f"It judges periods that ended before {rule.retirement.on}{instead}."
    return ""


def _level(level: LevelCondition, view: View, *, judge: bool) -> LevelTold:
    """A level with what it compares. One that would give a number away is left unsaid."""
    text, place = level.condition.text, str(level.position)
    if not judge:
        return LevelTold(level.level.value, text, (), None, place, None)
    row, column = view.place
    limits = tuple(
        scaled_decimal(scaled, found.decimals)
        for found in view.sight.limits_of(level.condition)
        if (scaled := found.scaled[row][column]) is not None
    )
    if any(view.conceals(limit) for limit in limits):
        return LevelTold(level.level.value, WITHHELD, (), None, place, None)
    holds = truth_of(level.condition, view)
    return LevelTold(level.level.value, text, limits, holds, place, compared(level.condition, view))


def _recovery(
    rule: AlertRule, view: View, alert: Alert, verdict: RuleEvaluation | None
) -> RecoveryTold | None:
    condition = rule.thresholds_for(view.area).recover
    if condition is None:
        return None
    if verdict is None:
        return RecoveryTold(condition.text, None, awaited=False, compared=None)
    row, column = view.place
    limits = (found.scaled[row][column] for found in view.sight.limits_of(condition))
    decimals = [found.decimals for found in view.sight.limits_of(condition)]
    shown = [scaled_decimal(s, d) for s, d in zip(limits, decimals, strict=True) if s is not None]
    if any(view.conceals(limit) for limit in shown):
        return RecoveryTold(WITHHELD, None, awaited=False, compared=None)
    awaited = (
        alert.state is AlertState.FIRING
        and alert.judged_to == view.period_end
        and verdict.health is RuleHealth.OK
        and verdict.level is None
        and not verdict.recovered
    )
    return RecoveryTold(condition.text, truth_of(condition, view), awaited, compared(condition, view))


def _then(steps: Sequence[RecordedTransition], alert: Alert, view: View) -> str | None:
    """How the alert stood after the figure's period; None where that is the last one judged."""
    if view.figure is None or alert.judged_to is None or alert.judged_to <= view.period_end:
        return None
    earlier = [
        each.transition
        for each in steps
        if each.transition.period_end is not None and each.transition.period_end <= view.period_end
    ]
    return (
        _standing(earlier[-1].to_state.value, earlier[-1].to_level) if earlier else AlertState.INACTIVE.value
    )


def _flapping(rule: AlertRule, alert: Alert) -> FlappingTold | None:
    if rule.flapping is None:
        return None
    places = rule.flapping.places
    oldest_first = [bool(alert.changes >> place & 1) for place in range(places - 1, -1, -1)]
    return FlappingTold(
        percent=_percent(changed_percent(oldest_first, rule.flapping)),
        figures=places,
        high=_percent(rule.flapping.high),
        low=_percent(rule.flapping.low),
        flapping=alert.flapping,
    )


def _percent(share: Fraction) -> Decimal:
    return Decimal(f"{float(share):.1f}")


def _verdicts(connection: Connection, rule: AlertRule, view: View) -> tuple[VerdictTold, ...]:
    """For each revision of the figure, what the last cycle that judged it found."""
    if view.figure is None:
        return ()
    found: dict[int, VerdictTold] = {}
    for each in rule_evaluations_of(connection, rule.id, view.area.name, period_end=view.period_end):
        own = each.evaluation
        found[own.revision] = VerdictTold(
            revision=own.revision,
            cycle=each.judged.cycle_id,
            at=each.judged.at,
            health=own.health.value,
            level=own.level.value if own.level else None,
        )
    return tuple(found[revision] for revision in sorted(found))


def _step(recorded: RecordedTransition) -> StepTold:
    step = recorded.transition
    end: date | None = step.period_end
    return StepTold(
        at=recorded.at,
        cycle=recorded.cycle_id,
        period_end=end,
        before=_standing(step.from_state.value, step.from_level),
        after=_standing(step.to_state.value, step.to_level),
        reason=step.reason.value,
    )


def _standing(state: str, level: Level | None) -> str:
    return state if level is None else f"{state} ({level.value})"
