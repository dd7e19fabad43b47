"""The facts that mails are made from, gathered once for all that a cycle tells."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from sqlalchemy import Connection

from monitor.core.alerts import AlertKey, EpisodeKey, TransitionReason
from monitor.core.disclosure import protected_figures
from monitor.core.evaluation import Judged, evaluate, figures_needed
from monitor.core.fault_notices import FaultView, doubt_in_words, fault_notice
from monitor.core.freshness import late_indicator
from monitor.core.holding import Candidate, made_from
from monitor.core.late_notices import late_notice
from monitor.core.notices import HISTORY_FIGURES, SeriesView, closing_notice, latest_of, notice
from monitor.core.notifications import Lapse, Notice, NoticeKind, RestatedFigure, ToldFigure, Yardstick
from monitor.core.owing import ENDINGS
from monitor.core.plausibility import fault_of, faulty_indicator
from monitor.core.restating import told_figure, yardstick
from monitor.fault_views import fault_views
from monitor.lateness import last_periods
from monitor.standings import SPARE_FIGURES, by_area, others_of
from monitor.store.figures import figures
from monitor.store.notifications import last_notices
from monitor.telling.lapses import lapses_of
from monitor.world import World

SeriesKey = tuple[str, str]

CAUSED_BY_FIGURES = frozenset({NoticeKind.WORSENED, NoticeKind.RECOVERED, NoticeKind.PENDING})


@dataclass(frozen=True, slots=True)
class Facts:
    """What notices are made from.

    ``views`` are the alerts' series; of those about data, ``last_periods`` says how far figures go and
    ``faults`` how doubtful ones look, by (indicator, area). ``doubts`` says in words why a figure that
    managers are told may be wrong. ``told`` is what the last mail said of breaches, where it has to be known:
    :func:`told_before`. ``against`` is what each alert's latest figure is judged by, ``lapses`` why those
    that are pending count no more.
    """

    views: Mapping[AlertKey, SeriesView]
    last_periods: Mapping[SeriesKey, date]
    faults: Mapping[SeriesKey, FaultView]
    doubts: Mapping[SeriesKey, str]
    told: Mapping[EpisodeKey, Notice] = field(default_factory=dict)
    against: Mapping[AlertKey, Yardstick] = field(default_factory=dict)
    lapses: Mapping[AlertKey, Lapse] = field(default_factory=dict)


def facts_of(
    connection: Connection,
    world: World,
    keys: Collection[AlertKey],
    firing: Collection[AlertKey],
    before: Collection[EpisodeKey] = (),
    *,
    told_now: Sequence[Candidate] = (),
) -> Facts:
    """Gathers all that there is to say of these alerts; ``before``: :func:`told_before`.

    ``told_now`` is what is told of them, where it may be that one counts no more.
    """
    late = {indicator for rule, _ in keys if (indicator := late_indicator(rule)) is not None}
    told = {(indicator, area) for rule, area in keys if (indicator := faulty_indicator(rule)) is not None}
    watched = {
        (name, area)
        for rule, area in keys
        if rule in world.rulebook.alerts
        for name in made_from(world.rulebook, world.rulebook.alerts[rule].indicator)
    }
    doubted = {(name, area) for name, area in watched if (fault_of(name), area) in firing}
    known = {key for key in told | doubted if key[0] in world.rulebook.indicators}
    faults = fault_views(connection, world, known)
    views = _views(connection, world, keys)
    return Facts(
        views=views,
        last_periods=last_periods(connection, world, late) if late else {},
        faults=faults,
        doubts={
            key: doubt_in_words(world.rulebook.indicators[key[0]], faults[key])
            for key in doubted
            if key in faults
        },
        told=last_notices(connection, before) if before else {},
        against=_yardsticks(world, views),
        lapses=lapses_of(connection, world, told_now, views),
    )


def _yardsticks(world: World, views: Mapping[AlertKey, SeriesView]) -> dict[AlertKey, Yardstick]:
    found = {}
    for key, view in views.items():
        rule, area, latest = world.rulebook.alerts[key[0]], world.areas.find(key[1]), latest_of(view)
        if area is not None and latest is not None:
            verdict = view.verdicts.get(latest.period_end)
            found[key] = yardstick(rule, world.indicator_of(rule), area, latest, verdict)
    return found


_SPEAKS_OF_EARLIER = frozenset({NoticeKind.CLOSED, NoticeKind.CONFIRMED})
"""The endings that say what an earlier mail said: of a rule that is gone, or of the figure in doubt."""


def told_before(told: Iterable[Candidate], world: World) -> set[EpisodeKey]:
    """The breaches of which earlier mails say what neither the alert nor the rules say any more.

    Their end is told later than they ended, so that since when they were is not known otherwise, or their
    rule or area is gone.
    """
    return {
        (each.decision.rule, each.decision.area, each.decision.episode)
        for each in told
        if _is_gone(each, world)
        or (
            each.decision.kind in ENDINGS
            and (each.decision.kind in _SPEAKS_OF_EARLIER or each.change.before.breach_since is None)
        )
    }


def _is_gone(candidate: Candidate, world: World) -> bool:
    rule, book = candidate.decision.rule, world.rulebook
    measured = late_indicator(rule) or faulty_indicator(rule)
    known = rule in book.alerts if measured is None else measured in book.indicators
    return not known or world.areas.find(candidate.decision.area) is None


def _views(connection: Connection, world: World, keys: Collection[AlertKey]) -> dict[AlertKey, SeriesView]:
    """Each alert's series as a reader may see it, judged by the rules as they are now."""
    rules = {key: world.rulebook.alerts[key[0]] for key in keys if key[0] in world.rulebook.alerts}
    views: dict[AlertKey, SeriesView] = {}
    for indicator_id in {rule.indicator for rule in rules.values()}:
        indicator = world.rulebook.indicators[indicator_id]
        watching = [rule for rule in world.rulebook.rules_of(indicator_id) if rule in rules.values()]
        last = HISTORY_FIGURES + figures_needed(indicator, watching) + SPARE_FIGURES
        series = by_area(figures(connection, indicator_id, last=last), world.areas)
        judged = evaluate(indicator, watching, series, others=others_of(connection, world, indicator))
        protected = protected_figures(indicator, judged.evaluations, world.areas)
        for key, rule in rules.items():
            if rule.indicator == indicator_id:
                views[key] = _view(key, judged, protected)
    return views


