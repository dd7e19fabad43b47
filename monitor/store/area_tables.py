"""The tables of the names that areas go by; see :mod:`monitor.store.tables`."""

from datetime import datetime

from sqlalchemy import Column, Named, Table, TypedColumns

from monitor.store.columns import ID, NAME, UtcDateTime
from monitor.store.metadata import metadata


class AreaNameColumns(TypedColumns):
    """The names that history is kept under, and the GSS code that the area had when it was last judged."""

    name: Named[str] = Column(NAME, primary_key=True)
    code: Named[str | None] = Column(NAME)


class AreaRenameColumns(TypedColumns):
    """Each time that an area's history was carried over to another name."""

    id: Named[int] = Column(ID, primary_key=True)
    at: Named[datetime] = Column(UtcDateTime())
    old_name: Named[str] = Column(NAME)
    new_name: Named[str] = Column(NAME)


area_names = Table("area_names", metadata, AreaNameColumns)
area_renames = Table("area_renames", metadata, AreaRenameColumns)
