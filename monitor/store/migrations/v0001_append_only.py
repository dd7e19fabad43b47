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
    "area_renames",
)
PERSONAL = {
    "decisions": ("recipient_id", "recipient_name", "address", "salutation", "language", "note"),
    "acknowledgements": ("author", "comment"),
    "silences": ("author", "comment"),
    "silence_ends": ("author", "comment"),
    "operations_news": ("summary",),
    "delivery_attempts": ("response",),
    "failing_addresses": ("address", "person", "response", "author"),
}
"""Columns that may be erased: changed to "erased", or "erased:" and a mark, and to nothing else."""
NAMED = {
    "rule_evaluations": ("area",),
    "transitions": ("area",),
    "decisions": ("area", "role_area"),
    "acknowledgements": ("area",),
}
"""Columns that name an area: they follow a rename that ``area_renames`` records, and nothing else."""
COUNTED = ("transitions", "decisions", "acknowledgements")
"""Tables whose ``episode`` may go up, in an area that took over the history of another."""


def refuse_change() -> None:
    """Makes the database itself refuse what would change history."""
    if op.get_bind().dialect.name == "postgresql":
        _refuse_change_in_postgresql()
    else:
        _refuse_change_in_sqlite()


def _kept(table: str) -> str:
    """The columns of a table that nothing may change, for a trigger's UPDATE OF."""
    columns = sa.inspect(op.get_bind()).get_columns(table)
    free = (*PERSONAL.get(table, ()), *NAMED.get(table, ()), *(("episode",) if table in COUNTED else ()))
    return ", ".join(f'"{each["name"]}"' for each in columns if each["name"] not in free)


def _changes_otherwise(table: str) -> str:
    """Whether a row's personal columns become anything but erased."""
    return " OR ".join(
        f"(COALESCE(NEW.{each}, '') <> COALESCE(OLD.{each}, '')"
        f" AND COALESCE(NEW.{each}, '') <> 'erased' AND COALESCE(NEW.{each}, '') NOT LIKE 'erased:%')"
        for each in PERSONAL[table]
    )


def _names_otherwise(table: str) -> str:
    """Whether a row's areas become anything but what they are called now, or its episode another's."""
    renamed = "SELECT 1 FROM area_renames AS r WHERE"
    wrong = [
        f"(COALESCE(NEW.{each}, '') <> COALESCE(OLD.{each}, '')"
        f" AND NOT EXISTS ({renamed} r.old_name = OLD.{each} AND r.new_name = NEW.{each}))"
        for each in NAMED[table]
    ]
    if table in COUNTED:
        wrong.append("NEW.episode < OLD.episode")
        wrong.append(f"(NEW.episode > OLD.episode AND NOT EXISTS ({renamed} r.new_name = NEW.area))")
    return " OR ".join(wrong)


def _refuse_change_in_sqlite() -> None:
    for table in APPEND_ONLY:
        refused = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only: its rows are never changed'); END"
        op.execute(f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} {refused}")
        if table not in PERSONAL and table not in NAMED:
            op.execute(f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} {refused}")
            continue
        op.execute(f"CREATE TRIGGER {table}_no_update BEFORE UPDATE OF {_kept(table)} ON {table} {refused}")
        # UPDATE OF goes by the names in the statement, and "rowid" is another one for the id.
        changed = ["NEW.id <> OLD.id"]
        changed += [_changes_otherwise(table)] if table in PERSONAL else []
        changed += [_names_otherwise(table)] if table in NAMED else []
        otherwise = " OR ".join(changed)
        op.execute(f"CREATE TRIGGER {table}_no_other BEFORE UPDATE ON {table} WHEN {otherwise} {refused}")
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
        columns = f" OF {_kept(table)}" if table in PERSONAL or table in NAMED else ""
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE{columns} OR DELETE OR TRUNCATE ON {table} "
            f"FOR EACH STATEMENT {refused}"
        )
        if table in PERSONAL:
            op.execute(
                f"CREATE TRIGGER {table}_only_erased BEFORE UPDATE ON {table} "
                f"FOR EACH ROW WHEN ({_changes_otherwise(table)}) {refused}"
            )
    for table, named in NAMED.items():
        # The condition of a trigger can't look into another table, so a function does.
        op.execute(
            f"CREATE FUNCTION limen_{table}_renamed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF {_names_otherwise(table)} THEN "
            "RAISE EXCEPTION '% is append-only: its rows are never changed', TG_TABLE_NAME; END IF; "
            "RETURN NEW; END $$"
        )
        counted = ("episode",) if table in COUNTED else ()
        op.execute(
            f"CREATE TRIGGER {table}_only_renamed BEFORE UPDATE OF {', '.join((*named, *counted))} "
            f"ON {table} FOR EACH ROW EXECUTE FUNCTION limen_{table}_renamed()"
        )
    op.execute(
        "CREATE TRIGGER audit_personal_append_only BEFORE UPDATE OR TRUNCATE ON audit_personal "
        f"FOR EACH STATEMENT {refused}"
    )
