"""History as the rules would have told it: each alert's life and every mail, from all figures at once.

Each figure is taken to be known at the end of its period. The steps are those of a cycle: evaluation, the
alert's life, the decision who is told; only the store is missing.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from monitor.core.alerting import advance, close, closing_reason
from monitor.core.alerts import Alert, AlertState, Transition
from monitor.core.areas import Area, AreaTree
from monitor.core.evaluation import Judged
from monitor.core.judgements import RuleEvaluation
from monitor.core.notifications import Decision
from monitor.core.recipients import Directory, Recipient
from monitor.core.routing import Change, Reached, decide, reached
from monitor.core.rulebook import AlertRule, Rulebook

AlertKey = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Step:
    """One transition, on the day it would have been seen, with the figure that caused it, if one did."""

    on: date
    transition: Transition
    verdict: RuleEvaluation | None


@dataclass(frozen=True, slots=True)
class Episode:
    """One breach of an alert from the day it fired. ``ended`` None: it still goes on."""

    rule: str
    area: str
    number: int
    began: date
    ended: date | None
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Mail:
    """What one person would have been told on one day."""

    on: date
    recipient: Recipient
    decisions: tuple[Decision, ...]


@dataclass(frozen=True, slots=True)
class Replay:
    """What would have happened: steps and decisions in the order of days, alerts as they stand at the end."""

    alerts: Mapping[AlertKey, Alert]
    steps: tuple[Step, ...]
    decisions: tuple[tuple[date, Decision], ...]
    mails: tuple[Mail, ...]

    def episodes(self) -> tuple[Episode, ...]:
        """Returns every breach that fired, by rule, area and number."""
        by_key: dict[tuple[str, str, int], list[Step]] = {}
        for step in self.steps:
            if AlertState.FIRING in (step.transition.from_state, step.transition.to_state):
                key = (step.transition.rule, step.transition.area, step.transition.episode)
                by_key.setdefault(key, []).append(step)
        return tuple(_episode(key, steps) for key, steps in sorted(by_key.items()))


def _episode(key: tuple[str, str, int], steps: Sequence[Step]) -> Episode:
    last = steps[-1]
    ended = None if last.transition.to_state is AlertState.FIRING else last.on
    return Episode(*key, steps[0].on, ended, tuple(steps))


@dataclass(frozen=True)
class Setting:
    """By what history is replayed: rules, areas, people. ``operations`` are told when nobody else can be."""

    rulebook: Rulebook
    areas: AreaTree
    directory: Directory
    operations: tuple[Recipient, ...]


@dataclass
class _Course:
    alerts: dict[AlertKey, Alert] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)
    decisions: list[tuple[date, Decision]] = field(default_factory=list)
    mails: list[Mail] = field(default_factory=list)
    told: dict[tuple[str, str, int], dict[str, Recipient]] = field(default_factory=dict)


def replay(
    setting: Setting, judged: Iterable[Judged], *, start: date | None = None, until: date | None = None
) -> Replay:
    """Replays the judgements of whole series.

    Args:
        setting: rules, areas and people.
        judged: what :func:`monitor.core.evaluation.evaluate` made of each indicator's whole history.
        start: what figures of periods that ended before this day brought about is followed but not shown.
        until: figures of periods that end after this day are left out; rules retired later are not closed.
    """
    course = _Course()
    for on, verdicts in _by_day(setting.rulebook, judged, until):
        shown = start is None or on >= start
        changes = [*_closings(setting, course, on), *_advances(setting, course, on, verdicts)]
        _tell(setting, course, on, changes, shown=shown)
    steps = tuple(step for step in course.steps if start is None or step.on >= start)
    return Replay(course.alerts, steps, tuple(course.decisions), tuple(course.mails))


def _by_day(
    rulebook: Rulebook, judged: Iterable[Judged], until: date | None
) -> Iterator[tuple[date, list[RuleEvaluation]]]:
    """Every day on which a figure comes in or a rule is retired, in order."""
    days: dict[date, list[RuleEvaluation]] = {}
    for found in judged:
        for verdicts in found.rule_evaluations.values():
            for verdict in verdicts:
                days.setdefault(verdict.period_end, []).append(verdict)
    last = max(days, default=None)
    for rule in rulebook.alerts.values():
        if (
            rule.retirement is not None
            and last is not None
            and min(days) <= rule.retirement.on <= (until or last)
        ):
            days.setdefault(rule.retirement.on, [])
    for on in sorted(days):
        if until is None or on <= until:
            yield on, days[on]


def _closings(setting: Setting, course: _Course, on: date) -> list[tuple[Change, RuleEvaluation | None]]:
    found: list[tuple[Change, RuleEvaluation | None]] = []
    for key, alert in course.alerts.items():
        rule = setting.rulebook.alerts[key[0]]
        reason = closing_reason(rule, on)
        closed = close(alert, reason) if reason is not None else None
        if closed is not None and closed.transition is not None:
            course.alerts[key] = closed.alert
            found.append((Change(alert, closed.alert, (closed.transition,)), None))
    return found


def _advances(
    setting: Setting, course: _Course, on: date, verdicts: Iterable[RuleEvaluation]
) -> list[tuple[Change, RuleEvaluation | None]]:
    found: list[tuple[Change, RuleEvaluation | None]] = []
    for verdict in verdicts:
        rule = setting.rulebook.alerts[verdict.rule]
        if not rule.in_effect(on):
            continue
        key = (verdict.rule, verdict.area)
        before = course.alerts.get(key, Alert(*key))
        periods = rule.periods_for(verdict.area)
        step = advance(before, verdict, periods=periods, flapping=rule.flapping)
        course.alerts[key] = step.alert
        if step.transition is not None or before.flapping:
            steps = () if step.transition is None else (step.transition,)
            found.append((Change(before, step.alert, steps), verdict))
    return found


def _tell(
    setting: Setting,
    course: _Course,
    on: date,
    changes: Iterable[tuple[Change, RuleEvaluation | None]],
    *,
    shown: bool,
) -> None:
    groups: dict[str, list[Decision]] = {}
    people: dict[str, Recipient] = {}
    for change, verdict in changes:
        course.steps += [Step(on, transition, verdict) for transition in change.transitions]
        told = course.told.setdefault((change.before.rule, change.before.area, change.before.episode), {})
        for decision in decide(
            change,
            reach=_reach(setting, change, on),
            told_before=tuple(told.values()) if change.before.state is AlertState.FIRING else (),
            operations=setting.operations,
        ):
            if shown:
                course.decisions.append((on, decision))
            if decision.recipient is not None and decision.reason.told:
                key = (decision.rule, decision.area, decision.episode)
                course.told.setdefault(key, {})[decision.recipient.id] = decision.recipient
                groups.setdefault(decision.recipient.id, []).append(decision)
                people[decision.recipient.id] = decision.recipient
    if not shown:
        return
    course.mails += [Mail(on, people[person], tuple(made)) for person, made in groups.items()]


def _reach(setting: Setting, change: Change, on: date) -> tuple[Reached, ...]:
    rule: AlertRule = setting.rulebook.alerts[change.after.rule]
    area: Area = setting.areas[change.after.area]
    return reached(
        setting.rulebook.routes,
        rule,
        setting.rulebook.indicators[rule.indicator],
        area,
        change.after.level or change.before.level,
        directory=setting.directory,
        areas=setting.areas,
        on=on,
    )
