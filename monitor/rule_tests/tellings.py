"""Compares who is expected to be told, or not, with who was."""

from collections.abc import Iterable

from monitor.core.notifications import Decision, TellReason
from monitor.rule_tests.coverage import reached_by_telling
from monitor.rule_tests.findings import Findings
from monitor.rule_tests.model import Because, ExpectedSilence, ExpectedTelling, Listed
from monitor.rule_tests.scene import Telling
from monitor.rule_tests.who import ROUTE, in_words


def check_told(expected: Iterable[ExpectedTelling], listed: Listed, found: Findings) -> None:
    """Compares those who were told since an author last said so; each telling is met by one line."""
    left = [telling for telling in found.scene.decisions if telling[1].reason.told]
    unmet: list[tuple[ExpectedTelling, str]] = []
    for line in expected:
        people = line.who.people(found.world, line.area, line.on or found.at)
        if not people:
            found.differ(line.who.span, f"nobody holds “{line.who.text}” on {line.on or found.at}")
        for person in people:
            telling = next((each for each in left if _meets(line, person, each)), None)
            if telling is None:
                unmet.append((line, person))
            else:
                left.remove(telling)
                found.reached.update(reached_by_telling(found.world.rulebook, telling[1]))
    seen: set[tuple[str, str]] = set()
    for line, person in unmet:
        _differ(line, person, left, found, with_context=(line.alert, line.area) not in seen)
        seen.add((line.alert, line.area))
    if not listed.partial:
        for telling in left:
            found.differ(listed.span, f"{described(telling)}; no line of told says so")


def _meets(line: ExpectedTelling, person: str, telling: Telling) -> bool:
    on, decision = telling
    return (
        (line.alert, line.area) == (decision.rule, decision.area)
        and _is_to(person, decision)
        and line.kind in (None, decision.kind)
        and line.on in (None, on)
        and (line.because is None or _is_because(line.because, decision))
    )


def _is_to(person: str, decision: Decision) -> bool:
    return decision.recipient is not None and decision.recipient.id == person


def _is_because(because: Because, decision: Decision) -> bool:
    if because.route is not None:
        return decision.reason is TellReason.ROUTE and decision.route == because.route
    return decision.reason is because.reason


def _differ(
    line: ExpectedTelling, person: str, left: list[Telling], found: Findings, *, with_context: bool
) -> None:
    """Notes that somebody was not told, or was told something else, which is then no surprise of its own."""
    near = next(
        (
            each
            for each in left
            if (line.alert, line.area) == (each[1].rule, each[1].area) and _is_to(person, each[1])
        ),
        None,
    )
    what = f"{line.alert} in {line.area}"
    if near is None:
        role = "" if line.who.text == person else f" ({line.who.text})"
        message = f"{person}{role} is not told of {what}"
        context = _decisions_about(line.alert, line.area, found) if with_context else ()
        found.differ(line.who.span, message, context)
        return
    left.remove(near)
    on, decision = near
    if line.kind not in (None, decision.kind):
        found.differ(line.who.span, f"{person} is told of {what}: {decision.kind}, not {line.kind}")
    elif line.on not in (None, on):
        found.differ(line.who.span, f"{person} is told of {what} on {on}, not on {line.on}")
    elif line.because is not None:
        message = f"{person} is told of {what} because: {_reason(decision)}, not: {line.because.text}"
        found.differ(line.because.span, message)


def check_silence(silence: ExpectedSilence, found: Findings) -> None:
    """Compares what nobody may be told of with who was told, and the reason for not telling."""
    made = [
        (on, decision)
        for on, decision in found.scene.recent
        if silence.alert in (None, decision.rule) and silence.area in (None, decision.area)
    ]
    if silence.who is not None:
        people = silence.who.people(found.world, silence.area, found.at)
        made = [each for each in made if each[1].recipient is None or each[1].recipient.id in people]
    for telling in made:
        if telling[1].reason.told:
            found.differ(silence.span, described(telling))
    if silence.because is None:
        return
    reasons = [each for each in made if each[1].reason is silence.because.reason]
    if not reasons:
        context = [described(each) for each in made] or ["there was nothing to tell or not to tell"]
        message = f"nobody was left untold because: {silence.because.text}"
        found.differ(silence.because.span, message, context)


def _decisions_about(alert: str, area: str, found: Findings) -> list[str]:
    """What was decided about an alert since an author last said who was told, in words."""
    about = [
        described((on, decision))
        for on, decision in found.scene.decisions
        if (decision.rule, decision.area) == (alert, area)
    ]
    return about or ["nothing was decided about it"]


def described(telling: Telling) -> str:
    """A decision in words."""
    on, decision = telling
    what = f"{decision.rule} in {decision.area}"
    if decision.recipient is None:
        return f"nobody is told of {what} on {on}: {in_words(decision.reason)}"
    told = "is told" if decision.reason.told else "is not told"
    kind = f" ({decision.kind})" if decision.kind else ""
    return f"{decision.recipient.id} {told} of {what}{kind} on {on}: {_reason(decision)}"


def _reason(decision: Decision) -> str:
    if decision.reason is TellReason.ROUTE and decision.route is not None:
        return f"{ROUTE}{decision.route}"
    return in_words(decision.reason)
