"""Why one person was told of an alert or was not, in plain sentences."""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta, tzinfo
from typing import Final

from monitor.cli.choices import UnknownNameError
from monitor.cli.explain_telling import Inquiry
from monitor.cli.telling_facts import ComingTold, PersonTold, TellingTold
from monitor.cli.telling_words import (
    acknowledgement_sentence,
    coming_sentence,
    telling_sentence,
    when_told,
)
from monitor.cli.told import Telling, spelt
from monitor.core.alerts import Alert, AlertState
from monitor.core.areas import Area, AreaTree
from monitor.core.holding import is_about_data
from monitor.core.recipients import Recipient
from monitor.core.routing import DATA_OWNER, matches
from monitor.core.rulebook import Indicator, Level, Route, RouteMatch, RouteTarget
from monitor.rulebook.problems import ProblemLog
from monitor.rulebook.suggestions import nearest
from monitor.store.failing_addresses import failing_addresses
from monitor.wording import day

Who = tuple[str, str]
"""(id, name) of a person."""

HELD_FOR = "it was held for "
"""How a decision that concerns nobody any more names whom it was held for."""


_PARTS: Final = re.compile(r"[^\W\d_]{2,}")


def person_named(text: str, inquiry: Inquiry, tellings: Sequence[Telling]) -> Who:
    """(id, name) of somebody, by id, name or address; also of who is no longer among the contacts.

    Raises:
        UnknownNameError: neither the contacts nor any decision about the alert know them.
    """
    wanted = text.strip().casefold()
    for each in inquiry.world.directory.people.values():
        if wanted in (each.id.casefold(), each.name.casefold(), each.address.casefold()):
            return each.id, each.name
    for telling in reversed(tellings):
        if telling.person and wanted in (telling.person.casefold(), (telling.recipient or "").casefold()):
            return telling.person, telling.recipient or telling.person
    raise UnknownNameError(f"--for: nobody is known as “{text}”. {_meant(wanted, inquiry)}")


def _meant(wanted: str, inquiry: Inquiry) -> str:
    """Who was probably meant, by a part of a name or id; else who there is."""
    people = inquiry.world.directory.people
    parts = set(_PARTS.findall(wanted))
    near = [
        each for each in people.values() if parts & set(_PARTS.findall(f"{each.name} {each.id}".casefold()))
    ]
    if not near:
        words = {part: each for each in people.values() for part in _PARTS.findall(each.name.casefold())}
        words |= {each.id: each for each in people.values()}
        found = nearest(wanted, words, ProblemLog())
        near = [] if found is None else [words[found]]
    if near:
        return f"Did you mean {' or '.join(f'{each.id} ({each.name})' for each in near)}?"
    return f"The contacts have: {', '.join(sorted(people)) or 'nobody'}."


def person_told(
    inquiry: Inquiry,
    who: Who,
    alert: Alert,
    levels: Sequence[Level],
    *,
    subject: tuple[Indicator, Area],
    tellings: Sequence[Telling],
    telling: TellingTold,
) -> PersonTold:
    """Answers for one alert; ``levels`` are those that count, the worst first."""
    person, name = who
    zone = inquiry.calendar.zone
    own = [each for each in tellings if each.person == person or each.note == f"{HELD_FOR}{person}"]
    answers = [f"{_moment(each.at, zone)}: {telling_sentence(each, zone)}." for each in own]
    if not own:
        answers += _never(alert, tellings, name, zone)
    answers += [
        f"{'' if each.withdrawn else 'Acknowledged '}{acknowledgement_sentence(each, zone)}"
        for each in telling.acknowledgements
        if each.author in who
    ]
    answers += [coming_sentence(each, zone) for each in telling.coming if _concerns(each, who)]
    answers += _from_now_on(inquiry, who, alert, levels, subject=subject, telling=telling)
    answers += [
        f"Mails to {each.address} come back: {each.response}"
        for each in failing_addresses(inquiry.connection)
        if each.person == person
    ]
    return PersonTold(alert.rule, person, name, any(each.told for each in own), tuple(answers))


def _concerns(coming: ComingTold, who: Who) -> bool:
    return coming.person == who[0] or who[1] in (*coming.people, coming.instead_of)


def _never(alert: Alert, tellings: Sequence[Telling], name: str, zone: tzinfo) -> Iterator[str]:
    """Why no decision names somebody."""
    if not tellings:
        state = (
            "it has not lasted long enough yet"
            if alert.state is AlertState.PENDING
            else "the alert has raised no news in this area so far"
        )
        yield f"There was nothing to tell {name}: {state}."
        return
    told = list(dict.fromkeys(spelt(each.recipient) for each in tellings if each.told and each.recipient))
    others = f"{' and '.join(told)} {'was' if len(told) == 1 else 'were'}." if told else "Nobody was."
    yield f"{name} was never told of it. {others}"
    for each in tellings:
        if each.recipient is None:
            yield f"{_moment(each.at, zone)}: {telling_sentence(each, zone)}."


def _from_now_on(
    inquiry: Inquiry,
    who: Who,
    alert: Alert,
    levels: Sequence[Level],
    *,
    subject: tuple[Indicator, Area],
    telling: TellingTold,
) -> Iterator[str]:
    """Whether news would reach them as rules and contacts are now; if not, why no route does."""
    person, name = who
    zone = inquiry.calendar.zone
    reached = [each for each in telling.prospects if each.person == person]
    for each in reached:
        route = f" by route “{each.route}”" if each.route else ""
        role = f" as {each.role} for {each.role_area}" if each.role else ""
        deputy = f", in place of {each.stands_in_for}, who is away" if each.stands_in_for else ""
        yield f"Its next news would reach {name}{route}{role}{deputy}: {when_told(each, inquiry.now, zone)}."
    if reached:
        return
    yield f"As rules and contacts are now, its next news would not reach {name}:"
    if person not in inquiry.world.directory.people:
        yield f"The contacts do not know {name} any more."
    else:
        yield from _away(inquiry, person, name)
        yield from _stands_in(inquiry, person, name)
        yield from _routes(inquiry, who, alert, levels, subject)
    names = ", ".join(each.name for each in telling.prospects) or ", ".join(telling.instead)
    yield f"It would reach {names}." if names else "It would reach nobody."


