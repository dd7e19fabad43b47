"""Reminders, escalations, changed figures and doubts: the same invented figures, told again or otherwise."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

from monitor.compose.samples.figures import (
    BREACH,
    CORE_ASSESSMENTS,
    DISTRICTS,
    PROVISIONAL,
    core_assessments,
)
from monitor.core.alerts import TransitionReason
from monitor.core.judgements import DirectionOfTravel, RagRating
from monitor.core.notifications import Lapse, Notice, NoticeKind, RestatedFigure, ToldFigure, Yardstick
from monitor.core.rulebook import Level

HELD = replace(
    BREACH,
    held_since=datetime(2013, 10, 11, 17, 40, tzinfo=UTC),
    held_because="it is held until the window opens",
)
PENDING = replace(
    BREACH,
    kind=NoticeKind.PENDING,
    reason=TransitionReason.RESTATED,
    level=None,
    previous_level=Level.CRITICAL,
    previous_value=Decimal(38),
    history=tuple(
        replace(each, value=Decimal(38)) if each.period_end == date(2013, 8, 31) else each
        for each in core_assessments()
    ),
    told_because="You were told of this breach, so you are told what became of it",
    lapse=Lapse("the figure for 31 Aug 2013 was corrected from 43 to 38", 2, 1),
)
REMINDER = replace(
    BREACH,
    kind=NoticeKind.REMINDER,
    reason="nobody has acknowledged it",
    first_told_on=date(2013, 10, 4),
    reminders=2,
    told_because="You were told of this breach, and nobody has said that they are dealing with it",
)
ESCALATED = replace(
    REMINDER,
    kind=NoticeKind.ESCALATED,
    reminders=0,
    not_acknowledged_by=("Amara Okafor", "Tom Reed"),
    told_because="You are told as area director of East Kent, after the district manager of Swale",
)


def told_figure(
    value: int | None,
    level: Level | None,
    *,
    period_end: date = date(2013, 9, 30),
    rag: RagRating = RagRating.NOT_RATED,
    revision: int = 1,
    protected: bool = False,
) -> ToldFigure:
    """A figure as somebody was told it, or as it is now."""
    return ToldFigure(period_end, None if value is None else Decimal(value), protected, rag, level, revision)


def restated_from(
    value: int | None,
    level: Level | None,
    *,
    was: int = 46,
    was_level: Level | None = Level.CRITICAL,
    because: str,
    period_end: date = date(2013, 9, 30),
) -> Notice:
    """Swale's core assessments, of which somebody was told another figure on 3 October; None: withdrawn.

    ``level`` is that of the figure now.
    """
    values = dict[date, int | None](zip(_ENDS, CORE_ASSESSMENTS, strict=True)) | {period_end: value}
    latest, august = values[_ENDS[-1]], CORE_ASSESSMENTS[-2]
    last_level = level if period_end == _ENDS[-1] else Level.CRITICAL
    known = latest if latest is not None else CORE_ASSESSMENTS[-2]
    return replace(
        BREACH,
        kind=NoticeKind.RESTATED,
        reason="an earlier figure was restated",
        level=last_level,
        previous_level=was_level,
        value=Decimal(known),
        period_end=_ENDS[-1] if latest is not None else _ENDS[-2],
        period_label="30 Sep 2013" if latest is not None else "31 Aug 2013",
        direction=DirectionOfTravel.WORSENING
        if latest is None or known > august
        else DirectionOfTravel.IMPROVING,
        previous_value=Decimal(CORE_ASSESSMENTS[-2 if latest is not None else -3]),
        previous_label="31 Aug 2013" if latest is not None else "31 Jul 2013",
        history=core_assessments(tuple(values[end] for end in _ENDS)),
        restated=RestatedFigure(
            period_label=f"{period_end.day} {period_end:%b %Y}",
            was=told_figure(was, was_level, period_end=period_end),
            now=told_figure(value, level, period_end=period_end, revision=2),
            withdrawn=value is None,
            told_on=date(2013, 10, 3),
            because=because,
        ),
        told_because="You were told the figure that has changed",
    )


_ENDS = tuple(each.period_end for each in core_assessments())

VALIDATED = "it was provisional then and is validated now"
CORRECTED = "the source sent a corrected figure"
RESTATED = restated_from(38, None, because=VALIDATED)
RESTATED_MILDER = restated_from(42, Level.WARNING, because=CORRECTED)
RESTATED_STILL = restated_from(52, Level.CRITICAL, because=CORRECTED)
RESTATED_AFTER_ALL = restated_from(47, Level.CRITICAL, was=39, was_level=None, because=VALIDATED)


def _judged_by(limit: int, critical: int) -> Yardstick:
    """The rule with its limit for amber at 30: ``limit`` is the one that the figure is beyond."""
    limits = ((Level.WARNING, "value > 30"), (Level.CRITICAL, f"value > {critical}"))
    nothing = (None, None, None, None, None, None, None)
    return Yardstick("sample", None, 0, limits, Decimal(limit), *nothing)


def _restated_by_rule() -> Notice:
    """The figure as it was told, after an edit of the limit for red from 40 to 50."""
    made = restated_from(46, Level.WARNING, because="the limit for red is 50 now, was 40")
    was = replace(told_figure(46, Level.CRITICAL), against=_judged_by(40, 40))
    now = replace(told_figure(46, Level.WARNING), against=_judged_by(30, 50))
    pair = None if made.restated is None else replace(made.restated, was=was, now=now)
    return replace(made, restated=pair, limit=Decimal(30), limit_text="value > 30", reason=_EDITED)


_EDITED = "a figure that was told has changed"
RESTATED_BY_RULE = _restated_by_rule()
RESTATED_EARLIER = restated_from(
    36,
    None,
    was=43,
    was_level=Level.WARNING,
    because=CORRECTED,
    period_end=date(2013, 8, 31),
)
WITHDRAWN = replace(
    restated_from(None, None, because="the figure was withdrawn, and there is none in its place"), level=None
)
RERATED = replace(
    PROVISIONAL,
    kind=NoticeKind.RESTATED,
    level=None,
    limit=None,
    limit_text="",
    value=Decimal("8.8"),
    rag=RagRating.GREEN,
    history=(
        *PROVISIONAL.history[:-1],
        replace(PROVISIONAL.history[-1], value=Decimal("8.8"), rag=RagRating.GREEN),
    ),
    restated=RestatedFigure(
        period_label="year to 30 Nov 2013",
        was=ToldFigure(date(2013, 11, 30), Decimal("10.5"), False, RagRating.AMBER, None, 1),
        now=ToldFigure(date(2013, 11, 30), Decimal("8.8"), False, RagRating.GREEN, None, 2),
        withdrawn=False,
        told_on=date(2013, 12, 9),
        because=f"{VALIDATED}; 21 fewer cases are counted: 108 of 1,226, was 129 of 1,226",
    ),
    told_because="You were told the figure that has changed",
)
MARKED = replace(
    BREACH,
    doubt="46 where it was 21: a change of 25, more than 20",
    since=BREACH.period_end,
    since_label=BREACH.period_label,
    previous_value=Decimal(21),
    history=core_assessments((*CORE_ASSESSMENTS[:-2], 21, 46)),
)
DOUBTFUL = replace(
    BREACH,
    kind=NoticeKind.DOUBTFUL,
    reason="the figure looks wrong",
    value=Decimal(412),
    level=None,
    direction=DirectionOfTravel.UNKNOWN,
    history=core_assessments((*CORE_ASSESSMENTS[:-1], 412)),
    doubt="412 where it was 43: a change of 369, more than 100",
    told_because="You are told as data owner for Kent",
)
MISSING = replace(
    DOUBTFUL,
    value=None,
    history=core_assessments((*CORE_ASSESSMENTS[:-1], None)),
    status=None,
    limit=None,
    limit_text="plausible: {missing_areas: true}",
    doubt=(
        "no figure for 30 Sep 2013: at least half of the areas of its kind have one, and this one had one "
        "for 31 Aug 2013"
    ),
)
CONFIRMED = replace(
    BREACH,
    kind=NoticeKind.CONFIRMED,
    reason=str(TransitionReason.FIGURE_CORRECTED),
    doubted=Decimal(412),
    doubted_label=BREACH.period_label,
    level=Level.CRITICAL,
    told_because="You were told that this figure may be wrong",
)
_MEASURES = (
    "Core assessments out of timescale",
    "Initial assessments out of timescale",
    "Child protection plans of two or more years",
    "Children with 3 or more placements",
    "Looked after reviews held late",
)
A_LOT = tuple(
    replace(
        BREACH,
        area=district,
        title=title,
        rule=f"sample-{number + 1}",
        level=Level.WARNING if (place + number) % 3 else Level.CRITICAL,
        value=Decimal(41 + (place * 7 + number * 5) % 23),
        thread=f"sample-{number + 1}/{district}/1",
    )
    for place, district in enumerate(DISTRICTS)
    for number, title in enumerate(_MEASURES)
)
"""As many alerts as a first look at a whole history brings: one for each measure and district."""
