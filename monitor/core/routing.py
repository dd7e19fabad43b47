"""Who is told of an alert's change, and why; or why nobody is.

All of it is decided here, from values alone: ``limen explain`` and the tests see what the daemon sees.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from monitor.core.alerts import Alert, AlertState, Transition, TransitionReason
from monitor.core.areas import Area, AreaTree
from monitor.core.notifications import Decision, NoticeKind, TellReason
from monitor.core.recipients import Directory, Recipient
from monitor.core.rulebook import AlertRule, Indicator, Level, Route, RouteMatch, rank_of

CLOSING_REASONS = frozenset(
    {
        TransitionReason.RETIRED,
        TransitionReason.SUPERSEDED,
        TransitionReason.WITHDRAWN,
        TransitionReason.NOT_COVERED,
        TransitionReason.AREA_REMOVED,
        TransitionReason.RULE_CHANGED,
    }
)

DATA_NEWS = {
    TransitionReason.LATE: NoticeKind.LATE,
    TransitionReason.FIGURE_DOUBTFUL: NoticeKind.DOUBTFUL,
    TransitionReason.FIGURE_MISSING: NoticeKind.DOUBTFUL,
}
"""Why an alert fires that is about the data, and what those are told who own it."""

SETTLED_REASONS = frozenset(
    {
        TransitionReason.FIGURE_CORRECTED,
        TransitionReason.FIGURE_CONFIRMED,
        TransitionReason.FIGURES_PLAUSIBLE,
        TransitionReason.FIGURES_AGREE,
        TransitionReason.FIGURE_CAME,
    }
)
"""Why a fault of the data is over: its figure is not in doubt any more."""

DATA_OWNER = "data owner"
"""The role of whoever has to see to it that the figures of an area come."""


@dataclass(frozen=True, slots=True)
class Change:
    """What a cycle did to one alert: where it stood before, where it stands now, and each step between."""

    before: Alert
    after: Alert
    transitions: tuple[Transition, ...]


@dataclass(frozen=True, slots=True)
class News:
    """What there is to tell of a change. ``kind`` None: nothing, for the reason given."""

    kind: NoticeKind | None
    reason: TellReason


def news_of(change: Change) -> News | None:
    """Says what a cycle's change means to those concerned; None when the alert did not change.

    Only the net change counts: a breach that began and ended between two cycles is recorded, not told.
    """
    before, after = change.before, change.after
    if before.flapping and not after.flapping:
        return _news_of_calm(after)
    if not change.transitions:
        return None
    fires = AlertState.FIRING in (before.state, after.state)
    if before.flapping or (after.flapping and after.state is not AlertState.FIRING):
        # An ending that may not last is not told either; it follows when the alert has calmed.
        return News(None, TellReason.FLAPPING) if fires else None
    if after.state is AlertState.FIRING:
        of_data = DATA_NEWS.get(change.transitions[-1].reason)
        if of_data is not None:
            return News(of_data, TellReason.DATA_OWNER)
        if before.state is not AlertState.FIRING or before.episode != after.episode:
            return News(NoticeKind.BREACH, TellReason.ROUTE)
        if rank_of(after.level) > rank_of(before.level):
            return News(NoticeKind.WORSENED, TellReason.ROUTE)
        return News(None, TellReason.EASED)
    return _news_of_quiet(change)


def _news_of_calm(after: Alert) -> News:
    """An alert that no longer flaps: what was not told meanwhile is told as it stands."""
    if after.state is AlertState.FIRING:
        return News(NoticeKind.BREACH, TellReason.ROUTE)
    return News(ending_of(after, TransitionReason.RECOVERED), TellReason.WAS_TOLD_OF_BREACH)


def _news_of_quiet(change: Change) -> News | None:
    """What there is to tell of an alert that does not fire, or fires no more."""
    before, after = change.before, change.after
    if before.state is AlertState.FIRING:
        return News(ending_of(after, change.transitions[-1].reason), TellReason.WAS_TOLD_OF_BREACH)
    if any(step.to_state is AlertState.FIRING for step in change.transitions):
        return News(None, TellReason.OVER_BEFORE_TOLD)
    if after.state is AlertState.PENDING:
        return News(None, TellReason.PENDING)
    return None


def goes_on_after_all(change: Change) -> bool:
    """Whether a breach is back whose end nobody was told of: it is the same one for all who know of it.

    What fires again while it flaps is the same one too, and is told when it calms.
    """
    before, after = change.before, change.after
    back = before.state is not AlertState.FIRING and after.state is AlertState.FIRING
    return back and before.episode == after.episode > 0 and not (before.flapping or after.flapping)


def ending_of(after: Alert, reason: TransitionReason) -> NoticeKind:
    """Returns what those who were told are told of an alert that fires no more, and ended for this reason.

    While it is pending its latest figure is beyond the limit: whatever ended the breach, nothing is over.
    """
    if after.state is AlertState.PENDING:
        return NoticeKind.PENDING
    if reason is TransitionReason.ARRIVED:
        return NoticeKind.ARRIVED
    if reason in SETTLED_REASONS:
        return NoticeKind.CONFIRMED
    return NoticeKind.CLOSED if reason in CLOSING_REASONS else NoticeKind.RECOVERED


def matches(match: RouteMatch, rule: str, indicator: Indicator, area: Area, level: Level | None) -> bool:
    """Says whether an alert is meant; every filled-in condition must hold. ``rule`` is the rule's id."""
    return (
        (not match.alerts or rule in match.alerts)
        and (not match.indicators or indicator.id in match.indicators)
        and (not match.themes or indicator.theme in match.themes)
        and (not match.levels or level in match.levels)
        and match.scope.covers(area)
    )


