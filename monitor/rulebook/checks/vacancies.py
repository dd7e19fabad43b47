"""Roles that somebody holds, but nobody for some time to come."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Final

from monitor.core.areas import Area
from monitor.core.recipients import Directory
from monitor.rulebook.checks.instances import some_of
from monitor.rulebook.problems import ProblemLog
from monitor.rulebook.routes import WrittenRoute
from monitor.rulebook.written import WrittenRulebook

LOOKED_AHEAD: Final = timedelta(weeks=12)
"""Far enough to find somebody in good time."""

Vacancy = tuple[date, date | None]


def check_vacancies(
    written: WrittenRoute, concerned: Sequence[Area], rulebook: WrittenRulebook, today: date, log: ProblemLog
) -> None:
    """Notes roles that nobody holds on some day of the coming weeks, for areas whose alerts take the route.

    Roles that nobody ever holds there have a code of their own.
    """
    directory = rulebook.directory
    for each in written.all_targets if directory is not None else ():
        role = each.target.role
        if role is None or directory is None or role not in directory.roles():
            continue
        found: dict[Vacancy, list[str]] = {}
        for area in concerned:
            for vacancy in vacancies(role, area, rulebook, directory, today):
                found.setdefault(vacancy, []).append(area.name)
        for (start, until), names in found.items():
            ends = f"until {until}" if until else "on, and no end of it is known"
            message = f"nobody is {role} for {some_of(names)} from {start} {ends}"
            log.note("LIM513", each.node.span, message)


def vacancies(
    role: str, area: Area, rulebook: WrittenRulebook, directory: Directory, today: date
) -> Iterator[Vacancy]:
    """Yields when nobody holds the role for the area or one around it: first day, and first day no longer.

    Only what lies within the coming weeks is looked at; one that is under way begins today. None: no end is
    known.
    """
    around = {area.name, *(above.name for above in rulebook.areas.ancestors(area.name))}
    holdings = [each for each in directory.holdings if each.role == role and each.area in around]
    turns = {day for each in holdings for day in (each.start, each.until) if day is not None and day > today}
    start: date | None = None
    for day in (today, *sorted(turns)) if holdings else ():
        is_held = any(each.holds(day) for each in holdings)
        if is_held and start is not None:
            yield start, day
            start = None
        elif not is_held and start is None and day <= today + LOOKED_AHEAD:
            start = day
    if start is not None:
        yield start, None
