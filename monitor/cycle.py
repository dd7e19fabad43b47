"""One evaluation cycle: what has changed is judged, and whoever must know gets a mail in the outbox.

Everything a cycle finds is written in one transaction: evaluations, alerts, transitions, decisions and mails.
Either all of it happened or none of it, and then the next cycle does it.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from monitor.calendar_england import calendar_of
from monitor.core.alerting import close, closing_reason, follow, refollow
from monitor.core.alerts import Alert, TransitionReason
from monitor.core.areas import Area
from monitor.core.evaluation import Judged, evaluate, figures_needed
from monitor.core.freshness import late_indicator
from monitor.core.judgements import Evaluation, RuleEvaluation
from monitor.core.observations import Observation
from monitor.core.plausibility import faulty_indicator
from monitor.core.renaming import Renaming
from monitor.core.routing import Change
from monitor.core.rulebook import AlertRule
from monitor.core.windows import Calendar
from monitor.deriving import record_derived
from monitor.lateness import LOOK, changes_of_lateness, look_of
from monitor.plausibility import changes_of_plausibility
from monitor.settings import Settings
from monitor.standings import SPARE_FIGURES, by_area, comparing_series, others_of
from monitor.store import alerts as alert_store
from monitor.store import batches as batch_store
from monitor.store import cycles as cycle_store
from monitor.store import evaluations as evaluation_store
from monitor.store import figures as figure_store
from monitor.store import follow_ups as follow_up_store
from monitor.store import rulebooks as rulebook_store
from monitor.store.renaming import follow_renames
from monitor.store.store import Store
from monitor.telling import StormGuard, tell
from monitor.telling.recollection import StoredRecollection
from monitor.telling.unheard import unheard_endings
from monitor.world import DERIVED, TELLING, World

SeriesKey = tuple[str, str]
AlertKey = tuple[str, str]
_CameIn = tuple[tuple[int, ...], Mapping[SeriesKey, date]]


@dataclass(frozen=True, slots=True)
class CycleOutcome:
    """What a cycle did. ``cycle_id`` None: nothing had changed. ``indicators`` are those that were judged.

    ``renamed`` are the areas whose history was carried over to another name.
    """

    cycle_id: int | None = None
    evaluated: int = 0
    transitions: int = 0
    enqueued: int = 0
    indicators: frozenset[str] = frozenset()
    renamed: tuple[Renaming, ...] = ()


@dataclass(frozen=True)
class _Task:
    """What a cycle has to judge: series with the first period that changed (None: all of it).

    ``closings`` are alerts of rules that hold no more, ``lateness`` what became late and what has come.
    ``look`` is what lateness depends on, if it is not as it was at the last look; "": nothing is waited for.
    ``due``: there is something to come back to, or whom to tell was changed.
    ``open_alerts`` are those that are pending or fire; ``vouched``: a doubtful figure was acknowledged, or is
    not asked about any more. ``unheard``: see :func:`_unheard`.
    """

    batches: tuple[int, ...]
    series: Mapping[SeriesKey, date | None]
    dependants: frozenset[SeriesKey]
    changed_rules: frozenset[str]
    closings: Mapping[AlertKey, TransitionReason]
    lateness: Mapping[AlertKey, Change]
    look: str | None
    today: date
    open_alerts: Mapping[AlertKey, Alert] = field(default_factory=dict)
    vouched: bool = False
    due: bool = False
    unheard: frozenset[AlertKey] = frozenset()

    @property
    def empty(self) -> bool:
        judged = self.batches or self.changed_rules or self.closings or self.lateness or self.vouched
        return not (judged or self.due)


@dataclass
class _Findings:
    """What a cycle found. ``anew`` are series of which figures were judged that had been judged before."""

    evaluations: list[Evaluation] = field(default_factory=list)
    rule_evaluations: list[RuleEvaluation] = field(default_factory=list)
    changes: dict[AlertKey, Change] = field(default_factory=dict)
    anew: set[SeriesKey] = field(default_factory=set)

    @property
    def restated(self) -> set[SeriesKey]:
        """The series of which figures that people were told may be judged otherwise than they were."""
        return self.anew | {(each.indicator, each.area) for each in self.evaluations if each.revision > 1}


def run_cycle(
    store: Store,
    world: World,
    *,
    now: datetime,
    zone: ZoneInfo,
    domain: str,
    guard: StormGuard | None = None,
) -> CycleOutcome:
    """Judges what has changed since the last cycle.

    A cycle in which nothing changed costs the same few statements however many series there are.

    Args:
        store: where everything is kept.
        world: the areas, people and rules in force.
        now: the present instant.
        zone: where the council is; it decides what day it is.
        domain: the right-hand side of the mails' Message-IDs.
        guard: the limits past which mails are folded into summaries; None: those by default.

    Raises:
        StoreUnavailableError: the database can't be reached; nothing was changed.
    """
    with store.writing() as connection:
        return judge_changes(
            connection, world, now=now, calendar=calendar_of(zone), domain=domain, guard=guard
        )


def guard_of(settings: Settings) -> StormGuard:
    """The limits past which mails are folded into summaries, as the settings have them."""
    told = settings.telling
    return StormGuard(told.most_mails_per_person, told.most_mails, timedelta(seconds=told.within))


def judge_changes(
    connection: Connection,
    world: World,
    *,
    now: datetime,
    calendar: Calendar,
    domain: str,
    guard: StormGuard | None = None,
) -> CycleOutcome:
    """Does a cycle's work in a transaction that the caller commits, or rolls back to see what would be."""
    cycle_store.hold_cycles(connection)
    came_in = _came_in(connection)
    renamed = follow_renames(connection, world.areas, {area for _, area in came_in[1]}, now=now)
    if renamed:
        came_in = _came_in(connection)
    task = _task(connection, world, came_in, now, calendar.local_day(now))
    if task.look is not None:
        rulebook_store.note_fingerprint(connection, LOOK, task.look)
    if task.empty:
        return CycleOutcome(renamed=renamed)
    version = rulebook_store.rulebook_version(
        connection, world.rulebook.version, world.rulebook.revision, now=now
    )
    cycle_id = cycle_store.begin_cycle(connection, version, now=now)
    task = _spread(connection, world, task, now)
    found = _judge(connection, world, task)
    _write(connection, found, cycle_id, now)
    enqueued = tell(
        connection,
        world,
        found.changes.values(),
        cycle_id,
        restated=found.restated,
        now=now,
        calendar=calendar,
        domain=domain,
        guard=guard,
    )
    batch_store.mark_batches_evaluated(connection, task.batches, cycle_id)
    if task.changed_rules:
        rulebook_store.save_fingerprints(connection, world.fingerprints(), kept=(LOOK, TELLING))
    steps = sum(len(change.transitions) for change in found.changes.values())
    counts = cycle_store.CycleCounts(
        batches=len(task.batches),
        series=len(task.series),
        evaluations=len(found.evaluations),
        rule_evaluations=len(found.rule_evaluations),
        transitions=steps,
        notifications=enqueued,
    )
    cycle_store.finish_cycle(connection, cycle_id, counts, now=now)
    indicators = frozenset(indicator for indicator, _ in task.series)
    return CycleOutcome(cycle_id, len(found.evaluations), steps, enqueued, indicators, renamed)


