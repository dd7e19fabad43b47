"""What areas are called: the names that history is kept under, and what became of earlier ones.

Whatever is not rewritten, such as a mail that was sent or a silence that was made, has the name of its day;
:func:`names_now` says what that area is called now.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, delete, select

from monitor.store.area_tables import area_names, area_renames
from monitor.store.bulk import ColumnTypes, insert_rows, listed, upsert
from monitor.store.columns import NAME

_NAME: Final[ColumnTypes] = {"name": NAME}


@dataclass(frozen=True, slots=True)
class RecordedRename:
    """An area's history was carried over from one name to another."""

    at: datetime
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class NamesNow:
    """All renames, the oldest first."""

    renames: tuple[RecordedRename, ...]

    def of(self, name: str, since: datetime) -> str:
        """What the area is called now that was called ``name`` at that instant."""
        for each in self.renames:
            if each.at > since and each.before == name:
                name = each.after
        return name

    def earlier(self, name: str) -> frozenset[str]:
        """The name, and all that what is kept under it was called before."""
        found = {name}
        for each in reversed(self.renames):
            if each.after in found:
                found.add(each.before)
        return frozenset(found)


def names_now(connection: Connection) -> NamesNow:
    """What areas have been called one after the other."""
    table = area_renames
    rows = connection.execute(select(table.c.at, table.c.old_name, table.c.new_name).order_by(table.c.id))
    return NamesNow(tuple(RecordedRename(*row) for row in rows))


def known_areas(connection: Connection) -> dict[str, str | None]:
    """Name -> GSS code, of the areas that were known when figures were last judged, and of those gone."""
    return dict(connection.execute(select(area_names.c.name, area_names.c.code)).all())


def note_areas(connection: Connection, codes: Mapping[str, str | None]) -> None:
    """Writes names and their codes, in place of what stood there; names that are gone are kept."""
    rows = [{"name": name, "code": code} for name, code in codes.items()]
    statement = upsert(connection, area_names)
    statement = statement.on_conflict_do_update(
        index_elements=[area_names.c.name], set_={"code": statement.excluded.code}
    )
    insert_rows(connection, statement, rows)


def forget_names(connection: Connection, names: tuple[str, ...]) -> None:
    """Takes out names that nothing is kept under any more."""
    wanted = listed(connection, _NAME, [(name,) for name in names])
    connection.execute(delete(area_names).where(area_names.c.name.in_(select(wanted.c.name))))
