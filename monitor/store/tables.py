"""The tables, once. The migrations make the same; a test compares them.

Amounts are integer millionths. Times are instants in UTC. What is in :data:`APPEND_ONLY` is never changed nor
deleted: the database itself refuses to (the triggers stand in the migrations).
"""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    Named,
    Table,
    Text,
    TypedColumns,
    UniqueConstraint,
)

from monitor.core.alerts import AlertState, TransitionReason
from monitor.core.judgements import DirectionOfTravel, RagRating, RuleHealth
from monitor.core.notifications import NoticeKind, OperationsKind, TellReason
from monitor.core.observations import Missing, Status
from monitor.core.positions import Position
from monitor.core.rulebook import Level
from monitor.store.area_tables import area_renames
from monitor.store.audit_tables import audit_entries, failing_addresses
from monitor.store.columns import ID, NAME, EnumText, PositionText, PublishedDecimal, UtcDateTime
from monitor.store.mail_tables import delivery_attempts
from monitor.store.metadata import metadata

__all__ = ["metadata"]


class Channel(StrEnum):
    """By which way a batch came in; DERIVED: limen made it from others."""

    INBOX = "inbox"
    INGEST = "ingest"
    PUSH = "push"
    DERIVED = "derived"


class RulebookVersionColumns(TypedColumns):
    """Each rulebook that ever judged. ``revision`` is "" where the rules folder has no git revision."""

    id: Named[int] = Column(ID, primary_key=True)
    version: Named[str] = Column(NAME)
    revision: Named[str] = Column(NAME)
    first_used_at: Named[datetime] = Column(UtcDateTime())


class RuleFingerprintColumns(TypedColumns):
    """By what each rule or indicator was last judged: what differs from the rulebook is judged anew."""

    subject: Named[str] = Column(NAME, primary_key=True)
    fingerprint: Named[str] = Column(Text())


class CycleColumns(TypedColumns):
    """Each evaluation cycle that did something, and how much."""

    id: Named[int] = Column(ID, primary_key=True)
    started_at: Named[datetime] = Column(UtcDateTime())
    finished_at: Named[datetime | None] = Column(UtcDateTime())
    rulebook_version_id: Named[int] = Column(ID, ForeignKey("rulebook_versions.id"))
    batches: Named[int] = Column(Integer())
    series: Named[int] = Column(Integer())
    evaluations: Named[int] = Column(Integer())
    rule_evaluations: Named[int] = Column(Integer())
    transitions: Named[int] = Column(Integer())
    notifications: Named[int] = Column(Integer())


class BatchColumns(TypedColumns):
    """Each file or push. ``evaluated_in`` is the cycle that has judged it; None: still to be judged.

    ``inbox_file`` is which file of the inbox brought it last, while that may still lie there; else None.
    """

    id: Named[int] = Column(ID, primary_key=True)
    name: Named[str] = Column(Text())
    sha256: Named[str] = Column(NAME)
    channel: Named[Channel] = Column(EnumText(Channel))
    received_at: Named[datetime] = Column(UtcDateTime())
    rows_accepted: Named[int] = Column(Integer())
    rows_restated: Named[int] = Column(Integer())
    rows_unchanged: Named[int] = Column(Integer())
    rows_rejected: Named[int] = Column(Integer())
    inbox_file: Named[str | None] = Column(Text())
    evaluated_in: Named[int | None] = Column(ID, ForeignKey("cycles.id"))


class SeriesColumns(TypedColumns):
    """One indicator in one area; in place of the area of a series that another took over stands which did."""

    id: Named[int] = Column(ID, primary_key=True)
    indicator: Named[str] = Column(NAME)
    area: Named[str] = Column(NAME)


class ObservationColumns(TypedColumns):
    """Each revision of each figure."""

    id: Named[int] = Column(ID, primary_key=True)
    series_id: Named[int] = Column(ID, ForeignKey("series.id"))
    period_end: Named[date] = Column(Date())
    revision: Named[int] = Column(Integer())
    value: Named[int | None] = Column(BigInteger())
    numerator: Named[int | None] = Column(BigInteger())
    denominator: Named[int | None] = Column(BigInteger())
    status: Named[Status] = Column(EnumText(Status))
    missing: Named[Missing | None] = Column(EnumText(Missing))
    batch_id: Named[int] = Column(ID, ForeignKey("batches.id"))
    recorded_at: Named[datetime] = Column(UtcDateTime())


