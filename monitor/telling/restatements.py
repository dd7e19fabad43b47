"""Figures that people were told and that have changed since: they are told, with both figures."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import Connection

from monitor.core.alerts import Alert
from monitor.core.disclosure import protected_figures
from monitor.core.evaluation import Judged, evaluate
from monitor.core.holding import Candidate
from monitor.core.judgements import Evaluation
from monitor.core.notices import label
from monitor.core.notifications import Decision, NoticeKind, RestatedFigure, TellReason
from monitor.core.restating import is_restated, restated_figure, told_figure
from monitor.core.routing import Change
from monitor.core.rulebook import Indicator
from monitor.standings import by_area, others_of
from monitor.store.alerts import alerts
from monitor.store.figures import figures
from monitor.store.follow_ups import FollowUpKind, follow_ups_of
from monitor.store.notifications import ToldOfFigure, told_figures
from monitor.telling.gathering import Gathered
from monitor.telling.scene import Scene
from monitor.world import World

AlertKey = tuple[str, str]
SeriesKey = tuple[str, str]

EARLIEST: Final = date(1, 1, 1)


@dataclass(frozen=True, slots=True)
class Restatement:
    """One figure that one person was told, as it was and as it is."""

    told: ToldOfFigure
    figure: RestatedFigure


def restatements(scene: Scene, series: Collection[SeriesKey]) -> tuple[Restatement, ...]:
    """Returns what people were told of these series (indicator, area) that is not so any more.

    The whole series is judged anew, as the rules are now: what was told long ago counts too.
    """
    world = scene.world
    keys = [
        (rule.id, area)
        for indicator, area in series
        if indicator in world.rulebook.indicators
        for rule in world.rulebook.rules_of(indicator)
    ]
    told = told_figures(scene.connection, keys, since=EARLIEST) if keys else ()
    by_indicator: dict[str, list[ToldOfFigure]] = {}
    for each in told:
        by_indicator.setdefault(world.rulebook.alerts[each.rule].indicator, []).append(each)
    found: list[Restatement] = []
    for name, figures_told in by_indicator.items():
        found += _of_indicator(scene, world.rulebook.indicators[name], figures_told)
    return tuple(found)


def _of_indicator(scene: Scene, indicator: Indicator, told: Sequence[ToldOfFigure]) -> list[Restatement]:
    judged = _judged(scene.connection, scene.world, indicator)
    protected = protected_figures(indicator, judged.evaluations, scene.world.areas)
    now: Mapping[tuple[str, date], Evaluation] = {
        (each.area, each.period_end): each for each in judged.evaluations
    }
    verdicts = {
        (rule, area, each.period_end): each
        for (rule, area), found in judged.rule_evaluations.items()
        for each in found
    }
    restated = []
    for each in told:
        end = each.figure.period_end
        evaluation = now.get((each.area, end))
        if evaluation is None:
            continue
        verdict = verdicts.get((each.rule, each.area, end))
        figure = told_figure(evaluation, verdict, protected=(each.area, end) in protected)
        if is_restated(each.figure, figure):
            both = restated_figure(
                each.figure,
                figure,
                indicator=indicator,
                evaluation=evaluation,
                told_at=each.at,
                zone=scene.calendar.zone,
                label=label(indicator, end),
            )
            restated.append(Restatement(each, both))
    return restated


def _judged(connection: Connection, world: World, indicator: Indicator) -> Judged:
    series = by_area(figures(connection, indicator.id), world.areas)
    return evaluate(
        indicator,
        world.rulebook.rules_of(indicator.id),
        series,
        others=others_of(connection, world, indicator),
    )


def add_restatements(
    scene: Scene, found: Sequence[Restatement], gathered: Gathered
) -> dict[tuple[str, str, str], RestatedFigure]:
    """Adds what is restated to what is to be told; where there is news of the same alert, it is part of that.

    Of several figures of one alert the latest one is told; the others are settled with it, being older.

    Returns:
        (rule, area, person) -> both figures.
    """
    latest: dict[tuple[str, str, str], Restatement] = {}
    for each in found:
        key = (each.told.rule, each.told.area, each.told.recipient.id)
        if key not in latest or latest[key].told.figure.period_end < each.told.figure.period_end:
            latest[key] = each
    if not latest:
        return {}
    stand = alerts(scene.connection, {key[:2] for key in latest})
    news = {(each.decision.rule, each.decision.area, each.person): each for each in gathered.candidates}
    for key, each in latest.items():
        same = news.get(key)
        if same is None or same.asks_again:
            gathered.candidates.append(_candidate(scene, each, stand.get(key[:2], Alert(*key[:2]))))
    restated = {key[:2] for key in latest}
    gathered.untold[:] = [
        each
        for each in gathered.untold
        if not (each.reason is TellReason.EASED and (each.rule, each.area) in restated)
    ]
    return {key: each.figure for key, each in latest.items()}


def _candidate(scene: Scene, restatement: Restatement, alert: Alert) -> Candidate:
    told = restatement.told
    episode = told.episode
    rows = follow_ups_of(scene.connection, [(told.rule, told.area, episode)])
    row = next(
        (each for each in rows if (each.kind, each.subject) == (FollowUpKind.NEWS, told.recipient.id)), None
    )
    decision = Decision(
        rule=told.rule,
        area=told.area,
        episode=episode,
        kind=NoticeKind.RESTATED,
        recipient=scene.as_known_now(told.recipient),
        reason=TellReason.WAS_TOLD_OF_FIGURE,
        route=None,
        role=None,
        role_area=None,
        level=alert.level if alert.episode == episode else None,
    )
    reach = scene.reach(told.rule, told.area, alert.level)
    whom = next((each for each in reach if each.recipient.id == told.recipient.id), None)
    routes = (whom.route, *whom.also) if whom is not None else ()
    return Candidate(
        decision=decision,
        change=Change(alert, alert, ()),
        routes=tuple(each for each in routes if each),
        since=row.since if row else scene.now,
        held_for=row.reason if row else None,
    )
