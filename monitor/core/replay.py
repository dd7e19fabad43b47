"""History as the rules would have judged it: each alert's life, from all figures at once.

Each figure is taken to be known at the end of its period. The steps are those of a cycle, evaluation and the
alert's life; who would have been told of them is for others to say.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from operator import attrgetter

from monitor.core.alerting import advance, close, closing_reason
from monitor.core.alerts import Alert, AlertState, Transition
from monitor.core.evaluation import Judged
from monitor.core.judgements import RuleEvaluation
from monitor.core.routing import Change
from monitor.core.rulebook import AlertRule, Level
from monitor.core.runs import Run

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
class Stay:
    """How long an alert stayed pending or firing at one level; ``ended`` (excluded) None: it still does."""

    state: AlertState
    level: Level | None
    began: date
    ended: date | None


@dataclass(frozen=True, slots=True)
class ReplayedDay:
    """All that one day did to alerts."""

    on: date
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Replay:
    """What would have happened, in the order of days, and the alerts as they stand at the end.

    ``course`` and ``days`` have everything from the first figure on; ``steps`` are those from ``start`` on.
    """

    start: date | None
    alerts: Mapping[AlertKey, Alert]
    course: tuple[Step, ...]
    days: tuple[ReplayedDay, ...]

    @property
    def steps(self) -> tuple[Step, ...]:
        """The steps from ``start`` on."""
        return tuple(step for step in self.course if self.start is None or step.on >= self.start)

    def narrowed(self, wanted: Callable[[str, str], bool]) -> "Replay":
        """Only the alerts (rule, area) that are wanted."""
        return Replay(
            self.start,
            {key: alert for key, alert in self.alerts.items() if wanted(*key)},
            tuple(step for step in self.course if wanted(step.transition.rule, step.transition.area)),
            tuple(
                ReplayedDay(
                    day.on, tuple(each for each in day.changes if wanted(each.after.rule, each.after.area))
                )
                for day in self.days
            ),
        )

    def stays(self) -> dict[AlertKey, tuple[Stay, ...]]:
        """Returns for every alert that was ever pending or firing each of its stays, in order."""
        by_key: dict[AlertKey, list[Step]] = {}
        for step in self.course:
            by_key.setdefault((step.transition.rule, step.transition.area), []).append(step)
        found = {key: tuple(_stays(steps)) for key, steps in by_key.items()}
        return {key: stays for key, stays in found.items() if stays}

    def episodes(self) -> tuple[Episode, ...]:
        """Returns every breach that fired and was not over before ``start``, by rule, area and number."""
        by_key: dict[tuple[str, str, int], list[Step]] = {}
        for step in self.course:
            if AlertState.FIRING in (step.transition.from_state, step.transition.to_state):
                key = (step.transition.rule, step.transition.area, step.transition.episode)
                by_key.setdefault(key, []).append(step)
        found = (_episode(key, steps) for key, steps in sorted(by_key.items()))
        return tuple(
            each for each in found if each.ended is None or self.start is None or each.ended >= self.start
        )


def _stays(steps: Sequence[Step]) -> Iterator[Stay]:
    ends = [step.on for step in steps[1:]]
    for step, ended in zip(steps, [*ends, None], strict=True):
        moved = step.transition
        if moved.to_state in (AlertState.PENDING, AlertState.FIRING):
            yield Stay(moved.to_state, moved.to_level, step.on, ended)


def _episode(key: tuple[str, str, int], steps: Sequence[Step]) -> Episode:
    last = steps[-1]
    ended = None if last.transition.to_state is AlertState.FIRING else last.on
    return Episode(*key, steps[0].on, ended, tuple(steps))


@dataclass(frozen=True, slots=True)
class _Moved:
    """What one day did to one alert, with the figure that did it (None: its rule's retirement)."""

    on: date
    change: Change
    verdict: RuleEvaluation | None


def replay(
    rules: Mapping[str, AlertRule],
    judged: Iterable[Judged],
    *,
    start: date | None = None,
    until: date | None = None,
) -> Replay:
    """Replays the judgements of whole series.

    Args:
        rules: the alert rules by id.
        judged: what :func:`monitor.core.evaluation.evaluate` made of each indicator's whole history; best
            made ``lazily``, for where nothing happens nothing is looked at.
        start: what figures of periods that ended before this day brought about is followed but not shown.
        until: figures of periods that end after this day are left out; rules retired later are not closed.
    """
    runs = {key: Run.of(verdicts) for found in judged for key, verdicts in found.rule_evaluations.items()}
    last = until or _last_day(runs.values())
    alerts: dict[AlertKey, Alert] = {}
    moved: list[_Moved] = []
    for key, run in runs.items():
        rule = rules[key[0]]
        alerts[key] = yet = Alert(*key)
        for each in _life(yet, rule, run, until):
            alerts[key] = each.change.after
            if _is_moved(each.change):
                moved.append(each)
        ending = _closing(alerts[key], rule, last)
        if ending is not None:
            alerts[key] = ending.change.after
            moved.append(ending)
    # A day's figures come before its closings, as in a cycle; the sort keeps what is equal in order.
    moved.sort(key=lambda each: (each.on, each.verdict is None))
    course = tuple(Step(each.on, step, each.verdict) for each in moved for step in each.change.transitions)
    return Replay(
        start,
        {key: alert for key, alert in alerts.items() if alert.judged_to is not None},
        course,
        tuple(
            ReplayedDay(on, tuple(each.change for each in own))
            for on, own in groupby(moved, key=attrgetter("on"))
        ),
    )


def _last_day(runs: Iterable[Run]) -> date:
    """The last day on which a figure comes in; of all days the first where none does."""
    return max((run.period_ends[-1] for run in runs if run.period_ends), default=date.min)


def _life(alert: Alert, rule: AlertRule, run: Run, until: date | None) -> Iterator[_Moved]:
    """Follows an alert through its figures.

    While it is at rest, figures at which no level holds change nothing but how far it was judged; they are
    passed over, all but the last.
    """
    periods = rule.periods_for(alert.area)
    place, last = _judged_places(rule, run.period_ends, until)
    while place <= last:
        if _at_rest(alert):
            place = min(run.next_breach(place), last)
        verdict = run.verdicts[place]
        after = advance(alert, verdict, periods=periods, flapping=rule.flapping)
        steps = () if after.transition is None else (after.transition,)
        yield _Moved(run.period_ends[place], Change(alert, after.alert, steps), verdict)
        alert = after.alert
        place += 1


def _judged_places(rule: AlertRule, period_ends: Sequence[date], until: date | None) -> tuple[int, int]:
    """The first and the last place that the rule judges; the last before the first if it judges none."""
    first = 0 if rule.start is None else bisect_left(period_ends, rule.start)
    end = len(period_ends) if until is None else bisect_right(period_ends, until)
    if rule.retirement is not None:
        end = min(end, bisect_left(period_ends, rule.retirement.on))
    return first, end - 1


def _at_rest(alert: Alert) -> bool:
    """Whether a figure that breaches nothing leaves an alert as it is, but for how far it was judged."""
    return (
        alert.state is AlertState.INACTIVE
        and alert.streak == 0
        and alert.breach_since is None
        and not (alert.flapping or alert.changes)
    )


def _is_moved(change: Change) -> bool:
    """Whether there may be something to record or to tell: also an alert that ceases to flap is news."""
    return bool(change.transitions) or change.before.flapping


def _closing(alert: Alert, rule: AlertRule, last: date) -> _Moved | None:
    if rule.retirement is None or rule.retirement.on > last:
        return None
    reason = closing_reason(rule, rule.retirement.on)
    closed = close(alert, reason) if reason is not None else None
    if closed is None or closed.transition is None:
        return None
    return _Moved(rule.retirement.on, Change(alert, closed.alert, (closed.transition,)), None)