class EvaluationColumns(TypedColumns):
    """:class:`monitor.core.judgements.Evaluation`, with the cycle that made it."""

    id: Named[int] = Column(ID, primary_key=True)
    cycle_id: Named[int] = Column(ID, ForeignKey("cycles.id"))
    series_id: Named[int] = Column(ID, ForeignKey("series.id"))
    period_end: Named[date] = Column(Date())
    observation_id: Named[int] = Column(ID, ForeignKey("observations.id"))
    revision: Named[int] = Column(Integer())
    status: Named[Status] = Column(EnumText(Status))
    value: Named[Decimal | None] = Column(PublishedDecimal())
    numerator: Named[Decimal | None] = Column(PublishedDecimal())
    denominator: Named[Decimal | None] = Column(PublishedDecimal())
    missing: Named[Missing | None] = Column(EnumText(Missing))
    target: Named[Decimal | None] = Column(PublishedDecimal())
    lower: Named[Decimal | None] = Column(PublishedDecimal())
    upper: Named[Decimal | None] = Column(PublishedDecimal())
    rag: Named[RagRating] = Column(EnumText(RagRating))
    previous_period_end: Named[date | None] = Column(Date())
    previous_value: Named[Decimal | None] = Column(PublishedDecimal())
    previous_rag: Named[RagRating | None] = Column(EnumText(RagRating))
    direction: Named[DirectionOfTravel] = Column(EnumText(DirectionOfTravel))
    target_reference: Named[str] = Column(Text())
    rag_reference: Named[str] = Column(Text())
    rag_position: Named[Position | None] = Column(PositionText())
    neighbours: Named[Decimal | None] = Column(PublishedDecimal())
    region: Named[Decimal | None] = Column(PublishedDecimal())
    england: Named[Decimal | None] = Column(PublishedDecimal())


class RuleEvaluationColumns(TypedColumns):
    """:class:`monitor.core.judgements.RuleEvaluation`, with the cycle that made it."""

    id: Named[int] = Column(ID, primary_key=True)
    cycle_id: Named[int] = Column(ID, ForeignKey("cycles.id"))
    rule: Named[str] = Column(NAME)
    area: Named[str] = Column(NAME)
    period_end: Named[date] = Column(Date())
    observation_id: Named[int] = Column(ID, ForeignKey("observations.id"))
    revision: Named[int] = Column(Integer())
    health: Named[RuleHealth] = Column(EnumText(RuleHealth))
    problem: Named[str] = Column(Text())
    level: Named[Level | None] = Column(EnumText(Level))
    certain: Named[bool]
    recovered: Named[bool]
    limit: Named[Decimal | None] = Column(PublishedDecimal())
    limit_text: Named[str] = Column(Text())
    limit_position: Named[Position] = Column(PositionText())


class AlertColumns(TypedColumns):
    """:class:`monitor.core.alerts.Alert` as it stands now. ``version`` counts its changes."""

    rule: Named[str] = Column(NAME, primary_key=True)
    area: Named[str] = Column(NAME, primary_key=True)
    state: Named[AlertState] = Column(EnumText(AlertState))
    level: Named[Level | None] = Column(EnumText(Level))
    streak: Named[int] = Column(Integer())
    episode: Named[int] = Column(Integer())
    breach_since: Named[date | None] = Column(Date())
    fired_on: Named[date | None] = Column(Date())
    judged_to: Named[date | None] = Column(Date())
    health: Named[RuleHealth] = Column(EnumText(RuleHealth))
    changes: Named[int] = Column(BigInteger())
    flapping: Named[bool]
    version: Named[int] = Column(Integer())


class TransitionColumns(TypedColumns):
    """:class:`monitor.core.alerts.Transition`, with the cycle and the time."""

    id: Named[int] = Column(ID, primary_key=True)
    cycle_id: Named[int] = Column(ID, ForeignKey("cycles.id"))
    at: Named[datetime] = Column(UtcDateTime())
    rule: Named[str] = Column(NAME)
    area: Named[str] = Column(NAME)
    period_end: Named[date | None] = Column(Date())
    from_state: Named[AlertState] = Column(EnumText(AlertState))
    from_level: Named[Level | None] = Column(EnumText(Level))
    to_state: Named[AlertState] = Column(EnumText(AlertState))
    to_level: Named[Level | None] = Column(EnumText(Level))
    episode: Named[int] = Column(Integer())
    reason: Named[TransitionReason] = Column(EnumText(TransitionReason))


