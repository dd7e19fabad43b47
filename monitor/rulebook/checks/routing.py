"""Routes: what they match is there, they match something, they reach somebody, and no alert is left out."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from monitor.core.areas import Area
from monitor.core.recipients import OPERATIONS, Directory
from monitor.core.rulebook import AlertRule, Level, Route
from monitor.rulebook.alerts import WrittenAlert
from monitor.rulebook.checks.instances import names_what_is_there, some_of
from monitor.rulebook.checks.vacancies import check_vacancies
from monitor.rulebook.matches import WrittenMatch
from monitor.rulebook.problems import ProblemLog
from monitor.rulebook.routes import WrittenRoute
from monitor.rulebook.scalars import shown
from monitor.rulebook.suggestions import did_you_mean, listed
from monitor.rulebook.written import WrittenRulebook

SHORT_FOR_OPERATIONS: Final = frozenset({"op", "ops", "ops team", "operator", "operators", "it operations"})


def check_matches_known(rulebook: WrittenRulebook, log: ProblemLog) -> None:
    """Notes indicators, themes and alert rules that something matches and that no file defines."""
    if not rulebook.complete:
        return
    themes = dict.fromkeys(written.indicator.theme for written in rulebook.indicators.values())
    known: dict[str, tuple[str, str, Iterable[str]]] = {
        "indicators": ("LIM402", "indicator", rulebook.indicator_definitions),
        "alerts": ("LIM408", "alert rule", rulebook.alert_definitions),
    }
    if rulebook.sound:
        known["themes"] = ("LIM409", "theme", themes)
    for matched in _matches(rulebook):
        for key, (code, kind, defined) in known.items():
            for word in matched.words.get(key, ()):
                if word.text not in defined:
                    hint = did_you_mean(word.text, defined, log)
                    log.note(code, word.span, f"there is no {kind} {shown(word.text)}", hint)


def _matches(rulebook: WrittenRulebook) -> Iterator[WrittenMatch]:
    """What routes, inhibitions and times of maintenance match."""
    yield from (each.matched for each in rulebook.routes.values())
    for inhibition in rulebook.inhibitions.values():
        yield from (inhibition.source, inhibition.target)
    yield from (each.matched for each in rulebook.maintenance.values())


def check_targets_known(rulebook: WrittenRulebook, log: ProblemLog) -> None:
    """Notes roles and people that the directory does not know."""
    directory = rulebook.directory
    if directory is None:
        return
    roles = directory.roles()
    for written in rulebook.routes.values():
        for target, node in ((each.target, each.node) for each in written.all_targets):
            if target.person is not None and target.person not in directory.people:
                hint = did_you_mean(target.person, directory.people, log)
                log.note("LIM502", node.span, f"contacts.yaml has no person {shown(target.person)}", hint)
            if target.role is not None and target.role not in roles:
                hint = _role_meant(target.role, roles, log)
                log.note("LIM501", node.span, f"nobody holds a role {shown(target.role)}", hint)


def _role_meant(word: str, roles: frozenset[str], log: ProblemLog) -> str | None:
    if word.casefold() in SHORT_FOR_OPERATIONS:
        return f"did you mean {OPERATIONS}? They are those whom contacts.yaml names under operations"
    return listed(word, sorted(roles), log)


def check_reach(rulebook: WrittenRulebook, log: ProblemLog) -> None:
    """Notes alerts that no route matches, routes that match none, and routes whose role nobody holds there.

    While some definition has an error it may be the one that would match or be matched: then only those
    roles are noted that nobody holds where an alert is sure to take the route.
    """
    reached: dict[str, dict[str, Area]] = {key: {} for key in rulebook.routes}
    followed = [
        alert
        for alert in rulebook.alerts.values()
        if alert.rule.indicator in rulebook.indicators and not alert.faulty
    ]
    for alert in followed:
        _follow(alert, rulebook, reached, log)
    every = rulebook.sound and len(followed) == len(rulebook.alerts)
    for key, areas in reached.items():
        written = rulebook.routes[key]
        if not areas and every and names_what_is_there(written.route.match, rulebook):
            log.note("LIM504", written.key, f"no alert rule can ever match route {key}")
        if areas and rulebook.directory is not None:
            _check_holders(written, areas.values(), rulebook, rulebook.directory, log)
            if rulebook.today is not None:
                check_vacancies(written, tuple(areas.values()), rulebook, rulebook.today, log)


def _follow(
    alert: WrittenAlert, rulebook: WrittenRulebook, reached: Mapping[str, dict[str, Area]], log: ProblemLog
) -> None:
    """Adds the rule's areas to the routes that its alerts take, and notes those that take none."""
    theme = rulebook.indicators[alert.rule.indicator].indicator.theme
    candidates = [
        key
        for key, each in rulebook.routes.items()
        if not each.faulty and _concerns(each.route, alert.rule, theme)
    ]
    left: dict[Level, list[str]] = {}
    for area in rulebook.covered(alert):
        here = [key for key in candidates if rulebook.routes[key].route.match.scope.covers(area)]
        for each in alert.rule.thresholds_for(area).levels:
            taken = [key for key in here if _carries(rulebook.routes[key].route, each.level)]
            for key in taken:
                reached[key][area.name] = area
            if not taken:
                left.setdefault(each.level, []).append(area.name)
    for names in dict.fromkeys(tuple(names) for names in left.values()) if rulebook.sound else ():
        levels = " and ".join(level for level in left if tuple(left[level]) == names)
        message = f"no route is for {levels} alerts of {alert.rule.id} in {some_of(names)}"
        log.note("LIM503", alert.key, message)


def _concerns(route: Route, rule: AlertRule, theme: str) -> bool:
    match = route.match
    return (
        (not match.alerts or rule.id in match.alerts)
        and (not match.indicators or rule.indicator in match.indicators)
        and (not match.themes or theme in match.themes)
    )


def _carries(route: Route, level: Level) -> bool:
    return not route.match.levels or level in route.match.levels


def _check_holders(
    written: WrittenRoute,
    areas: Iterable[Area],
    rulebook: WrittenRulebook,
    directory: Directory,
    log: ProblemLog,
) -> None:
    concerned = list(areas)
    for target, node in ((each.target, each.node) for each in written.all_targets):
        if target.role is None or target.role not in directory.roles():
            continue
        held = {holding.area for holding in directory.holdings if holding.role == target.role}
        without = [
            area.name
            for area in concerned
            if not held & {area.name, *(above.name for above in rulebook.areas.ancestors(area.name))}
        ]
        if without:
            message = f"nobody is ever {target.role} for {some_of(without)}, nor for an area around"
            log.note("LIM505", node.span, message)
