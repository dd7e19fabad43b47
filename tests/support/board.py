"""A scoreboard and metrics filled with invented figures, for tests of what is scraped and shown."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from monitor.core.alerts import Alert, AlertState
from monitor.core.areas import Area, AreaTree, AreaType
from monitor.core.dated import Scope
from monitor.core.freshness import lateness_of
from monitor.core.judgements import DirectionOfTravel, Evaluation, RagRating
from monitor.core.notifications import NoticeKind, TellReason
from monitor.core.observations import Status
from monitor.core.rulebook import Level, RouteMatch, Rulebook
from monitor.core.suppressions import Acknowledgement, Silence
from monitor.core.waiting import Waiting
from monitor.metrics import Metrics
from monitor.store.follow_ups import FollowUp, FollowUpKind
from monitor.store.held_news import summed_up
from tests.support.rules import indicator, rule

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
AREAS = AreaTree.of(
    [
        Area("Kent", AreaType.COUNTY, code="E10000016"),
        Area("Swale", AreaType.DISTRICT, "Kent", "E07000113"),
        Area("Thanet", AreaType.DISTRICT, "Kent", "E07000114"),
    ]
)
RULEBOOK = Rulebook(
    indicators={"cp_plans": replace(indicator(), id="cp_plans", title="Child protection plans")},
    alerts={
        "too-many": replace(
            rule({"critical": "value > 40"}), id="too-many", indicator="cp_plans", title="Too many plans"
        )
    },
    routes=(),
    version="5f" * 32,
    revision="c0ffee",
    fingerprints={},
)


def a_figure(indicator: str = "cp_plans", area: str = "Kent", **changes: object) -> Evaluation:
    """A figure that was judged; `changes` replace fields."""
    figure = Evaluation(
        indicator=indicator,
        area=area,
        period_end=date(2026, 9, 30),
        observation_id=1,
        revision=1,
        status=Status.PROVISIONAL,
        value=Decimal("39.4"),
        numerator=None,
        denominator=None,
        missing=None,
        target=Decimal("34.9"),
        lower=Decimal("30.0"),
        upper=Decimal("40.0"),
        rag=RagRating.AMBER,
        previous_period_end=None,
        previous_value=None,
        previous_rag=None,
        direction=DirectionOfTravel.WORSENING,
        target_reference="",
        rag_reference="",
        rag_position=None,
    )
    return replace(figure, **changes)  # type: ignore[arg-type]  # names of its fields


def an_alert(rule: str, area: str, **changes: object) -> Alert:
    """An alert that is firing; `changes` replace fields."""
    alert = Alert(rule, area, AlertState.FIRING, Level.CRITICAL, breach_since=date(2026, 8, 31))
    return replace(alert, **changes)  # type: ignore[arg-type]  # names of its fields


def an_answer(**changes: object) -> Acknowledgement:
    """Somebody deals with Swale's alert; `changes` replace fields."""
    until = datetime(2026, 12, 8, tzinfo=UTC)
    given = Acknowledgement(
        1, NOON, "too-many", "Swale", 1, Level.CRITICAL, "Judith Marlowe", "On it.", until, "mail"
    )
    return replace(given, **changes)  # type: ignore[arg-type]  # names of its fields


def a_silence(**changes: object) -> Silence:
    """A silence of Kent's districts for two days; `changes` replace fields."""
    match = RouteMatch(scope=Scope(names=frozenset({"Swale", "Thanet"})))
    made = Silence(4, NOON, match, "ops-desk", "The system is moved.", NOON, NOON + timedelta(days=2))
    return replace(made, **changes)  # type: ignore[arg-type]  # names of its fields


def a_waiting() -> Waiting:
    """News of one alert, held from two people since yesterday, and a reminder that was due a minute ago."""
    row = FollowUp(
        rule="too-many",
        area="Kent",
        episode=1,
        kind=FollowUpKind.NEWS,
        subject="sam",
        step=0,
        since=NOON - timedelta(days=1),
        due_at=NOON + timedelta(hours=20),
        reason=TellReason.WINDOW,
    )
    reminder = replace(
        row,
        kind=FollowUpKind.REMINDER,
        area="Swale",
        due_at=NOON - timedelta(minutes=1),
        reason=TellReason.REMINDED,
    )
    return summed_up([row, replace(row, subject="kim", since=NOON), reminder])


def full_metrics(rulebook: Rulebook, areas: AreaTree, *, version: str = "1.2.3") -> Metrics:
    """Metrics in which everything has happened that can happen, with a figure for all of a rulebook."""
    metrics = Metrics(version)
    metrics.rulebook_in_force(rulebook, areas)
    metrics.rulebook_read(version=rulebook.version, problems=0, changed=True, now=NOON)
    metrics.file_read("taken in", {"accepted": 3, "rejected": 1})
    metrics.cycle_finished(0.2, now=NOON, evaluated=3, transitions=1, enqueued=1)
    metrics.job_failed("evaluate")
    metrics.job_skipped("evaluate")
    for outcome in ("delivered", "deferred", "rejected"):
        metrics.delivered("email", outcome)
    metrics.suppressed({("too-many", "Swale"): an_answer()}, [a_silence()])
    metrics.held(a_waiting(), NOON)
    metrics.decided({(TellReason.ROUTE, NoticeKind.BREACH): 2, (TellReason.REMINDED, NoticeKind.REMINDER): 1})
    metrics.outbox_counted({"pending": 1, "sent": 2}, NOON, NOON)
    figures = [a_figure(indicator, area.name) for indicator in rulebook.indicators for area in areas]
    alerts = [an_alert(rule, area.name) for rule in rulebook.alerts for area in areas]
    late = [
        an_alert(lateness_of(name), area.name, level=None) for name in rulebook.indicators for area in areas
    ]
    metrics.scoreboard.update(figures, [*alerts, *late], frozenset())
    return metrics