class DecisionColumns(TypedColumns):
    """:class:`monitor.core.notifications.Decision`, with the cycle, the time and the mail that came of it.

    ``figure`` is the :class:`monitor.core.notifications.ToldFigure` as JSON, ``period_end`` that figure's.
    """

    id: Named[int] = Column(ID, primary_key=True)
    cycle_id: Named[int] = Column(ID, ForeignKey("cycles.id"))
    at: Named[datetime] = Column(UtcDateTime())
    rule: Named[str] = Column(NAME)
    area: Named[str] = Column(NAME)
    episode: Named[int] = Column(Integer())
    kind: Named[NoticeKind | None] = Column(EnumText(NoticeKind))
    recipient_id: Named[str | None] = Column(NAME)
    recipient_name: Named[str | None] = Column(Text())
    address: Named[str | None] = Column(Text())
    salutation: Named[str | None] = Column(Text())
    language: Named[str | None] = Column(Text())
    channel: Named[str | None] = Column(NAME)
    reason: Named[TellReason] = Column(EnumText(TellReason))
    route: Named[str | None] = Column(NAME)
    role: Named[str | None] = Column(NAME)
    role_area: Named[str | None] = Column(NAME)
    level: Named[Level | None] = Column(EnumText(Level))
    period_end: Named[date | None] = Column(Date())
    figure: Named[str | None] = Column(Text())
    until: Named[datetime | None] = Column(UtcDateTime())
    note: Named[str] = Column(Text())
    outbox_id: Named[int | None] = Column(ID, ForeignKey("outbox.id"))


class FollowUpKind(StrEnum):
    """What somebody is owed: held news, a reminder, or (by a route) an escalation; or a silence's end."""

    NEWS = "news"
    REMINDER = "reminder"
    ESCALATION = "escalation"
    SILENCE = "silence"


class FollowUpColumns(TypedColumns):
    """What limen has to come back to, one row each; it goes when it is done. What was done is in decisions.

    ``subject`` is the person's id; of an escalation that of the route, of a silence its number. ``step``
    counts the reminders or escalations that were sent. ``since``: since when news is held, or when the
    person was last told, or (escalation) first. ``due_at`` None: once what holds it ends.
    """

    rule: Named[str] = Column(NAME, primary_key=True)
    area: Named[str] = Column(NAME, primary_key=True)
    episode: Named[int] = Column(Integer(), primary_key=True)
    kind: Named[FollowUpKind] = Column(EnumText(FollowUpKind), primary_key=True)
    subject: Named[str] = Column(NAME, primary_key=True)
    step: Named[int] = Column(Integer())
    since: Named[datetime] = Column(UtcDateTime())
    due_at: Named[datetime | None] = Column(UtcDateTime())
    reason: Named[TellReason] = Column(EnumText(TellReason))
    route: Named[str | None] = Column(NAME)
    role: Named[str | None] = Column(NAME)
    role_area: Named[str | None] = Column(NAME)


class AcknowledgementColumns(TypedColumns):
    """:class:`monitor.core.suppressions.Acknowledgement`; the newest of an episode counts."""

    id: Named[int] = Column(ID, primary_key=True)
    at: Named[datetime] = Column(UtcDateTime())
    rule: Named[str] = Column(NAME)
    area: Named[str] = Column(NAME)
    episode: Named[int] = Column(Integer())
    level: Named[Level | None] = Column(EnumText(Level))
    author: Named[str] = Column(Text())
    comment: Named[str] = Column(Text())
    until: Named[datetime | None] = Column(UtcDateTime())
    via: Named[str] = Column(NAME)
    withdrawn: Named[bool]


class SilenceColumns(TypedColumns):
    """:class:`monitor.core.suppressions.Silence` as it was made; ``matchers`` as JSON."""

    id: Named[int] = Column(ID, primary_key=True)
    at: Named[datetime] = Column(UtcDateTime())
    matchers: Named[str] = Column(Text())
    author: Named[str] = Column(Text())
    comment: Named[str] = Column(Text())
    starts_at: Named[datetime] = Column(UtcDateTime())
    ends_at: Named[datetime] = Column(UtcDateTime())


class SilenceEndColumns(TypedColumns):
    """A silence that was ended by hand before its time."""

    id: Named[int] = Column(ID, primary_key=True)
    silence_id: Named[int] = Column(ID, ForeignKey("silences.id"))
    at: Named[datetime] = Column(UtcDateTime())
    author: Named[str] = Column(Text())
    comment: Named[str] = Column(Text())


