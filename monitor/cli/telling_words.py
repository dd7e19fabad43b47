"""What is to come of an alert's news, in sentences."""

from collections.abc import Iterator
from datetime import datetime, tzinfo

from monitor.cli.telling_facts import (
    AcknowledgementTold,
    ComingTold,
    FigureTold,
    ProspectTold,
    SilenceTold,
    TellingTold,
)
from monitor.cli.told import Telling, fate, plain_note, spelt
from monitor.wording import FigureFormat


def moment(when: datetime, zone: tzinfo) -> str:
    """An instant for people: ``10 Jun 2013 10:00``."""
    return f"{when.astimezone(zone):%-d %b %Y %H:%M}"


def unprefixed(reason: str) -> str:
    """A reason not to tell (yet), without those words."""
    return reason.removeprefix("not told yet: ").removeprefix("not told: ")


def telling_sentence(each: Telling, zone: tzinfo) -> str:
    """One decision, with its reason and what became of the mail: ``breach: Ana was told: ...``."""
    if not each.told:
        who = f"{spelt(each.recipient)} was not told" if each.recipient else "nobody was told"
        yet = " yet" if each.held else ""
        until = f", looked at again {moment(each.until, zone)}" if each.until else ""
        note = f" ({plain_note(each.note)})" if each.note else ""
        return f"{who}{yet}, as {unprefixed(each.reason)}{note}{until}"
    role = f" as {each.role} for {each.role_area}" if each.role and each.role_area else ""
    route = f" (route {each.route}{role})" if each.route else f" ({role.strip()})" if role else ""
    mail = f"; mail {each.mail}: {fate(each, zone)}" if each.mail else ""
    answer = f", {each.response}" if each.response else ""
    note = f", {each.note}" if each.note else ""
    return f"{each.kind}: {spelt(each.recipient or '')} {each.verb}: {each.reason}{note}{route}{mail}{answer}"


def coming_sentence(each: ComingTold, zone: tzinfo) -> str:
    """What limen comes back to, when, and what keeps it back."""
    nobody = "nobody" if each.instead_of else "nobody, since nobody holds that role"
    who = " and ".join(each.people) or nobody
    route = f", by route “{each.route}”" if each.route else ""
    if each.instead_of:
        who += f", in place of {each.instead_of}"
    note = f" ({plain_note(each.held_by)})" if each.held_by else ""
    why = f"{unprefixed(each.why)}{note}"
    when = "once that has ended" if each.due_at is None else moment(each.due_at, zone)
    unless = "unless somebody acknowledges it"
    if each.acknowledged:
        unless = "but it is acknowledged for longer than that, which will hold it back"
    match each.what:
        case "news":
            since = f"held since {moment(each.since, zone)}"
            return f"News for {who}, {since}, as {why}; told {when}, if it still holds then."
        case "reminder" if each.first and not each.held:
            return f"First news to {who}: {when}{route}, {unless}."
        case "reminder" if each.held:
            return f"Reminder {each.step} to {who} waits, as {why}; looked at again {when}."
        case "reminder":
            return f"Reminder {each.step} to {who}: {when}{route}, {unless}."
        case _ if each.held:
            return f"Escalation {each.step} to {who} waits, as {why}; looked at again {when}."
        case _:
            return f"Escalation {each.step} to {who}: {when}{route}, {unless}."


def acknowledgement_sentence(each: AcknowledgementTold, zone: tzinfo) -> str:
    """Who acknowledged it, until when, and whether that counts."""
    when = moment(each.at, zone)
    comment = f": “{each.comment}”" if each.comment else ""
    if each.withdrawn:
        return f"{when}, {each.author} took the acknowledgement back, by {each.via}{comment}."
    until = "until it is over" if each.until is None else f"until {moment(each.until, zone)} at most"
    level = f" at {each.level}" if each.level else ""
    counts = "it counts" if each.counts else f"it counts no more: {each.ended_because}"
    return f"{when}, by {each.author}{level}, {until}, by {each.via}{comment}; {counts}."


def silence_sentence(each: SilenceTold, zone: tzinfo) -> str:
    """A silence that touches the alert."""
    span = f"{moment(each.starts_at, zone)} to {moment(each.ends_at, zone)}"
    begins = "" if each.active else "It begins later. "
    return f"{begins}Silence {each.number}, {span}, by {each.author}: {each.what}. “{each.comment}”"


def figure_sentence(each: FigureTold, figures: FigureFormat, zone: tzinfo) -> str:
    """What somebody was told of a figure that is another one now."""
    was = _figure(figures.short(each.was_value, protected=each.was_protected), each.was_rag, each.was_level)
    now = _figure(figures.short(each.now_value, protected=each.now_protected), each.now_rag, each.now_level)
    said = f"{each.name} was told {was} for {each.period}, {moment(each.told_at, zone)}"
    if not each.changed:
        return f"{said}; it is so still."
    why = (
        "rating or level differ, so they are to be told"
        if each.restated
        else "rating and level do not differ"
    )
    return f"{said}; it is {now} now: {why}."


def _figure(value: str, rag: str, level: str | None) -> str:
    return f"{value} ({rag}, {level or 'no level'})"


def prospect_sentence(each: ProspectTold, now: datetime, zone: tzinfo) -> str:
    """Whom news would reach, as what, and when."""
    deputy = f", for {each.stands_in_for}, who is away" if each.stands_in_for else ""
    role = f", as {each.role} for {each.role_area}" if each.role and each.role_area else ""
    route = f", by route “{each.route}”" if each.route else ""
    return f"{each.name}{deputy}{role}{route}: {when_told(each, now, zone)}"


def when_told(each: ProspectTold, now: datetime, zone: tzinfo) -> str:
    """When news would be told to somebody, and what would keep it from them until then."""
    why = "; then ".join(each.held_by)
    if each.reaches_no_more:
        return f"not at all: {why}, and when that ends no route names them any more"
    if each.at is None:
        return f"once that has ended: {why}"
    return "at once" if each.at <= now else f"{moment(each.at, zone)}: {why}"


def telling_lines(
    told: TellingTold, figures: FigureFormat, now: datetime, zone: tzinfo, *, firing: bool
) -> Iterator[tuple[str, list[str]]]:
    """Heading and lines of each part that there is something to say of."""
    yield "What is to come", [coming_sentence(each, zone) for each in told.coming]
    yield "Acknowledged", [acknowledgement_sentence(each, zone) for each in told.acknowledgements]
    yield "Silenced", [silence_sentence(each, zone) for each in told.silences]
    revised = [each for each in told.figures if each.changed or each.now_revision > 1]
    yield "Restated figures, as people know them", [figure_sentence(each, figures, zone) for each in revised]
    if firing:
        yield "Whom its next news would reach", _prospects(told, now, zone)


def _prospects(told: TellingTold, now: datetime, zone: tzinfo) -> list[str]:
    if told.prospects:
        return [f"{prospect_sentence(each, now, zone)}." for each in told.prospects]
    names = ", ".join(told.instead)
    return [f"Nobody by a route; {f'operations instead: {names}' if names else 'and no operations are set'}."]