def _came_in(connection: Connection) -> _CameIn:
    """The batches that no cycle has judged, and the series that they changed, each since when."""
    batches = tuple(batch.id for batch in batch_store.unevaluated_batches(connection))
    return batches, batch_store.changed_series(connection, batches)


def _task(connection: Connection, world: World, came_in: _CameIn, now: datetime, today: date) -> _Task:
    batches: tuple[int, ...] = came_in[0]
    series: dict[SeriesKey, date | None] = dict(came_in[1])
    before, current = rulebook_store.fingerprints(connection), world.fingerprints()
    looked, look = before.pop(LOOK, ""), look_of(world, today) or ""
    _look_again_if_told_otherwise(connection, world, before.pop(TELLING, ""), now)
    changed = frozenset(rule for rule in {*before, *current} if before.get(rule) != current.get(rule))
    closings: dict[AlertKey, TransitionReason] = {}
    open_alerts = alert_store.open_alerts(connection)
    for key, alert in open_alerts.items():
        of_data = late_indicator(alert.rule) or faulty_indicator(alert.rule)
        reason = None if of_data else _closing_reason(world, alert, today)
        if reason is not None:
            closings[key] = reason
    lateness: Mapping[AlertKey, Change] = {}
    if look != looked or (look and batches):
        lateness = changes_of_lateness(connection, world, open_alerts, today)
    news = look if look != looked else None
    vouched = bool(changes_of_plausibility(connection, world, (), (), open_alerts=open_alerts, today=today))
    due = follow_up_store.anything_due(connection, now)
    return _Task(
        batches, series, frozenset(), changed, closings, lateness, news, today, open_alerts, vouched, due
    )


