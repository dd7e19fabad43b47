"""Notices as a county's district managers would get them; people, figures and limits are invented.

`limen preview` shows mails that are made of them, `limen check` tries templates of the house on them.
"""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from monitor.core.areas import AreaType
from monitor.core.judgements import DirectionOfTravel, RagRating
from monitor.core.notifications import (
    HistoryPoint,
    Notice,
    NoticeKind,
)
from monitor.core.observations import Status
from monitor.core.periods import month_end
from monitor.core.rulebook import Level, Polarity

CORE_ASSESSMENTS = (28, 31, 30, 34, 37, 36, 43, 46)


def point(
    period_end: date,
    value: str | None,
    *,
    label: str = "",
    protected: bool = False,
    status: Status = Status.VALIDATED,
    rag: RagRating = RagRating.NOT_RATED,
    target: str | None = None,
    lower: str | None = None,
    upper: str | None = None,
    limit: str | None = None,
) -> HistoryPoint:
    """A point of a series; numbers are given as text, exactly."""

    def number(text: str | None) -> Decimal | None:
        return None if text is None else Decimal(text)

    return HistoryPoint(
        period_end=period_end,
        label=label or f"{period_end.day} {period_end:%b %Y}",
        value=number(value),
        protected=protected,
        status=status,
        rag=rag,
        target=number(target),
        lower=number(lower),
        upper=number(upper),
        limit=number(limit),
    )


