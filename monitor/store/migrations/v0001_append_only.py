"""The triggers of the first schema: history only grows, and people can be erased from it."""

import sqlalchemy as sa
from alembic import op

APPEND_ONLY = (
    "observations",
    "evaluations",
    "rule_evaluations",
    "transitions",
    "decisions",
    "acknowledgements",
    "silences",
    "silence_ends",
    "operations_news",
    "delivery_attempts",
    "failing_addresses",
    "audit_entries",
)
PERSONAL = {
    "decisions": ("recipient_id", "recipient_name", "address", "salutation", "note"),
    "acknowledgements": ("author", "comment"),
    "silences": ("author", "comment"),
    "silence_ends": ("author", "comment"),
    "operations_news": ("summary",),
    "delivery_attempts": ("response",),
    "failing_addresses": ("address", "person", "response", "author"),
}
"""Columns that may be erased: changed to "erased", or "erased:" and a mark, and to nothing else."""


def refuse_change() -> None:
    """Makes the database itself refuse what would change history."""
    if op.get_bind().dialect.name == "postgresql":
        _refuse_change_in_postgresql()
    else:
        _refuse_change_in_sqlite()


def _kept(table: str) -> str:
    """The columns of a table that nothing may change, for a trigger's UPDATE OF."""
    columns = sa.inspect(op.get_bind()).get_columns(table)
    return ", ".join(f'"{each["name"]}"' for each in columns if each["name"] not in PERSONAL[table])


def _changes_otherwise(table: str) -> str:
    """Whether a row's personal columns become anything but erased."""
    return " OR ".join(
        f"(COALESCE(NEW.{each}, '') <> COALESCE(OLD.{each}, '')"
        f" AND COALESCE(NEW.{each}, '') <> 'erased' AND COALESCE(NEW.{each}, '') NOT LIKE 'erased:%')"
        for each in PERSONAL[table]
    )


def _refuse_change_in_sqlite() -> None:
    for table in APPEND_ONLY:
        refused = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only: its rows are never changed'); END"
        op.execute(f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} {refused}")
        if table not in PERSONAL:
            op.execute(f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} {refused}")
            continue
        op.execute(f"CREATE TRIGGER {table}_no_update BEFORE UPDATE OF {_kept(table)} ON {table} {refused}")
        # UPDATE OF goes by the names in the statement, and "rowid" is another one for the id.
        otherwise = f"NEW.id <> OLD.id OR {_changes_otherwise(table)}"
        op.execute(f"CREATE TRIGGER {table}_only_erased BEFORE UPDATE ON {table} WHEN {otherwise} {refused}")
    op.execute(
        "CREATE TRIGGER audit_personal_no_update BEFORE UPDATE ON audit_personal "
        "BEGIN SELECT RAISE(ABORT, 'audit_personal is append-only: its rows are only erased'); END"
    )


def _refuse_change_in_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION limen_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "RAISE EXCEPTION '% is append-only: its rows are never changed', TG_TABLE_NAME; END $$"
    )
    refused = "EXECUTE FUNCTION limen_refuse_change()"
    for table in APPEND_ONLY:
        columns = f" OF {_kept(table)}" if table in PERSONAL else ""
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE{columns} OR DELETE OR TRUNCATE ON {table} "
            f"FOR EACH STATEMENT {refused}"
        )
        if table in PERSONAL:
            op.execute(
                f"CREATE TRIGGER {table}_only_erased BEFORE UPDATE ON {table} "
                f"FOR EACH ROW WHEN ({_changes_otherwise(table)}) {refused}"
            )
    op.execute(
        "CREATE TRIGGER audit_personal_append_only BEFORE UPDATE OR TRUNCATE ON audit_personal "
        f"FOR EACH STATEMENT {refused}"
    )