def _look_again_if_told_otherwise(connection: Connection, world: World, before: str, now: datetime) -> None:
    """What is held is looked at again once it is known that others are to be told, or at another time."""
    if world.telling_fingerprint == before:
        return
    rulebook_store.note_fingerprint(connection, TELLING, world.telling_fingerprint)
    if before:
        follow_up_store.look_again(connection, now)


def _spread(connection: Connection, world: World, task: _Task, now: datetime) -> _Task:
    """Adds what depends on the changes: derived figures, all of changed rules, and whoever is compared."""
    redefined = {each.removeprefix(DERIVED) for each in task.changed_rules if each.startswith(DERIVED)}
    batches, derived = record_derived(connection, world, task.series, redefined, now=now)
    series = {**task.series, **derived}
    compared = comparing_series(world, {key: since for key, since in series.items() if since is not None})
    dependants = frozenset(key for key in compared if key not in series)
    for key, since in compared.items():
        series[key] = min(since, series.get(key) or since)
    indicators = {
        world.rulebook.alerts[rule].indicator for rule in task.changed_rules if rule in world.rulebook.alerts
    }
    if indicators:
        series.update(dict.fromkeys(figure_store.series_of(connection, indicators)))
    return replace(task, batches=(*task.batches, *batches), series=series, dependants=dependants)


def _closing_reason(world: World, alert: Alert, today: date) -> TransitionReason | None:
    rule, area = world.rulebook.alerts.get(alert.rule), world.areas.find(alert.area)
    if rule is not None and area is None:
        return TransitionReason.AREA_REMOVED
    if rule is not None and area is not None and not rule.covers(area):
        return TransitionReason.NOT_COVERED
    return closing_reason(rule, today)


def _judge(connection: Connection, world: World, task: _Task) -> _Findings:
    found = _Findings()
    wanted = [key for key in task.series if key[0] in world.rulebook.indicators]
    keys = [(rule.id, area) for indicator, area in wanted for rule in world.rulebook.rules_of(indicator)]
    alerts = alert_store.alerts(connection, [*keys, *task.closings])
    onward = {key for key in wanted if _goes_on(key, world, alerts, task)}
    found.anew.update(key for key in wanted if key not in onward)
    task = replace(task, unheard=_unheard(connection, world, alerts, found.anew))
    there: set[SeriesKey] = set()
    for indicator, series in _figures(connection, world, wanted, onward, task):
        since = {
            area.name: task.series[indicator, area.name] or date.min
            if (indicator, area.name) in onward
            else date.min
            for area in series
        }
        there.update((indicator, area.name) for area in series)
        rules = world.rulebook.rules_of(indicator)
        measure = world.rulebook.indicators[indicator]
        others = others_of(connection, world, measure)
        judged = evaluate(measure, rules, series, since=since, others=others)
        found.evaluations += [each for each in judged.evaluations if _is_new(each, indicator, task)]
        for rule in rules:
            _follow_rule(rule, judged, alerts, task, found)
    for indicator, area in set(wanted) - there:
        # Every figure was withdrawn: what they caused is no more.
        for rule in world.rulebook.rules_of(indicator):
            if (rule.id, area) in alerts:
                _follow_rule(rule, Judged((), {(rule.id, area): ()}), alerts, task, found)
    for key, reason in task.closings.items():
        step = close(alerts[key], reason)
        if step.transition is not None:
            found.changes[key] = Change(alerts[key], step.alert, (step.transition,))
    found.changes.update(task.lateness)
    found.changes.update(
        changes_of_plausibility(
            connection,
            world,
            task.series,
            task.changed_rules,
            open_alerts=task.open_alerts,
            today=task.today,
        )
    )
    return found


def _unheard(
    connection: Connection, world: World, alerts: Mapping[AlertKey, Alert], anew: Collection[SeriesKey]
) -> frozenset[AlertKey]:
    """The alerts of series that are judged anew whose last breach is over, but for nobody yet."""
    keys = {(rule.id, area) for indicator, area in anew for rule in world.rulebook.rules_of(indicator)}
    return unheard_endings(StoredRecollection(connection), (alerts[key] for key in keys if key in alerts))


