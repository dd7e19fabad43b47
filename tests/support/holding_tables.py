"""Short ways to what keeps news from people, for tables: rulebooks by names, alerts that fire, news."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from monitor.calendar_england import calendar_of
from monitor.core.alerts import Alert, AlertState
from monitor.core.dated import Scope
from monitor.core.holding import Candidate, Circumstances, Hold
from monitor.core.notifications import Decision, NoticeKind, TellReason
from monitor.core.recipients import Recipient
from monitor.core.routing import Change
from monitor.core.rulebook import Inhibition, Level, RouteMatch, Rulebook, Same
from monitor.core.suppressions import Silence
from tests.support.days import LONDON
from tests.support.rules import AREAS, HERE, indicator, rule

NOW = datetime(2014, 1, 8, 12, 0, tzinfo=UTC)
SAM = Recipient("sam", "Sam", "sam@kent.example", "Sam")


def named(*alerts: str) -> RouteMatch:
    """A match for the alerts of these names."""
    return RouteMatch(alerts=frozenset(alerts))


def inhibition(
    source: RouteMatch, target: RouteMatch, *same: Same, within: bool = False, name: str = "one"
) -> Inhibition:
    """While ``source`` fires, ``target`` is held."""
    return Inhibition(name, source, target, frozenset(same), within, "a test", HERE)


def rulebook(names: Iterable[str], *inhibitions: Inhibition, themes: Sequence[str] = ()) -> Rulebook:
    """One alert rule of each name, on an indicator of its own; ``themes`` of the first ones."""
    found = list(names)
    of = dict(zip(found, themes, strict=False))
    measures = {
        f"{name}-measure": replace(indicator(), id=f"{name}-measure", theme=of.get(name, "theme"))
        for name in found
    }
    rules = {
        name: replace(rule({"warning": "value > 1"}), id=name, indicator=f"{name}-measure") for name in found
    }
    return Rulebook(measures, rules, (), "version", None, {}, inhibitions=inhibitions)


def firing(name: str, area: str = "Swale", level: Level = Level.WARNING) -> Alert:
    """An alert that fires."""
    return Alert(name, area, AlertState.FIRING, level, episode=1)


def circumstances(
    book: Rulebook, fires: Iterable[Alert] = (), silences: Sequence[Silence] = (), now: datetime = NOW
) -> Circumstances:
    """What there is at an instant. Alerts that fire no more are none of it."""
    open_now = {(each.rule, each.area): each for each in fires if each.state is AlertState.FIRING}
    return Circumstances(now, calendar_of(LONDON), book, AREAS, open_now, silences)


def candidate(alert: Alert, kind: NoticeKind = NoticeKind.BREACH) -> Candidate:
    """News of an alert for Sam, by no route, so that no hour keeps it."""
    decision = Decision(
        alert.rule, alert.area, 1, kind, SAM, TellReason.ROUTE, None, None, None, level=alert.level
    )
    return Candidate(decision, Change(alert, alert, ()), (), NOW)


def hold_of(
    where: Circumstances, name: str, area: str = "Swale", level: Level = Level.WARNING
) -> Hold | None:
    """What keeps the news that this alert fires."""
    return where.hold_of(candidate(firing(name, area, level)))


def silence(
    number: int, match: RouteMatch, start: datetime, end: datetime, *, made: datetime | None = None
) -> Silence:
    """A silence as the store gives it back."""
    return Silence(number, made or start, match, "ana", "works", start, end)


def within(*areas: str) -> RouteMatch:
    """A match for these areas."""
    return RouteMatch(scope=Scope(names=frozenset(areas)))
