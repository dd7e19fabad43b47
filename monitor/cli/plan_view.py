"""A plan in words: what its text and its Markdown say alike, small numbers left out."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, tzinfo

from monitor.core.alerts import Alert, AlertState
from monitor.core.judgements import Evaluation
from monitor.core.notifications import Decision
from monitor.core.periods import Period
from monitor.core.rating_changes import RatingChange
from monitor.planning import AlertChange, Course, Plan
from monitor.retiming import Moments, Retimed
from monitor.rulebook.differences import Difference, Edit
from monitor.terminal import counted
from monitor.wording import FigureFormat, in_sentence

NO_RATING = "no rating"
SIGNS = {Edit.ADDED: "+", Edit.REMOVED: "-", Edit.EDITED: "~"}
"""As plans of infrastructure changes mark them."""


@dataclass(frozen=True, slots=True)
class RatingRow:
    """One series whose ratings change: its last change, and how many there are."""

    indicator: str
    area: str
    period: str
    value: str
    old: str
    new: str
    figures: str


def summary(plan: Plan) -> str:
    """The plan in one line."""
    latest = sum(change.latest for change in plan.ratings)
    figures = sum(change.figures for change in plan.ratings)
    people = {mail.recipient.id for mail in plan.mails}
    return "; ".join(
        (
            courses_in_words(change.course for change in plan.noteworthy),
            f"{counted(figures, 'rating')} {'changes' if figures == 1 else 'change'}"
            f" ({latest:,} of latest figures)"
            if figures
            else "no rating changes",
            f"{counted(len(plan.mails), 'mail')} to {counted(len(people), 'person', 'people')}"
            if plan.mails
            else "no mail",
            *([f"{counted(len(plan.told_later), 'piece')} of news told later"] if plan.told_later else []),
        )
    )


def courses_in_words(courses: Iterable[Course]) -> str:
    """What becomes of alerts, counted: “2 alerts start, 1 alert ends”."""
    found: Counter[Course] = Counter(course for course in courses if course is not Course.STAYS_QUIET)
    said = [f"{counted(count, 'alert')} {_verb(each, count)}" for each in Course if (count := found[each])]
    return ", ".join(said) or "no alert changes"


def _verb(course: Course, count: int) -> str:
    plural = {
        Course.STARTS: "start",
        Course.WORSENS: "worsen",
        Course.EASES: "ease",
        Course.ENDS: "end",
        Course.BECOMES_PENDING: "become pending",
        Course.STOPS_PENDING: "are no longer pending",
        Course.COMES_AND_GOES: "start and end again, or end and start",
    }
    return course.value if count == 1 else plural[course]


def rule_lines(difference: Difference) -> list[str]:
    """What differs in one rule: a line for each part."""
    lines = []
    for part in difference.parts:
        if part.old is None:
            lines.append(f"+ {part.part}: {part.new}")
        elif part.new is None:
            lines.append(f"- {part.part}: {part.old}")
        else:
            lines.append(f"~ {part.part}: {part.old} → {part.new}")
    return lines


def rating_row(change: RatingChange) -> RatingRow:
    """One series whose ratings change. A withheld figure's ratings are withheld too.

    Two limits that a count lies between narrow it down, and the edit shows both.
    """
    measure = change.indicator
    style = FigureFormat(measure.unit, measure.decimals)
    known = change.new or change.old
    value = style.short(known.value if known else None, protected=change.protected)
    when = "" if change.latest else ", not the latest"
    return RatingRow(
        measure.id,
        change.area,
        Period(change.period_end, measure.basis).label + when,
        value,
        value if change.protected else _rating(change.old, style),
        value if change.protected else _rating(change.new, style),
        f"{change.figures:,}",
    )


def _rating(evaluation: Evaluation | None, style: FigureFormat) -> str:
    if evaluation is None:
        return NO_RATING
    target = "" if evaluation.target is None else f" (target {style.short(evaluation.target)})"
    return f"{evaluation.rag.value}{target}"


def alert_line(change: AlertChange) -> str:
    """What becomes of an alert: ``Swale: core assessments out of timescale: critical, was quiet``."""
    stands = f"{_standing(change.after)}, was {_standing(change.before)}"
    return f"{change.after.area}: {in_sentence(change.title)}: {stands}"


def _standing(alert: Alert) -> str:
    level = "" if alert.level is None else alert.level.value
    match alert.state:
        case AlertState.FIRING:
            return level
        case AlertState.PENDING:
            return f"pending ({level})"
        case _:
            return "quiet"


def why(change: AlertChange) -> str:
    """Why an alert changes, in the words of its last step."""
    return str(change.steps[-1].reason)


def untold_lines(decisions: Iterable[Decision]) -> list[str]:
    """Of whom or what nobody would be told, and why."""
    return [
        f"{made.area}: {made.rule}: {made.reason.why}"
        + (f" ({made.recipient.name})" if made.recipient else "")
        for made in decisions
    ]


def later_lines(decisions: Iterable[Decision], zone: tzinfo) -> list[str]:
    """What would be told later, to whom and when: ``news of late-plans in Swale would reach Sam at ...``."""
    lines = []
    for made in decisions:
        who = made.recipient.name if made.recipient else "nobody"
        why = made.reason.why + (f" ({made.note})" if made.note else "")
        when = f"at {_moment(made.until, zone)}" if made.until else "once that has ended"
        lines.append(f"news of {made.rule} in {made.area} would reach {who} {when}, not at once: {why}")
    return lines


def retimed_lines(plan: Plan, zone: tzinfo) -> list[str]:
    """Whom news of open alerts would reach, remind or pass over at another time."""
    return [
        f"{each.area}: {each.rule}: if news came {_moment(each.known_at, zone)}, {each.person.name} would "
        + ", ".join(_retimed(each, zone))
        for each in plan.retimed
    ]


def _retimed(each: Retimed, zone: tzinfo) -> Iterable[str]:
    old, new = each.old, each.new
    if (old.told, old.held_for) != (new.told, new.held_for):
        yield f"be told {_told(new, each, zone)}, not {_told(old, each, zone)}"
    if old.reminded != new.reminded:
        yield f"be reminded {_at(new.reminded, zone)}, not {_at(old.reminded, zone)}"
    if old.passed_on != new.passed_on:
        yield f"have it passed on {_passed_on(new, zone)}, not {_passed_on(old, zone)}"


def _told(moments: Moments, each: Retimed, zone: tzinfo) -> str:
    if moments.told is None:
        held = moments.held_for.why if moments.held_for else "it is held"
        return f"once this ends: {held}"
    return "at once" if moments.told <= each.known_at else _at(moments.told, zone)


def _passed_on(moments: Moments, zone: tzinfo) -> str:
    steps = [f"{_at(at, zone)} to {' and '.join(names) or 'nobody'}" for at, names in moments.passed_on]
    return " and ".join(steps) or "never"


def _at(when: datetime | None, zone: tzinfo) -> str:
    return "never" if when is None else _moment(when, zone)


def _moment(when: datetime, zone: tzinfo) -> str:
    return f"{when.astimezone(zone):%a %-d %b %Y %H:%M}"


def reach_lines(plan: Plan) -> list[str]:
    """Whom the next news of open alerts would reach, and no longer would."""
    return [
        f"{each.area}: {each.rule}: "
        + ", ".join(
            [f"+ {person.name}" for person in each.added] + [f"- {person.name}" for person in each.removed]
        )
        for each in plan.reach
    ]