def _view(key: AlertKey, judged: Judged, protected: Collection[tuple[str, date]]) -> SeriesView:
    verdicts = judged.rule_evaluations.get(key, ())
    return SeriesView(
        evaluations=[each for each in judged.evaluations if each.area == key[1]],
        verdicts={verdict.period_end: verdict for verdict in verdicts},
        protected=frozenset(end for area, end in protected if area == key[1]),
    )


def figure_told(facts: Facts, key: AlertKey) -> ToldFigure | None:
    """The figure that a mail about this alert shows, as its reader is told it; None: it shows none."""
    view = facts.views.get(key)
    latest = None if view is None else latest_of(view)
    if view is None or latest is None:
        return None
    hidden = latest.period_end in view.protected
    verdict = view.verdicts.get(latest.period_end)
    return told_figure(latest, verdict, protected=hidden, against=facts.against.get(key))


def notice_of(
    world: World, candidate: Candidate, facts: Facts, restated: RestatedFigure | None
) -> Notice | None:
    """Builds what one mail says of one alert.

    None: the alert has left the rulebook, and no mail that told of it is kept.
    """
    made = _plain_notice(world, candidate, facts)
    if made is None:
        return None
    decision = candidate.decision
    made = replace(made, lapse=facts.lapses.get((decision.rule, decision.area)))
    earlier = facts.told.get((decision.rule, decision.area, decision.episode))
    if earlier is not None:
        made = _as_told(made, earlier)
        if made.kind is NoticeKind.CONFIRMED and earlier.kind is NoticeKind.DOUBTFUL:
            made = _with_doubted(made, earlier)
        if made.over_by_edit and earlier.limit != made.limit:
            made = replace(made, limit_before=earlier.limit)
    if restated is not None:
        # What became of the alert is part of what a restatement says; both figures come first.
        kind = NoticeKind.RESTATED if _comes_of_it(made, candidate, restated) else made.kind
        made = replace(made, restated=restated, kind=kind)
    doubt = "" if made.tells_of_data else _doubt(world, made, facts)
    if doubt and not made.doubt:
        made = replace(made, doubt=doubt)
    if candidate.held_for is not None and candidate.held_for.held:
        made = replace(made, held_since=candidate.since, held_because=candidate.held_for.why)
    return made


