"""The tables of the audit trail and of addresses whose mails come back; see :mod:`monitor.store.tables`."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Named, Table, Text, TypedColumns

from monitor.store.columns import ID, NAME, EnumText, UtcDateTime
from monitor.store.metadata import metadata


class AddressEvent(StrEnum):
    """What became of an address: its mails come back, or somebody has settled that."""

    FAILING = "failing"
    CLEARED = "cleared"


class FailingAddressColumns(TypedColumns):
    """Each time that an address was found to fail, by which mail and answer, or was cleared, by whom."""

    id: Named[int] = Column(ID, primary_key=True)
    at: Named[datetime] = Column(UtcDateTime())
    event: Named[AddressEvent] = Column(EnumText(AddressEvent))
    address: Named[str] = Column(NAME)
    person: Named[str] = Column(NAME)
    outbox_id: Named[int | None] = Column(ID, ForeignKey("outbox.id"))
    response: Named[str] = Column(Text())
    author: Named[str] = Column(Text())


class BounceCountColumns(TypedColumns):
    """How many mails that came back were taken for what."""

    outcome: Named[str] = Column(NAME, primary_key=True)
    mails: Named[int] = Column(BigInteger())


class AuditEntryColumns(TypedColumns):
    """:class:`monitor.core.audit.Entry`; ``at`` is the text that is hashed. Numbers have no gaps."""

    id: Named[int] = Column(ID, primary_key=True, autoincrement=False)
    at: Named[str] = Column(NAME)
    kind: Named[str] = Column(NAME)
    facts: Named[str] = Column(Text())
    personal_digest: Named[str] = Column(NAME)
    previous: Named[str] = Column(NAME)
    hash: Named[str] = Column(NAME)


class AuditPersonalColumns(TypedColumns):
    """:class:`monitor.core.audit.Personal`: what of an entry is about a person. Only ever deleted."""

    entry_id: Named[int] = Column(ID, ForeignKey("audit_entries.id"), primary_key=True, autoincrement=False)
    person: Named[str] = Column(NAME)
    salt: Named[str] = Column(NAME)
    data: Named[str] = Column(Text())


failing_addresses = Table("failing_addresses", metadata, FailingAddressColumns)
bounce_counts = Table("bounce_counts", metadata, BounceCountColumns)
audit_entries = Table("audit_entries", metadata, AuditEntryColumns)
audit_personal = Table("audit_personal", metadata, AuditPersonalColumns)

Index(None, failing_addresses.c.address)
Index(None, audit_personal.c.person)
