"""Figures that people were told and that have changed since: they are told, with both figures."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

from sqlalchemy import Connection

from monitor.core.alerts import Alert, AlertState
from monitor.core.disclosure import protected_figures
from monitor.core.evaluation import Judged, evaluate
from monitor.core.holding import Candidate
from monitor.core.judgements import Evaluation, RagRating, RuleEvaluation
from monitor.core.notices import label
from monitor.core.notifications import Decision, NoticeKind, RestatedFigure, TellReason, ToldFigure
from monitor.core.observations import Missing
from monitor.core.restating import as_it_stands, is_restated, restated_figure, told_figure, yardstick
from monitor.core.routing import Change
from monitor.core.rulebook import Indicator
from monitor.deriving import comes_of_redefinition
from monitor.standings import by_area, others_of
from monitor.store.alerts import alerts
from monitor.store.decisions import ToldOfFigure, told_figures, told_of
from monitor.store.figures import figures, revisions
from monitor.store.follow_ups import FollowUp, FollowUpKind, follow_ups_of
from monitor.telling.gathered import Gathered
from monitor.telling.own_days import put_right
from monitor.telling.scene import CycleScene
from monitor.telling.why_restated import why_restated
from monitor.world import World

SeriesKey = tuple[str, str]
PieceKey = tuple[str, str, str]

EARLIEST: Final = date(1, 1, 1)
MOST_NAMED: Final = 4
"""So many earlier periods are named whose figures were changed as well; an edit may change years of them."""


@dataclass(frozen=True, slots=True)
class Restatement:
    """One figure that one person was told, as it was and as it is."""

    told: ToldOfFigure
    figure: RestatedFigure

    @property
    def key(self) -> PieceKey:
        """(rule, area, person)."""
        return self.told.rule, self.told.area, self.told.recipient.id


@dataclass(frozen=True)
class Restated:
    """What each person is told of figures that they were told, by (rule, area, person).

    ``pairs`` are both figures of the latest period, ``settled`` the figures of earlier periods, as they are
    now, that the same mail speaks of.
    """

    pairs: Mapping[PieceKey, RestatedFigure] = field(default_factory=dict)
    settled: Mapping[PieceKey, tuple[Restatement, ...]] = field(default_factory=dict)


def restatements(scene: CycleScene, series: Collection[SeriesKey]) -> tuple[Restatement, ...]:
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


def _of_indicator(scene: CycleScene, indicator: Indicator, told: Sequence[ToldOfFigure]) -> list[Restatement]:
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
        key = (each.area, each.figure.period_end)
        evaluation, verdict = now.get(key), verdicts.get((each.rule, *key))
        figure: ToldFigure | None
        if evaluation is None:
            figure = _withdrawn(scene.connection, indicator, each)
        else:
            figure = _as_now(scene.world, each, evaluation, verdict, protected=key in protected)
        if figure is not None and is_restated(each.figure, figure):
            restated.append(Restatement(each, _both(scene, indicator, each, figure)))
    return restated


def _as_now(
    world: World,
    told: ToldOfFigure,
    evaluation: Evaluation,
    verdict: RuleEvaluation | None,
    *,
    protected: bool,
) -> ToldFigure:
    """The figure as its reader would be told it now."""
    rule, area = world.rulebook.alerts[told.rule], world.areas.by_name[told.area]
    against = yardstick(rule, world.indicator_of(rule), area, evaluation, verdict)
    figure = told_figure(evaluation, verdict, protected=protected, against=against)
    return as_it_stands(told.figure, figure, verdict)


def _withdrawn(connection: Connection, indicator: Indicator, told: ToldOfFigure) -> ToldFigure | None:
    """The figure that is none any more, since nothing makes it; None: it was not withdrawn."""
    found = revisions(connection, indicator.id, told.area, told.figure.period_end)
    if not found or found[-1].observation.missing is not Missing.WITHDRAWN:
        return None
    return replace(
        told.figure,
        value=None,
        protected=False,
        rag=RagRating.NO_DATA,
        level=None,
        revision=found[-1].observation.revision,
    )


def _both(scene: CycleScene, indicator: Indicator, told: ToldOfFigure, now: ToldFigure) -> RestatedFigure:
    end = now.period_end
    sent, redefined = {}, False
    if told.figure.revision != now.revision:
        found = revisions(scene.connection, indicator.id, told.area, end)
        sent = {each.observation.revision: each.observation for each in found}
        since = [each for each in found if each.observation.revision > told.figure.revision]
        redefined = any(comes_of_redefinition(each) for each in since)
    return restated_figure(
        told.figure,
        now,
        withdrawn=now.value is None and not now.protected,
        because=why_restated(told.figure, now, indicator, sent, redefined=redefined),
        told_at=told.at,
        zone=scene.calendar.zone,
        label=label(indicator, end),
    )


def _judged(connection: Connection, world: World, indicator: Indicator) -> Judged:
    series = by_area(figures(connection, indicator.id), world.areas)
    return evaluate(
        indicator,
        world.rulebook.rules_of(indicator.id),
        series,
        others=others_of(connection, world, indicator),
    )


def add_restatements(scene: CycleScene, found: Sequence[Restatement], gathered: Gathered) -> Restated:
    """Adds what is restated to what is to be told; where there is news of the same alert, it is part of that.

    Of several figures of one alert the latest one is told with both figures; the periods of the others are
    named beside it, and they are settled with it.
    """
    by_piece: dict[PieceKey, list[Restatement]] = {}
    for each in sorted(found, key=lambda each: each.told.figure.period_end):
        by_piece.setdefault(each.key, []).append(each)
    if not by_piece:
        return Restated()
    latest = {key: pieces[-1] for key, pieces in by_piece.items()}
    _add_candidates(scene, latest, gathered)
    alone = {(*key[:2], piece.told.episode, key[2]) for key, piece in latest.items()}
    gathered.untold[:] = [each for each in gathered.untold if not _is_told_after_all(each, alone)]
    return Restated(
        {key: _with_earlier(pieces) for key, pieces in by_piece.items()},
        {key: tuple(pieces[:-1]) for key, pieces in by_piece.items() if len(pieces) > 1},
    )


def _with_earlier(pieces: Sequence[Restatement]) -> RestatedFigure:
    """The figures of the latest period; it says of which earlier ones the figures were changed as well."""
    figure = pieces[-1].figure
    if len(pieces) == 1:
        return figure
    named = [each.figure.period_label for each in reversed(pieces[:-1])]
    earlier, left = ", ".join(named[:MOST_NAMED]), len(named) - MOST_NAMED
    more = f" and {left:,} earlier period{'' if left == 1 else 's'}" if left > 0 else ""
    return replace(
        figure,
        because=f"{figure.because}; what you were told for {earlier}{more} is not as it was either",
    )


def _is_told_after_all(decision: Decision, restated: Collection[tuple[str, str, int, str]]) -> bool:
    """Whether a decision not to tell is overtaken: what has eased, or was held and is known, is restated."""
    if decision.reason is TellReason.EASED:
        return any(key[:2] == (decision.rule, decision.area) for key in restated)
    if decision.reason is not TellReason.KNOWN_ALREADY or decision.recipient is None:
        return False
    return (decision.rule, decision.area, decision.episode, decision.recipient.id) in restated


def _add_candidates(scene: CycleScene, latest: Mapping[PieceKey, Restatement], gathered: Gathered) -> None:
    stand = alerts(scene.connection, {key[:2] for key in latest})
    news = {
        (each.decision.rule, each.decision.area, each.person)
        for each in gathered.candidates
        if not each.asks_again
    }
    alone = {key: each for key, each in latest.items() if key not in news}
    routes = _told_by(scene, alone)
    held = _held(scene, alone)
    for key, each in alone.items():
        alert = stand.get(key[:2], Alert(*key[:2]))
        gathered.candidates.append(_candidate(scene, each, alert, routes.get(key), held.get(key)))


def _told_by(scene: CycleScene, restated: Mapping[PieceKey, Restatement]) -> dict[PieceKey, str]:
    """The route by which each person was told, by whose hours they are told of it again."""
    episodes = {(each.told.rule, each.told.area, each.told.episode) for each in restated.values()}
    return {
        (rule, area, person.recipient.id): person.route
        for (rule, area, _), people in told_of(scene.connection, episodes).items()
        for person in people
        if person.route is not None
    }


def _held(scene: CycleScene, restated: Mapping[PieceKey, Restatement]) -> dict[PieceKey, FollowUp]:
    """What is held already of the same breaches, by whose news it is."""
    episodes = {key: (each.told.rule, each.told.area, each.told.episode) for key, each in restated.items()}
    return {
        key: put_right(scene, row)
        for row in follow_ups_of(scene.connection, episodes.values())
        if row.kind is FollowUpKind.NEWS
        and episodes.get(key := (row.rule, row.area, row.subject)) == (row.rule, row.area, row.episode)
    }


def _candidate(
    scene: CycleScene, restatement: Restatement, alert: Alert, told_by: str | None, row: FollowUp | None
) -> Candidate:
    told = restatement.told
    episode, fires = told.episode, alert.state is AlertState.FIRING
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
        level=alert.level if fires and alert.episode == episode else None,
    )
    reach = scene.reach(told.rule, told.area, alert.level)
    whom = next((each for each in reach if each.recipient.id == told.recipient.id), None)
    routes = (whom.route, *whom.also) if whom is not None else (told_by or "",)
    return Candidate(
        decision=decision,
        change=Change(alert if fires else replace(alert, breach_since=None), alert, ()),
        routes=tuple(each for each in routes if each),
        since=row.since if row else scene.now,
        held_for=row.reason if row else None,
        held_until=row.due_at if row else None,
    )
