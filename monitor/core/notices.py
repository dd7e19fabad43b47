"""Gathers the facts of one alert's news into a notice, for one reader."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from monitor.core.alerts import Alert, AlertState, TransitionReason
from monitor.core.areas import Area
from monitor.core.judgements import DirectionOfTravel, Evaluation, RagRating, RuleEvaluation, RuleHealth
from monitor.core.notifications import Decision, HistoryPoint, Notice, NoticeKind, TellReason
from monitor.core.periods import Period
from monitor.core.routing import Change, matches
from monitor.core.rulebook import LEVELS, AlertRule, Indicator, Route, Rulebook, Thresholds

COMPARED_BY_NAME = ("target", "lower", "upper", "neighbours", "region", "england")

CORRECTIONS = frozenset(
    {TransitionReason.RESTATED, TransitionReason.CAME_LATE, TransitionReason.COMPARISON_CHANGED}
)
"""Why an alert may change though its latest figure did not."""

HISTORY_FIGURES = 13
"""How many of the last figures a mail shows: a year and the same month of the year before."""


@dataclass(frozen=True, slots=True)
class SeriesView:
    """A series as a reader sees it: its last figures and the rule's verdict on each, in order.

    ``protected`` holds the period ends whose figure is too small to show.
    """

    evaluations: Sequence[Evaluation]
    verdicts: Mapping[date, RuleEvaluation]
    protected: Collection[date]


def notice(
    decision: Decision,
    change: Change,
    *,
    rule: AlertRule,
    indicator: Indicator,
    area: Area,
    view: SeriesView,
    rulebook: Rulebook,
) -> Notice:
    """Builds the notice for one decision to tell.

    Raises:
        ValueError: the decision is not to tell.
    """
    if decision.kind is None or decision.recipient is None:
        raise ValueError(f"nobody is told by {decision}")
    latest = latest_of(view)
    verdict = view.verdicts.get(latest.period_end) if latest else None
    hidden = latest is not None and latest.period_end in view.protected
    since = _since(change)
    awaited = _recovery_awaited(decision.kind, verdict, rule.thresholds_for(area))
    crossed = _last_beyond(view) if awaited else None
    routes = _routes(rulebook, rule, indicator, area, change)
    return Notice(
        rule=rule.id,
        area=area.name,
        area_type=area.type,
        kind=decision.kind,
        reason=_reason_in_words(change, decision, rulebook, rule),
        level=None if change.after.state is AlertState.PENDING else change.after.level,
        previous_level=change.before.level,
        title=rule.title,
        indicator=indicator.id,
        indicator_title=indicator.title,
        definition=indicator.definition,
        unit=indicator.unit,
        decimals=indicator.decimals,
        polarity=indicator.polarity,
        period_end=latest.period_end if latest else None,
        period_label=label(indicator, latest.period_end if latest else None),
        status=latest.status if latest else None,
        value=None if latest is None or hidden else latest.value,
        protected=hidden,
        rag=latest.rag if latest else RagRating.NO_DATA,
        target=latest.target if latest else None,
        target_reference=latest.target_reference if latest else "",
        limit=verdict.limit if verdict else None,
        limit_text=verdict.limit_text if verdict else rule.thresholds_for(area).levels[0].condition.text,
        limit_reference=rule.reference,
        since=since,
        since_label=label(indicator, since),
        direction=latest.direction if latest and not hidden else DirectionOfTravel.UNKNOWN,
        previous_value=_previous_value(latest, view),
        previous_label=label(indicator, latest.previous_period_end if latest else None),
        neighbours=latest.neighbours if latest else None,
        history=_history(indicator, view, verdict, rule.thresholds_for(area)),
        action=rule.action,
        source=indicator.source,
        rule_position=str(verdict.limit_position if verdict else rule.position),
        rule_version=rulebook.revision or rulebook.version[:12],
        told_because=told_because(decision),
        thread=thread_of(change.after),
        not_yet_recovered=awaited,
        crossed=None if crossed is None else crossed.value,
        crossed_label=label(indicator, None if crossed is None else crossed.period_end),
        route=decision.route or "",
        reminds=any(route.reminders is not None for route in routes),
        escalates=any(route.escalations for route in routes),
    )


def _routes(
    rulebook: Rulebook, rule: AlertRule, indicator: Indicator, area: Area, change: Change
) -> list[Route]:
    """The routes that news of the alert takes now."""
    level = change.after.level
    return [route for route in rulebook.routes if matches(route.match, rule.id, indicator, area, level)]


def _last_beyond(view: SeriesView) -> Evaluation | None:
    """The last figure at which a level held; None: there is none, or it must not be shown."""
    for evaluation in reversed(view.evaluations):
        verdict = view.verdicts.get(evaluation.period_end)
        if verdict is not None and verdict.level is not None:
            return None if evaluation.period_end in view.protected else evaluation
    return None


def _recovery_awaited(kind: NoticeKind, verdict: RuleEvaluation | None, thresholds: Thresholds) -> str:
    """The recovery condition, where a breach is told of whose latest figure is within limits again."""
    within = verdict is not None and verdict.health is RuleHealth.OK and verdict.level is None
    told_as_breach = kind in (NoticeKind.BREACH, NoticeKind.WORSENED)
    return thresholds.recover.text if within and told_as_breach and thresholds.recover is not None else ""


OVER_BEFORE_ITS_RULE: Mapping[NoticeKind, str] = {
    NoticeKind.RECOVERED: "it had recovered, and then its rule was taken out of the rulebook",
    NoticeKind.PENDING: "it had ceased to count, and then its rule was taken out of the rulebook",
}
"""What was held until its rule was gone: an earlier figure must not be said to be the present one."""


def closing_notice(earlier: Notice, decision: Decision, change: Change) -> Notice:
    """Builds the last notice of an alert whose rule or indicator is gone, from the last one that was sent."""
    if decision.kind is None:
        raise ValueError(f"nobody is told by {decision}")
    before_it = OVER_BEFORE_ITS_RULE.get(decision.kind)
    reason = str(change.transitions[-1].reason) if change.transitions else earlier.reason
    return replace(
        earlier,
        kind=decision.kind if before_it is None else NoticeKind.CLOSED,
        route=decision.route or "",
        reason=before_it or reason,
        level=None,
        previous_level=change.before.level,
        told_because=told_because(decision),
        restated=None,
        held_since=None,
        held_because="",
        first_told_on=None,
        reminders=0,
        not_acknowledged_by=(),
        earlier_answer=None,
        doubt="",
    )


def urgency(found: Notice) -> tuple[int, int, str, str]:
    """A key that sorts notices: what is wrong before what is over, the most severe first, then by area.

    Late figures come after what figures say, those of one indicator together.
    """
    crossed = found.kind in (NoticeKind.BREACH, NoticeKind.WORSENED)
    place = 0 if crossed else tuple(NoticeKind).index(found.kind)
    if found.tells_of_data:
        return (place, len(LEVELS), found.rule, found.area)
    severity = -1 if found.level is None else found.level.rank
    return (place, -severity, found.area, found.title)


def thread_of(alert: Alert) -> str:
    """The same for all mails of one breach."""
    return f"{alert.rule}/{alert.area}/{alert.episode}"


def told_because(decision: Decision) -> str:
    """A sentence that tells the reader why they get this."""
    role = (
        f"as {decision.role} for {decision.role_area}" if decision.role and decision.role_area else "by name"
    )
    if decision.recipient is not None and decision.recipient.stands_in_for:
        role += f", as deputy of {decision.recipient.stands_in_for}"
    match decision.reason:
        case TellReason.ROUTE:
            return f"You are told {role}."
        case TellReason.DATA_OWNER:
            return f"You are told {role}: late figures are for those who own the data."
        case TellReason.NO_DATA_OWNER:
            return "Nobody is named as data owner for this area, so it comes to you as operations."
        case TellReason.REMINDED | TellReason.ESCALATED:
            return f"You are told {role}, {_unanswered(decision)} that they are dealing with it."
        case TellReason.WAS_TOLD_OF_FIGURE:
            return "You were told the figure as it was, so you are told what it is now."
        case TellReason.WAS_TOLD_OF_BREACH if decision.kind is NoticeKind.ARRIVED:
            return "You were told that these figures were late, so you are told that they have come."
        case TellReason.WAS_TOLD_OF_BREACH:
            return "You were told of this breach, so you are told what became of it."
        case _:
            return _comes_to_operations(decision)


def _comes_to_operations(decision: Decision) -> str:
    """What those are told who hear of what reaches nobody else; the note says whose place is vacant."""
    vacant = decision.note if decision.reason is TellReason.NOBODY_ELSE else ""
    why = vacant or "no rule says who should know of this"
    return f"{why[0].upper()}{why[1:]}, so it comes to you as operations."


def _unanswered(decision: Decision) -> str:
    """Nobody has said, yet or since an acknowledgement has ended."""
    if decision.reason is TellReason.REMINDED:
        return f"and nobody has said {decision.note or 'yet'}"
    return f"because none of those who were told before you has said {decision.note}".rstrip()


def latest_of(view: SeriesView) -> Evaluation | None:
    """Returns the last figure that has a value, else the last of all."""
    with_value = [evaluation for evaluation in view.evaluations if evaluation.value is not None]
    return with_value[-1] if with_value else (view.evaluations[-1] if view.evaluations else None)


def _since(change: Change) -> date | None:
    """Since when the breach is that is told, or was; one that does not count yet is another."""
    if change.after.breach_since is not None and change.after.state is not AlertState.PENDING:
        return change.after.breach_since
    return change.before.breach_since


def label(indicator: Indicator, period_end: date | None) -> str:
    """The indicator's period in words, "" where there is none."""
    return "" if period_end is None else Period(period_end, indicator.basis).label