def _comes_of_it(made: Notice, candidate: Candidate, restated: RestatedFigure) -> bool:
    """Whether an alert's news is part of what a restatement says."""
    if made.kind in CAUSED_BY_FIGURES:
        return True
    if made.kind is NoticeKind.CLOSED:
        steps = candidate.change.transitions
        return bool(steps) and steps[-1].reason is TransitionReason.RULE_CHANGED
    # The very figure that they were told is the breach: it is beyond the limit after all.
    about_it = restated.now.level is not None and restated.now.period_end == made.period_end
    return made.kind is NoticeKind.BREACH and about_it


def _doubt(world: World, made: Notice, facts: Facts) -> str:
    """Why the figure may be wrong, or one that it is calculated from; that one is named."""
    indicators = world.rulebook.indicators
    for name in made_from(world.rulebook, made.indicator):
        words = facts.doubts.get((name, made.area), "")
        if words:
            return words if name == made.indicator else f"{indicators[name].title}: {words}"
    return ""


def _as_told(made: Notice, earlier: Notice) -> Notice:
    """The end of a breach, with since when it was where the alert does not say that any more."""
    if made.since is None:
        made = replace(made, since=earlier.since, since_label=earlier.since_label)
    if made.due is None and earlier.due is not None:
        made = replace(
            made, due=earlier.due, period_end=earlier.period_end, period_label=earlier.period_label
        )
    return made


def _with_doubted(made: Notice, earlier: Notice) -> Notice:
    """The end of a doubt, with the figure that was told as doubtful unless it must not be shown any more."""
    hidden = any(each.protected for each in made.history if each.period_end == earlier.period_end)
    value = None if hidden else earlier.value
    return replace(made, doubted=value, doubted_label=earlier.period_label)


def _plain_notice(world: World, candidate: Candidate, facts: Facts) -> Notice | None:
    decision, change = candidate.decision, candidate.change
    key = (decision.rule, decision.area)
    rule, area = world.rulebook.alerts.get(decision.rule), world.areas.find(decision.area)
    late = world.rulebook.indicators.get(late_indicator(decision.rule) or "")
    if late is not None and area is not None:
        latest = facts.last_periods.get((late.id, area.name))
        return late_notice(
            decision, change, indicator=late, area=area, latest=latest, rulebook=world.rulebook
        )
    faulty = world.rulebook.indicators.get(faulty_indicator(decision.rule) or "")
    if faulty is not None and area is not None and (faulty.id, area.name) in facts.faults:
        view = facts.faults[faulty.id, area.name]
        return fault_notice(decision, change, indicator=faulty, area=area, view=view, rulebook=world.rulebook)
    if rule is not None and area is not None and key in facts.views:
        return notice(
            decision,
            change,
            rule=rule,
            indicator=world.indicator_of(rule),
            area=area,
            view=facts.views[key],
            rulebook=world.rulebook,
        )
    earlier = facts.told.get((*key, decision.episode))
    return None if earlier is None else closing_notice(earlier, decision, change)
