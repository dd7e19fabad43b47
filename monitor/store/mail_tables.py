"""The tables of mails on their way; see :mod:`monitor.store.tables`."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Column, ForeignKey, Index, Integer, Named, Table, Text, TypedColumns, UniqueConstraint

from monitor.store.columns import ID, NAME, EnumText, UtcDateTime
from monitor.store.metadata import metadata


class OutboxState(StrEnum):
    """Where a mail is on its way. WITHDRAWN: it was refused for good, and its recipient was erased since."""

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    DEAD = "dead"
    WITHDRAWN = "withdrawn"


class AttemptOutcome(StrEnum):
    """How an attempt to deliver ended.

    DEFERRED is about this mail, CHANNEL_DOWN about its whole channel. UNHEARD: its sender was never heard of
    again.
    """

    DELIVERED = "delivered"
    DEFERRED = "deferred"
    CHANNEL_DOWN = "channel down"
    REJECTED = "rejected"
    UNHEARD = "unheard"


class OutboxColumns(TypedColumns):
    """One mail to one person. ``payload`` is its notification, ``thread_ids`` Message-IDs; both as JSON."""

    id: Named[int] = Column(ID, primary_key=True)
    recipient_id: Named[str] = Column(NAME)
    recipient_name: Named[str] = Column(Text())
    address: Named[str] = Column(Text())
    channel: Named[str] = Column(NAME)
    payload: Named[str] = Column(Text())
    message_id: Named[str] = Column(NAME)
    thread_ids: Named[str] = Column(Text())
    state: Named[OutboxState] = Column(EnumText(OutboxState))
    attempts: Named[int] = Column(Integer())
    next_attempt_at: Named[datetime] = Column(UtcDateTime())
    lease_owner: Named[str | None] = Column(Text())
    lease_until: Named[datetime | None] = Column(UtcDateTime())
    last_response: Named[str] = Column(Text())
    created_at: Named[datetime] = Column(UtcDateTime())
    sent_at: Named[datetime | None] = Column(UtcDateTime())


class DeliveryAttemptColumns(TypedColumns):
    """Each attempt to deliver a mail, by whom, and what came of it."""

    id: Named[int] = Column(ID, primary_key=True)
    outbox_id: Named[int] = Column(ID, ForeignKey("outbox.id"))
    at: Named[datetime] = Column(UtcDateTime())
    owner: Named[str] = Column(Text())
    outcome: Named[AttemptOutcome] = Column(EnumText(AttemptOutcome))
    response: Named[str] = Column(Text())


class ThreadColumns(TypedColumns):
    """The first mail of each thread to each person: the later ones answer it."""

    thread: Named[str] = Column(NAME, primary_key=True)
    recipient_id: Named[str] = Column(NAME, primary_key=True)
    outbox_id: Named[int] = Column(ID, ForeignKey("outbox.id"))


class MailOrderColumns(TypedColumns):
    """In what order mails go: those with a ``key`` in common go one after the other, by their numbers."""

    outbox_id: Named[int] = Column(ID, ForeignKey("outbox.id"), primary_key=True)
    key: Named[str] = Column(NAME, primary_key=True)


# A number that was deleted must not come back: the Message-ID holds it.
outbox = Table("outbox", metadata, OutboxColumns, UniqueConstraint("message_id"), sqlite_autoincrement=True)
delivery_attempts = Table("delivery_attempts", metadata, DeliveryAttemptColumns)
threads = Table("threads", metadata, ThreadColumns)
mail_order = Table("mail_order", metadata, MailOrderColumns)

# What a claim asks first must not cost more as history grows.
Index(None, outbox.c.created_at)
Index(None, outbox.c.state, outbox.c.next_attempt_at, outbox.c.id)
Index(None, outbox.c.state, outbox.c.id)
Index(None, mail_order.c.key, mail_order.c.outbox_id)
Index(None, delivery_attempts.c.outbox_id)