@dataclass(frozen=True, slots=True)
class Reached:
    """Somebody whom a route reaches: as what, and for which area they are that.

    ``also`` are further routes that name them.
    """

    recipient: Recipient
    route: str
    role: str | None
    role_area: str | None
    also: tuple[str, ...] = ()


def reached(
    routes: Iterable[Route],
    rule: AlertRule,
    indicator: Indicator,
    area: Area,
    level: Level | None,
    *,
    directory: Directory,
    areas: AreaTree,
    on: date,
) -> tuple[Reached, ...]:
    """Returns everybody whom the routes reach on that day, each once, by the first route that names them."""
    found: dict[str, Reached] = {}
    for route in routes:
        if not matches(route.match, rule.id, indicator, area, level):
            continue
        for target in route.to:
            if target.person is not None:
                people: tuple[Recipient, ...] = directory.person(target.person, on)
                held_for: str | None = None
            else:
                people, held_for = directory.holders(target.role or "", area.name, on, areas)
            for recipient in people:
                earlier = found.get(recipient.id)
                if earlier is None:
                    found[recipient.id] = Reached(recipient, route.id, target.role, held_for)
                elif route.id not in (earlier.route, *earlier.also):
                    found[recipient.id] = replace(earlier, also=(*earlier.also, route.id))
    return tuple(found.values())


def vacancies(
    routes: Iterable[Route],
    rule: AlertRule,
    indicator: Indicator,
    area: Area,
    level: Level | None,
    *,
    directory: Directory,
    areas: AreaTree,
    on: date,
) -> str:
    """Says which roles of the alert's routes nobody holds on that day; "" where somebody holds each."""
    roles = dict.fromkeys(
        target.role
        for route in routes
        if matches(route.match, rule.id, indicator, area, level)
        for target in route.to
        if target.role is not None and not directory.holders(target.role, area.name, on, areas)[0]
    )
    if not roles:
        return ""
    names = " or ".join(f"“{role}”" for role in roles)
    return f"nobody holds the role {names} for {area.name}"


def decide(
    change: Change,
    *,
    reach: Sequence[Reached],
    told_before: Sequence[Recipient],
    operations: Sequence[Recipient],
    vacant: str = "",
) -> tuple[Decision, ...]:
    """Decides who is told of a change and why; at least one decision comes of every change.

    ``reach`` is whom the routes reach now, ``told_before`` who was told of this breach, ``operations`` who is
    told when nobody else can be, and ``vacant`` why nobody can (:func:`vacancies`). A worsening goes to all
    of the first two; an ending to those who were told.
    """
    news = news_of(change)
    if news is None:
        return ()
    if news.kind is None:
        return (_decision(change, None, None, news.reason),)
    if news.reason is TellReason.WAS_TOLD_OF_BREACH:
        if not told_before:
            return (_decision(change, None, None, TellReason.NEVER_TOLD_OF_BREACH),)
        by_id = {found.recipient.id: found for found in reach}
        return tuple(
            _decision(
                change, news.kind, by_id.get(person.id) or _unrouted(person), TellReason.WAS_TOLD_OF_BREACH
            )
            for person in told_before
        )
    told = [_decision(change, news.kind, found, news.reason) for found in reach]
    if news.kind is NoticeKind.WORSENED:
        named = {found.recipient.id for found in reach}
        told += [
            _decision(change, news.kind, _unrouted(person), TellReason.WAS_TOLD_OF_BREACH)
            for person in told_before
            if person.id not in named
        ]
    if told:
        return tuple(told)
    late = news.reason is TellReason.DATA_OWNER
    if operations:
        instead = TellReason.NO_DATA_OWNER if late else TellReason.NOBODY_ELSE
        note = "" if late else vacant
        return tuple(
            replace(_decision(change, news.kind, _unrouted(person), instead), note=note)
            for person in operations
        )
    nobody = TellReason.NOBODY_TOLD if late else TellReason.NO_RECIPIENT
    return (_decision(change, news.kind, None, nobody),)


def data_owners(area: str, *, directory: Directory, areas: AreaTree, on: date) -> tuple[Reached, ...]:
    """Returns who owns the data of an area on that day: who is told when its figures are late or doubtful."""
    people, held_for = directory.holders(DATA_OWNER, area, on, areas)
    return tuple(Reached(person, "", DATA_OWNER, held_for) for person in people)


def _unrouted(person: Recipient) -> Reached:
    return Reached(person, "", None, None)


def _decision(change: Change, kind: NoticeKind | None, whom: Reached | None, reason: TellReason) -> Decision:
    after = change.after
    return Decision(
        rule=after.rule,
        area=after.area,
        episode=after.episode,
        kind=kind,
        recipient=whom.recipient if whom else None,
        reason=reason,
        route=(whom.route or None) if whom else None,
        role=whom.role if whom else None,
        role_area=whom.role_area if whom else None,
        level=None if kind is NoticeKind.PENDING else after.level,
    )


def grouped_by_recipient(decisions: Iterable[Decision]) -> Mapping[str, tuple[Decision, ...]]:
    """Returns each told person's decisions, so that one cycle makes one mail for each."""
    groups: dict[str, list[Decision]] = {}
    for decision in decisions:
        if decision.recipient is not None and decision.reason.told:
            groups.setdefault(decision.recipient.id, []).append(decision)
    return {person: tuple(found) for person, found in groups.items()}