def _previous_value(latest: Evaluation | None, view: SeriesView) -> Decimal | None:
    if latest is None or latest.previous_period_end in view.protected:
        return None
    return latest.previous_value


def _reason_in_words(change: Change, decision: Decision, rulebook: Rulebook, rule: AlertRule) -> str:
    kind = decision.kind
    if kind in (NoticeKind.REMINDER, NoticeKind.ESCALATED):
        return f"it goes on, and nobody has acknowledged it {decision.note}".rstrip()
    if kind is NoticeKind.RESTATED and not change.transitions:
        return "a figure that was told has changed"
    if not change.transitions:
        return "it no longer begins and ends too often to be told"
    last = change.transitions[-1].reason
    if last is TransitionReason.SUPERSEDED and rule.retirement and rule.retirement.superseded_by:
        successor = rulebook.alerts.get(rule.retirement.superseded_by)
        name = successor.title if successor else rule.retirement.superseded_by
        return f"superseded by “{name}”"
    if kind is NoticeKind.RECOVERED and last not in CORRECTIONS:
        return str(TransitionReason.RECOVERED)
    return str(last)


def _history(
    indicator: Indicator, view: SeriesView, shown: RuleEvaluation | None, thresholds: Thresholds
) -> tuple[HistoryPoint, ...]:
    points = []
    for evaluation in view.evaluations[-HISTORY_FIGURES:]:
        hidden = evaluation.period_end in view.protected
        verdict = view.verdicts.get(evaluation.period_end)
        points.append(
            HistoryPoint(
                period_end=evaluation.period_end,
                label=label(indicator, evaluation.period_end),
                value=None if hidden else evaluation.value,
                protected=hidden,
                status=evaluation.status,
                rag=evaluation.rag,
                target=evaluation.target,
                lower=evaluation.lower,
                upper=evaluation.upper,
                limit=_limit_then(evaluation, verdict, shown, thresholds),
            )
        )
    return tuple(points)


def _limit_then(
    evaluation: Evaluation,
    verdict: RuleEvaluation | None,
    shown: RuleEvaluation | None,
    thresholds: Thresholds,
) -> Decimal | None:
    """What the limit that the notice names came to for an earlier figure, whichever level that one was at."""
    if shown is None or verdict is None or verdict.limit_text == shown.limit_text:
        return None if verdict is None else verdict.limit
    conditions = [each.condition for each in thresholds.levels if each.condition.text == shown.limit_text]
    limits = [limit for condition in conditions for limit in condition.limits()]
    if len(limits) != 1:
        return None
    if limits[0].value is not None:
        return shown.limit
    then = {name: getattr(evaluation, name) for name in COMPARED_BY_NAME}
    return then.get(limits[0].text)