def _away(inquiry: Inquiry, person: str, name: str) -> Iterator[str]:
    standing = inquiry.world.directory.stand_ins(person, inquiry.scene.today)
    if standing and person not in standing:
        names = ", ".join(inquiry.name_of(each) for each in standing)
        yield f"{name} is away today: {names} would be told in their place."


def _stands_in(inquiry: Inquiry, person: str, name: str) -> Iterator[str]:
    """For whom somebody is told, or will be."""
    today = inquiry.scene.today
    for each in inquiry.world.directory.deputies:
        if each.deputy == person and (each.until is None or today < each.until):
            until = f" until {day(each.until - timedelta(days=1))}" if each.until else ""
            verb = "is" if each.stands_in(today) else "will be"
            yield f"{name} {verb} deputy of {inquiry.name_of(each.person)} from {day(each.start)}{until}."


def _routes(
    inquiry: Inquiry,
    who: Who,
    alert: Alert,
    levels: Sequence[Level],
    subject: tuple[Indicator, Area],
) -> Iterator[str]:
    """Why each route that has to do with the person or the alert does not bring the two together."""
    person, name = who
    _, area = subject
    if is_about_data(alert.rule):
        own = _held_for(inquiry, person, DATA_OWNER)
        where = f" {name} is {DATA_OWNER} for {own}." if own else f" {name} is not."
        yield f"News of whether figures come and are right goes to the {DATA_OWNER} for {area.name}.{where}"
        return
    meant = False
    for route in inquiry.world.rulebook.routes:
        unmet = _unmet(route.match, alert, subject, levels, inquiry.world.areas)
        meant = meant or not unmet
        targets = [each for each in route.to if _is_named(inquiry, each, person)]
        if unmet and targets:
            yield f"Route “{route.id}” names them, but it is for {' and '.join(unmet)}."
        elif not unmet:
            yield from _of_matching(inquiry, route, who, area)
    if not meant:
        yield "No route is for this alert."


def _of_matching(inquiry: Inquiry, route: Route, who: Who, area: Area) -> Iterator[str]:
    """Why a route that is for the alert does not tell the person; or that it does later."""
    person, name = who
    for target in route.to:
        if target.role is None:
            yield f"Route “{route.id}” is for this alert, and tells {inquiry.name_of(target.person or '')}."
            continue
        people, held_for = inquiry.world.directory.holders(
            target.role, area.name, inquiry.scene.today, inquiry.world.areas
        )
        own = _held_for(inquiry, person, target.role)
        but = f"; {name} is {target.role} for {own}" if own else ""
        yield (
            f"Route “{route.id}” is for this alert, and tells the {target.role} for {held_for or area.name}: "
            f"{_names(people)}{but}."
        )
    for step in route.escalations:
        if any(_would_be_told(inquiry, each, person, area) for each in step.to):
            days = f"{step.after} working day{'' if step.after == 1 else 's'}"
            yield (
                f"Route “{route.id}” passes it on to {name} {days} after the first telling, if nobody has "
                "acknowledged it."
            )


def _names(people: Sequence[Recipient]) -> str:
    return ", ".join(each.name for each in people) or "nobody holds that role"


def _is_named(inquiry: Inquiry, target: RouteTarget, person: str) -> bool:
    """Whether a route names somebody, by themselves or by a role that they hold anywhere."""
    return target.person == person or (
        target.role is not None and bool(_held_for(inquiry, person, target.role))
    )


def _would_be_told(inquiry: Inquiry, target: RouteTarget, person: str, area: Area) -> bool:
    directory, today = inquiry.world.directory, inquiry.scene.today
    if target.person is not None:
        people = directory.person(target.person, today)
    else:
        people, _ = directory.holders(target.role or "", area.name, today, inquiry.world.areas)
    return any(each.id == person for each in people)


def _held_for(inquiry: Inquiry, person: str, role: str) -> str:
    """The areas for which somebody holds a role today."""
    today = inquiry.scene.today
    return ", ".join(
        each.area
        for each in inquiry.world.directory.holdings
        if each.role == role and person in each.people and each.holds(today)
    )


def _unmet(
    match: RouteMatch,
    alert: Alert,
    subject: tuple[Indicator, Area],
    levels: Sequence[Level],
    areas: AreaTree,
) -> list[str]:
    """What a route is for that the alert is not; [] where it is for this alert."""
    indicator, area = subject
    if any(matches(match, alert.rule, indicator, area, level) for level in levels or (None,)):
        return []
    found = []
    if match.alerts and alert.rule not in match.alerts:
        found.append(f"the alerts {', '.join(sorted(match.alerts))}")
    if match.indicators and indicator.id not in match.indicators:
        found.append(f"the indicators {', '.join(sorted(match.indicators))}")
    if match.themes and indicator.theme not in match.themes:
        found.append(f"the theme {', '.join(sorted(match.themes))}")
    if match.levels and not match.levels.intersection(levels):
        found.append(f"the level {', '.join(sorted(each.value for each in match.levels))}")
    if not match.scope.covers(area):
        found.append(f"other areas ({match.scope.in_words(areas)})")
    return found


def _moment(when: datetime, zone: tzinfo) -> str:
    return f"{when.astimezone(zone):%-d %b %Y %H:%M}"
