"""The world of the state machine of telling, and what its model knows of silences, answers and needs."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time

from monitor.calendar_england import calendar_of
from monitor.core.alerts import Alert
from monitor.core.dated import Scope
from monitor.core.notifications import NoticeKind
from monitor.core.recipients import Directory, Recipient, RoleHolding
from monitor.core.rulebook import Escalation, Level, Route, RouteMatch, RouteTarget
from monitor.core.windows import OFFICE_HOURS, Days, Digest, Reminders, Window, week_days
from monitor.telling import StormGuard
from monitor.world import World
from tests.support.days import DISTRICTS, LONDON, MEASURE, OPS, world
from tests.support.rules import HERE, thresholds
from tests.support.rules import rule as alert_rule

CALENDAR = calendar_of(LONDON)
AREAS = ("Swale", "Thanet")
RULE = "the-rule"
BEYOND = ((30, 40), (20, 30), (30, 40))
"""Above what a figure is a warning, and above what critical, by each edition of the rule."""
PERIODS = (1, 1, 2)
"""How many figures in a row each edition asks for."""
LIMITS = tuple(
    thresholds({"warning": f"value > {warning}", "critical": f"value > {critical}"}, periods=periods)
    for (warning, critical), periods in zip(BEYOND, PERIODS, strict=True)
)
PEOPLE = {
    each: Recipient(each, each.title(), f"{each}@kent.example", each.title())
    for each in ("sam", "pat", "joy", "dan", "wes", "ana", "dee", "own")
}
DAILY = Digest(Days.WORKING_DAYS, time(8))
WEEKLY = Digest(week_days(["Monday"]), time(9), working_days_only=True)
REMINDERS = {
    "hours": Reminders(after=2, factor=2, longest=5),
    "once": Reminders(after=1, factor=3, longest=9),
}
ESCALATE_AFTER = (3, 5)
GUARD = StormGuard(per_person=4)
TIMINGS: dict[str, Window | Digest | None] = {
    "sam": OFFICE_HOURS,
    "pat": OFFICE_HOURS,
    "ana": OFFICE_HOURS,
    "dee": OFFICE_HOURS,
    "joy": None,
    "dan": DAILY,
    "wes": WEEKLY,
    "own": None,
    "ops": None,
}
STARTS = (
    datetime(2013, 3, 27, 9, 5, tzinfo=UTC),
    datetime(2013, 10, 24, 15, 50, tzinfo=UTC),
    datetime(2013, 12, 20, 16, 30, tzinfo=UTC),
    datetime(2014, 4, 16, 17, 30, tzinfo=UTC),
)
ASKING = (NoticeKind.REMINDER, NoticeKind.ESCALATED)
BEGINNING = (NoticeKind.BREACH, NoticeKind.WORSENED)
ENDING = (NoticeKind.RECOVERED, NoticeKind.PENDING, NoticeKind.CLOSED)


def target(*, role: str | None = None, person: str | None = None) -> RouteTarget:
    return RouteTarget(role, person, HERE)


ROUTES = (
    Route(
        "hours",
        RouteMatch(scope=DISTRICTS),
        (target(role="district manager"),),
        HERE,
        timing=OFFICE_HOURS,
        reminders=REMINDERS["hours"],
        escalations=(
            Escalation(ESCALATE_AFTER[0], (target(role="area director"), target(person="dee")), HERE),
            Escalation(ESCALATE_AFTER[1], (target(person="dee"),), HERE),
        ),
    ),
    Route(
        "once",
        RouteMatch(levels=frozenset({Level.CRITICAL})),
        (target(person="joy"),),
        HERE,
        reminders=REMINDERS["once"],
    ),
    Route("daily", RouteMatch(scope=Scope(names=frozenset({"Swale"}))), (target(person="dan"),), HERE, DAILY),
    Route("weekly", RouteMatch(scope=DISTRICTS), (target(person="wes"),), HERE, WEEKLY),
)


def make_world(limits: int, manager: str) -> World:
    judged = replace(alert_rule({"warning": "value > 30"}, scope=DISTRICTS), thresholds=LIMITS[limits])
    made = world(judged, measure=replace(MEASURE, expected_within=25), routes=ROUTES)
    holdings = (
        RoleHolding("district manager", "Swale", (manager,)),
        RoleHolding("district manager", "Thanet", ("sam",)),
        RoleHolding("area director", "Kent", ("ana",)),
        RoleHolding("data owner", "Kent", ("own",)),
    )
    return replace(made, directory=Directory({**PEOPLE, "ops": OPS}, holdings))


@dataclass
class Silenced:
    number: int
    area: str
    start: datetime
    end: datetime

    def holds(self, area: str, now: datetime) -> bool:
        return self.area == area and self.start <= now < self.end


@dataclass
class Acknowledged:
    episode: int
    level: Level
    until: datetime | None

    def holds(self, alert: Alert, now: datetime) -> bool:
        return (
            alert.episode == self.episode
            and alert.level is not None
            and alert.level.rank <= self.level.rank
            and (self.until is None or now < self.until)
        )


@dataclass
class Need:
    """Somebody is to be told of a breach, since this instant if nothing is in the way."""

    episode: int
    since: datetime


@dataclass
class Breach:
    """What was told of one breach, by its number.

    ``counts_from`` is when the days of the escalation began to count: with the first telling by ``hours``, or
    when an acknowledgement ended last, which was at ``unanswered_since``. Where a worsening ended it, they
    count from the first telling by ``hours`` after ``waits_for_news_since``.
    """

    level: dict[str, Level] = field(default_factory=dict)
    begun: dict[str, int] = field(default_factory=dict)
    ended: dict[str, int] = field(default_factory=dict)
    last: dict[str, datetime] = field(default_factory=dict)
    reminders: dict[str, int] = field(default_factory=dict)
    counts_from: datetime | None = None
    waits_for_news_since: datetime | None = None
    unanswered_since: datetime | None = None
    steps: list[datetime] = field(default_factory=list)
    quiet_until: datetime | None = None
    handed_on: bool = False