def _goes_on(key: SeriesKey, world: World, alerts: Mapping[AlertKey, Alert], task: _Task) -> bool:
    """Whether all that is new of a series comes after what was judged before, by rules that are the same."""
    indicator, area = key
    since = task.series[key]
    if since is None:
        return False
    judged = [
        alert.judged_to
        for rule in world.rulebook.rules_of(indicator)
        if (alert := alerts.get((rule.id, area))) is not None
    ]
    return all(end is None or since > end for end in judged)


def _figures(
    connection: Connection,
    world: World,
    wanted: Collection[SeriesKey],
    onward: Collection[SeriesKey],
    task: _Task,
) -> Iterable[tuple[str, dict[Area, list[Observation]]]]:
    """The figures to judge, by indicator and area.

    Of a series that merely goes on only the last figures are read: the new ones and those that rules look
    back on.
    """
    whole = [key for key in wanted if key not in onward]
    rows = figure_store.figures_of_series(connection, whole)
    if onward:
        book = world.rulebook
        deepest = max(figures_needed(book.indicators[each], book.rules_of(each)) for each, _ in onward)
        fresh = batch_store.most_figures_of_a_series(connection, task.batches)
        rows += figure_store.figures_of_series(connection, onward, last=fresh + deepest + SPARE_FIGURES)
    by_indicator: dict[str, list[Observation]] = {}
    for row in rows:
        by_indicator.setdefault(row.indicator, []).append(row)
    for indicator, observations in by_indicator.items():
        yield indicator, by_area(observations, world.areas)


def _is_new(evaluation: Evaluation | RuleEvaluation, indicator: str, task: _Task) -> bool:
    """Whether a result belongs to a period that changed, or comes after one."""
    since = task.series.get((indicator, evaluation.area))
    return since is None or evaluation.period_end >= since


def _follow_rule(
    rule: AlertRule,
    judged: Judged,
    alerts: Mapping[AlertKey, Alert],
    task: _Task,
    found: _Findings,
) -> None:
    retired = rule.retirement is not None and rule.retirement.on <= task.today
    for (rule_id, area), verdicts in judged.rule_evaluations.items():
        if rule_id != rule.id:
            continue
        found.rule_evaluations += [each for each in verdicts if _is_new(each, rule.indicator, task)]
        if retired or (rule_id, area) in task.closings:
            continue
        before = alerts.get((rule_id, area), Alert(rule_id, area))
        change = _change(rule, before, verdicts, task)
        if change.after != before:
            found.changes[rule_id, area] = change


def _change(rule: AlertRule, before: Alert, verdicts: Sequence[RuleEvaluation], task: _Task) -> Change:
    periods = rule.periods_for(before.area)
    since = task.series.get((rule.indicator, before.area))
    if before.judged_to is None or (
        rule.id not in task.changed_rules and since is not None and since > before.judged_to
    ):
        course = follow(before, verdicts, rule, periods=periods)
    else:
        reason, unheard = _why_anew(rule, before, verdicts, task), (rule.id, before.area) in task.unheard
        course = refollow(before, verdicts, rule, periods=periods, reason=reason, unheard=unheard)
    return Change(before, course.alert, course.transitions)


def _why_anew(
    rule: AlertRule, before: Alert, verdicts: Sequence[RuleEvaluation], task: _Task
) -> TransitionReason:
    """Why figures that were judged before are judged again."""
    key = (rule.indicator, before.area)
    if rule.id in task.changed_rules:
        return TransitionReason.RULE_CHANGED
    if key in task.dependants:
        return TransitionReason.COMPARISON_CHANGED
    since, until = task.series.get(key) or date.min, before.judged_to or date.max
    again = [each for each in verdicts if since <= each.period_end <= until]
    restated = any(each.revision > 1 for each in again)
    return TransitionReason.RESTATED if restated else TransitionReason.CAME_LATE


def _write(connection: Connection, found: _Findings, cycle_id: int, now: datetime) -> None:
    evaluation_store.append_evaluations(connection, found.evaluations, cycle_id=cycle_id)
    evaluation_store.append_rule_evaluations(connection, found.rule_evaluations, cycle_id=cycle_id)
    alert_store.save_alerts(connection, [change.after for change in found.changes.values()])
    steps = [step for change in found.changes.values() for step in change.transitions]
    alert_store.append_transitions(connection, steps, cycle_id=cycle_id, at=now)
