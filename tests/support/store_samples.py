"""Values to store: a figure, what it was judged, who was told. Each test changes the part it is about."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from hashlib import sha256

from sqlalchemy import Connection

from monitor.core.alerts import Alert, AlertState, Transition, TransitionReason
from monitor.core.dated import Scope
from monitor.core.judgements import DirectionOfTravel, Evaluation, RagRating, RuleEvaluation, RuleHealth
from monitor.core.notifications import (
    Decision,
    Notice,
    NoticeKind,
    Notification,
    OperationsKind,
    TellReason,
)
from monitor.core.observations import MICRO, Status
from monitor.core.positions import Position
from monitor.core.recipients import Recipient
from monitor.core.renaming import Renaming
from monitor.core.rulebook import Level, RouteMatch
from monitor.core.suppressions import Acknowledgement, Silence
from monitor.store.acknowledgements import append_acknowledgement
from monitor.store.alerts import append_transitions, save_alerts
from monitor.store.batches import Channel, NewBatch, mark_batches_evaluated
from monitor.store.cycles import CycleCounts, begin_cycle, finish_cycle
from monitor.store.decisions import append_decisions
from monitor.store.evaluations import append_evaluations, append_rule_evaluations
from monitor.store.failing_addresses import FailingAddress, mark_failing
from monitor.store.figures import figures
from monitor.store.follow_ups import FollowUp, FollowUpKind, save_follow_ups
from monitor.store.notifications import enqueue
from monitor.store.observations import NewObservation, RecordedBatch, record_batch
from monitor.store.operations_news import ToldOperations, append_told
from monitor.store.outbox import OutboxEntry, record_delivered
from monitor.store.outbox import claim as claim_mails
from monitor.store.renaming import carry_over
from monitor.store.rulebooks import rulebook_version, save_fingerprints
from monitor.store.silences import append_silence, end_silence
from monitor.store.store import Store
from tests.support.notices import BREACH

INDICATOR, RULE, AREA = "core_assessments_out_of_timescale", "core-assessments-out-of-timescale", "Swale"
MARCH, JUNE = date(2013, 3, 31), date(2013, 6, 30)
NOON = datetime(2013, 7, 15, 12, tzinfo=UTC)
DOMAIN = "limen.example"

ANNA = Recipient("anna", "Anna Adams", "anna@example.org", "Dear Anna")
BEN = Recipient("ben", "Ben Brown", "ben@example.org", "Annwyl Ben", language="cy")


def figure(
    value: float | None = 46,
    *,
    indicator: str = INDICATOR,
    area: str = AREA,
    period_end: date = JUNE,
    status: Status = Status.VALIDATED,
) -> NewObservation:
    micro = None if value is None else round(value * MICRO)
    return NewObservation(indicator, area, period_end, micro, None, None, status, None)


def batch(name: str = "june.csv", contents: str | None = None, rejected: int = 0) -> NewBatch:
    return NewBatch(name, sha256((contents or name).encode()).hexdigest(), Channel.INBOX, rejected)


def record(
    store: Store, rows: Iterable[NewObservation], name: str = "june.csv", now: datetime = NOON
) -> RecordedBatch:
    with store.writing() as connection:
        return record_batch(connection, batch(name), rows, now=now)


def evaluation(
    observation_id: int, *, area: str = AREA, period_end: date = JUNE, rag: RagRating = RagRating.RED
) -> Evaluation:
    return Evaluation(
        indicator=INDICATOR,
        area=area,
        period_end=period_end,
        observation_id=observation_id,
        revision=1,
        status=Status.VALIDATED,
        value=Decimal("46.0"),
        numerator=None,
        denominator=None,
        missing=None,
        target=Decimal("40.0"),
        lower=None,
        upper=Decimal("44.5"),
        rag=rag,
        previous_period_end=MARCH,
        previous_value=Decimal("39.0"),
        previous_rag=RagRating.AMBER,
        direction=DirectionOfTravel.WORSENING,
        target_reference="business plan 2013/14, page 4",
        rag_reference="quarterly report",
        rag_position=Position("lead: indicators.yaml", 12, 7),
        neighbours=Decimal("66.2"),
        region=None,
        england=Decimal("75.5"),
    )


def rule_evaluation(
    observation_id: int, *, area: str = AREA, level: Level | None = Level.CRITICAL
) -> RuleEvaluation:
    return RuleEvaluation(
        rule=RULE,
        area=area,
        period_end=JUNE,
        observation_id=observation_id,
        revision=1,
        health=RuleHealth.OK,
        problem="",
        level=level,
        certain=True,
        recovered=False,
        limit=Decimal("40.0"),
        limit_text="value > 40",
        limit_position=Position("alerts.yaml", 3, 5),
    )


def firing(area: str = AREA, rule: str = RULE) -> Alert:
    return Alert(rule, area, AlertState.FIRING, Level.CRITICAL, 3, 1, MARCH, JUNE, JUNE, RuleHealth.OK)


def transition(area: str = AREA, period_end: date | None = JUNE) -> Transition:
    return Transition(
        rule=RULE,
        area=area,
        period_end=period_end,
        from_state=AlertState.INACTIVE,
        from_level=None,
        to_state=AlertState.FIRING,
        to_level=Level.CRITICAL,
        episode=1,
        reason=TransitionReason.BREACH_BEGAN,
    )


def decision(
    recipient: Recipient | None = ANNA, reason: TellReason = TellReason.ROUTE, episode: int = 1
) -> Decision:
    return Decision(
        rule=RULE,
        area=AREA,
        episode=episode,
        kind=NoticeKind.BREACH,
        recipient=recipient,
        reason=reason,
        route="districts",
        role="district manager",
        role_area=AREA,
    )


def notice(thread: str = f"{RULE}/{AREA}/1") -> Notice:
    return replace(BREACH, rule=RULE, area=AREA, thread=thread)


def notification(recipient: Recipient = ANNA, *threads: str) -> Notification:
    notices = tuple(notice(thread) for thread in threads) or (notice(),)
    return Notification(recipient, notices, NOON)


def about(recipient: Recipient, *alerts: str, breach: int = 1) -> Notification:
    """A mail about the alerts of these rules in Swale."""
    notices = (replace(notice(f"{rule}/{AREA}/{breach}"), rule=rule) for rule in alerts)
    return Notification(recipient, tuple(notices), NOON)


def queued_mails(store: Store, *mails: Notification, now: datetime = NOON) -> tuple[OutboxEntry, ...]:
    with store.writing() as connection:
        return enqueue(connection, mails, now, DOMAIN)


def queued(store: Store, *recipients: Recipient, now: datetime = NOON) -> tuple[OutboxEntry, ...]:
    with store.writing() as connection:
        return enqueue(connection, [notification(person) for person in recipients], now, DOMAIN)


def cycle(connection: Connection, now: datetime = NOON) -> int:
    return begin_cycle(connection, rulebook_version(connection, "4f2a", "abc123", now=now), now=now)


@dataclass(frozen=True, slots=True)
class Filled:
    """What `filled` wrote."""

    batch_id: int
    observation_id: int
    cycle_id: int
    mail: OutboxEntry


ACKNOWLEDGED = Acknowledgement(
    id=0,
    at=NOON,
    rule=RULE,
    area="Swale",
    episode=1,
    level=Level.WARNING,
    author="anna",
    comment="two workers are off sick",
    until=NOON + timedelta(days=14),
    via="command line",
)
SILENCE = Silence(
    id=0,
    at=NOON,
    match=RouteMatch(indicators=frozenset({INDICATOR}), scope=Scope(names=frozenset({"Swale", "Dover"}))),
    author="anna",
    comment="the case system is being changed",
    starts_at=NOON,
    ends_at=NOON + timedelta(days=3),
)
FOLLOW_UP = FollowUp(
    rule=RULE,
    area="Swale",
    episode=1,
    kind=FollowUpKind.NEWS,
    subject="anna",
    step=0,
    since=NOON,
    due_at=NOON + timedelta(hours=20),
    reason=TellReason.WINDOW,
    route="district-managers",
    role="district manager",
    role_area="Swale",
)


def filled(store: Store) -> Filled:
    """One figure on its whole way: recorded, judged, told, delivered. Every table gets a row."""
    recorded = record(store, [figure()])
    with store.writing() as connection:
        (observation,) = figures(connection, INDICATOR)
        cycle_id = cycle(connection)
        append_evaluations(connection, [evaluation(observation.id)], cycle_id=cycle_id)
        append_rule_evaluations(connection, [rule_evaluation(observation.id)], cycle_id=cycle_id)
        save_alerts(connection, [firing()])
        append_transitions(connection, [transition()], cycle_id=cycle_id, at=NOON)
        (mail,) = enqueue(connection, [notification()], NOON, DOMAIN)
        append_decisions(connection, [decision()], cycle_id=cycle_id, at=NOON, mails={ANNA.id: mail.id})
        save_fingerprints(connection, {RULE: "f1", INDICATOR: "f2"})
        append_acknowledgement(connection, ACKNOWLEDGED)
        made = append_silence(connection, SILENCE)
        end_silence(connection, made.id, at=NOON + timedelta(hours=1), author="anna", comment="over")
        save_follow_ups(connection, [FOLLOW_UP])
        append_told(connection, ToldOperations(NOON, OperationsKind.RULES_REFUSED, "f3", "a.yaml:1:1: …"))
        mark_failing(connection, FailingAddress("ben@example.org", "ben", NOON, mail.id, "550 no such user"))
        mark_batches_evaluated(connection, [recorded.id], cycle_id)
        carry_over(connection, [Renaming("Shepway", "Folkestone and Hythe")], now=NOON)
        finish_cycle(connection, cycle_id, CycleCounts(1, 1, 1, 1, 1, 1), now=NOON)
    deliver(store, mail.id)
    return Filled(recorded.id, observation.id, cycle_id, mail)


def deliver(store: Store, entry_id: int, owner: str = "sender-1", now: datetime = NOON) -> None:
    with store.writing() as connection:
        claim_mails(connection, owner, now, timedelta(minutes=5), 100)
        assert record_delivered(connection, entry_id, owner, "250 2.0.0 accepted", now)
