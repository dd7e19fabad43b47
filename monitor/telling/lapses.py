"""Why an alert that was told counts no more, though its latest figure is beyond the limit."""

from collections.abc import Iterable, Iterator, Mapping

from sqlalchemy import Connection

from monitor.core.alerts import AlertKey, AlertState, TransitionReason
from monitor.core.disclosure import count_of, is_small
from monitor.core.holding import Candidate
from monitor.core.judgements import Evaluation, RuleHealth
from monitor.core.notices import SeriesView, label, latest_of
from monitor.core.notifications import Lapse
from monitor.core.rulebook import AlertRule, Indicator
from monitor.store.evaluations import evaluations_of, rule_evaluations_of
from monitor.wording import FigureFormat
from monitor.world import World

_BY_OTHERS: dict[TransitionReason, str] = {
    TransitionReason.RULE_CHANGED: "the rule was changed",
    TransitionReason.COMPARISON_CHANGED: "what an earlier figure is compared with was changed",
}
_UNKNOWN = "an earlier figure was corrected"


def lapses_of(
    connection: Connection, world: World, told: Iterable[Candidate], views: Mapping[AlertKey, SeriesView]
) -> dict[AlertKey, Lapse]:
    """(rule, area) -> why it counts no more, of those whose breach has not lasted long enough."""
    found = {}
    for each in told:
        alert = each.change.after
        key, rule = (alert.rule, alert.area), world.rulebook.alerts.get(alert.rule)
        if alert.state is AlertState.PENDING and rule is not None and key in views:
            steps = each.change.transitions
            because = _because(connection, world, key, views[key], steps[-1].reason if steps else None)
            found[key] = Lapse(because, rule.periods_for(alert.area), alert.streak)
    return found


def _because(
    connection: Connection, world: World, key: AlertKey, view: SeriesView, reason: TransitionReason | None
) -> str:
    if reason in _BY_OTHERS:
        return _BY_OTHERS[reason]
    rule, area = world.rulebook.alerts[key[0]], key[1]
    for figure, breaks_it in _figures_before(view):
        was = _when_beyond(connection, rule, area, figure)
        if was is not None and (was.value, was.revision) != (figure.value, figure.revision):
            return _corrected(world.indicator_of(rule), figure, was, view)
        if breaks_it:
            return _within(world.indicator_of(rule), figure, view, late=reason is TransitionReason.CAME_LATE)
    return _UNKNOWN


def _figures_before(view: SeriesView) -> Iterator[tuple[Evaluation, bool]]:
    """The figures before the latest that are not beyond a limit, the last one first.

    The one that is within limits breaks the run of those that are beyond; one that is missing does not.
    """
    latest = latest_of(view)
    for figure in reversed(view.evaluations):
        verdict = view.verdicts.get(figure.period_end)
        if latest is None or figure.period_end >= latest.period_end or verdict is None:
            continue
        breaks_it = verdict.health is RuleHealth.OK and verdict.level is None
        if breaks_it or figure.value is None:
            yield figure, breaks_it
        if breaks_it:
            return


def _when_beyond(connection: Connection, rule: AlertRule, area: str, figure: Evaluation) -> Evaluation | None:
    """The figure of the same period as it was when it was beyond a limit last; None: it never was."""
    end = figure.period_end
    verdicts = rule_evaluations_of(connection, rule.id, area, period_end=end)
    beyond = [each.evaluation.revision for each in verdicts if each.evaluation.level is not None]
    if not beyond:
        return None
    recorded = evaluations_of(connection, rule.indicator, area, period_end=end)
    return next(
        (each.evaluation for each in reversed(recorded) if each.evaluation.revision == beyond[-1]), None
    )


def _corrected(indicator: Indicator, figure: Evaluation, was: Evaluation, view: SeriesView) -> str:
    figures = FigureFormat(indicator.unit, indicator.decimals)
    name = f"the figure for {label(indicator, figure.period_end)}"
    hidden = figure.period_end in view.protected or is_small(count_of(indicator, was))
    if figure.value is None:
        return f"{name} was withdrawn" if hidden else f"{name}, {figures.short(was.value)}, was withdrawn"
    if hidden:
        return f"{name} was corrected"
    return f"{name} was corrected from {figures.short(was.value)} to {figures.short(figure.value)}"


def _within(indicator: Indicator, figure: Evaluation, view: SeriesView, *, late: bool) -> str:
    name = f"the figure for {label(indicator, figure.period_end)}"
    value = FigureFormat(indicator.unit, indicator.decimals).short(figure.value)
    shown = figure.period_end not in view.protected
    if late:
        return f"{name} has come late and is within its limit" + (f": it is {value}" if shown else "")
    return f"{name} is within its limit" + (f": it is {value}" if shown else "")
