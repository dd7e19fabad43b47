"""The first schema.

Types are written out here and not taken from ``monitor.store``: a migration says what was true on its day.
"""

import sqlalchemy as sa
from alembic import op

from monitor.store.migrations.v0001_append_only import refuse_change
from monitor.store.migrations.v0001_mails import make_audit_trail, make_bounces, make_mails
from monitor.store.migrations.v0001_types import ID, INSTANT, NAME

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Makes the tables, and the triggers that keep history as it was."""
    _rulebooks_and_cycles()
    _figures()
    _evaluations()
    _rule_evaluations()
    _alerts()
    make_mails()
    _decisions()
    _follow_ups()
    _suppressions()
    make_bounces()
    make_audit_trail()
    _area_names()
    refuse_change()


def downgrade() -> None:
    """Refused: it would delete everything.

    Raises:
        NotImplementedError: always.
    """
    raise NotImplementedError("The first schema is not undone: that would delete every figure.")


def _area_names() -> None:
    op.create_table(
        "area_names",
        sa.Column("name", NAME, nullable=False),
        sa.Column("code", NAME, nullable=True),
        sa.PrimaryKeyConstraint("name", name="pk_area_names"),
    )
    op.create_table(
        "area_renames",
        sa.Column("id", ID, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("old_name", NAME, nullable=False),
        sa.Column("new_name", NAME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_area_renames"),
    )


def _rulebooks_and_cycles() -> None:
    op.create_table(
        "rulebook_versions",
        sa.Column("id", ID, nullable=False),
        sa.Column("version", NAME, nullable=False),
        sa.Column("revision", NAME, nullable=False),
        sa.Column("first_used_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_rulebook_versions"),
        sa.UniqueConstraint("version", "revision", name="uq_rulebook_versions_version_revision"),
    )
    op.create_table(
        "rule_fingerprints",
        sa.Column("subject", NAME, nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("subject", name="pk_rule_fingerprints"),
    )
    op.create_table(
        "cycles",
        sa.Column("id", ID, nullable=False),
        sa.Column("started_at", INSTANT, nullable=False),
        sa.Column("finished_at", INSTANT, nullable=True),
        sa.Column("rulebook_version_id", ID, nullable=False),
        sa.Column("batches", sa.Integer(), nullable=False),
        sa.Column("series", sa.Integer(), nullable=False),
        sa.Column("evaluations", sa.Integer(), nullable=False),
        sa.Column("rule_evaluations", sa.Integer(), nullable=False),
        sa.Column("transitions", sa.Integer(), nullable=False),
        sa.Column("notifications", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["rulebook_version_id"],
            ["rulebook_versions.id"],
            name="fk_cycles_rulebook_version_id_rulebook_versions",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_cycles"),
    )


def _figures() -> None:
    op.create_table(
        "batches",
        sa.Column("id", ID, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sha256", NAME, nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.Column("rows_accepted", sa.Integer(), nullable=False),
        sa.Column("rows_restated", sa.Integer(), nullable=False),
        sa.Column("rows_unchanged", sa.Integer(), nullable=False),
        sa.Column("rows_rejected", sa.Integer(), nullable=False),
        sa.Column("inbox_file", sa.Text(), nullable=True),
        sa.Column("evaluated_in", ID, nullable=True),
        sa.ForeignKeyConstraint(["evaluated_in"], ["cycles.id"], name="fk_batches_evaluated_in_cycles"),
        sa.PrimaryKeyConstraint("id", name="pk_batches"),
    )
    op.create_index(
        "ix_batches_unevaluated",
        "batches",
        ["id"],
        sqlite_where=sa.text("evaluated_in IS NULL"),
        postgresql_where=sa.text("evaluated_in IS NULL"),
    )
    op.create_index("ix_batches_sha256", "batches", ["sha256"])
    op.create_index(
        "ix_batches_in_inbox",
        "batches",
        ["id"],
        sqlite_where=sa.text("inbox_file IS NOT NULL"),
        postgresql_where=sa.text("inbox_file IS NOT NULL"),
    )
    op.create_table(
        "file_faults",
        sa.Column("id", ID, nullable=False),
        sa.Column("identity", NAME, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("rows_read", sa.Integer(), nullable=True),
        sa.Column("rows_rejected", sa.Integer(), nullable=True),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("told_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_file_faults"),
        sa.UniqueConstraint("identity", name="uq_file_faults_identity"),
    )
    op.create_index(
        "ix_file_faults_untold",
        "file_faults",
        ["id"],
        sqlite_where=sa.text("told_at IS NULL"),
        postgresql_where=sa.text("told_at IS NULL"),
    )
    op.create_index("ix_file_faults_at", "file_faults", ["at"])
    op.create_table(
        "series",
        sa.Column("id", ID, nullable=False),
        sa.Column("indicator", NAME, nullable=False),
        sa.Column("area", NAME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_series"),
        sa.UniqueConstraint("indicator", "area", name="uq_series_indicator_area"),
    )
    op.create_table(
        "observations",
        sa.Column("id", ID, nullable=False),
        sa.Column("series_id", ID, nullable=False),
        sa.Column("period_end", sa.Date(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=True),
        sa.Column("numerator", sa.BigInteger(), nullable=True),
        sa.Column("denominator", sa.BigInteger(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("missing", sa.Text(), nullable=True),
        sa.Column("batch_id", ID, nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.CheckConstraint("missing IS NULL OR value IS NULL", name="missing_has_no_value"),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.id"], name="fk_observations_batch_id_batches"),
        sa.ForeignKeyConstraint(["series_id"], ["series.id"], name="fk_observations_series_id_series"),
        sa.PrimaryKeyConstraint("id", name="pk_observations"),
        sa.UniqueConstraint(
            "series_id", "period_end", "revision", name="uq_observations_series_id_period_end_revision"
        ),
    )
    op.create_index("ix_observations_batch_id", "observations", ["batch_id"])


def _evaluations() -> None:
    op.create_table(
        "evaluations",
        sa.Column("id", ID, nullable=False),
        sa.Column("cycle_id", ID, nullable=False),
        sa.Column("series_id", ID, nullable=False),
        sa.Column("period_end", sa.Date(), nullable=False),
        sa.Column("observation_id", ID, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=True),
        sa.Column("numerator", sa.Text(), nullable=True),
        sa.Column("denominator", sa.Text(), nullable=True),
        sa.Column("missing", sa.Text(), nullable=True),
        sa.Column("target", sa.Text(), nullable=True),
        sa.Column("lower", sa.Text(), nullable=True),
        sa.Column("upper", sa.Text(), nullable=True),
        sa.Column("rag", sa.Text(), nullable=False),
        sa.Column("previous_period_end", sa.Date(), nullable=True),
        sa.Column("previous_value", sa.Text(), nullable=True),
        sa.Column("previous_rag", sa.Text(), nullable=True),
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("target_reference", sa.Text(), nullable=False),
        sa.Column("rag_reference", sa.Text(), nullable=False),
        sa.Column("rag_position", sa.Text(), nullable=True),
        sa.Column("neighbours", sa.Text(), nullable=True),
        sa.Column("region", sa.Text(), nullable=True),
        sa.Column("england", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycles.id"], name="fk_evaluations_cycle_id_cycles"),
        sa.ForeignKeyConstraint(
            ["observation_id"], ["observations.id"], name="fk_evaluations_observation_id_observations"
        ),
        sa.ForeignKeyConstraint(["series_id"], ["series.id"], name="fk_evaluations_series_id_series"),
        sa.PrimaryKeyConstraint("id", name="pk_evaluations"),
    )
    op.create_index("ix_evaluations_series_id_period_end", "evaluations", ["series_id", "period_end"])


def _rule_evaluations() -> None:
    op.create_table(
        "rule_evaluations",
        sa.Column("id", ID, nullable=False),
        sa.Column("cycle_id", ID, nullable=False),
        sa.Column("rule", NAME, nullable=False),
        sa.Column("area", NAME, nullable=False),
        sa.Column("period_end", sa.Date(), nullable=False),
        sa.Column("observation_id", ID, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("health", sa.Text(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=True),
        sa.Column("certain", sa.Boolean(), nullable=False),
        sa.Column("recovered", sa.Boolean(), nullable=False),
        sa.Column("limit", sa.Text(), nullable=True),
        sa.Column("limit_text", sa.Text(), nullable=False),
        sa.Column("limit_position", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycles.id"], name="fk_rule_evaluations_cycle_id_cycles"),
        sa.ForeignKeyConstraint(
            ["observation_id"], ["observations.id"], name="fk_rule_evaluations_observation_id_observations"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_rule_evaluations"),
    )
    op.create_index(
        "ix_rule_evaluations_rule_area_period_end", "rule_evaluations", ["rule", "area", "period_end"]
    )


def _alerts() -> None:
    op.create_table(
        "alerts",
        sa.Column("rule", NAME, nullable=False),
        sa.Column("area", NAME, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=True),
        sa.Column("streak", sa.Integer(), nullable=False),
        sa.Column("episode", sa.Integer(), nullable=False),
        sa.Column("breach_since", sa.Date(), nullable=True),
        sa.Column("fired_on", sa.Date(), nullable=True),
        sa.Column("judged_to", sa.Date(), nullable=True),
        sa.Column("health", sa.Text(), nullable=False),
        sa.Column("changes", sa.BigInteger(), nullable=False),
        sa.Column("flapping", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("rule", "area", name="pk_alerts"),
    )
    op.create_index("ix_alerts_state", "alerts", ["state"])
    op.create_table(
        "transitions",
        sa.Column("id", ID, nullable=False),
        sa.Column("cycle_id", ID, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("rule", NAME, nullable=False),
        sa.Column("area", NAME, nullable=False),
        sa.Column("period_end", sa.Date(), nullable=True),
        sa.Column("from_state", sa.Text(), nullable=False),
        sa.Column("from_level", sa.Text(), nullable=True),
        sa.Column("to_state", sa.Text(), nullable=False),
        sa.Column("to_level", sa.Text(), nullable=True),
        sa.Column("episode", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycles.id"], name="fk_transitions_cycle_id_cycles"),
        sa.PrimaryKeyConstraint("id", name="pk_transitions"),
    )
    op.create_index("ix_transitions_rule_area", "transitions", ["rule", "area"])


def _decisions() -> None:
    op.create_table(
        "decisions",
        sa.Column("id", ID, nullable=False),
        sa.Column("cycle_id", ID, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("rule", NAME, nullable=False),
        sa.Column("area", NAME, nullable=False),
        sa.Column("episode", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("recipient_id", NAME, nullable=True),
        sa.Column("recipient_name", sa.Text(), nullable=True),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("salutation", sa.Text(), nullable=True),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("channel", NAME, nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("route", NAME, nullable=True),
        sa.Column("role", NAME, nullable=True),
        sa.Column("role_area", NAME, nullable=True),
        sa.Column("level", sa.Text(), nullable=True),
        sa.Column("period_end", sa.Date(), nullable=True),
        sa.Column("figure", sa.Text(), nullable=True),
        sa.Column("until", INSTANT, nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("outbox_id", ID, nullable=True),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycles.id"], name="fk_decisions_cycle_id_cycles"),
        sa.ForeignKeyConstraint(["outbox_id"], ["outbox.id"], name="fk_decisions_outbox_id_outbox"),
        sa.PrimaryKeyConstraint("id", name="pk_decisions"),
    )
    op.create_index("ix_decisions_outbox_id", "decisions", ["outbox_id"])
    op.create_index("ix_decisions_rule_area_episode", "decisions", ["rule", "area", "episode"])


def _follow_ups() -> None:
    op.create_table(
        "follow_ups",
        sa.Column("rule", NAME, nullable=False),
        sa.Column("area", NAME, nullable=False),
        sa.Column("episode", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", NAME, nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("since", INSTANT, nullable=False),
        sa.Column("due_at", INSTANT, nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("route", NAME, nullable=True),
        sa.Column("role", NAME, nullable=True),
        sa.Column("role_area", NAME, nullable=True),
        sa.PrimaryKeyConstraint("rule", "area", "episode", "kind", "subject", name="pk_follow_ups"),
    )
    op.create_index("ix_follow_ups_due_at", "follow_ups", ["due_at"])


def _suppressions() -> None:
    op.create_table(
        "acknowledgements",
        sa.Column("id", ID, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("rule", NAME, nullable=False),
        sa.Column("area", NAME, nullable=False),
        sa.Column("episode", sa.Integer(), nullable=False),
        sa.Column("level", sa.Text(), nullable=True),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("until", INSTANT, nullable=True),
        sa.Column("via", NAME, nullable=False),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_acknowledgements"),
    )
    op.create_index("ix_acknowledgements_rule_area_episode", "acknowledgements", ["rule", "area", "episode"])
    op.create_table(
        "silences",
        sa.Column("id", ID, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("matchers", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("starts_at", INSTANT, nullable=False),
        sa.Column("ends_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_silences"),
    )
    op.create_index("ix_silences_ends_at", "silences", ["ends_at"])
    op.create_table(
        "silence_ends",
        sa.Column("id", ID, nullable=False),
        sa.Column("silence_id", ID, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["silence_id"], ["silences.id"], name="fk_silence_ends_silence_id_silences"),
        sa.PrimaryKeyConstraint("id", name="pk_silence_ends"),
        sa.UniqueConstraint("silence_id", name="uq_silence_ends_silence_id"),
    )