class OperationsNewsColumns(TypedColumns):
    """What operations were told of limen itself; :class:`ToldOperations` says what the columns hold."""

    id: Named[int] = Column(ID, primary_key=True)
    at: Named[datetime] = Column(UtcDateTime())
    kind: Named[OperationsKind] = Column(EnumText(OperationsKind))
    fingerprint: Named[str] = Column(NAME)
    summary: Named[str] = Column(Text())
    version: Named[str] = Column(NAME)


class FileFaultColumns(TypedColumns):
    """Each file of the inbox that could not be read as a whole; :class:`FileFault` says what columns hold.

    ``identity`` is the same when the same file is taken in again after a crash. ``told_at`` is when
    operations were told; None: not yet.
    """

    id: Named[int] = Column(ID, primary_key=True)
    identity: Named[str] = Column(NAME)
    at: Named[datetime] = Column(UtcDateTime())
    name: Named[str] = Column(Text())
    rows_read: Named[int | None] = Column(Integer())
    rows_rejected: Named[int | None] = Column(Integer())
    reasons: Named[str] = Column(Text())
    place: Named[str] = Column(Text())
    told_at: Named[datetime | None] = Column(UtcDateTime())


rulebook_versions = Table(
    "rulebook_versions", metadata, RulebookVersionColumns, UniqueConstraint("version", "revision")
)
rule_fingerprints = Table("rule_fingerprints", metadata, RuleFingerprintColumns)
cycles = Table("cycles", metadata, CycleColumns)
batches = Table("batches", metadata, BatchColumns)
series = Table("series", metadata, SeriesColumns, UniqueConstraint("indicator", "area"))
observations = Table(
    "observations",
    metadata,
    ObservationColumns,
    UniqueConstraint("series_id", "period_end", "revision"),
    CheckConstraint("missing IS NULL OR value IS NULL", name="missing_has_no_value"),
)
evaluations = Table("evaluations", metadata, EvaluationColumns)
rule_evaluations = Table("rule_evaluations", metadata, RuleEvaluationColumns)
alerts = Table("alerts", metadata, AlertColumns)
transitions = Table("transitions", metadata, TransitionColumns)
decisions = Table("decisions", metadata, DecisionColumns)
follow_ups = Table("follow_ups", metadata, FollowUpColumns)
acknowledgements = Table("acknowledgements", metadata, AcknowledgementColumns)
silences = Table("silences", metadata, SilenceColumns)
silence_ends = Table("silence_ends", metadata, SilenceEndColumns, UniqueConstraint("silence_id"))
operations_news = Table("operations_news", metadata, OperationsNewsColumns)
file_faults = Table("file_faults", metadata, FileFaultColumns, UniqueConstraint("identity"))

# What a cycle asks first must not cost more as history grows.
Index(
    "ix_batches_unevaluated",
    batches.c.id,
    sqlite_where=batches.c.evaluated_in.is_(None),
    postgresql_where=batches.c.evaluated_in.is_(None),
)
Index(
    "ix_file_faults_untold",
    file_faults.c.id,
    sqlite_where=file_faults.c.told_at.is_(None),
    postgresql_where=file_faults.c.told_at.is_(None),
)
Index(None, file_faults.c.at)
Index(None, batches.c.sha256)
Index(
    "ix_batches_in_inbox",
    batches.c.id,
    sqlite_where=batches.c.inbox_file.is_not(None),
    postgresql_where=batches.c.inbox_file.is_not(None),
)
Index(None, observations.c.batch_id)
Index(None, evaluations.c.series_id, evaluations.c.period_end)
Index(None, rule_evaluations.c.rule, rule_evaluations.c.area, rule_evaluations.c.period_end)
Index(None, alerts.c.state)
Index(None, transitions.c.rule, transitions.c.area)
Index(None, decisions.c.rule, decisions.c.area, decisions.c.episode)
Index(None, decisions.c.outbox_id)
Index(None, follow_ups.c.due_at)
Index(None, acknowledgements.c.rule, acknowledgements.c.area, acknowledgements.c.episode)
Index(None, silences.c.ends_at)

APPEND_ONLY = (
    observations,
    evaluations,
    rule_evaluations,
    transitions,
    decisions,
    acknowledgements,
    silences,
    silence_ends,
    operations_news,
    delivery_attempts,
    failing_addresses,
    audit_entries,
    area_renames,
)
"""Tables that only grow. A figure that changes is a new revision, never another value in the old row."""
