"""Compares who is expected to be told, or not, with who was."""

from collections.abc import Iterable
from dataclasses import dataclass

from monitor.core.notifications import Decision, TellReason
from monitor.rule_tests.coverage import reached_by_holding, reached_by_telling
from monitor.rule_tests.findings import Findings
from monitor.rule_tests.keys import ROUTE, in_words
from monitor.rule_tests.model import Because, ExpectedSilence, ExpectedTelling, Listed
from monitor.rule_tests.moments import Moment, moment_of
from monitor.rule_tests.scene import Telling


@dataclass
class _Unmet:
    line: ExpectedTelling
    person: str


def check_told(expected: Iterable[ExpectedTelling], listed: Listed, found: Findings) -> None:
    """Compares those who were told since an author last said so; each telling is met by one line."""
    left = [telling for telling in found.scene.decisions if telling.decision.reason.told]
    unmet: list[_Unmet] = []
    for line in expected:
        day = (line.on or found.at).day
        people = line.who.people(found.world, line.area, day)
        if not people:
            found.differ(line.who.span, f"nobody holds “{line.who.text}” on {day}")
        for person in people:
            telling = next((each for each in left if _meets(line, person, each, found)), None)
            if telling is None:
                unmet.append(_Unmet(line, person))
            else:
                left.remove(telling)
                is_timed = line.occasion is not None or (line.on is not None and not line.on.is_day)
                found.reached.update(
                    reached_by_telling(found.world.rulebook, telling.decision, is_timed=is_timed)
                )
    seen: set[tuple[str, str]] = set()
    for each in unmet:
        alert = (each.line.alert, each.line.area)
        _differ(each, left, found, with_context=alert not in seen)
        seen.add(alert)
    if not listed.partial:
        for telling in left:
            found.differ(listed.span, f"{described(telling, found)}; no line of told says so")


def _meets(line: ExpectedTelling, person: str, telling: Telling, found: Findings) -> bool:
    decision = telling.decision
    return (
        (line.alert, line.area) == (decision.rule, decision.area)
        and _is_to(person, decision)
        and line.kind in (None, decision.kind)
        and (line.on is None or line.on.covers(telling.at, found.scene.calendar))
        and (line.because is None or _is_because(line.because, decision))
        and (line.occasion is None or line.occasion is found.scene.occasion(telling))
    )


def _is_to(person: str, decision: Decision) -> bool:
    return decision.recipient is not None and decision.recipient.id == person


def _is_because(because: Because, decision: Decision) -> bool:
    if because.route is not None:
        return decision.reason is TellReason.ROUTE and decision.route == because.route
    return decision.reason is because.reason


def _differ(unmet: _Unmet, left: list[Telling], found: Findings, *, with_context: bool) -> None:
    """Notes that somebody was not told, or was told something else, which is then no surprise of its own."""
    line, person = unmet.line, unmet.person
    near = _nearest(line, person, left)
    what = f"{line.alert} in {line.area}"
    if near is None:
        role = "" if line.who.text == person else f" ({line.who.text})"
        message = f"{person}{role} is not told of {what}"
        context = _decisions_about(line.alert, line.area, found) if with_context else ()
        found.differ(line.who.span, message, context)
        return
    left.remove(near)
    decision, told = near.decision, f"{person} is told of {what}"
    if line.kind not in (None, decision.kind):
        found.differ(line.span_of("kind"), f"{told}: {decision.kind}, not {line.kind}")
    elif line.on is not None and not line.on.covers(near.at, found.scene.calendar):
        at = moment_of(near.at, found.scene.calendar)
        found.differ(
            line.span_of("on"), f"{told} on {at.day if line.on.is_day else _minute(at)}, not on {line.on}"
        )
    elif line.because is not None and not _is_because(line.because, decision):
        message = f"{told} because: {_reason(decision)}, not: {line.because.text}"
        found.differ(line.because.span, message)
    elif line.occasion is not None:
        occasion = found.scene.occasion(near)
        found.differ(
            line.span_of("as"), f"{told} in a mail of {occasion or 'no kind'}, not of {line.occasion}"
        )


def _nearest(line: ExpectedTelling, person: str, left: list[Telling]) -> Telling | None:
    """What the person was told of the same alert; the same kind of news, if there is any."""
    about = [
        each
        for each in left
        if (line.alert, line.area) == (each.decision.rule, each.decision.area)
        and _is_to(person, each.decision)
    ]
    return min(about, key=lambda each: each.decision.kind is not line.kind, default=None)


def check_silence(silence: ExpectedSilence, found: Findings) -> None:
    """Compares what nobody may be told of with who was told, and the reason for not telling."""
    made = [
        telling
        for telling in found.scene.recent
        if silence.alert in (None, telling.decision.rule)
        and silence.area in (None, telling.decision.area)
        and silence.kind in (None, telling.decision.kind)
    ]
    if silence.who is not None:
        people = silence.who.people(found.world, silence.area, found.at.day)
        made = [
            each for each in made if each.decision.recipient is None or each.decision.recipient.id in people
        ]
    for telling in made:
        if telling.decision.reason.told:
            found.differ(silence.span, described(telling, found))
    if silence.because is None and silence.until is None:
        return
    untold = [each for each in made if not each.decision.reason.told]
    if silence.because is not None:
        untold = [each for each in untold if each.decision.reason is silence.because.reason]
    met = [each for each in untold if _is_until(silence.until, each, found)]
    for telling in met:
        found.reached.update(reached_by_holding(found.world.rulebook, telling.decision))
    if not met:
        context = [described(each, found) for each in made] or ["there was nothing to tell or not to tell"]
        because = "" if silence.because is None else f" because: {silence.because.text}"
        until = "" if silence.until is None else f" until {silence.until}"
        span = silence.span if silence.because is None else silence.because.span
        found.differ(span, f"nobody was left untold{until}{because}", context)


def _is_until(until: Moment | None, telling: Telling, found: Findings) -> bool:
    end = telling.decision.until
    return until is None or (end is not None and until.covers(end, found.scene.calendar))


def _decisions_about(alert: str, area: str, found: Findings) -> list[str]:
    """What was decided about an alert since an author last said who was told, in words."""
    about = [
        described(telling, found)
        for telling in found.scene.decisions
        if (telling.decision.rule, telling.decision.area) == (alert, area)
    ]
    return about or ["nothing was decided about it"]


def described(telling: Telling, found: Findings) -> str:
    """A decision in words."""
    decision = telling.decision
    on = moment_of(telling.at, found.scene.calendar)
    what = f"{decision.rule} in {decision.area}"
    if decision.recipient is None:
        return f"nobody is told of {what} on {on}: {_reason(decision)}"
    told = "is told" if decision.reason.told else "is not told"
    kind = f" ({decision.kind})" if decision.kind else ""
    end = decision.until
    until = "" if end is None else f", until {_minute(moment_of(end, found.scene.calendar))}"
    return f"{decision.recipient.id} {told} of {what}{kind} on {on}: {_reason(decision)}{until}"


def _reason(decision: Decision) -> str:
    if decision.reason is TellReason.ROUTE and decision.route is not None:
        return f"{ROUTE}{decision.route}"
    note = f" ({decision.note})" if decision.note else ""
    return f"{in_words(decision.reason)}{note}"


def _minute(at: Moment) -> str:
    return f"{at.wall:%Y-%m-%d %H:%M}"
