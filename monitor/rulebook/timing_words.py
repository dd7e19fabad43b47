"""When routes tell, and what holds news back, in the words of the rule files."""

from collections.abc import Iterator, Sequence
from datetime import time
from decimal import Decimal

from monitor.core.areas import AreaTree
from monitor.core.dated import Scope
from monitor.core.observations import MICRO
from monitor.core.rulebook import Escalation, Inhibition, Maintenance, Plausibility, RouteMatch, RouteTarget
from monitor.core.wall_calendar import WEEK_DAYS, Days
from monitor.core.windows import OFFICE_HOURS, AtOnce, Digest, Reminders, Timing, Window

Part = tuple[str, str]
"""The name of a part, as in a rule file, and what it says."""


def timing_words(timing: Timing) -> str:
    """Returns when news is told: “at once”, “weekly digest on Monday at 08:00”."""
    match timing:
        case AtOnce():
            return "at once"
        case Window():
            if timing == OFFICE_HOURS:
                return "working hours"
            closes = "24:00" if timing.closes is None else _clock(timing.closes)
            return f"{days_words(timing.days)}, {_clock(timing.opens)} until {closes}"
        case Digest(days=days) if isinstance(days, frozenset) and len(days) == 1:
            return f"weekly digest on {days_words(days)} at {_clock(timing.at)}"
        case Digest():
            return f"daily digest on {days_words(timing.days)} at {_clock(timing.at)}"


def days_words(days: Days | frozenset[int]) -> str:
    """Returns a kind of days, or the days of the week."""
    return str(days) if isinstance(days, Days) else ", ".join(WEEK_DAYS[day] for day in sorted(days))


def reminder_words(reminders: Reminders) -> str:
    """Returns how often people are told again."""
    most = "" if reminders.at_most is None else f", at most {reminders.at_most}"
    return (
        f"after {working_days(reminders.after)}, factor {reminders.factor}, "
        f"longest {working_days(reminders.longest)}{most}"
    )


def escalation_words(escalations: Sequence[Escalation]) -> str:
    """Returns who is told as well, and after how long."""
    return "; ".join(f"after {working_days(each.after)}: {target_words(each.to)}" for each in escalations)


def target_words(targets: Sequence[RouteTarget]) -> str:
    """Returns whom a route tells."""
    return ", ".join(target.role or f"person {target.person}" for target in targets)


def inhibition_parts(inhibition: Inhibition, areas: AreaTree) -> Iterator[Part]:
    """Yields the parts of an inhibition."""
    yield "while", match_words(inhibition.source, areas)
    yield "hold", match_words(inhibition.target, areas)
    if inhibition.same:
        yield "same", ", ".join(sorted(inhibition.same))
    if inhibition.within:
        yield "within", "yes"
    yield "reference", inhibition.reference


def maintenance_parts(maintenance: Maintenance, areas: AreaTree) -> Iterator[Part]:
    """Yields the parts of a time of maintenance."""
    yield "match", match_words(maintenance.match, areas)
    yield "from", f"{maintenance.start:%Y-%m-%d %H:%M}"
    yield "until", f"{maintenance.end:%Y-%m-%d %H:%M}"
    yield "reference", maintenance.reference


def plausibility_words(plausibility: Plausibility) -> str:
    """Returns when a figure is doubtful."""
    jump, zero = plausibility.jump, plausibility.falls_to_zero
    return ", ".join(
        [
            *([] if jump is None else [f"jump {_amount(jump)}"]),
            *([] if zero is None else [f"falls to zero from {_amount(zero)}"]),
            *(["missing areas"] if plausibility.missing_areas else []),
            f"wait {working_days(plausibility.wait)}",
        ]
    )


def match_words(match: RouteMatch, areas: AreaTree) -> str:
    """Returns what is matched, on one line."""
    parts = [f"{name} {said}" for name, said in match_parts(match, areas)]
    return "; ".join(parts) or "every alert"


def match_parts(match: RouteMatch, areas: AreaTree) -> Iterator[Part]:
    """Yields what is given of a match, each under its key."""
    for name, words in (("alerts", match.alerts), ("indicators", match.indicators), ("themes", match.themes)):
        if words:
            yield name, ", ".join(sorted(words))
    if match.levels:
        yield "levels", ", ".join(sorted(match.levels))
    if match.scope != Scope():
        yield "areas", match.scope.in_words(areas)


def working_days(count: int) -> str:
    """Returns a number of working days as rule files write it."""
    return f"{count} working day{'' if count == 1 else 's'}"


def _clock(clock: time) -> str:
    return f"{clock:%H:%M}"


def _amount(amount: int) -> str:
    return f"{(Decimal(amount) / MICRO).normalize() + Decimal(0):f}"