def months(last: date, count: int) -> list[date]:
    """The ends of ``count`` months up to ``last``."""
    index = last.year * 12 + last.month - 1
    return [month_end(date(n // 12, n % 12 + 1, 1)) for n in range(index - count + 1, index + 1)]


def core_assessments(values: tuple[int | None, ...] = CORE_ASSESSMENTS) -> tuple[HistoryPoint, ...]:
    """Swale's core assessments out of timescale to 30 September 2013, with its limit of 40."""
    return tuple(
        point(end, None if value is None else str(value), limit="40", lower="20", upper="40")
        for end, value in zip(months(date(2013, 9, 30), len(values)), values, strict=True)
    )


BREACH = Notice(
    rule="core-assessments-out-of-timescale-district",
    area="Swale",
    area_type=AreaType.DISTRICT,
    kind=NoticeKind.BREACH,
    reason="breach lasted long enough",
    level=Level.CRITICAL,
    previous_level=None,
    title="Core assessments out of timescale",
    indicator="core_assessments_out_of_timescale",
    indicator_title="Core assessments in progress, out of timescale",
    definition=(
        "Core assessments still open at the end of the month, more than 35 working days after they began."
    ),
    unit="assessments",
    decimals=0,
    polarity=Polarity.LOWER_IS_BETTER,
    period_end=date(2013, 9, 30),
    period_label="30 Sep 2013",
    status=Status.VALIDATED,
    value=Decimal(46),
    protected=False,
    rag=RagRating.NOT_RATED,
    target=None,
    target_reference="",
    limit=Decimal(40),
    limit_text="value > 40",
    limit_reference="Swale's own limit, agreed with the area director in April 2013",
    since=date(2013, 8, 31),
    since_label="31 Aug 2013",
    direction=DirectionOfTravel.WORSENING,
    previous_value=Decimal(43),
    previous_label="31 Aug 2013",
    neighbours=None,
    history=core_assessments(),
    action=(
        "Go through every core assessment older than 35 working days with the team leaders this week, and "
        "tell the area director which of them need a second worker."
    ),
    source="ICS",
    rule_position="assessments.yaml:164:5",
    rule_version="8f14e45fceea167a5a36dedd4bea2543c1b2a3d4e5f60718293a4b5c6d7e8f90",
    told_because="You are told as district manager of Swale, at every level",
    thread="core-assessments-out-of-timescale-district/Swale/1",
    route="district-managers",
    reminds=True,
)

LINGERING = replace(
    BREACH,
    area="Canterbury",
    level=Level.WARNING,
    value=Decimal(20),
    limit=Decimal(20),
    previous_value=Decimal(22),
    direction=DirectionOfTravel.IMPROVING,
    limit_text="value > 20",
    history=(
        point(date(2013, 7, 31), "19", limit="20"),
        point(date(2013, 8, 31), "22", limit="20"),
        point(date(2013, 9, 30), "20", limit="20"),
    ),
    not_yet_recovered="value <= 18",
    crossed=Decimal(22),
    crossed_label="31 Aug 2013",
    escalates=True,
)

WORSENED = replace(BREACH, kind=NoticeKind.WORSENED, reason="worsened", previous_level=Level.WARNING)

RECOVERED = replace(
    BREACH,
    kind=NoticeKind.RECOVERED,
    reason="recovered",
    level=None,
    previous_level=Level.CRITICAL,
    period_end=date(2013, 10, 31),
    period_label="31 Oct 2013",
    value=Decimal(38),
    direction=DirectionOfTravel.IMPROVING,
    previous_value=Decimal(46),
    previous_label="30 Sep 2013",
    history=(*core_assessments()[1:], point(date(2013, 10, 31), "38", limit="40", lower="20", upper="40")),
    told_because="You were told when the limit was crossed",
)

CLOSED = replace(
    BREACH,
    kind=NoticeKind.CLOSED,
    reason="superseded by another rule",
    level=None,
    previous_level=Level.CRITICAL,
    direction=DirectionOfTravel.UNKNOWN,
    period_end=None,
    period_label="",
    status=None,
    value=None,
    previous_value=None,
    previous_label="",
    limit=None,
    limit_text="",
    limit_reference="",
    told_because="You were told when the limit was crossed",
)

PROVISIONAL = replace(
    BREACH,
    rule="three-or-more-placements",
    area="Kent",
    area_type=AreaType.COUNTY,
    level=Level.WARNING,
    title="Children with 3 or more placements",
    indicator="three_or_more_placements",
    indicator_title="Children in care with 3 or more placements in 12 months",
    definition=(
        "Children in care at the end of the month who had three or more placements in the twelve months "
        "before, as a share of all children in care."
    ),
    unit="percent",
    decimals=1,
    period_end=date(2013, 11, 30),
    period_label="year to 30 Nov 2013",
    status=Status.PROVISIONAL,
    value=Decimal("10.5"),
    rag=RagRating.AMBER,
    target=Decimal("9.0"),
    target_reference="quarterly performance report, Q3 2013/14",
    limit=Decimal("10.0"),
    limit_text="value > 10",
    limit_reference="inferred from the published ratings",
    since=date(2013, 11, 30),
    since_label="year to 30 Nov 2013",
    direction=DirectionOfTravel.IMPROVING,
    previous_value=Decimal("11.3"),
    previous_label="year to 30 Sep 2013",
    neighbours=Decimal("11.0"),
    history=tuple(
        point(
            end,
            value,
            label=f"year to {end.day} {end:%b %Y}",
            status=status,
            rag=rag,
            target=target,
            limit="10.0",
        )
        for end, value, status, rag, target in (
            (date(2012, 9, 30), "9.6", Status.VALIDATED, RagRating.GREEN, "10.1"),
            (date(2012, 12, 31), "9.4", Status.VALIDATED, RagRating.GREEN, "10.1"),
            (date(2013, 3, 31), "9.8", Status.VALIDATED, RagRating.AMBER, "8.1"),
            (date(2013, 6, 30), "10.9", Status.VALIDATED, RagRating.RED, "9.0"),
            (date(2013, 9, 30), "11.3", Status.PROVISIONAL, RagRating.RED, "9.0"),
            (date(2013, 11, 30), "10.5", Status.PROVISIONAL, RagRating.AMBER, "9.0"),
        )
    ),
    action="Look at the ten children with the most moves at the next placement panel.",
    source="Liberi",
    rule_position="children-in-care.yaml:88:5",
    told_because="You are told as county director of Kent",
)

PROTECTED = replace(
    BREACH,
    rule="plans-two-years-district",
    area="Dover",
    level=Level.WARNING,
    title="Child protection plans of two or more years",
    indicator="cp_plans_two_years",
    indicator_title="Children on a child protection plan for two or more years",
    definition="Children whose child protection plan has lasted two years or more at the end of the month.",
    unit="children",
    value=Decimal(4),
    protected=True,
    limit=Decimal(0),
    limit_text="value > 0",
    limit_reference="every such plan is reviewed by the area director",
    since=date(2013, 9, 30),
    since_label="30 Sep 2013",
    previous_value=Decimal(0),
    history=tuple(
        point(end, value, protected=protected, limit="0")
        for end, value, protected in zip(
            months(date(2013, 9, 30), 8),
            ("7", "6", "3", "0", None, "0", "0", "4"),
            (False, False, True, False, False, False, False, True),
            strict=True,
        )
    ),
    action="Review each plan with the conference chair.",
    rule_position="child-protection.yaml:201:5",
    told_because="You are told as district manager of Dover",
)

BELOW_RANGE = replace(
    BREACH,
    rule="second-or-subsequent-plans",
    area="Kent",
    area_type=AreaType.COUNTY,
    level=Level.INFO,
    title="Second or subsequent child protection plans",
    indicator="cp_plans_second_or_subsequent",
    indicator_title="Child protection plans for the second or subsequent time",
    definition="Plans begun since 1 April for children who had another that ended within 24 months before.",
    unit="percent",
    decimals=1,
    polarity=Polarity.CLOSE_TO_TARGET,
    period_end=date(2013, 11, 30),
    period_label="Apr–Nov 2013",
    value=Decimal("6.7"),
    status=Status.VALIDATED,
    rag=RagRating.AMBER,
    target=Decimal("10.0"),
    target_reference="quarterly performance report, Q3 2013/14",
    limit=Decimal("8.0"),
    limit_text="value < 8",
    limit_reference="inferred: 8.2 was green",
    since=date(2013, 11, 30),
    since_label="Apr–Nov 2013",
    direction=DirectionOfTravel.WORSENING,
    previous_value=Decimal("8.2"),
    previous_label="Apr–Oct 2013",
    history=tuple(
        point(end, value, label=f"Apr–{end:%b %Y}", target="10.0", lower="8.0", upper="10.7", limit="8.0")
        for end, value in zip(
            months(date(2013, 11, 30), 7), ("9.7", "9.9", "9.1", "8.8", "8.5", "8.2", "6.7"), strict=True
        )
    ),
    action="Check whether earlier plans are all recorded: a low share may be a fault of recording.",
    source="Liberi",
    rule_position="child-protection.yaml:142:5",
    told_because="You are told as head of safeguarding for Kent",
)


LATE = replace(
    BREACH,
    rule="late:core_assessments_out_of_timescale",
    kind=NoticeKind.LATE,
    reason="the figure did not come in time",
    level=None,
    title="Core assessments out of timescale",
    status=None,
    value=None,
    limit=None,
    limit_text="expected_within: 15 working days",
    limit_reference="",
    since=None,
    since_label="",
    direction=DirectionOfTravel.UNKNOWN,
    previous_value=None,
    previous_label="31 Aug 2013",
    history=(),
    action="",
    rule_position="assessments.yaml:12:3",
    told_because="You are told as data owner for Kent: late figures are for those who own the data.",
    thread="late:core_assessments_out_of_timescale/Swale/1",
    due=date(2013, 10, 21),
)
ARRIVED = replace(
    LATE,
    kind=NoticeKind.ARRIVED,
    reason="the figure has come",
    previous_label="30 Sep 2013",
    told_because="You were told that these figures were late, so you are told that they have come.",
)
NO_LONGER_EXPECTED = replace(
    LATE, kind=NoticeKind.CLOSED, reason="superseded by “Single assessments out of timescale”"
)
DISTRICTS = (
    "Ashford",
    "Canterbury",
    "Dartford",
    "Dover",
    "Folkestone and Hythe",
    "Gravesham",
    "Maidstone",
    "Sevenoaks",
    "Swale",
    "Thanet",
    "Tonbridge and Malling",
    "Tunbridge Wells",
)


def late_in(*areas: str) -> tuple[Notice, ...]:
    """The same figures late in several areas."""
    return tuple(replace(LATE, area=area, thread=f"{LATE.rule}/{area}/1") for area in areas)


def many(count: int) -> tuple[Notice, ...]:
    """As many breaches as a bad cycle brings, of two levels and several areas."""
    areas = ("Swale", "Thanet", "Dover", "Ashford", "Canterbury", "Gravesham", "Maidstone", "Shepway")
    return tuple(
        replace(
            BREACH,
            area=areas[n % len(areas)],
            rule=f"{BREACH.rule}-{n + 1}",
            level=Level.WARNING if n % 3 else Level.CRITICAL,
            value=Decimal(46 + n),
        )
        for n in range(count)
    )
