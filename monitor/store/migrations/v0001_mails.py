"""Mails and what came of them, in the first schema."""

import sqlalchemy as sa
from alembic import op

from monitor.store.migrations.v0001_types import ID, INSTANT, NAME


def make_mails() -> None:
    """Mails, their order and threads, attempts to deliver them, and news of limen itself."""
    op.create_table(
        "outbox",
        sa.Column("id", ID, nullable=False),
        sa.Column("recipient_id", NAME, nullable=False),
        sa.Column("recipient_name", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("channel", NAME, nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("message_id", NAME, nullable=False),
        sa.Column("thread_ids", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", INSTANT, nullable=False),
        sa.Column("lease_owner", sa.Text(), nullable=True),
        sa.Column("lease_until", INSTANT, nullable=True),
        sa.Column("last_response", sa.Text(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("sent_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sa.UniqueConstraint("message_id", name="uq_outbox_message_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_outbox_state_next_attempt_at_id", "outbox", ["state", "next_attempt_at", "id"])
    op.create_index("ix_outbox_state_id", "outbox", ["state", "id"])
    op.create_index("ix_outbox_created_at", "outbox", ["created_at"])
    op.create_table(
        "threads",
        sa.Column("thread", NAME, nullable=False),
        sa.Column("recipient_id", NAME, nullable=False),
        sa.Column("outbox_id", ID, nullable=False),
        sa.ForeignKeyConstraint(["outbox_id"], ["outbox.id"], name="fk_threads_outbox_id_outbox"),
        sa.PrimaryKeyConstraint("thread", "recipient_id", name="pk_threads"),
    )
    op.create_table(
        "mail_order",
        sa.Column("outbox_id", ID, nullable=False),
        sa.Column("key", NAME, nullable=False),
        sa.ForeignKeyConstraint(["outbox_id"], ["outbox.id"], name="fk_mail_order_outbox_id_outbox"),
        sa.PrimaryKeyConstraint("outbox_id", "key", name="pk_mail_order"),
    )
    op.create_index("ix_mail_order_key_outbox_id", "mail_order", ["key", "outbox_id"])
    op.create_table(
        "operations_news",
        sa.Column("id", ID, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("fingerprint", NAME, nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("version", NAME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_operations_news"),
    )
    op.create_table(
        "delivery_attempts",
        sa.Column("id", ID, nullable=False),
        sa.Column("outbox_id", ID, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("response", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["outbox_id"], ["outbox.id"], name="fk_delivery_attempts_outbox_id_outbox"),
        sa.PrimaryKeyConstraint("id", name="pk_delivery_attempts"),
    )
    op.create_index("ix_delivery_attempts_outbox_id", "delivery_attempts", ["outbox_id"])


def make_bounces() -> None:
    """Addresses whose mails come back."""
    op.create_table(
        "failing_addresses",
        sa.Column("id", ID, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("address", NAME, nullable=False),
        sa.Column("person", NAME, nullable=False),
        sa.Column("outbox_id", ID, nullable=True),
        sa.Column("response", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["outbox_id"], ["outbox.id"], name="fk_failing_addresses_outbox_id_outbox"),
        sa.PrimaryKeyConstraint("id", name="pk_failing_addresses"),
    )
    op.create_index("ix_failing_addresses_address", "failing_addresses", ["address"])
    op.create_table(
        "bounce_counts",
        sa.Column("outcome", NAME, nullable=False),
        sa.Column("mails", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("outcome", name="pk_bounce_counts"),
    )


def make_audit_trail() -> None:
    """The audit trail, and what of it is about people."""
    op.create_table(
        "audit_entries",
        sa.Column("id", ID, nullable=False, autoincrement=False),
        sa.Column("at", NAME, nullable=False),
        sa.Column("kind", NAME, nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("personal_digest", NAME, nullable=False),
        sa.Column("previous", NAME, nullable=False),
        sa.Column("hash", NAME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit_entries"),
    )
    op.create_table(
        "audit_personal",
        sa.Column("entry_id", ID, nullable=False, autoincrement=False),
        sa.Column("person", NAME, nullable=False),
        sa.Column("salt", NAME, nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["audit_entries.id"], name="fk_audit_personal_entry_id_audit_entries"
        ),
        sa.PrimaryKeyConstraint("entry_id", name="pk_audit_personal"),
    )
    op.create_index("ix_audit_personal_person", "audit_personal", ["person"])
